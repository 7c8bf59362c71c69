import type { OrderStatus, ShippingMethod } from '#orders';
import type { Address } from '#platform/address';
import { bucketOf } from '#platform/ids';
import { type Connection, sql } from '#platform/sql';
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
export const orderColumns = sql`order_id, checkout_id, kind, status, reason, refunds, refunded, history, version, tries,
  deadline_at, created_at, updated_at, ${frozen}`;

export async function readCheckouts(db: Connection, checkoutIds: string[]): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    select ${checkoutColumns} from orders.checkouts
    join unnest(${checkoutIds.map(bucketOf)}::smallint[], ${checkoutIds}::uuid[]) as asked (bucket, checkout_id)
      using (bucket, checkout_id)`);
}

/** A person's open checkouts, and superseded ones whose hold may live still. */
export async function readOlderCheckouts(db: Connection, personId: string, now: string): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    select ${checkoutColumns} from orders.checkouts
    where bucket = ${bucketOf(personId)} and person_id = ${personId} and state in ('open', 'superseded')
      and expires_at > ${now}
    order by checkout_id`);
}

/** open → ended, where no payment has begun. Locked in key order: two newer checkouts may end the same older ones. */
function endOpen(checkoutIds: string[], state: 'superseded' | 'released') {
  return sql`
    with open as materialized (
      select c.bucket, c.checkout_id from orders.checkouts c
      join unnest(${checkoutIds.map(bucketOf)}::smallint[], ${checkoutIds}::uuid[]) as asked (bucket, checkout_id)
        using (bucket, checkout_id)
      where c.state = 'open' order by c.bucket, c.checkout_id for update of c
    ), ended as (
      update orders.checkouts c set state = ${state} from open
      where c.bucket = open.bucket and c.checkout_id = open.checkout_id
      returning c.*
    )`;
}

/** Answers the ones that this call ended. */
export async function endOpenCheckouts(
  db: Connection,
  checkoutIds: string[],
  state: 'superseded' | 'released',
): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`${endOpen(checkoutIds, state)} select ${checkoutColumns} from ended`);
}

/** Opens a checkout in the place of older ones, by one statement; answers the older ones that it ended. */
export async function openCheckout(db: Connection, row: CheckoutRow, olderIds: string[]): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    ${endOpen(olderIds, 'superseded')}, opened as (
      insert into orders.checkouts (bucket, ${checkoutColumns})
      select ${bucketOf(row.checkout_id)}, ${checkoutColumns}
      from jsonb_populate_record(null::orders.checkouts, ${JSON.stringify(row)}::jsonb)
      on conflict do nothing
    )
    select ${checkoutColumns} from ended`);
}

/**
 * Ends checkouts that have been open for long after their time. Their holds have expired, but for one that a payment
 * pinned and never let go of, because its process stopped between the two.
 */
export async function endForgottenCheckouts(db: Connection, before: string, limit: number): Promise<CheckoutRow[]> {
  return db.query<CheckoutRow>(sql`
    with forgotten as materialized (
      select bucket, checkout_id from orders.checkouts
      where state = 'open' and order_id is not null and expires_at < ${before}
      order by bucket, checkout_id limit ${limit} for update
    )
    update orders.checkouts c set state = 'released' from forgotten
    where c.bucket = forgotten.bucket and c.checkout_id = forgotten.checkout_id
    returning c.*`);
}

/** Drops checkouts that ended, or whose hold ran out, more than a week ago. */
export async function dropOldCheckouts(db: Connection, before: string, limit: number): Promise<number> {
  const rows = await db.query<{ checkout_id: string }>(sql`
    delete from orders.checkouts where (bucket, checkout_id) in (
      select bucket, checkout_id from orders.checkouts
      where expires_at < ${before} and state <> 'paying' limit ${limit})
    returning checkout_id`);
  return rows.length;
}

/** `after`: the order that the checkout had when it was read, so that only what was seen to have failed is followed. */
export interface NewOrder {
  order: OrderRow & { product_ids: string[] };
  after: string | null;
}

/**
 * Inserts new orders and takes their checkouts (open → paying), in one statement: an order of a checkout is inserted
 * only under the lock of that checkout while it is open and as it was read. Answers the orders that are in. Locked and
 * inserted in key order, so that two groups wait for each other in one direction only.
 */
export async function insertOrders(db: Connection, orders: NewOrder[]): Promise<Set<string>> {
  const rows = orders.map(({ order, after }) => ({ ...order, bucket: bucketOf(order.order_id), after }));
  const inserted = await db.query<{ order_id: string }>(sql`
    with given as materialized (
      select ${JSON.stringify(rows)}::jsonb as rows
    ), new as materialized (
      select o.* from given, jsonb_populate_recordset(null::orders.orders, given.rows) o
    ), locked as materialized (
      select asked.order_id
      from given, jsonb_to_recordset(given.rows)
        as asked (bucket smallint, order_id uuid, checkout_id uuid, after uuid)
      join orders.checkouts c on c.bucket = asked.bucket and c.checkout_id = asked.checkout_id
      where c.state = 'open' and c.order_id is not distinct from asked.after
      order by c.bucket, c.checkout_id for update of c
    ), inserted as (
      insert into orders.orders (bucket, product_ids, ${orderColumns})
      select bucket, product_ids, ${orderColumns} from new
      where kind = 'buy_now' or order_id in (select order_id from locked)
      order by bucket, order_id
      on conflict do nothing
      returning bucket, order_id, checkout_id
    ), taken as (
      update orders.checkouts c set state = 'paying', order_id = inserted.order_id from inserted
      where c.bucket = inserted.bucket and c.checkout_id = inserted.checkout_id
    )
    select order_id from inserted`);
  return new Set(inserted.map(row => row.order_id));
}

export async function readOrders(db: Connection, orderIds: string[]): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders
    join unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as asked (bucket, order_id)
      using (bucket, order_id)`);
}

