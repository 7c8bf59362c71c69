-- A comparison of a gateway's records with ours over a time, and how far it has come.
create table payments.reconciliations (
  run_id uuid primary key,
  gateway text not null,
  period_from timestamptz not null,
  period_to timestamptz not null check (period_to > period_from),
  is_scheduled boolean not null,
  state text not null check (state in ('running', 'done', 'failed')),
  compared integer not null default 0,
  -- Under way on one of the sides, so that they can't agree yet.
  open integer not null default 0,
  differences integer not null default 0,
  problem text,
  started_at timestamptz not null,
  ended_at timestamptz
);
create index reconciliations_by_time on payments.reconciliations (started_at);
create index reconciliations_of_gateway on payments.reconciliations (gateway, period_to)
  where state = 'done' and is_scheduled;

-- What differed when it was looked at last; resolved when both agree again.
create table payments.differences (
  gateway text not null,
  order_id uuid not null,
  kind text not null check (kind in ('unknown_here', 'unknown_there', 'terms', 'captured', 'refunded', 'state')),
  detail text not null,
  found_at timestamptz not null,
  seen_at timestamptz not null,
  resolved_at timestamptz,
  primary key (gateway, order_id)
);
create index differences_open on payments.differences (found_at) where resolved_at is null;
create index differences_by_time on payments.differences (seen_at);
