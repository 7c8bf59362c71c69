-- The double-entry ledger of all money: an entry a row, an account a column, debits positive and credits negative, so
-- that each entry balances to zero by itself and all of them always do. It is only ever added to.
create table payments.journal (
  bucket smallint not null,
  order_id uuid not null,
  -- opening: what was there before there was a journal.
  kind text not null check (kind in ('opening', 'capture', 'sale', 'refund')),
  -- The payment's id, or the refund's.
  ref_id uuid not null,
  gateway text not null,
  currency text not null,
  customer bigint not null,
  clearing bigint not null,
  sellers bigint not null,
  tax bigint not null,
  shipping bigint not null,
  fees bigint not null,
  -- Whose the amount in `sellers` is: a list of {seller_id, amount}.
  parts json not null,
  at timestamptz not null,
  primary key (bucket, order_id, kind, ref_id),
  constraint journal_balances check (customer + clearing + sellers + tax + shipping + fees = 0)
);

-- Sums over a time read its pages only; entries come in order of time.
create index journal_at on payments.journal using brin (at) with (pages_per_range = 16);

create function payments.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is only ever added to', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger journal_is_append_only before update or delete or truncate on payments.journal
for each statement execute function payments.refuse_change();

-- Of these nobody knows any more whose they are.
insert into payments.journal (bucket, order_id, kind, ref_id, gateway, currency, customer, clearing, sellers, tax,
  shipping, fees, parts, at)
select bucket, order_id, 'opening', payment_id, gateway, currency, 0, captured - refunded, refunded - captured, 0, 0, 0,
  json_build_array(json_build_object('seller_id', null, 'amount', refunded - captured)), captured_at
from payments.payments where captured_at is not null;

-- How the refund is borne, where its caller has said so.
alter table payments.refunds add column split json;