export interface Transition {
  order_id: string;
  from: OrderStatus[];
  to: OrderStatus;
  at: string;
  reason: string | null;
  /** `kept`: as it is, since a refund may be under way. */
  deadline_at: string | null | 'kept';
  /** What becomes of the order's checkout; null leaves it. */
  checkout_state: CheckoutState | null;
  /** Until when the hold of a checkout that opens again lives; never earlier than was told before. */
  checkout_expires_at?: string | null;
}

/**
 * Moves orders along where they still stand in one of `from`, by one statement; answers the moved ones as they are now.
 */
export async function moveOrders(db: Connection, transitions: Transition[]): Promise<OrderRow[]> {
  const rows = transitions
    .map(step => ({ ...step, bucket: bucketOf(step.order_id), keeps_deadline: step.deadline_at === 'kept' }))
    .map(step => ({ ...step, deadline_at: step.keeps_deadline ? null : step.deadline_at }));
  return db.query<OrderRow>(sql`
    with step as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s (bucket smallint, order_id uuid,
        "from" text[], "to" text, at timestamptz, reason text, deadline_at timestamptz, keeps_deadline boolean,
        checkout_state text, checkout_expires_at timestamptz)
    ), locked as materialized (
      select o.bucket, o.order_id from orders.orders o join step using (bucket, order_id)
      where o.status = any(step."from") order by o.bucket, o.order_id for update of o
    ), moved as (
      update orders.orders o set
        status = step."to", reason = coalesce(step.reason, o.reason), tries = 0,
        deadline_at = case when step.keeps_deadline then o.deadline_at else step.deadline_at end,
        history = o.history || jsonb_build_object('status', step."to", 'at',
          to_char(step.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        version = o.version + 1, updated_at = step.at
      from step join locked using (bucket, order_id)
      where o.bucket = step.bucket and o.order_id = step.order_id
      returning o.*
    ), checkouts as (
      update orders.checkouts c set state = step.checkout_state,
        expires_at = greatest(c.expires_at, step.checkout_expires_at)
      from moved join step using (bucket, order_id)
      where c.bucket = moved.bucket and c.checkout_id = moved.checkout_id and c.order_id = moved.order_id
        and step.checkout_state is not null
    )
    select ${orderColumns} from moved`);
}

/** When the sweeper looks again; null when nothing is left to do. A later status is not touched. */
export async function setDeadline(
  db: Connection,
  input: { order_id: string; status: OrderStatus; deadline_at: string | null; tries?: number },
): Promise<void> {
  await db.query(sql`
    update orders.orders set deadline_at = ${input.deadline_at}, tries = coalesce(${input.tries}::integer, tries)
    where bucket = ${bucketOf(input.order_id)} and order_id = ${input.order_id} and status = ${input.status}`);
}

/** Nothing is left to do for the order as it was read; what has begun since keeps its deadline. */
export async function clearDeadline(db: Connection, order: { order_id: string; version: number }): Promise<void> {
  await db.query(sql`
    update orders.orders set deadline_at = null, tries = 0
    where bucket = ${bucketOf(order.order_id)} and order_id = ${order.order_id} and version = ${order.version}`);
}

/**
 * Orders whose deadline has passed, each counted as taken up and lent until `next`: two sweepers take different ones.
 */
export async function takeDueOrders(
  db: Connection,
  input: { now: string; next: string; limit: number },
): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    with due as materialized (
      select bucket as due_bucket, order_id as due_id from orders.orders where deadline_at <= ${input.now}
      order by deadline_at limit ${input.limit} for update skip locked
    )
    update orders.orders o set deadline_at = ${input.next}, tries = o.tries + 1 from due
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
    where person_id = ${personId}`);
  await db.query(sql`
    update orders.checkouts set email = null, shipping_address = null, billing_address = null
    where bucket = ${bucketOf(personId)} and person_id = ${personId}`);
}

export interface Slice {
  /** Ids below it, newest first. */
  before: string | null;
  offset: number;
  limit: number;
}

/** Without a bucket, see the index: a guest's order need not lie in the guest's. */
export async function readOrdersOf(db: Connection, personId: string, slice: Slice): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders
    where person_id = ${personId} and (${slice.before}::uuid is null or order_id < ${slice.before}::uuid)
    order by order_id desc limit ${slice.limit} offset ${slice.offset}`);
}

export async function countOrdersOf(db: Connection, personId: string, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) from (select 1 from orders.orders
      where person_id = ${personId} limit ${most}) counted`);
  return rows[0]!.count;
}

export async function readOrdersAfter(db: Connection, after: string | null, limit: number): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from orders.orders where (${after}::uuid is null or order_id > ${after}::uuid)
    order by order_id limit ${limit}`);
}
