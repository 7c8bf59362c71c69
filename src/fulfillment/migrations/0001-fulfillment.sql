-- A parcel: what one warehouse sends for an order. Its id follows from both, so it is made once however often it is
-- asked for. `carrier` and `tracking_number` are known from the moment it is shipped.
create table fulfillment.shipments (
  bucket smallint not null,
  shipment_id uuid not null,
  order_id uuid not null,
  warehouse_id uuid not null,
  parts jsonb not null,
  status text not null check (
    status in ('pending', 'shipped', 'in_transit', 'out_for_delivery', 'delivered', 'cancelled')
  ),
  carrier text,
  tracking_number text,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (bucket, shipment_id),
  unique (bucket, order_id, warehouse_id)
);

-- A carrier knows its own numbers only.
create index shipments_by_tracking on fulfillment.shipments (tracking_number, carrier)
  where tracking_number is not null;

-- What a parcel went through. `source` is the carrier that reported it, or `shop` for what we did ourselves; an event
-- counts once.
create table fulfillment.tracking_events (
  bucket smallint not null,
  shipment_id uuid not null,
  source text not null,
  event_id text not null,
  status text not null,
  at timestamptz not null,
  place text,
  primary key (bucket, shipment_id, source, event_id)
);

-- What was begun for an order across two modules and has to be finished: written before its first effect elsewhere, and
-- removed after the last one. For `ship`, how it was asked for: an adapter's name, or a tracking number that is used as
-- it is.
create table fulfillment.errands (
  bucket smallint not null,
  order_id uuid not null,
  kind text not null check (kind in ('ship', 'deliver')),
  carrier text,
  tracking_number text,
  tries integer not null default 0,
  next_try_at timestamptz not null,
  primary key (bucket, order_id, kind),
  check (kind = 'deliver' or carrier is not null or tracking_number is not null)
);
create index errands_due on fulfillment.errands (next_try_at);

-- The inbox of carriers' webhooks. `status` is null for a kind of event that we don't follow. The bucket comes from the
-- event id, since the parcel is not known yet.
create table fulfillment.webhooks (
  bucket smallint not null,
  carrier text not null,
  event_id text not null,
  type text not null,
  tracking_number text not null,
  status text,
  at timestamptz not null,
  place text,
  state text not null check (state in ('received', 'applied', 'ignored', 'unknown_parcel')),
  tries integer not null default 0,
  next_try_at timestamptz,
  received_at timestamptz not null,
  primary key (bucket, carrier, event_id)
);
create index webhooks_due on fulfillment.webhooks (next_try_at) where next_try_at is not null;
create index webhooks_received on fulfillment.webhooks (received_at);

create table fulfillment.outbox (
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
create table fulfillment.outbox_readers (
  consumer text primary key,
  xid xid8 not null,
  event_id bigint not null,
  replay integer not null default 0,
  replay_xid xid8 not null default '0',
  replay_event_id bigint not null default 0,
  read_at timestamptz not null
);
create table fulfillment.event_cursors (
  source text primary key,
  cursor text not null,
  updated_at timestamptz not null default now()
);
create table fulfillment.stuck_events (
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
