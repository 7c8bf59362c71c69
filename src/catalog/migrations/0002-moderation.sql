-- A hidden review counts in neither rating_sum nor review_count of its product.
alter table catalog.reviews add column hidden_at timestamptz;
alter table catalog.reviews add column hidden_reason text;
alter table catalog.reviews add constraint only_hidden_has_reason
  check (hidden_at is not null or hidden_reason is null);

-- While products are told of their seller's new name: the last one that was, by id. Null when all were.
alter table catalog.sellers add column renamed_through uuid;
create index sellers_renamed on catalog.sellers (seller_id) where renamed_through is not null;
