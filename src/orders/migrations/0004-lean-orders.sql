-- An order passes its hot path with as few index entries as can be: each of them is written at its creation and again
-- at its confirmation. An order's products never change: they stand in a table of
-- their own, which its confirmation does not touch.
drop index orders.orders_by_product;
create table orders.order_products (
  bucket smallint not null,
  product_id uuid not null,
  order_id uuid not null,
  primary key (product_id, order_id, bucket)
);
insert into orders.order_products (bucket, product_id, order_id)
select distinct bucket, unnest(product_ids), order_id from orders.orders;
alter table orders.orders drop column product_ids;

-- A buy-now has no checkout that another order could take.
drop index orders.orders_one_a_checkout;
create unique index orders_one_a_checkout on orders.orders (bucket, checkout_id)
  where kind = 'checkout' and status not in ('PAYMENT_FAILED', 'CANCELLED');

-- Lists begin with orders_by_status, the audit and the read model with the key.
drop index orders.orders_by_id;
