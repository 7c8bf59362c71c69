import { bucketOf } from '#platform/ids';
import { appendEventsSql } from '#platform/outbox';
import { bucketFrom, type Route, routedTo, rowsIn } from '#platform/route';
import { type Connection, type Database, empty, type Sql, sql } from '#platform/sql';
import type { Changes } from './book.ts';
import type { Hold, PersonUnits, Shelf } from './commands.ts';

/**
 * What everybody may buy. It goes into joins as an array like every part of a key: of a constant the planner guesses,
 * on a table without statistics, that two rows have it, and then walks the whole index for them.
 */
const OPEN_POOL = '';

/**
 * Makes empty shelves for units that are about to come. By itself and before the transaction, so that a lock which is
 * taken afterwards sees all shelves of the product; sorted, as every set of unique keys.
 */
export async function openShelves(
  db: Connection,
  keys: { product_id: string; warehouse_id: string }[],
  now: string,
  route: Route,
): Promise<void> {
  await db.query(sql`
    insert into inventory.stock (bucket, product_id, warehouse_id, total_quantity, reserved, version, updated_at)
    select distinct ${bucketFrom(route, 'k.bucket')}, k.product_id, k.warehouse_id, 0, 0, 0, ${now}::timestamptz
    from unnest(
      ${keys.map(key => bucketOf(key.product_id))}::smallint[],
      ${keys.map(key => key.product_id)}::uuid[],
      ${keys.map(key => key.warehouse_id)}::uuid[]
    ) as k (bucket, product_id, warehouse_id)
    where not exists (
      select from inventory.stock s
      where s.bucket = k.bucket and s.product_id = k.product_id and s.warehouse_id = k.warehouse_id
        and s.pool = ''${routedTo(route, 's')}
    )
    order by 1, 2, 3
    on conflict do nothing`);
}

/**
 * Locks all shelves of the products in the order given, which is that of their key: whoever changes a product's stock
 * or holds waits here.
 */
export async function lockShelves(tx: Connection, productIds: string[], route: Route): Promise<Shelf[]> {
  return await tx.query<Shelf>(shelvesOf(productIds, route, sql`for update`));
}

/** Of the same rows those that nobody else has locked: it doesn't wait. */
export async function tryLockShelves(tx: Connection, productIds: string[], route: Route): Promise<Shelf[]> {
  return await tx.query<Shelf>(shelvesOf(productIds, route, sql`for update skip locked`));
}

/** The same rows in the same order, without a lock. */
export async function readShelves(tx: Connection, productIds: string[], route: Route): Promise<Shelf[]> {
  return await tx.query<Shelf>(shelvesOf(productIds, route, empty));
}

/** Everything that is read in this transaction is of one moment. Has to be its first statement. */
export async function readOneMoment(tx: Connection): Promise<void> {
  await tx.query(sql`set transaction isolation level repeatable read, read only`);
}

function shelvesOf(productIds: string[], route: Route, lock: Sql): Sql {
  return sql`
    select s.* from unnest(${productIds.map(bucketOf)}::smallint[], ${productIds}::uuid[]) as k (bucket, product_id)
    cross join lateral (
      select product_id, warehouse_id, total_quantity, reserved, version
      from inventory.stock
      where bucket = k.bucket and product_id = k.product_id and pool = ''${routedTo(route)}
      order by warehouse_id
      ${lock}
    ) as s`;
}

/** A statement of its own after the lock: its snapshot shows what the lock's last owner has committed. */
export async function readHolds(
  tx: Connection,
  keys: { bucket: number; reservation_id: string }[],
  route: Route,
): Promise<Hold[]> {
  return await tx.query<Hold>(sql`
    select h.reservation_id, h.product_id, h.warehouse_id, h.person_id, h.quantity, h.state, h.is_limited, h.order_id,
      h.product_ids, h.expires_at
    from unnest(
      ${keys.map(key => key.bucket)}::smallint[], ${keys.map(key => key.reservation_id)}::uuid[]
    ) as k (bucket, reservation_id)
    join inventory.holds h on h.bucket = k.bucket and h.reservation_id = k.reservation_id${routedTo(route, 'h')}
    order by h.bucket, h.reservation_id, h.product_id, h.warehouse_id`);
}

