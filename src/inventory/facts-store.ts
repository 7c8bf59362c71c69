import { bucketsOf, FACTS_NAMED_MAX, type FactSpan, type placeAfter } from '#platform/facts';
import { bucketOf } from '#platform/ids';
import type { Sharding } from '#platform/route';
import { type Connection, sql } from '#platform/sql';
import type { HoldFacts, HoldShape, SaleFact, StockFact, UnitsOfProduct } from './stock-facts.ts';

export interface StockFactRow extends Omit<StockFact, 'key'> {
  bucket: number;
}

/** The rows after a key, beside the sums of their movements and open holds, all of one moment. */
export async function readStockFacts(
  db: Connection,
  after: { bucket: number; product_id: string; warehouse_id: string; pool: string },
  limit: number,
): Promise<StockFactRow[]> {
  return await db.query<StockFactRow>(sql`
    with listed as materialized (
      select bucket, product_id, warehouse_id, pool, total_quantity, reserved
      from inventory.stock
      where (bucket, product_id, warehouse_id, pool) >
        (${after.bucket}::smallint, ${after.product_id}::uuid, ${after.warehouse_id}::uuid, ${after.pool}::text)
      order by bucket, product_id, warehouse_id, pool
      limit ${limit}
    ), products as materialized (
      select distinct bucket, product_id from listed
    ), journal as (
      select m.bucket, m.product_id, m.warehouse_id, m.pool, m.position, m.kind, m.total_delta, m.reserved_delta,
        sum(m.total_delta) over so_far as total, sum(m.reserved_delta) over so_far as reserved,
        lead(m.at) over shelf is distinct from m.at as ends_moment
      from products p join inventory.movements m on m.bucket = p.bucket and m.product_id = p.product_id
      window shelf as (partition by m.bucket, m.product_id, m.warehouse_id, m.pool order by m.position),
        so_far as (shelf rows unbounded preceding)
    ), moved as (
      select bucket, product_id, warehouse_id, pool,
        sum(total_delta)::bigint as total, sum(reserved_delta)::bigint as reserved,
        coalesce(sum(total_delta) filter (where kind not in ('sell', 'return') and total_delta > 0), 0)::bigint as came,
        coalesce(-sum(total_delta) filter (where kind not in ('sell', 'return') and total_delta < 0), 0)::bigint
          as gone,
        coalesce(-sum(total_delta) filter (where kind in ('sell', 'return')), 0)::bigint as sold,
        min(array[(total - reserved)::bigint, position]) filter (where ends_moment) as lowest_available,
        min(array[reserved::bigint, position]) filter (where ends_moment) as lowest_reserved
      from journal group by 1, 2, 3, 4
    ), held as (
      select h.bucket, h.product_id, h.warehouse_id, h.pool, sum(h.quantity)::bigint as quantity
      from products p join inventory.holds h on h.bucket = p.bucket and h.product_id = p.product_id
      where h.ended_at is null
      group by 1, 2, 3, 4
    )
    select listed.*, coalesce(moved.total, 0) as moved_total, coalesce(moved.reserved, 0) as moved_reserved,
      coalesce(held.quantity, 0) as held, coalesce(moved.came, 0) as came, coalesce(moved.gone, 0) as gone,
      coalesce(moved.sold, 0) as sold, coalesce(moved.lowest_available, '{0,0}') as lowest_available,
      coalesce(moved.lowest_reserved, '{0,0}') as lowest_reserved
    from listed
    left join moved using (bucket, product_id, warehouse_id, pool)
    left join held using (bucket, product_id, warehouse_id, pool)
    order by listed.bucket, listed.product_id, listed.warehouse_id, listed.pool`);
}

/** By one statement, so that a hold and its movements, which are written together, are seen together. */
export async function readHoldShapes(db: Connection, span: FactSpan): Promise<HoldShape[]> {
  const { from, to } = bucketsOf(span);
  return await db.query<HoldShape>(sql`
    with held as (
      select bucket, reservation_id, product_id, warehouse_id, pool, state, quantity
      from inventory.holds where bucket between ${from} and ${to}
    ), moved as (
      select bucket, reservation_id, product_id, warehouse_id, pool,
        count(*) filter (where kind = 'hold') as holds,
        count(*) filter (where kind = 'sell') - count(*) filter (where kind = 'return') as sales,
        count(*) filter (where kind = 'release') as releases, count(*) filter (where kind = 'expire') as expiries,
        min(abs(reserved_delta)) as least, max(abs(reserved_delta)) as most,
        bool_and(total_delta = case when kind in ('sell', 'return') then reserved_delta else 0 end) as is_sound
      from inventory.movements
      where bucket between ${from} and ${to} and reservation_id is not null
      group by 1, 2, 3, 4, 5
    ), compared as materialized (
      select state, coalesce(holds, 0) as holds, coalesce(sales, 0) as sales, coalesce(releases, 0) as releases,
        coalesce(expiries, 0) as expiries, coalesce(is_sound and least = quantity and most = quantity, false)
          as units_agree, reservation_id, product_id
      from held full join moved using (bucket, reservation_id, product_id, warehouse_id, pool)
    ), shapes as (
      select state, holds, sales, releases, expiries, units_agree, count(*) as count from compared
      group by state, holds, sales, releases, expiries, units_agree
    )
    select shapes.*, array(
      select reservation_id || ' of ' || product_id from compared c
      where (c.state, c.holds, c.sales, c.releases, c.expiries, c.units_agree) is not distinct from
        (shapes.state, shapes.holds, shapes.sales, shapes.releases, shapes.expiries, shapes.units_agree)
      limit ${FACTS_NAMED_MAX}
    ) as named
    from shapes`);
}

