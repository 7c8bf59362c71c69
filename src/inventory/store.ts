import { bucketOf } from '#platform/ids';
import { type Route, routedTo } from '#platform/route';
import { type Connection, type Database, sql } from '#platform/sql';
import type { Hold } from './commands.ts';
import type { MovementKind, Warehouse } from './contract.ts';

export async function readWarehouses(db: Connection): Promise<Warehouse[]> {
  return await db.query<Warehouse>(sql`
    select warehouse_id, name, country, region from inventory.warehouses order by created_at, warehouse_id`);
}

/** Those that are there already keep what they are. */
export async function addWarehouses(db: Connection, warehouses: readonly Warehouse[], now: string): Promise<void> {
  await db.query(sql`
    insert into inventory.warehouses (warehouse_id, name, country, region, created_at)
    select w.*, ${now}::timestamptz
    from unnest(
      ${warehouses.map(one => one.warehouse_id)}::uuid[], ${warehouses.map(one => one.name)}::text[],
      ${warehouses.map(one => one.country)}::text[], ${warehouses.map(one => one.region)}::text[]
    ) as w (warehouse_id, name, country, region)
    order by w.warehouse_id
    on conflict do nothing`);
}

export interface StockRow {
  warehouse_id: string;
  pool: string;
  total_quantity: number;
  reserved: number;
  available: number;
  version: number;
}

export async function readStock(db: Connection, productId: string): Promise<StockRow[]> {
  return await db.query<StockRow>(sql`
    select warehouse_id, pool, total_quantity, reserved, available, version
    from inventory.stock
    where bucket = ${bucketOf(productId)}::smallint and product_id = ${productId}::uuid
    order by warehouse_id, pool`);
}

/** Products without stock are left out. */
export async function readAvailable(
  db: Connection,
  productIds: string[],
  route: Route = null,
): Promise<{ product_id: string; available: number }[]> {
  return await db.query(sql`
    select s.product_id, sum(s.available)::bigint as available
    from unnest(${productIds.map(bucketOf)}::smallint[], ${productIds}::uuid[]) as k (bucket, product_id)
    join inventory.stock s on s.bucket = k.bucket and s.product_id = k.product_id and s.pool = ''
      ${routedTo(route, 's')}
    group by s.product_id`);
}

export async function readReservation(
  db: Connection,
  key: { reservation_id: string; product_ids: string[] },
): Promise<Hold[]> {
  return await db.query<Hold>(sql`
    select reservation_id, product_id, warehouse_id, person_id, quantity, state, is_limited, order_id, expires_at
    from inventory.holds
    where bucket = any(${key.product_ids.map(bucketOf)}::smallint[]) and reservation_id = ${key.reservation_id}::uuid
    order by bucket, product_id, warehouse_id`);
}

export interface MovementRow {
  position: number;
  movement_id: string | null;
  warehouse_id: string;
  pool: string;
  kind: MovementKind;
  total_delta: number;
  reserved_delta: number;
  reservation_id: string | null;
  order_id: string | null;
  reason: string | null;
  at: string;
}

/** Newest first, below `before` where it is given. */
export async function readMovements(
  db: Connection,
  productId: string,
  window: { before: number | null; offset: number; limit: number },
): Promise<MovementRow[]> {
  return await db.query<MovementRow>(sql`
    select position, movement_id, warehouse_id, pool, kind, total_delta, reserved_delta, reservation_id, order_id,
      reason, at
    from inventory.movements
    where bucket = ${bucketOf(productId)}::smallint and product_id = ${productId}::uuid
      and (${window.before}::bigint is null or position < ${window.before}::bigint)
    order by bucket desc, product_id desc, position desc
    limit ${window.limit} offset ${window.offset}`);
}

/** Counts to `most` and no further. */
export async function countMovements(db: Connection, productId: string, most: number): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count from (
      select from inventory.movements
      where bucket = ${bucketOf(productId)}::smallint and product_id = ${productId}::uuid
      limit ${most}
    ) as counted`);
  return row!.count;
}

export interface ExplanationRow {
  received: number;
  adjusted: number;
  returned: number;
  allotted: number;
  sold: number;
  moved_total: number;
  moved_reserved: number;
  total_quantity: number;
  reserved: number;
  held: number;
  open_holds: OpenHold[];
}

export interface OpenHold {
  reservation_id: string;
  warehouse_id: string;
  quantity: number;
  expires_at: string;
}

/** One statement, so that movements, stock and holds are of one moment. The holds are listed up to `most`. */
export async function readExplanation(db: Database, productId: string, most: number): Promise<ExplanationRow> {
  const bucket = bucketOf(productId);
  const [row] = await db.query<ExplanationRow>(sql`
    with moved as (
      select
        coalesce(sum(total_delta) filter (where kind = 'receive'), 0)::bigint as received,
        coalesce(sum(total_delta) filter (where kind = 'adjust'), 0)::bigint as adjusted,
        coalesce(sum(total_delta) filter (where kind = 'return' and reservation_id is null), 0)::bigint as returned,
        coalesce(-sum(total_delta) filter (where kind = 'allot'), 0)::bigint as allotted,
        -- A sale that was taken back, since its money could not be taken, has never been one.
        coalesce(-sum(total_delta) filter (where kind = 'sell' or (kind = 'return' and reservation_id is not null)),
          0)::bigint as sold,
        coalesce(sum(total_delta), 0)::bigint as moved_total,
        coalesce(sum(reserved_delta), 0)::bigint as moved_reserved
      from inventory.movements
      where bucket = ${bucket}::smallint and product_id = ${productId}::uuid and pool = ''
    ), shelved as (
      select coalesce(sum(total_quantity), 0)::bigint as total_quantity, coalesce(sum(reserved), 0)::bigint as reserved
      from inventory.stock
      where bucket = ${bucket}::smallint and product_id = ${productId}::uuid and pool = ''
    ), open as (
      select reservation_id, warehouse_id, quantity, expires_at
      from inventory.holds
      where ended_at is null and bucket = ${bucket}::smallint and product_id = ${productId}::uuid and pool = ''
    )
    select moved.*, shelved.*,
      (select coalesce(sum(quantity), 0)::bigint from open) as held,
      (
        select coalesce(jsonb_agg(to_jsonb(listed) order by listed.expires_at, listed.reservation_id), '[]')
        from (select * from open order by expires_at, reservation_id limit ${most}) as listed
      ) as open_holds
    from moved, shelved`);
  return row!;
}
