import { type Connection, type Sql, sql } from '#platform/sql';
import type { ListedSeller, Seller } from './contract.ts';
import { FIRST_ID } from './store.ts';

export async function insertSellers(db: Connection, sellers: Seller[]): Promise<void> {
  await db.query(sql`
    insert into catalog.sellers (seller_id, name, created_at)
    select * from unnest(${sellers.map(seller => seller.seller_id)}::uuid[],
      ${sellers.map(seller => seller.name)}::text[],
      ${sellers.map(seller => seller.created_at)}::timestamptz[]) as s (seller_id, name, created_at)
    order by seller_id on conflict do nothing`);
}

export async function readSeller(db: Connection, sellerId: string): Promise<Seller | undefined> {
  const rows = await db.query<Seller>(sql`
    select seller_id, name, created_at from catalog.sellers where seller_id = ${sellerId}`);
  return rows[0];
}

/** The oldest seller of each name. */
export async function findSellersNamed(db: Connection, names: string[]): Promise<Seller[]> {
  return await db.query<Seller>(sql`
    select distinct on (name) seller_id, name, created_at from catalog.sellers
    where name = any(${names}::text[]) order by name, created_at, seller_id`);
}

const listedColumns = sql`s.seller_id, s.name, s.created_at, (
    select count(*) from catalog.products p where p.seller_id = s.seller_id and p.deleted_at is null
  ) as product_count`;

export function sellerNamed(pattern: string): Sql {
  return sql`s.name ilike ${pattern}`;
}

/** Products are counted for the rows of the page alone. */
export async function listSellerRows(
  db: Connection,
  scope: Sql,
  rows: { offset: number; limit: number },
): Promise<ListedSeller[]> {
  return await db.query<ListedSeller>(sql`
    with s as materialized (
      select s.seller_id, s.name, s.created_at from catalog.sellers s where ${scope}
      order by s.name, s.created_at, s.seller_id offset ${rows.offset} limit ${rows.limit}
    ) select ${listedColumns} from s order by s.name, s.created_at, s.seller_id`);
}

/** Counts no further than `most`. */
export async function countSellers(db: Connection, scope: Sql, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) as count from (select from catalog.sellers s where ${scope} limit ${most}) counted`);
  return rows[0]!.count;
}

export async function readListedSeller(db: Connection, sellerId: string): Promise<ListedSeller | undefined> {
  const rows = await db.query<ListedSeller>(sql`
    select ${listedColumns} from catalog.sellers s where s.seller_id = ${sellerId}`);
  return rows[0];
}

/** With another name, its products are to be told of it from the first on. */
export async function writeName(db: Connection, sellerId: string, name: string): Promise<Seller | undefined> {
  const rows = await db.query<Seller>(sql`
    update catalog.sellers set name = ${name},
      renamed_through = case when name = ${name} then renamed_through else ${FIRST_ID}::uuid end
    where seller_id = ${sellerId} returning seller_id, name, created_at`);
  return rows[0];
}

/**
 * The last product that was told of its seller's new name; null where all were. The row lock lets only one at a time
 * tell them. It keeps nobody from inserting products, which take no more than a key share of it.
 */
export async function lockRename(tx: Connection, sellerId: string): Promise<string | null> {
  const rows = await tx.query<{ renamed_through: string | null }>(sql`
    select renamed_through from catalog.sellers where seller_id = ${sellerId} for no key update`);
  return rows[0]?.renamed_through ?? null;
}

export async function moveRename(tx: Connection, sellerId: string, through: string | null): Promise<void> {
  await tx.query(sql`update catalog.sellers set renamed_through = ${through} where seller_id = ${sellerId}`);
}

export async function listProductIdsOf(
  db: Connection,
  sellerId: string,
  page: { after: string; limit: number },
): Promise<string[]> {
  const rows = await db.query<{ product_id: string }>(sql`
    select product_id from catalog.products
    where seller_id = ${sellerId} and deleted_at is null and product_id > ${page.after}
    order by product_id limit ${page.limit}`);
  return rows.map(row => row.product_id);
}

/** Sellers of whom some products don't know the new name yet. */
export async function listRenamedSellers(db: Connection, limit: number): Promise<string[]> {
  const rows = await db.query<{ seller_id: string }>(sql`
    select seller_id from catalog.sellers where renamed_through is not null order by seller_id limit ${limit}`);
  return rows.map(row => row.seller_id);
}
