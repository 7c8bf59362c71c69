create table inventory.warehouses (
  warehouse_id uuid primary key,
  name text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  region text not null,
  created_at timestamptz not null
);

-- Rows of a hot product are updated by every group, so half of each page is kept free and no index covers a column that
-- changes: the updates stay HOT.
create table inventory.stock (
  bucket smallint not null check (bucket between 0 and 255),
  product_id uuid not null,
  warehouse_id uuid not null references inventory.warehouses,
  -- '' is what everybody may buy; else the id of the sale for which the units are set apart.
  pool text collate "C" not null default '',
  total_quantity bigint not null,
  reserved bigint not null,
  available bigint not null generated always as (total_quantity - reserved) stored,
  version integer not null,
  updated_at timestamptz not null,
  primary key (bucket, product_id, warehouse_id, pool),
  constraint stock_reserved_is_not_negative check (reserved >= 0),
  constraint stock_is_never_oversold check (total_quantity - reserved >= 0)
) with (fillfactor = 50);

-- A pin changes only `state`, which no index mentions, so that it stays HOT; the indexes of open holds ask for
-- `ended_at is null` instead.
create table inventory.holds (
  bucket smallint not null check (bucket between 0 and 255),
  reservation_id uuid not null,
  product_id uuid not null,
  warehouse_id uuid not null,
  pool text collate "C" not null default '',
  person_id uuid not null,
  quantity bigint not null check (quantity > 0),
  state text not null check (state in ('held', 'pinned', 'sold', 'released', 'expired')),
  -- The line had a max_per_person: only such holds are counted against it, and indexed for that.
  is_limited boolean not null,
  order_id uuid,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (bucket, reservation_id, product_id, warehouse_id, pool),
  constraint holds_end_with_their_state check ((ended_at is null) = (state in ('held', 'pinned'))),
  constraint holds_are_sold_to_an_order check ((order_id is not null) = (state = 'sold'))
) with (fillfactor = 60);

create index holds_open on inventory.holds (expires_at) where ended_at is null;
create index holds_limited on inventory.holds (bucket, product_id, person_id) where is_limited;
-- All parts of a reservation whatever their buckets: for the sweeper and the audit.
create index holds_reservation on inventory.holds (reservation_id);
create index holds_order on inventory.holds (order_id) where order_id is not null;

-- Append-only. `position` rises in the order in which a product's changes were made: under the lock of its stock.
create table inventory.movements (
  bucket smallint not null check (bucket between 0 and 255),
  product_id uuid not null,
  position bigint generated always as identity,
  movement_id uuid not null,
  warehouse_id uuid not null,
  pool text collate "C" not null default '',
  kind text not null
    check (kind in ('receive', 'adjust', 'allot', 'hold', 'release', 'expire', 'sell', 'return')),
  total_delta bigint not null,
  reserved_delta bigint not null,
  reservation_id uuid,
  order_id uuid,
  reason text,
  at timestamptz not null,
  primary key (bucket, product_id, position)
);

-- What creates no hold is applied once by its movement's id; holds are by their reservation's.
create unique index movements_once on inventory.movements (bucket, movement_id)
  where kind in ('receive', 'adjust', 'allot', 'return');

create table inventory.outbox (
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
create table inventory.outbox_readers (
  consumer text primary key,
  xid xid8 not null,
  event_id bigint not null,
  replay integer not null default 0,
  replay_xid xid8 not null default '0',
  replay_event_id bigint not null default 0,
  read_at timestamptz not null
);
create table inventory.event_cursors (
  source text primary key,
  cursor text not null,
  updated_at timestamptz not null default now()
);
create table inventory.stuck_events (
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
