-- no-transaction
create index concurrently if not exists webhooks_of_order on payments.webhooks (order_id) where order_id is not null;
