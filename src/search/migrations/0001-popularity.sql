-- How often each product was looked at and ordered of late. Both are halved as time passes, so they are no whole
-- numbers. Nothing here says who looked or ordered, nor when.
create table search.popularity (
  product_id uuid primary key,
  views double precision not null default 0 check (views >= 0),
  orders double precision not null default 0 check (orders >= 0),
  halved_at timestamptz not null
);
create index popularity_by_halving on search.popularity (halved_at);

-- Orders that are counted already: the event of one may come again, and is then found here. Rows are added in the order
-- of time, which is all that the small index needs.
create table search.counted_orders (
  order_id uuid primary key,
  counted_at timestamptz not null
);
create index counted_orders_by_time on search.counted_orders using brin (counted_at);

create table search.event_cursors (
  source text primary key,
  cursor text not null,
  updated_at timestamptz not null default now()
);
create table search.stuck_events (
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
