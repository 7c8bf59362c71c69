import { bucketOf } from '#platform/ids';
import { type Connection, sql } from '#platform/sql';
import type { StockSum } from './contract.ts';

/** A page of the sums over all products, with how many there are, counted to `most`: one scan of the stock for both. */
export async function readStockSums(
  db: Connection,
  wanted: { availableMax: number | null; warehouseId: string | null },
  window: { offset: number; limit: number; most: number },
): Promise<{ items: StockSum[]; counted: number }> {
  const [row] = await db.query<{ items: StockSum[]; counted: number }>(sql`
    with summed as materialized (
      select product_id, sum(total_quantity)::bigint as total_quantity, sum(reserved)::bigint as reserved,
        sum(available)::bigint as available, count(*) as warehouses,
        case when ${wanted.availableMax}::bigint is null then 0 else sum(available) end as rank
      from inventory.stock
      where pool = '' and (${wanted.warehouseId}::uuid is null or warehouse_id = ${wanted.warehouseId}::uuid)
      group by product_id
      having ${wanted.availableMax}::bigint is null or sum(available) <= ${wanted.availableMax}::bigint
    ), listed as (
      select * from summed order by rank, product_id limit ${window.limit} offset ${window.offset}
    )
    select
      (select count(*) from (select from summed limit ${window.most}) as first_ones) as counted,
      (select coalesce(jsonb_agg(to_jsonb(listed) - 'rank' order by rank, product_id), '[]') from listed) as items`);
  return row!;
}

/** Products without stock are left out. */
export async function readStockSumsOf(db: Connection, productIds: string[]): Promise<StockSum[]> {
  return await db.query<StockSum>(sql`
    select s.product_id, sum(s.total_quantity)::bigint as total_quantity, sum(s.reserved)::bigint as reserved,
      sum(s.available)::bigint as available, count(*) as warehouses
    from unnest(${productIds.map(bucketOf)}::smallint[], ${productIds}::uuid[]) as k (bucket, product_id)
    join inventory.stock s on s.bucket = k.bucket and s.product_id = k.product_id and s.pool = ''
    group by s.product_id`);
}

/** Products with nothing available, and with 1 to `lowMax` units. */
export async function countProductsLow(db: Connection, lowMax: number): Promise<{ low: number; out: number }> {
  const [row] = await db.query<{ low: number; out: number }>(sql`
    select count(*) filter (where available > 0) as low, count(*) filter (where available <= 0) as out
    from (
      select sum(available) as available from inventory.stock where pool = ''
      group by product_id having sum(available) <= ${lowMax}::bigint
    ) as few`);
  return row!;
}
