-- A mail, written when its event was read. Its id follows from the event and the kind of mail, so an event that comes
-- twice makes one. `next_try_at` is set while it waits to be sent.
create table notifications.mails (
  bucket smallint not null,
  mail_id uuid not null,
  kind text not null,
  person_id uuid not null,
  order_id uuid,
  recipient text not null,
  subject text not null,
  text text not null,
  html text not null,
  state text not null check (state in ('queued', 'sent', 'failed')),
  tries integer not null default 0,
  next_try_at timestamptz,
  sent_at timestamptz,
  created_at timestamptz not null,
  primary key (bucket, mail_id),
  check ((state = 'queued') = (next_try_at is not null)),
  check ((state = 'sent') = (sent_at is not null))
);
create index mails_due on notifications.mails (next_try_at) where next_try_at is not null;
create index mails_created on notifications.mails (created_at, mail_id);
create index mails_of_person on notifications.mails (bucket, person_id);

create table notifications.event_cursors (
  source text primary key,
  cursor text not null,
  updated_at timestamptz not null default now()
);
create table notifications.stuck_events (
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
