-- no-transaction
-- Lists and counts by status. Orders that are being paid stay out of it: they are few and all have a deadline
-- (orders_due), so that an order on its way costs this index one entry, at its confirmation.
create index concurrently if not exists orders_by_status on orders.orders (status, order_id)
  where status not in ('CREATED', 'PAYMENT_PENDING');
