-- What each seller sold by each confirmed order: a read model off the order's hot path, for the sellers' lists and the
-- figures. Made of the order's row when its events are read (record-sales.ts); `version` is that row's, so that what
-- was read later is never overwritten by what was read before. `is_first` stands on one row of each order, so that the
-- orders of the whole shop are counted without comparing their ids.
create table orders.seller_orders (
  seller_id uuid not null,
  order_id uuid not null,
  is_first boolean not null,
  status text not null check (status in ('CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
  units integer not null check (units > 0),
  -- The seller's lines less their discounts, before shipping and tax.
  amount bigint not null check (amount >= 0),
  currency text not null,
  -- The seller's part of what was given back, with its tax and shipping.
  refunded bigint not null default 0 check (refunded >= 0),
  -- On the first row of a guest's order only: a user's orders are found by the user.
  guest_email text,
  product_ids uuid[] not null,
  product_units integer[] not null,
  product_amounts bigint[] not null,
  confirmed_at timestamptz not null,
  cancelled_at timestamptz,
  version integer not null,
  primary key (seller_id, order_id)
);

create index seller_orders_confirmed on orders.seller_orders (confirmed_at);
create index seller_orders_of_seller on orders.seller_orders (seller_id, confirmed_at);
create index seller_orders_by_status on orders.seller_orders (seller_id, status, order_id);
create index seller_orders_of_guest on orders.seller_orders (lower(guest_email)) where guest_email is not null;
