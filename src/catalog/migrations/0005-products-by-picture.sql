-- no-transaction
-- Which products name an uploaded picture; most name none and are not in it. Deleted ones are: their orders show them.
-- Such a write is rare, so it goes into the index at once, and no search reads a list of late ones.
-- An attempt that was broken off leaves an index that is not valid, so each one begins anew.
drop index concurrently if exists catalog.products_by_picture;
create index concurrently products_by_picture on catalog.products using gin (images)
  with (fastupdate = off) where images::text like '%"/images/products/%';
