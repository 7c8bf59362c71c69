import type { OrderStatus, ShippingMethod } from '#orders';
import type { Address } from '#platform/address';
import { bucketOf } from '#platform/ids';
import { type Connection, empty, sql } from '#platform/sql';
import type { Line, Part, RefundRecord, Totals } from './rules.ts';

export type CheckoutState = 'open' | 'paying' | 'ordered' | 'superseded' | 'released';

interface Frozen extends Totals {
  person_id: string;
  person_kind: 'guest' | 'user';
  email: string | null;
  lines: Line[];
  reservation_id: string;
  parts: Part[];
  shipping_address: Address | null;
  billing_address: Address | null;
  shipping_method: ShippingMethod;
}

export interface CheckoutRow extends Frozen {
  checkout_id: string;
  state: CheckoutState;
  order_id: string | null;
  expires_at: string;
  created_at: string;
}

export interface OrderRow extends Frozen {
  order_id: string;
  /** Of a buy-now: the order's own id. */
  checkout_id: string;
  kind: 'checkout' | 'buy_now';
  status: OrderStatus;
  /** Why it ended: a decline's reason, or the code of a refusal. */
  reason: string | null;
  refunds: RefundRecord[];
  refunded: number;
  history: { status: OrderStatus; at: string }[];
  version: number;
  tries: number;
  deadline_at: string | null;
  created_at: string;
  updated_at: string;
}

const frozen = sql`person_id, person_kind, email, lines, reservation_id, parts, subtotal, discount, shipping_cost, tax,
  total, shipping_address, billing_address, shipping_method`;
const checkoutColumns = sql`checkout_id, state, order_id, expires_at, created_at, ${frozen}`;
const orderColumns = sql`order_id, checkout_id, kind, status, reason, refunds, refunded, history, version, tries,
  deadline_at, created_at, updated_at, ${frozen}`;

export async function insertCheckout(db: Connection, row: CheckoutRow): Promise<void> {
  await db.query(sql`
    insert into orders.checkouts (bucket, ${checkoutColumns})
    select ${bucketOf(row.checkout_id)}, ${checkoutColumns}
    from jsonb_populate_record(null::orders.checkouts, ${JSON.stringify(row)}::jsonb)
    on conflict do nothing`);
}

export async function readCheckouts(db: Connection, checkoutIds: string[]): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    select ${checkoutColumns} from orders.checkouts
    join unnest(${checkoutIds.map(bucketOf)}::smallint[], ${checkoutIds}::uuid[]) as asked (bucket, checkout_id)
      using (bucket, checkout_id)`);
}

export async function readOpenCheckouts(db: Connection, personId: string): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    select ${checkoutColumns} from orders.checkouts
    where bucket = ${bucketOf(personId)} and person_id = ${personId} and state = 'open'`);
}

