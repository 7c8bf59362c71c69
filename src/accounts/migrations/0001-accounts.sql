-- email: lower-case and NFC. An erased person keeps the row, so that orders and reviews have somebody to belong to, and
-- nothing personal in it. version: that of the person's latest event.
create table accounts.users (
  bucket smallint not null,
  user_id uuid not null,
  email text,
  name text not null,
  password_hash text,
  role text not null check (role in ('customer', 'seller', 'staff')),
  seller_id uuid,
  prime boolean not null,
  email_verified boolean not null,
  created_at timestamptz not null,
  erased_at timestamptz,
  version integer not null,
  primary key (bucket, user_id),
  constraint users_seller check ((role = 'seller') = (seller_id is not null)),
  constraint users_erased check (
    case when erased_at is null then email is not null and password_hash is not null
      else email is null and password_hash is null and name = '' end
  )
);

-- An e-mail belongs to one living user. Citus takes no unique index without the bucket, which is the user's: sharded, a
-- table of claims (bucket of the e-mail's hash, email, user_id) with that key takes this index's place, written before
-- the user and released after it.
create unique index users_email on accounts.users (email) where erased_at is null;

-- The staff's list of users.
create index users_created on accounts.users (created_at desc, user_id desc) where erased_at is null;

-- token_hash: SHA-256 of the session's token, which names its bucket, so that a request is known by one keyed look-up.
-- An ended session is deleted: nothing can bring it back.
create table accounts.sessions (
  bucket smallint not null,
  token_hash bytea not null check (length(token_hash) = 32),
  session_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (bucket, token_hash)
);

create index sessions_user on accounts.sessions (bucket, user_id);
create index sessions_expiry on accounts.sessions (expires_at);

create table accounts.addresses (
  bucket smallint not null,
  user_id uuid not null,
  address_id uuid not null,
  address jsonb not null,
  primary key (bucket, user_id, address_id)
);

-- The token of a mail is no column: it is the id with an HMAC of it. used_at: used, or ended by a newer one.
create table accounts.mail_tokens (
  bucket smallint not null,
  token_id uuid not null,
  kind text not null check (kind in ('verify', 'reset')),
  user_id uuid not null,
  email text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (bucket, token_id)
);

create index mail_tokens_user on accounts.mail_tokens (bucket, user_id) where used_at is null;
create index mail_tokens_expiry on accounts.mail_tokens (expires_at);

create table accounts.outbox (
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

create table accounts.outbox_readers (
  consumer text primary key,
  xid xid8 not null,
  event_id bigint not null,
  replay integer not null default 0,
  replay_xid xid8 not null default '0',
  replay_event_id bigint not null default 0,
  read_at timestamptz not null
);