/** Overdue holds don't count: the sweeper is about to take them. */
export async function readPersonUnits(
  tx: Connection,
  keys: { product_id: string; person_id: string }[],
  times: { now: string; since: string },
  route: Route,
): Promise<PersonUnits[]> {
  return await tx.query<PersonUnits>(sql`
    select h.product_id, h.person_id, sum(h.quantity)::bigint as units
    from unnest(
      ${keys.map(key => bucketOf(key.product_id))}::smallint[],
      ${keys.map(key => key.product_id)}::uuid[],
      ${keys.map(key => key.person_id)}::uuid[]
    ) as k (bucket, product_id, person_id)
    join inventory.holds h on h.bucket = k.bucket and h.product_id = k.product_id and h.person_id = k.person_id
    where h.is_limited and (
      (h.state = 'held' and h.expires_at > ${times.now}::timestamptz)
      or (h.state = 'sold' and h.created_at > ${times.since}::timestamptz)
    )${routedTo(route, 'h')}
    group by h.product_id, h.person_id`);
}

/** Which of the ids have been applied. */
export async function readMoved(
  tx: Connection,
  keys: { bucket: number; movement_id: string }[],
  route: Route,
): Promise<string[]> {
  const rows = await tx.query<{ movement_id: string }>(sql`
    select m.movement_id
    from unnest(
      ${keys.map(key => key.bucket)}::smallint[], ${keys.map(key => key.movement_id)}::uuid[]
    ) as k (bucket, movement_id)
    join inventory.movements m on m.bucket = k.bucket and m.movement_id = k.movement_id
    where m.kind in ('receive', 'adjust', 'allot', 'return')${routedTo(route, 'm')}`);
  return rows.map(row => row.movement_id);
}

/**
 * Writes a group by one statement: each touched row once. What is written is compared with what was decided upon by a
 * shelf's `version` and a hold's state and expiry; the answer says how many rows agreed.
 */
export async function writeChanges(tx: Connection, changes: Changes, now: string, route: Route): Promise<Written> {
  const [written] = await tx.query<Written>(sql`
    with shelved as (${changeShelves(changes.shelves, now, route)}),
      held as (${addHolds(changes.newHolds, now, route)}),
      changed as (${changeHolds(changes.changedHolds, now, route)}),
      moved as (${addMovements(changes, now, route)}),
      told as (${appendEventsSql('inventory', changes.events, route)})
    select (select count(*) from shelved) as shelves, (select count(*) from changed) as holds`);
  return written!;
}

function changeShelves(rows: Shelf[], now: string, route: Route): Sql {
  return sql`
    update inventory.stock s
    set total_quantity = u.total_quantity, reserved = u.reserved, version = u.version,
      updated_at = ${now}::timestamptz
    from unnest(
      ${rows.map(row => bucketOf(row.product_id))}::smallint[], ${rows.map(row => row.product_id)}::uuid[],
      ${rows.map(row => row.warehouse_id)}::uuid[], ${rows.map(row => row.total_quantity)}::bigint[],
      ${rows.map(row => row.reserved)}::bigint[], ${rows.map(row => row.version)}::integer[],
      ${rows.map(() => OPEN_POOL)}::text[]
    ) as u (bucket, product_id, warehouse_id, total_quantity, reserved, version, pool)
    where s.bucket = u.bucket and s.product_id = u.product_id and s.warehouse_id = u.warehouse_id and s.pool = u.pool
      and s.version = u.version - 1${routedTo(route, 's')}
    returning 1`;
}

