-- The last known state of each cart, for the day the hot store has lost it. An emptied cart stays as an empty one until
-- it expires, so that its version keeps an older write from bringing its lines back.
create table cart.backups (
  bucket smallint not null,
  cart_id uuid not null,
  kind text not null check (kind in ('guest', 'user')),
  version bigint not null check (version > 0),
  data jsonb not null,
  updated_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (bucket, cart_id)
);

create index backups_expires_at on cart.backups (expires_at);
