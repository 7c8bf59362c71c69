-- One row an order. Idempotency keys at the gateway derive from ids (order_…, capture_…, void_…, refund_…), so they
-- need no column. A row `unwanted` is no payment: it notes that nothing may be held for this order any more, so that an
-- authorisation which comes late is given back; it has no amount yet.
create table payments.payments (
  bucket smallint not null,
  order_id uuid not null,
  payment_id uuid,
  person_id uuid,
  amount bigint,
  currency text,
  method text,
  gateway text,
  gateway_ref text,
  status text not null,
  captured bigint not null default 0,
  -- Reserved by refunds under way; `refunded` is what the gateway has given back.
  refunding bigint not null default 0,
  refunded bigint not null default 0,
  reason text,
  next_action jsonb,
  outcome_known boolean not null default true,
  -- What is still to be brought about at the gateway.
  wanted text,
  attempts integer not null default 0,
  -- When the sweeper takes it up; null: nothing is left to do.
  next_try_at timestamptz,
  created_at timestamptz not null,
  captured_at timestamptz,
  version integer not null,
  primary key (bucket, order_id),
  constraint payments_status check (status in ('pending', 'authorized', 'captured', 'failed', 'voided',
    'partially_refunded', 'refunded', 'unwanted')),
  constraint payments_wanted check (wanted in ('capture', 'void')),
  constraint payments_complete check
    (status = 'unwanted' or num_nulls(payment_id, person_id, amount, currency, method, gateway) = 0),
  constraint payments_captured_within_amount check (captured >= 0 and (captured = 0 or captured <= amount)),
  constraint payments_refunded_within_captured check
    (refunding >= 0 and refunded >= 0 and refunding + refunded <= captured),
  constraint payments_captured_is_never_voided check
    ((captured_at is not null) = (status in ('captured', 'partially_refunded', 'refunded'))
      and (captured = 0 or captured_at is not null))
) with (fillfactor = 70);

create index payments_due on payments.payments (next_try_at) where next_try_at is not null;
-- The audit reads facts in this order, over all buckets.
create index payments_by_order on payments.payments (order_id);

create table payments.refunds (
  bucket smallint not null,
  refund_id uuid not null,
  order_id uuid not null,
  amount bigint not null check (amount > 0),
  note text not null,
  status text not null check (status in ('pending', 'done', 'failed')),
  gateway_ref text,
  problem text,
  attempts integer not null default 0,
  next_try_at timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (bucket, refund_id)
);

create index refunds_of_order on payments.refunds (bucket, order_id);
create index refunds_due on payments.refunds (next_try_at) where next_try_at is not null;

-- Webhooks as they came, without headers. The bucket is made of the event's id: its order is not proven yet.
create table payments.webhooks (
  bucket smallint not null,
  gateway text not null,
  event_id text not null,
  order_id text,
  type text not null,
  -- What of it is matched with our record.
  claim jsonb not null,
  body jsonb not null,
  state text not null check (state in ('received', 'done', 'stuck')),
  problem text,
  detail text,
  attempts integer not null default 0,
  next_try_at timestamptz,
  received_at timestamptz not null,
  processed_at timestamptz,
  primary key (bucket, gateway, event_id)
);

create index webhooks_due on payments.webhooks (next_try_at) where next_try_at is not null;
create index webhooks_stuck on payments.webhooks (received_at) where state = 'stuck';

create table payments.outbox (
  event_id bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  bucket smallint not null,
  aggregate_id uuid not null,
  version integer not null,
  type text not null,
  data jsonb not null,
  at timestamptz not null default now(),
  primary key (xid, event_id, bucket)
);

create table payments.outbox_readers (
  consumer text primary key,
  xid xid8 not null,
  event_id bigint not null,
  replay integer not null default 0,
  replay_xid xid8 not null default '0',
  replay_event_id bigint not null default 0,
  read_at timestamptz not null
);
