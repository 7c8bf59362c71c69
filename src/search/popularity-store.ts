import { type Connection, sql } from '#platform/sql';
import type { PopularityLevel } from './engine.ts';

/** Every statement takes its rows in the order of their keys, so that no two of them wait for each other in a ring. */

export async function addViews(
  db: Connection,
  views: { product_id: string; count: number }[],
  at: string,
): Promise<void> {
  await db.query(sql`
    insert into search.popularity as p (product_id, views, halved_at)
    select product_id, sum(count), ${at}::timestamptz
    from unnest(${views.map(view => view.product_id)}::uuid[], ${views.map(view => view.count)}::integer[])
      as v (product_id, count)
    group by product_id order by product_id
    on conflict (product_id) do update set views = p.views + excluded.views`);
}

/** The products whose counts have changed. An order that is counted already changes nothing. */
export async function addOrders(
  db: Connection,
  lines: { order_id: string; product_id: string }[],
  at: string,
): Promise<string[]> {
  const rows = await db.query<{ product_id: string }>(sql`
    with lines as materialized (
      select distinct order_id, product_id
      from unnest(${lines.map(line => line.order_id)}::uuid[], ${lines.map(line => line.product_id)}::uuid[])
        as l (order_id, product_id)
    ), counted as (
      insert into search.counted_orders (order_id, counted_at)
      select distinct order_id, ${at}::timestamptz from lines order by order_id
      on conflict (order_id) do nothing
      returning order_id
    )
    insert into search.popularity as p (product_id, orders, halved_at)
    select product_id, count(*), ${at}::timestamptz from lines join counted using (order_id)
    group by product_id order by product_id
    on conflict (product_id) do update set orders = p.orders + excluded.orders
    returning p.product_id`);
  return rows.map(row => row.product_id);
}

/** Products that nobody has looked at or ordered are left out. */
export function readPopularity(db: Connection, productIds: string[]): Promise<PopularityLevel[]> {
  return db.query<PopularityLevel>(sql`
    select product_id, views, orders from search.popularity where product_id = any(${productIds}::uuid[])
    order by product_id`);
}

/**
 * Halves the counts of at most `most` products that were halved last before `before`, and forgets those of which less
 * than one view and one order was left. Answers what the counts are now.
 */
export function halvePopularity(
  db: Connection,
  { before, at, most }: { before: string; at: string; most: number },
): Promise<PopularityLevel[]> {
  return db.query<PopularityLevel>(sql`
    with due as materialized (
      select product_id from search.popularity where halved_at < ${before}::timestamptz
      order by halved_at limit ${most}
    ), taken as materialized (
      select p.product_id, p.views < 1 and p.orders < 1 as is_faded
      from search.popularity p join due using (product_id) order by p.product_id for update of p
    ), halved as (
      update search.popularity p set views = p.views / 2, orders = p.orders / 2, halved_at = ${at}::timestamptz
      from taken t where t.product_id = p.product_id and not t.is_faded
      returning p.product_id, p.views, p.orders
    ), forgotten as (
      delete from search.popularity p using taken t where t.product_id = p.product_id and t.is_faded
      returning p.product_id
    )
    select product_id, views, orders from halved
    union all select product_id, 0, 0 from forgotten
    order by product_id`);
}

export async function erasePopularity(db: Connection, productIds: string[]): Promise<void> {
  await db.query(sql`
    delete from search.popularity where product_id in (
      select product_id from search.popularity where product_id = any(${productIds}::uuid[])
      order by product_id for update)`);
}

/** At most `most` of those that were counted before; answers how many. */
export async function dropCountedOrders(
  db: Connection,
  { before, most }: { before: string; most: number },
): Promise<number> {
  const rows = await db.query(sql`
    delete from search.counted_orders where order_id in (
      select order_id from search.counted_orders where counted_at < ${before}::timestamptz limit ${most})
    returning order_id`);
  return rows.length;
}
