-- Uploaded pictures. `url` is what a product names: the largest file. A picture belongs to nobody's shelf alone: seller_id
-- only says who brought it, null for staff.
create table catalog.pictures (
  picture_id uuid primary key,
  seller_id uuid,
  url text not null,
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  created_at timestamptz not null
);

create table catalog.picture_files (
  picture_id uuid not null references catalog.pictures on delete cascade,
  file text not null,
  content_type text not null,
  bytes bytea not null,
  primary key (picture_id, file)
);
-- WebP and AVIF are as small as they get; another attempt at compressing them would be in vain.
alter table catalog.picture_files alter column bytes set storage external;