function addHolds(rows: Hold[], now: string, route: Route): Sql {
  return sql`
    insert into inventory.holds (bucket, reservation_id, product_id, warehouse_id, person_id, quantity, state,
      is_limited, order_id, expires_at, product_ids, ended_at, created_at)
    select ${bucketFrom(route, 'u.bucket')}, u.reservation_id, u.product_id, u.warehouse_id, u.person_id, u.quantity, u.state, u.is_limited,
      u.order_id, u.expires_at, u.product_ids::uuid[], case when u.state <> 'held' then ${now}::timestamptz end,
      ${now}::timestamptz
    from unnest(
      ${rows.map(row => bucketOf(row.product_id))}::smallint[], ${rows.map(row => row.reservation_id)}::uuid[],
      ${rows.map(row => row.product_id)}::uuid[], ${rows.map(row => row.warehouse_id)}::uuid[],
      ${rows.map(row => row.person_id)}::uuid[], ${rows.map(row => row.quantity)}::bigint[],
      ${rows.map(row => row.state)}::text[], ${rows.map(row => row.is_limited)}::boolean[],
      ${rows.map(row => row.order_id)}::uuid[], ${rows.map(row => row.expires_at)}::timestamptz[],
      ${rows.map(row => row.product_ids && `{${row.product_ids.join()}}`)}::text[]
    ) as u (bucket, reservation_id, product_id, warehouse_id, person_id, quantity, state, is_limited, order_id,
      expires_at, product_ids)
    returning bucket, reservation_id, product_id, warehouse_id, quantity`;
}

function changeHolds(changes: Changes['changedHolds'], now: string, route: Route): Sql {
  const rows = changes.map(change => change.hold);
  const was = changes.map(change => change.from);
  return sql`
    update inventory.holds h
    set state = u.state, order_id = u.order_id, expires_at = u.expires_at,
      ended_at = case when u.state <> 'held' then ${now}::timestamptz end
    from unnest(
      ${rows.map(row => bucketOf(row.product_id))}::smallint[], ${rows.map(row => row.reservation_id)}::uuid[],
      ${rows.map(row => row.product_id)}::uuid[], ${rows.map(row => row.warehouse_id)}::uuid[],
      ${was.map(hold => hold.state)}::text[], ${was.map(hold => hold.expires_at)}::timestamptz[],
      ${rows.map(row => row.state)}::text[], ${rows.map(row => row.order_id)}::uuid[],
      ${rows.map(row => row.expires_at)}::timestamptz[], ${rows.map(() => OPEN_POOL)}::text[]
    ) as u (bucket, reservation_id, product_id, warehouse_id, was, expired_at, state, order_id, expires_at, pool)
    where h.bucket = u.bucket and h.reservation_id = u.reservation_id and h.product_id = u.product_id
      and h.warehouse_id = u.warehouse_id and h.pool = u.pool and h.state = u.was and h.expires_at = u.expired_at
      ${routedTo(route, 'h')}
    returning 1`;
}

/** A new hold is its own movement's source: what is read from it need not be sent. */
function addMovements({ movements: rows, newHolds }: Changes, now: string, route: Route): Sql {
  const ofHolds =
    newHolds.length === 0
      ? empty
      : sql`select ${bucketFrom(route, 'bucket')}, null, product_id, warehouse_id, 'hold', 0, quantity, reservation_id, null, null,
          ${now}::timestamptz from held union all`;
  return sql`
    insert into inventory.movements (bucket, movement_id, product_id, warehouse_id, kind, total_delta, reserved_delta,
      reservation_id, order_id, reason, at)
    ${ofHolds}
    select u.*, ${now}::timestamptz
    from unnest(
      ${rows.map(row => bucketOf(row.product_id))}::smallint[], ${rows.map(row => row.movement_id)}::uuid[],
      ${rows.map(row => row.product_id)}::uuid[], ${rows.map(row => row.warehouse_id)}::uuid[],
      ${rows.map(row => row.kind)}::text[], ${rows.map(row => row.total_delta)}::bigint[],
      ${rows.map(row => row.reserved_delta)}::bigint[], ${rows.map(row => row.reservation_id)}::uuid[],
      ${rows.map(row => row.order_id)}::uuid[], ${rows.map(row => row.reason)}::text[]
    ) as u${rowsIn(route, 'u')}`;
}

