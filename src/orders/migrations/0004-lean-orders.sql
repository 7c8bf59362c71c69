-- An order passes its hot path with as few index entries as can be: each of them is written at its creation and again
-- at its confirmation. What is sold by product is found in the read model.
drop index orders.orders_by_product;
alter table orders.orders drop column product_ids;
create index seller_orders_by_product on orders.seller_orders using gin (product_ids);

-- A buy-now has no checkout that another order could take.
drop index orders.orders_one_a_checkout;
create unique index orders_one_a_checkout on orders.orders (bucket, checkout_id)
  where kind = 'checkout' and status not in ('PAYMENT_FAILED', 'CANCELLED');

-- Lists begin with orders_by_status, the audit and the read model with the key.
drop index orders.orders_by_id;
