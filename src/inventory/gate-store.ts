import { bucketOf } from '#platform/ids';
import { type Route, routedTo, whereRouted } from '#platform/route';
import { type Connection, sql } from '#platform/sql';

export interface ProductKey {
  bucket: number;
  product_id: string;
}

/** Products that have, or had, stock which everybody may buy: those after a key, in its order. */
export async function readStockedProducts(db: Connection, after: ProductKey, limit: number): Promise<ProductKey[]> {
  return await db.query<ProductKey>(sql`
    select distinct bucket, product_id from inventory.stock
    where (bucket, product_id) > (${after.bucket}::smallint, ${after.product_id}::uuid) and pool = ''
    order by bucket, product_id
    limit ${limit}`);
}

export interface LedgerCount {
  product_id: string;
  available: number;
  /** Units of the reservations asked about that are in the ledger: `available` is without them. */
  seen: number;
}

/** What there is of each product, and which of the reservations that are on their way have come: of one moment. */
export async function readLedgerCounts(
  db: Connection,
  productIds: string[],
  onWay: { product_id: string; reservation_id: string }[],
): Promise<LedgerCount[]> {
  return await db.query<LedgerCount>(sql`
    with counted as (
      select k.product_id, coalesce(sum(s.available), 0)::bigint as available
      from unnest(${productIds.map(bucketOf)}::smallint[], ${productIds}::uuid[]) as k (bucket, product_id)
      left join inventory.stock s on s.bucket = k.bucket and s.product_id = k.product_id and s.pool = ''
      group by k.product_id
    ), come as (
      select h.product_id, sum(h.quantity)::bigint as units
      from unnest(
        ${onWay.map(one => bucketOf(one.product_id))}::smallint[], ${onWay.map(one => one.reservation_id)}::uuid[],
        ${onWay.map(one => one.product_id)}::uuid[]
      ) as w (bucket, reservation_id, product_id)
      join inventory.holds h
        on h.bucket = w.bucket and h.reservation_id = w.reservation_id and h.product_id = w.product_id and h.pool = ''
      where h.state in ('held', 'sold')
      group by h.product_id
    )
    select counted.product_id, counted.available, coalesce(come.units, 0) as seen
    from counted left join come on come.product_id = counted.product_id`);
}

export interface RefusalQuestion {
  reservation_id: string;
  product_ids: string[];
}

/**
 * What the ledger says of reservations that the gate would refuse: which of them it knows (`available` is null), and
 * what there is of their products. One statement, so that both are of one moment; it takes no lock.
 */
export async function readRefused(
  db: Connection,
  questions: RefusalQuestion[],
  route: Route = null,
): Promise<{ id: string; available: number | null }[]> {
  const keys = questions.flatMap(({ reservation_id, product_ids }) =>
    [...new Set(product_ids.map(bucketOf))].map(bucket => ({ bucket, reservation_id })),
  );
  const productIds = [...new Set(questions.flatMap(question => question.product_ids))];
  return await db.query(sql`
    select h.reservation_id as id, null::bigint as available
    from unnest(
      ${keys.map(key => key.bucket)}::smallint[], ${keys.map(key => key.reservation_id)}::uuid[]
    ) as k (bucket, reservation_id)
    join inventory.holds h on h.bucket = k.bucket and h.reservation_id = k.reservation_id
    ${whereRouted(route, 'h')}
    union all
    select s.product_id, sum(s.available)::bigint
    from unnest(${productIds.map(bucketOf)}::smallint[], ${productIds}::uuid[]) as k (bucket, product_id)
    join inventory.stock s on s.bucket = k.bucket and s.product_id = k.product_id and s.pool = ''
      ${routedTo(route, 's')}
    group by s.product_id`);
}
