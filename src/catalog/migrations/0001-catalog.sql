create table catalog.sellers (
  seller_id uuid primary key,
  name text not null,
  created_at timestamptz not null
);
-- Not unique: two sellers may bear one name. An import finds a seller by it, the oldest first.
create index sellers_by_name on catalog.sellers (name, created_at, seller_id);

-- Names of categories are compared byte by byte, so that the paths below one are a range of an index:
-- from {A,B} inclusive to {A,B + chr(1)} exclusive.
create table catalog.products (
  bucket smallint not null,
  product_id uuid not null,
  seller_id uuid not null references catalog.sellers,
  external_id text,
  title text not null,
  description text not null,
  category_path text[] collate "C" not null check (cardinality(category_path) between 1 and 6),
  brand text,
  price_amount bigint not null check (price_amount >= 0),
  currency text not null,
  images jsonb not null,
  attributes jsonb not null,
  prime boolean not null,
  max_per_person integer check (max_per_person > 0),
  released_at timestamptz,
  -- What an import compares, so that a product that it does not change costs no write.
  content_hash text not null,
  rating_sum integer not null default 0 check (rating_sum between review_count and 5 * review_count),
  review_count integer not null default 0 check (review_count >= 0),
  rating numeric(2, 1) not null generated always as (
    case when review_count = 0 then 0 else round(rating_sum::numeric / review_count, 1) end
  ) stored,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (bucket, product_id)
);

-- A deleted product gives its external_id free. Sharded by bucket, this index could not be unique over all shards
-- (external_id says nothing of the bucket): it then becomes a table external_ids with the key (bucket of a hash of
-- seller_id and external_id, seller_id, external_id), written before the product in the same step.
create unique index products_by_external_id on catalog.products (seller_id, external_id) where deleted_at is null;

-- An id begins with its time, so this is also the order of age. Deleted ones are in it: scans see them.
create index products_by_id on catalog.products (product_id);
create index products_by_price on catalog.products (price_amount, product_id) where deleted_at is null;
create index products_by_rating on catalog.products (rating desc, review_count desc, product_id desc)
  where deleted_at is null;
create index products_by_category on catalog.products (category_path) where deleted_at is null;

-- A review stays when its author is erased, without user_id. Its bucket is the product's.
create table catalog.reviews (
  bucket smallint not null,
  review_id uuid not null,
  product_id uuid not null,
  user_id uuid,
  author text not null,
  rating smallint not null check (rating between 1 and 5),
  title text not null,
  body text not null,
  created_at timestamptz not null,
  primary key (bucket, review_id),
  constraint one_review_per_person unique (bucket, product_id, user_id)
);
create index reviews_by_product on catalog.reviews (bucket, product_id, review_id);
create index reviews_by_user on catalog.reviews (user_id) where user_id is not null;

create table catalog.imports (
  import_id uuid primary key,
  seller_id uuid,
  format text not null,
  encoding text not null,
  default_stock integer,
  -- uploading: bytes still arrive. spooled: whether they lie in DATA_DIR/imports, or in a file that its owner reads.
  state text not null check (state in ('uploading', 'running', 'done', 'failed')),
  spooled boolean not null,
  -- Records before this one are done; written with them, compared before the next ones.
  read integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  rejected integer not null default 0 check (created + updated + unchanged + rejected = read),
  errors jsonb not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index imports_unfinished on catalog.imports (updated_at) where state in ('uploading', 'running');

create table catalog.outbox (
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

create table catalog.outbox_readers (
  consumer text primary key,
  xid xid8 not null,
  event_id bigint not null,
  replay integer not null default 0,
  replay_xid xid8 not null default '0',
  replay_event_id bigint not null default 0,
  read_at timestamptz not null
);
