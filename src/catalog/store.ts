import { bucketOf } from '#platform/ids';
import { type Connection, join, type Sql, sql } from '#platform/sql';
import type { CatalogProduct } from './contract.ts';
import type { ProductContent } from './rules.ts';

/** A product to be written. The statements take many at once, as one JSON text: arrays of arrays have no `unnest`. */
export interface ProductRow extends ProductContent {
  product_id: string;
  seller_id: string;
  external_id: string | null;
  content_hash: string;
}

type ProductRecord = Omit<CatalogProduct, 'seller' | 'price'> & {
  seller_id: string;
  seller_name: string;
  price_amount: number;
  currency: string;
};

const productColumns = sql`p.product_id, p.external_id, p.seller_id, s.name as seller_name, p.title, p.description,
  p.category_path, p.brand, p.price_amount, p.currency, p.images, p.attributes, p.rating::float8 as rating,
  p.review_count, p.prime, p.max_per_person, p.released_at, p.deleted_at is not null as deleted, p.version,
  p.created_at, p.updated_at`;

function toProduct(record: ProductRecord): CatalogProduct {
  const { seller_id, seller_name, price_amount, currency, ...rest } = record;
  const seller = { seller_id, name: seller_name };
  return { ...rest, seller, price: { amount: price_amount, currency } };
}

export async function readProducts(db: Connection, productIds: string[]): Promise<CatalogProduct[]> {
  const records = await db.query<ProductRecord>(sql`
    select ${productColumns}
    from unnest(${productIds.map(bucketOf)}::smallint[], ${productIds}::uuid[]) as asked (bucket, product_id)
    join catalog.products p using (bucket, product_id)
    join catalog.sellers s on s.seller_id = p.seller_id`);
  return records.map(toProduct);
}

/** The row lock puts changes of one product in order, so that each raises the version by one. */
export async function lockProduct(tx: Connection, productId: string): Promise<CatalogProduct | undefined> {
  const records = await tx.query<ProductRecord>(sql`
    select ${productColumns}
    from catalog.products p join catalog.sellers s on s.seller_id = p.seller_id
    where p.bucket = ${bucketOf(productId)} and p.product_id = ${productId} and p.deleted_at is null
    for update of p`);
  return records.map(toProduct)[0];
}

/** Below every id. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export async function scanProductsAfter(
  db: Connection,
  after: string,
  limit: number,
  scope: Sql,
): Promise<CatalogProduct[]> {
  const records = await db.query<ProductRecord>(sql`
    select ${productColumns}
    from catalog.products p join catalog.sellers s on s.seller_id = p.seller_id
    where p.product_id > ${after} and ${scope}
    order by p.product_id limit ${limit}`);
  return records.map(toProduct);
}

/** Conditions of a list, joined by "and": which of them apply, the operation decides. */
export const everyRow = sql`true`;
export const livingProduct = sql`p.deleted_at is null`;

export function ofSeller(sellerId: string): Sql {
  return sql`p.seller_id = ${sellerId}`;
}

/** A range of the index on paths: see the migration. */
export function inCategory(path: string[]): Sql {
  const beyond = [...path.slice(0, -1), `${path.at(-1)}\u0001`];
  return sql`p.category_path >= ${path}::text[] and p.category_path < ${beyond}::text[]`;
}

export function saying(pattern: string): Sql {
  return sql`(p.title ilike ${pattern} or p.brand ilike ${pattern} or p.external_id ilike ${pattern})`;
}

export function allOf(conditions: Sql[]): Sql {
  return join(conditions, ' and ');
}

export const sortOrders = {
  newest: sql`p.product_id desc`,
  price_asc: sql`p.price_amount, p.product_id`,
  price_desc: sql`p.price_amount desc, p.product_id desc`,
  rating: sql`p.rating desc, p.review_count desc, p.product_id desc`,
};

