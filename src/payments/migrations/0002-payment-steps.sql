-- When a payment went from one status to another after its row was written: [{"from", "to", "at"}]. The usual way
-- leaves it empty: it is authorised at created_at and captured at captured_at. Rows of before have none.
alter table payments.payments add column steps jsonb not null default '[]';
