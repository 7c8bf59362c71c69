-- Which shop this is. An account at a gateway may be shared with others, whose payments are none of ours: what we make
-- there carries this id. A copy of this database that becomes a shop of its own needs an id of its own.
create table payments.shop (
  shop_id uuid not null default gen_random_uuid(),
  is_only boolean primary key default true check (is_only)
);
insert into payments.shop default values;
