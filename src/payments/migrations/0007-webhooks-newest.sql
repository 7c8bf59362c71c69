-- no-transaction
-- The log of webhooks is read newest first.
create index concurrently if not exists webhooks_newest on payments.webhooks (received_at desc, gateway, event_id);
