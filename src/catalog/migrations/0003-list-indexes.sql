-- no-transaction
-- An attempt that was broken off leaves an index that is not valid, so each one begins anew.

-- Reviews of a product by age: an id that was derived (the demo's) says nothing of it. By stars it also counts them.
drop index concurrently if exists catalog.reviews_by_age;
create index concurrently reviews_by_age on catalog.reviews (bucket, product_id, created_at, review_id);
drop index concurrently if exists catalog.reviews_by_rating;
create index concurrently reviews_by_rating
  on catalog.reviews (bucket, product_id, rating, created_at, review_id) where hidden_at is null;
drop index concurrently if exists catalog.reviews_by_product;

-- For staff: over all products, and by the id alone, which doesn't tell the bucket.
drop index concurrently if exists catalog.reviews_of_all;
create index concurrently reviews_of_all on catalog.reviews (created_at, review_id);
drop index concurrently if exists catalog.reviews_hidden;
create index concurrently reviews_hidden on catalog.reviews (created_at, review_id)
  where hidden_at is not null;
drop index concurrently if exists catalog.reviews_by_id;
create index concurrently reviews_by_id on catalog.reviews (review_id);

drop index concurrently if exists catalog.products_by_seller;
create index concurrently products_by_seller on catalog.products (seller_id, product_id)
  where deleted_at is null;
-- The best of one category, for related products. products_by_category stays: it is a fraction of the size, and counts.
drop index concurrently if exists catalog.products_best;
create index concurrently products_best on catalog.products
  (category_path, rating desc, review_count desc, product_id desc) where deleted_at is null;

drop index concurrently if exists catalog.imports_by_age;
create index concurrently imports_by_age on catalog.imports (created_at, import_id);
drop index concurrently if exists catalog.imports_by_seller;
create index concurrently imports_by_seller on catalog.imports (seller_id, created_at, import_id);
