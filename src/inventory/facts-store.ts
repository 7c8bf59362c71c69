import { type Connection, sql } from '#platform/sql';

/** A pair of a product and its units, as it stands in a fact. */
export type UnitsOfProduct = [product_id: string, quantity: number];

export interface StockFactRow {
  bucket: number;
  product_id: string;
  warehouse_id: string;
  pool: string;
  total_quantity: number;
  reserved: number;
  moved_total: number;
  moved_reserved: number;
  held: number;
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
    ), moved as (
      select m.bucket, m.product_id, m.warehouse_id, m.pool,
        sum(m.total_delta)::bigint as total, sum(m.reserved_delta)::bigint as reserved
      from products p join inventory.movements m on m.bucket = p.bucket and m.product_id = p.product_id
      group by 1, 2, 3, 4
    ), held as (
      select h.bucket, h.product_id, h.warehouse_id, h.pool, sum(h.quantity)::bigint as quantity
      from products p join inventory.holds h on h.bucket = p.bucket and h.product_id = p.product_id
      where h.ended_at is null
      group by 1, 2, 3, 4
    )
    select listed.*, coalesce(moved.total, 0) as moved_total, coalesce(moved.reserved, 0) as moved_reserved,
      coalesce(held.quantity, 0) as held
    from listed
    left join moved using (bucket, product_id, warehouse_id, pool)
    left join held using (bucket, product_id, warehouse_id, pool)
    order by listed.bucket, listed.product_id, listed.warehouse_id, listed.pool`);
}

export interface HoldFactRow {
  reservation_id: string;
  state: string;
  states: number;
  open_units: number;
  order_id: string | null;
  units: UnitsOfProduct[];
}

export async function readHoldFacts(db: Connection, after: string, limit: number): Promise<HoldFactRow[]> {
  return await db.query<HoldFactRow>(sql`
    with listed as materialized (
      select distinct reservation_id from inventory.holds
      where reservation_id > ${after}::uuid
      order by reservation_id
      limit ${limit}
    ), parts as (
      select h.reservation_id, h.product_id, sum(h.quantity)::bigint as quantity,
        min(h.state) as first_state, max(h.state) as last_state, min(h.order_id::text) as order_id,
        coalesce(sum(h.quantity) filter (where h.ended_at is null), 0)::bigint as open_units
      from listed join inventory.holds h on h.reservation_id = listed.reservation_id
      group by h.reservation_id, h.product_id
    ), stated as (
      select h.reservation_id, count(distinct h.state) as states
      from listed join inventory.holds h on h.reservation_id = listed.reservation_id
      group by h.reservation_id
    )
    select parts.reservation_id, min(parts.first_state) as state, min(stated.states) as states,
      sum(parts.open_units)::bigint as open_units, min(parts.order_id) as order_id,
      jsonb_agg(jsonb_build_array(parts.product_id, parts.quantity) order by parts.product_id) as units
    from parts join stated on stated.reservation_id = parts.reservation_id
    group by parts.reservation_id
    order by parts.reservation_id`);
}

export interface SaleFactRow {
  order_id: string;
  units: UnitsOfProduct[];
}

/** What was sold to each order, over all of its reservation's parts. */
export async function readSaleFacts(db: Connection, after: string, limit: number): Promise<SaleFactRow[]> {
  return await db.query<SaleFactRow>(sql`
    with listed as materialized (
      select distinct order_id from inventory.holds
      where order_id is not null and order_id > ${after}::uuid
      order by order_id
      limit ${limit}
    ), parts as (
      select h.order_id, h.product_id, sum(h.quantity)::bigint as quantity
      from listed join inventory.holds h on h.order_id = listed.order_id
      where h.state = 'sold'
      group by h.order_id, h.product_id
    )
    select order_id, jsonb_agg(jsonb_build_array(product_id, quantity) order by product_id) as units
    from parts group by order_id order by order_id`);
}
