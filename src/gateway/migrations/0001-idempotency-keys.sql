-- The Idempotency-Key of every keyed mutation: claimed before the command runs, with the id that the command gives to
-- what it creates. `scope` is a hash of person and path that ends with the bucket's byte, `holder` the claim that runs
-- now, `lease_until` when another may take over a claim that was never answered. `body` is sealed (AES-256-GCM): some
-- answers hold a token. Rows live for a day.
create table gateway.idempotency_keys (
  bucket smallint not null,
  scope text not null,
  key text not null check (length(key) between 1 and 255),
  input_hash text not null,
  command_id uuid not null,
  holder uuid not null,
  lease_until timestamptz not null,
  status smallint check (status between 200 and 499),
  body text,
  created_at timestamptz not null,
  primary key (bucket, scope, key),
  check ((status is null) = (body is null))
) with (fillfactor = 50);

-- For pruning; no update touches it, so the answer's update stays on its page.
create index idempotency_keys_by_age on gateway.idempotency_keys (created_at);