/** open → superseded or released, where no payment has begun; answers the ones that this call ended. */
export async function endOpenCheckouts(
  db: Connection,
  checkoutIds: string[],
  state: 'superseded' | 'released',
): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    update orders.checkouts c set state = ${state}
    from unnest(${checkoutIds.map(bucketOf)}::smallint[], ${checkoutIds}::uuid[]) as asked (bucket, checkout_id)
    where c.bucket = asked.bucket and c.checkout_id = asked.checkout_id and c.state = 'open'
    returning c.checkout_id, c.state, c.order_id, c.expires_at, c.created_at, c.person_id, c.person_kind, c.email,
      c.lines, c.reservation_id, c.parts, c.subtotal, c.discount, c.shipping_cost, c.tax, c.total, c.shipping_address,
      c.billing_address, c.shipping_method`);
}

/** Drops checkouts that ended, or whose hold ran out, more than a week ago. */
export async function dropOldCheckouts(db: Connection, before: string, limit: number): Promise<number> {
  const rows = await db.query<{ checkout_id: string }>(sql`
    delete from orders.checkouts where (bucket, checkout_id) in (
      select bucket, checkout_id from orders.checkouts where expires_at < ${before} and state <> 'paying' limit ${limit})
    returning checkout_id`);
  return rows.length;
}

/**
 * Takes the checkouts of new orders (open → paying) and inserts the orders, in one statement: an order of a checkout is
 * inserted only where this statement took it. Answers the orders that are in. Sorted by key, so that two groups lock in
 * one order.
 */
export async function insertOrders(db: Connection, orders: OrderRow[]): Promise<Set<string>> {
  const rows = orders
    .map(order => ({ ...order, bucket: bucketOf(order.order_id) }))
    .sort((a, b) => a.bucket - b.bucket || (a.checkout_id < b.checkout_id ? -1 : 1));
  const taken = await db.query<{ order_id: string }>(sql`
    with new as materialized (
      select * from jsonb_populate_recordset(null::orders.orders, ${JSON.stringify(rows)}::jsonb)
    ), locked as materialized (
      select c.bucket, c.checkout_id from orders.checkouts c join new using (bucket, checkout_id)
      where c.state = 'open' order by c.bucket, c.checkout_id for update of c
    ), taken as (
      update orders.checkouts c set state = 'paying', order_id = new.order_id from new join locked using (bucket, checkout_id)
      where c.bucket = new.bucket and c.checkout_id = new.checkout_id returning c.order_id
    )
    insert into orders.orders (bucket, product_ids, ${orderColumns})
    select bucket, product_ids, ${orderColumns} from new
    where kind = 'buy_now' or order_id in (select order_id from taken)
    order by bucket, order_id
    on conflict do nothing
    returning order_id`);
  return new Set(taken.map(row => row.order_id));
}

export async function readOrders(db: Connection, orderIds: string[]): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders
    join unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as asked (bucket, order_id)
      using (bucket, order_id)`);
}

/** The living order of a checkout, or the last one that ended. */
export async function readOrderOfCheckout(db: Connection, checkoutId: string): Promise<OrderRow | undefined> {
  const rows = await db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders
    where bucket = ${bucketOf(checkoutId)} and order_id = (
      select order_id from orders.checkouts where bucket = ${bucketOf(checkoutId)} and checkout_id = ${checkoutId})`);
  return rows[0];
}

export interface Transition {
  order_id: string;
  from: OrderStatus[];
  to: OrderStatus;
  at: string;
  reason: string | null;
  deadline_at: string | null;
  /** What becomes of the order's checkout; null leaves it. */
  checkout_state: CheckoutState | null;
}

/** Moves orders along where they still stand in one of `from`, by one statement; answers the moved ones as they are now. */
export async function moveOrders(db: Connection, transitions: Transition[]): Promise<OrderRow[]> {
  const rows = transitions
    .map(transition => ({ ...transition, bucket: bucketOf(transition.order_id) }))
    .sort((a, b) => a.bucket - b.bucket || (a.order_id < b.order_id ? -1 : 1));
  return db.query<OrderRow>(sql`
    with step as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s (bucket smallint, order_id uuid,
        "from" text[], "to" text, at timestamptz, reason text, deadline_at timestamptz, checkout_state text)
    ), locked as materialized (
      select o.bucket, o.order_id from orders.orders o join step using (bucket, order_id)
      where o.status = any(step."from") order by o.bucket, o.order_id for update of o
    ), moved as (
      update orders.orders o set
        status = step."to", reason = coalesce(step.reason, o.reason), deadline_at = step.deadline_at, tries = 0,
        history = o.history || jsonb_build_object('status', step."to", 'at',
          to_char(step.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        version = o.version + 1, updated_at = step.at
      from step join locked using (bucket, order_id)
      where o.bucket = step.bucket and o.order_id = step.order_id
      returning o.*
    ), checkouts as (
      update orders.checkouts c set state = step.checkout_state
      from moved join step using (bucket, order_id)
      where c.bucket = moved.bucket and c.checkout_id = moved.checkout_id and c.order_id = moved.order_id
        and step.checkout_state is not null
    )
    select ${orderColumns} from moved`);
}

/** When the sweeper looks again; null when nothing is left to do. A later status is not touched. */
export async function setDeadline(
  db: Connection,
  input: { order_id: string; status: OrderStatus; deadline_at: string | null; tried: number },
): Promise<void> {
  await db.query(sql`
    update orders.orders set deadline_at = ${input.deadline_at}, tries = tries + ${input.tried}
    where bucket = ${bucketOf(input.order_id)} and order_id = ${input.order_id} and status = ${input.status}`);
}

/** Orders whose deadline has passed, pushed ahead so that two sweepers take different ones. */
export async function takeDueOrders(
  db: Connection,
  input: { now: string; next: string; limit: number },
): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    update orders.orders o set deadline_at = ${input.next} from (
      select bucket as due_bucket, order_id as due_id from orders.orders where deadline_at <= ${input.now}
      order by deadline_at limit ${input.limit} for update skip locked) due
    where o.bucket = due.due_bucket and o.order_id = due.due_id
    returning ${orderColumns}`);
}