export interface Written {
  shelves: number;
  holds: number;
}

export interface Sale {
  reservation_id: string;
  /** The only one of the reservation. */
  product_id: string;
  order_id: string;
}

/**
 * Sells what is held, by one statement: reservations of one product each, whatever their warehouses. The shelves are
 * locked before their holds, as everybody does it; who waits for the lock finds the holds as its last owner left them,
 * since PostgreSQL looks again at a row that has changed meanwhile. Answers the orders that have their goods.
 */
export async function sellHolds(db: Database, sales: Sale[], now: string, route: Route): Promise<Set<string>> {
  const rows = await db.queryByKey<{ order_id: string }>(sql`
    with asked as materialized (
      select * from unnest(
        ${sales.map(sale => bucketOf(sale.product_id))}::smallint[], ${sales.map(sale => sale.product_id)}::uuid[],
        ${sales.map(sale => sale.reservation_id)}::uuid[], ${sales.map(sale => sale.order_id)}::uuid[]
      ) as a (bucket, product_id, reservation_id, order_id)
    ), shelves as materialized (
      select s.version
      from (select distinct bucket, product_id from asked order by bucket, product_id) as k
      cross join lateral (
        select version from inventory.stock
        where bucket = k.bucket and product_id = k.product_id and pool = ''${routedTo(route)}
        order by warehouse_id
        for update
      ) as s
    ), sold as (
      update inventory.holds h
      set state = 'sold', order_id = a.order_id, ended_at = ${now}::timestamptz
      from asked a
      where (select count(*) from shelves) > 0 and h.bucket = a.bucket and h.reservation_id = a.reservation_id
        and h.product_id = a.product_id and h.product_ids is null and h.state = 'held'
        and h.expires_at > ${now}::timestamptz${routedTo(route, 'h')}
      returning h.bucket, h.product_id, h.warehouse_id, h.pool, h.quantity, h.reservation_id, h.order_id
    ), taken as (
      select bucket, product_id, warehouse_id, pool, sum(quantity) as quantity from sold group by 1, 2, 3, 4
    ), shelved as (
      update inventory.stock s
      set total_quantity = s.total_quantity - t.quantity, reserved = s.reserved - t.quantity, version = s.version + 1,
        updated_at = ${now}::timestamptz
      from taken t
      where s.bucket = t.bucket and s.product_id = t.product_id and s.warehouse_id = t.warehouse_id and s.pool = t.pool
        ${routedTo(route, 's')}
    ), moved as (
      insert into inventory.movements (bucket, product_id, warehouse_id, kind, total_delta, reserved_delta,
        reservation_id, order_id, at)
      select ${bucketFrom(route, 'bucket')}, product_id, warehouse_id, 'sell', -quantity, -quantity, reservation_id,
        order_id, ${now}::timestamptz
      from sold
    )
    select distinct order_id from sold`);
  return new Set(rows.map(row => row.order_id));
}

/** Reservations whose time is over, the oldest first, each with all its products. */
export async function readOverdue(
  db: Connection,
  now: string,
  limit: number,
): Promise<{ reservation_id: string; product_ids: string[] }[]> {
  return await db.query(sql`
    select reservation_id, min(coalesce(product_ids, array[product_id]))::text[] as product_ids
    from (
      select reservation_id, product_id, product_ids from inventory.holds
      where ended_at is null and expires_at <= ${now}::timestamptz
      order by expires_at
      limit ${limit}
    ) as oldest
    group by reservation_id`);
}
