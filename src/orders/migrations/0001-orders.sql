-- A checkout freezes prices and names the reservation that holds its units. `open` waits to be paid, `paying` belongs
-- to the order in order_id, and the others have ended. Which of a payment and a newer checkout wins is decided by
-- compare-and-set on `state`.
create table orders.checkouts (
  bucket smallint not null,
  checkout_id uuid not null,
  person_id uuid not null,
  person_kind text not null check (person_kind in ('guest', 'user')),
  email text,
  state text not null check (state in ('open', 'paying', 'ordered', 'superseded', 'released')),
  order_id uuid,
  reservation_id uuid not null,
  parts jsonb not null,
  lines jsonb not null,
  subtotal bigint not null check (subtotal >= 0),
  discount bigint not null check (discount between 0 and subtotal),
  shipping_cost bigint not null check (shipping_cost >= 0),
  tax bigint not null check (tax >= 0),
  total bigint not null check (total = subtotal - discount + shipping_cost + tax),
  shipping_address jsonb,
  billing_address jsonb,
  shipping_method text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (bucket, checkout_id)
);

-- What a person's newer checkout supersedes, and what it superseded before.
create index checkouts_of_person on orders.checkouts (bucket, person_id) where state in ('open', 'superseded');

-- deadline_at: when the sweeper takes the order up; null when nothing is left to do.
create table orders.orders (
  bucket smallint not null,
  order_id uuid not null,
  checkout_id uuid not null,
  kind text not null check (kind in ('checkout', 'buy_now')),
  person_id uuid not null,
  person_kind text not null check (person_kind in ('guest', 'user')),
  email text,
  status text not null check (
    status in ('CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED')
  ),
  reason text,
  lines jsonb not null,
  product_ids uuid[] not null,
  reservation_id uuid not null,
  parts jsonb not null,
  subtotal bigint not null check (subtotal >= 0),
  discount bigint not null check (discount between 0 and subtotal),
  shipping_cost bigint not null check (shipping_cost >= 0),
  tax bigint not null check (tax >= 0),
  total bigint not null check (total = subtotal - discount + shipping_cost + tax),
  refunds jsonb not null default '[]',
  refunded bigint not null default 0 check (refunded between 0 and total),
  shipping_address jsonb,
  billing_address jsonb,
  shipping_method text not null,
  history jsonb not null,
  version integer not null,
  tries integer not null default 0,
  deadline_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (bucket, order_id)
);

-- One living order a checkout, however many places race.
create unique index orders_one_a_checkout on orders.orders (bucket, checkout_id)
  where status not in ('PAYMENT_FAILED', 'CANCELLED');
-- Without the bucket: a guest who lost the answer to a buy-now, and the session with it, comes again as a new guest
-- under the first one's command, whose order then lies in the first one's bucket.
create index orders_of_person on orders.orders (person_id, order_id);
-- Ids are in creation order: this serves the newest-first lists of staff and the audit's sorted stream.
create index orders_by_id on orders.orders (order_id);
create index orders_by_product on orders.orders using gin (product_ids);
create index orders_due on orders.orders (deadline_at) where deadline_at is not null;

create table orders.outbox (
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
create table orders.outbox_readers (
  consumer text primary key,
  xid xid8 not null,
  event_id bigint not null,
  replay integer not null default 0,
  replay_xid xid8 not null default '0',
  replay_event_id bigint not null default 0,
  read_at timestamptz not null
);
create table orders.event_cursors (
  source text primary key,
  cursor text not null,
  updated_at timestamptz not null default now()
);
create table orders.stuck_events (
  source text not null,
  event_id bigint not null,
  aggregate_id uuid not null,
  type text not null,
  event jsonb not null,
  error text not null,
  tries integer not null,
  at timestamptz not null default now(),
  primary key (source, event_id)
);