/** Orders that were taken up `tries` times and are still not settled. */
export async function readStuckOrders(db: Connection, tries: number): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders where deadline_at is not null and tries >= ${tries}
    order by order_id limit 1000`);
}

/** Locks one order for a decision over its refunds; for refunds only, which are rare. */
export async function lockOrder(tx: Connection, orderId: string): Promise<OrderRow | undefined> {
  const rows = await tx.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders
    where bucket = ${bucketOf(orderId)} and order_id = ${orderId} for update`);
  return rows[0];
}

export async function writeRefunds(
  tx: Connection,
  input: { order_id: string; refunds: RefundRecord[]; refunded: number; at: string; deadline_at: string | null },
): Promise<OrderRow> {
  const rows = await tx.query<OrderRow>(sql`
    update orders.orders set refunds = ${JSON.stringify(input.refunds)}::jsonb, refunded = ${input.refunded},
      version = version + 1, updated_at = ${input.at}, deadline_at = ${input.deadline_at}
    where bucket = ${bucketOf(input.order_id)} and order_id = ${input.order_id} returning ${orderColumns}`);
  return rows[0]!;
}

export async function forgetPerson(db: Connection, personId: string): Promise<void> {
  await db.query(sql`
    update orders.orders set email = null, shipping_address = null, billing_address = null
    where bucket = ${bucketOf(personId)} and person_id = ${personId}`);
  await db.query(sql`
    update orders.checkouts set email = null, shipping_address = null, billing_address = null
    where bucket = ${bucketOf(personId)} and person_id = ${personId}`);
}

interface Slice {
  /** Ids below it, newest first. */
  before: string | null;
  offset: number;
  limit: number;
}

export async function readOrdersOf(db: Connection, personId: string, slice: Slice): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders
    where bucket = ${bucketOf(personId)} and person_id = ${personId}
      and (${slice.before}::uuid is null or order_id < ${slice.before}::uuid)
    order by order_id desc limit ${slice.limit} offset ${slice.offset}`);
}

export async function countOrdersOf(db: Connection, personId: string, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) from (select 1 from orders.orders
      where bucket = ${bucketOf(personId)} and person_id = ${personId} limit ${most}) counted`);
  return rows[0]!.count;
}

export interface OrderFilter {
  status?: OrderStatus;
  product_id?: string;
}

function matching({ status, product_id }: OrderFilter) {
  const byStatus = status === undefined ? empty : sql`and status = ${status}`;
  const byProduct = product_id === undefined ? empty : sql`and product_ids @> array[${product_id}::uuid]`;
  return sql`${byStatus} ${byProduct}`;
}

export async function readAllOrders(db: Connection, filter: OrderFilter, slice: Slice): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders
    where (${slice.before}::uuid is null or order_id < ${slice.before}::uuid) ${matching(filter)}
    order by order_id desc limit ${slice.limit} offset ${slice.offset}`);
}

export async function countAllOrders(db: Connection, filter: OrderFilter, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) from (select 1 from orders.orders where true ${matching(filter)} limit ${most}) counted`);
  return rows[0]!.count;
}

export async function readOrdersAfter(db: Connection, after: string | null, limit: number): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders where (${after}::uuid is null or order_id > ${after}::uuid)
    order by order_id limit ${limit}`);
}