/** Counts no further than `most`. */
export async function countProducts(db: Connection, scope: Sql, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) as count from (select from catalog.products p where ${scope} limit ${most}) counted`);
  return rows[0]!.count;
}

interface Listing {
  scope: Sql;
  order: Sql;
  offset: number;
  limit: number;
}

/** For a list of which most products are: walks the order's index and leaves out what does not belong. */
export async function listManyIds(db: Connection, { scope, order, offset, limit }: Listing): Promise<string[]> {
  const rows = await db.query<{ product_id: string }>(sql`
    select p.product_id from catalog.products p where ${scope} order by ${order} offset ${offset} limit ${limit}`);
  return rows.map(row => row.product_id);
}

/** For a short list: finds all of it by its own index, then sorts; an order's index could lead past every product. */
export async function listFewIds(db: Connection, { scope, order, offset, limit }: Listing): Promise<string[]> {
  const rows = await db.query<{ product_id: string }>(sql`
    with found as materialized (
      select p.product_id, p.price_amount, p.rating, p.review_count from catalog.products p where ${scope}
    ) select p.product_id from found p order by ${order} offset ${offset} limit ${limit}`);
  return rows.map(row => row.product_id);
}

export async function countByCategory(db: Connection): Promise<{ category_path: string[]; count: number }[]> {
  return await db.query(sql`
    select category_path, count(*) as count from catalog.products where deleted_at is null
    group by category_path order by category_path`);
}

const rowColumns = sql`bucket smallint, product_id uuid, seller_id uuid, external_id text, title text, description text,
  category_path text[], brand text, price_amount bigint, currency text, images jsonb, attributes jsonb,
  prime boolean, max_per_person integer, released_at timestamptz, content_hash text`;

function toJson(rows: ProductRow[]): string {
  return JSON.stringify(rows.map(row => ({ bucket: bucketOf(row.product_id), ...row })));
}

/**
 * Inserts those whose id and external_id are free, and answers their ids. In the order of the unique index, so that two
 * imports of one file wait for each other and never in a ring.
 */
export async function insertProducts(tx: Connection, rows: ProductRow[], at: string): Promise<string[]> {
  const inserted = await tx.query<{ product_id: string }>(sql`
    insert into catalog.products (bucket, product_id, seller_id, external_id, title, description, category_path, brand,
      price_amount, currency, images, attributes, prime, max_per_person, released_at, content_hash, version,
      created_at, updated_at)
    select r.bucket, r.product_id, r.seller_id, r.external_id, r.title, r.description,
      r.category_path, r.brand, r.price_amount, r.currency, r.images, r.attributes, r.prime, r.max_per_person,
      r.released_at, r.content_hash, 1, ${at}::timestamptz, ${at}::timestamptz
    from jsonb_to_recordset(${toJson(rows)}::jsonb) as r (${rowColumns})
    order by r.seller_id, r.external_id, r.product_id
    on conflict do nothing returning product_id`);
  return inserted.map(row => row.product_id);
}

export interface RewrittenProduct {
  product_id: string;
  version: number;
}

/** Gives products new content and the next version. The caller holds their row locks. */
export async function rewriteProducts(tx: Connection, rows: ProductRow[], at: string): Promise<RewrittenProduct[]> {
  return await tx.query<RewrittenProduct>(sql`
    update catalog.products p set title = r.title, description = r.description, category_path = r.category_path,
      brand = r.brand, price_amount = r.price_amount, currency = r.currency, images = r.images,
      attributes = r.attributes, prime = r.prime, max_per_person = r.max_per_person, released_at = r.released_at,
      content_hash = r.content_hash, version = p.version + 1, updated_at = ${at}::timestamptz
    from jsonb_to_recordset(${toJson(rows)}::jsonb) as r (${rowColumns})
    where p.bucket = r.bucket and p.product_id = r.product_id
    returning p.product_id, p.version`);
}

/** Of those that live. The caller holds their row locks. */
export async function raiseVersions(tx: Connection, productIds: string[], at: string): Promise<RewrittenProduct[]> {
  return await tx.query<RewrittenProduct>(sql`
    update catalog.products p set version = p.version + 1, updated_at = ${at}::timestamptz
    from unnest(${productIds.map(bucketOf)}::smallint[], ${productIds}::uuid[]) as asked (bucket, product_id)
    where p.bucket = asked.bucket and p.product_id = asked.product_id and p.deleted_at is null
    returning p.product_id, p.version`);
}

export async function markDeleted(tx: Connection, productId: string, at: string): Promise<number> {
  const rows = await tx.query<{ version: number }>(sql`
    update catalog.products set deleted_at = ${at}::timestamptz, updated_at = ${at}::timestamptz, version = version + 1
    where bucket = ${bucketOf(productId)} and product_id = ${productId} returning version`);
  return rows[0]!.version;
}

export interface KnownProduct {
  seller_id: string;
  key: string;
  product_id: string;
  content_hash: string;
  prime: boolean;
  max_per_person: number | null;
  released_at: string | null;
}

/**
 * The living products that an import's records mean: by (seller, external_id), or, where a product has no external_id,
 * by its product_id in the place of one. `bucket` is null for a key that is no id.
 */
export async function findImported(
  db: Connection,
  asked: { seller_id: string; key: string; product_id: string | null }[],
): Promise<KnownProduct[]> {
  const found = sql`p.product_id, p.content_hash, p.prime, p.max_per_person, p.released_at`;
  return await db.query<KnownProduct>(sql`
    with asked as (
      select * from unnest(${asked.map(one => one.seller_id)}::uuid[], ${asked.map(one => one.key)}::text[],
        ${asked.map(one => (one.product_id === null ? null : bucketOf(one.product_id)))}::smallint[],
        ${asked.map(one => one.product_id)}::uuid[]) as a (seller_id, key, bucket, product_id)
    )
    select a.seller_id, a.key, ${found} from asked a
    join catalog.products p on p.seller_id = a.seller_id and p.external_id = a.key and p.deleted_at is null
    union all
    select a.seller_id, a.key, ${found} from asked a
    join catalog.products p on p.bucket = a.bucket and p.product_id = a.product_id
    where p.seller_id = a.seller_id and p.external_id is null and p.deleted_at is null`);
}

/** As they are before a change, in key order: two imports of overlapping files never wait for each other in a ring. */
export async function lockForChange(
  tx: Connection,
  productIds: string[],
): Promise<{ product_id: string; price_amount: number; currency: string; category_path: string[] }[]> {
  return await tx.query(sql`
    select p.product_id, p.price_amount, p.currency, p.category_path
    from unnest(${productIds.map(bucketOf)}::smallint[], ${productIds}::uuid[]) as asked (bucket, product_id)
    join catalog.products p using (bucket, product_id)
    where p.deleted_at is null
    order by p.bucket, p.product_id for update of p`);
}

/** A place in the outbox: everything before it has been seen. */
export interface Place {
  xid: string;
  event_id: string;
}

export async function presentPlace(db: Connection): Promise<Place> {
  const rows = await db.query<Place>(sql`
    select pg_snapshot_xmin(pg_current_snapshot())::text as xid, '0' as event_id`);
  return rows[0]!;
}

export interface Change extends Place {
  product_id: string;
  version: number;
}

/**
 * The changes after a place, without being a reader of the outbox: a process that has gone would hold back its pruning.
 * Below the oldest running transaction only, so that none is skipped which commits late.
 */
export async function readChanges(db: Connection, after: Place, limit: number): Promise<Change[]> {
  return await db.query<Change>(sql`
    select xid::text, event_id::text, aggregate_id as product_id, version from catalog.outbox
    where (xid, event_id) > (${after.xid}::xid8, ${after.event_id}::bigint)
      and xid < pg_snapshot_xmin(pg_current_snapshot())
    order by catalog.outbox.xid, catalog.outbox.event_id limit ${limit}`);
}