/** Where the span's movements were made, and the products of shelves among them that no stock row sums up. */
export async function readShelves(db: Connection, span: FactSpan): Promise<Pick<HoldFacts, 'shelves' | 'shelfless'>> {
  const { from, to } = bucketsOf(span);
  const [row] = await db.query<Pick<HoldFacts, 'shelves' | 'shelfless'>>(sql`
    with shelves as materialized (
      select distinct bucket, product_id, warehouse_id, pool from inventory.movements
      where bucket between ${from} and ${to}
    )
    select (select count(*) from shelves) as shelves, array(
      select distinct m.product_id::text as id from shelves m
      where not exists (
        select from inventory.stock s
        where s.bucket = m.bucket and s.product_id = m.product_id and s.warehouse_id = m.warehouse_id
          and s.pool = m.pool
      )
      order by id limit ${FACTS_NAMED_MAX}
    ) as shelfless`);
  return row!;
}

/**
 * The span is of the reservation's own bucket, so that all its parts are in it, whatever theirs. On Citus the parts of
 * several buckets may be given back one released and the other expired: both are over, and their units are back.
 */
export async function readTorn(
  db: Connection,
  span: FactSpan,
  sharding: Sharding,
): Promise<Pick<HoldFacts, 'reservations' | 'torn'>> {
  const { from, to } = bucketsOf(span);
  const state = sharding === 'citus' ? sql`replace(state, 'expired', 'released')` : sql`state`;
  const [row] = await db.query<Pick<HoldFacts, 'reservations' | 'torn'>>(sql`
    with told as materialized (
      select reservation_id, min(${state}) <> max(${state}) as is_torn
      from inventory.holds
      where get_byte(uuid_send(reservation_id), 15) between ${from} and ${to}
      group by reservation_id
    )
    select (select count(*) from told) as reservations,
      array(
        select reservation_id::text from told where is_torn order by reservation_id limit ${FACTS_NAMED_MAX}
      ) as torn`);
  return row!;
}

export interface SaleFactRow extends Omit<SaleFact, 'key'> {
  bucket: number;
}

export async function readSaleFacts(
  db: Connection,
  after: ReturnType<typeof placeAfter>,
  limit: number,
): Promise<SaleFactRow[]> {
  return await db.query<SaleFactRow>(sql`
    select bucket, reservation_id, min(order_id::text) as order_id, array_agg(product_id::text) as product_ids
    from inventory.holds
    where (bucket, reservation_id) > (${after.bucket}::smallint, ${after.id}::uuid) and state = 'sold'
    group by bucket, reservation_id
    order by bucket, reservation_id
    limit ${limit}`);
}

export interface ReservationFactRow {
  reservation_id: string;
  state: string;
  states: number;
  order_id: string | null;
  units: UnitsOfProduct[];
}

export async function readReservationFacts(
  db: Connection,
  reservations: { reservation_id: string; product_ids: string[] }[],
): Promise<ReservationFactRow[]> {
  const keys = reservations.flatMap(({ reservation_id, product_ids }) =>
    product_ids.map(product_id => ({ bucket: bucketOf(product_id), reservation_id })),
  );
  return await db.query<ReservationFactRow>(sql`
    with asked as materialized (
      select distinct * from unnest(
        ${keys.map(key => key.bucket)}::smallint[], ${keys.map(key => key.reservation_id)}::uuid[]
      ) as k (bucket, reservation_id)
    ), parts as (
      select h.reservation_id, h.product_id, sum(h.quantity)::bigint as quantity, min(h.state) as first_state,
        max(h.state) as last_state, min(h.order_id::text) as order_id
      from asked join inventory.holds h on h.bucket = asked.bucket and h.reservation_id = asked.reservation_id
      group by h.reservation_id, h.product_id
    )
    select reservation_id, min(first_state) as state,
      case when min(first_state) = max(last_state) then 1 else 2 end as states, min(order_id) as order_id,
      jsonb_agg(jsonb_build_array(product_id, quantity) order by product_id) as units
    from parts group by reservation_id`);
}
