import type { OrderStatus, ShippingMethod } from '#orders';
import type { Address } from '#platform/address';
import { bucketOf, compareKeys } from '#platform/ids';
import { bucketFrom, type Route, routedTo, routeOf, whereRouted } from '#platform/route';
import { asJson, type Connection, type Database, sql } from '#platform/sql';
import type { Line, Part, RefundRecord, Totals } from './rules.ts';

export type CheckoutState = 'open' | 'paying' | 'ordered' | 'superseded' | 'released';

/** A row of the read model `s` and its order `o`, found by the order's own key: the bucket is the id's last byte. */
export const orderOfSale = sql`o.bucket = get_byte(uuid_send(s.order_id), 15) and o.order_id = s.order_id`;

/** What a checkout fixes, and its order keeps. */
export interface Frozen extends Totals {
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

/** An order's own row says where it stands; what it fixed at its creation lies beside it and is not rewritten. */
export const wholeOrders = sql`orders.orders join orders.order_contents using (bucket, order_id)`;
const contentColumns = sql`person_id, person_kind, email, lines, reservation_id, parts, shipping_address,
  coalesce(billing_address, shipping_address) as billing_address, shipping_method`;
/** Of `wholeOrders`. */
export const orderColumns = sql`order_id, checkout_id, kind, status, reason, subtotal, discount, shipping_cost, tax,
  total, refunds, refunded, orders.history_of(created_at, steps) as history, version, tries, deadline_at, created_at,
  updated_at, ${contentColumns}`;

/** `after`: the order that the checkout had when it was read, so that only what was seen to have failed is followed. */
export interface NewOrder {
  order: OrderRow;
  after: string | null;
}

/**
 * Inserts new orders and takes their checkouts (open → paying), in one statement: an order of a checkout is inserted
 * only under the lock of that checkout while it is open and as it was read. Answers the orders that are in. Sorted by
 * key, so that two groups wait for each other in one direction only. (`is true` keeps the planner from making a join
 * of it, which without hash joins would compare each with each.)
 */
export async function insertOrders(db: Database, news: NewOrder[], route: Route = null): Promise<Set<string>> {
  const orders = news.map(({ order }) => order);
  const shipping = orders.map(order => asJson(order.shipping_address));
  const billing = orders.map(order => asJson(order.billing_address));
  const inserted = await db.queryByKey<{ order_id: string }>(sql`
    with new as materialized (
      select * from unnest(
        ${orders.map(order => bucketOf(order.order_id))}::smallint[], ${orders.map(order => order.order_id)}::uuid[],
        ${orders.map(order => order.checkout_id)}::uuid[], ${orders.map(order => order.kind)}::text[],
        ${orders.map(order => order.person_id)}::uuid[], ${orders.map(order => order.person_kind)}::text[],
        ${orders.map(order => order.email)}::text[], ${orders.map(order => order.status)}::text[],
        ${orders.map(order => JSON.stringify(order.lines))}::json[],
        ${orders.map(order => `{${order.lines.map(line => line.product_id)}}`)}::text[],
        ${orders.map(order => order.reservation_id)}::uuid[],
        ${orders.map(order => JSON.stringify(order.parts))}::json[],
        ${orders.map(order => order.subtotal)}::bigint[], ${orders.map(order => order.discount)}::bigint[],
        ${orders.map(order => order.shipping_cost)}::bigint[], ${orders.map(order => order.tax)}::bigint[],
        ${orders.map(order => order.total)}::bigint[], ${shipping}::json[],
        ${billing.map((address, i) => (address === shipping[i] ? null : address))}::json[],
        ${orders.map(order => order.shipping_method)}::text[], ${orders.map(order => order.version)}::integer[],
        ${orders.map(order => order.deadline_at)}::timestamptz[],
        ${orders.map(order => order.created_at)}::timestamptz[], ${news.map(({ after }) => after)}::uuid[]
      ) as n (bucket, order_id, checkout_id, kind, person_id, person_kind, email, status, lines, product_ids,
        reservation_id, parts, subtotal, discount, shipping_cost, tax, total, shipping_address, billing_address,
        shipping_method, version, deadline_at, created_at, after)
      order by bucket, order_id
    ), locked as materialized (
      select new.order_id from new
      join orders.checkouts c on c.bucket = new.bucket and c.checkout_id = new.checkout_id
      where new.kind = 'checkout' and c.state = 'open' and c.order_id is not distinct from new.after
        ${routedTo(route, 'c')}
      order by c.bucket, c.checkout_id for update of c
    ), inserted as (
      insert into orders.orders (bucket, order_id, checkout_id, kind, status, subtotal, discount, shipping_cost, tax,
        total, version, deadline_at, created_at, updated_at)
      select ${bucketFrom(route, 'bucket')}, order_id, checkout_id, kind, status, subtotal, discount, shipping_cost, tax,
        total, version, deadline_at, created_at, created_at
      from new
      where kind = 'buy_now' or order_id in (select order_id from locked)
      on conflict do nothing
      returning bucket, order_id, checkout_id, kind
    ), admitted as not materialized (
      select * from new where (order_id in (select order_id from inserted)) is true
    ), contents as (
      insert into orders.order_contents (bucket, order_id, person_id, person_kind, email, lines, reservation_id, parts,
        shipping_address, billing_address, shipping_method)
      select ${bucketFrom(route, 'bucket')}, order_id, person_id, person_kind, email, lines, reservation_id, parts,
        shipping_address, billing_address, shipping_method
      from admitted
    ), products as (
      insert into orders.order_products (bucket, product_id, order_id)
      select ${bucketFrom(route, 'bucket')}, unnest(product_ids::uuid[]), order_id from admitted
      on conflict do nothing
    ), taken as (
      update orders.checkouts c set state = 'paying', order_id = inserted.order_id from inserted
      where inserted.kind = 'checkout' and c.bucket = inserted.bucket and c.checkout_id = inserted.checkout_id
        ${routedTo(route, 'c')}
    )
    select order_id from inserted`);
  return new Set(inserted.map(row => row.order_id));
}

export interface Confirmation {
  order_id: string;
  /** Of its event. */
  data: unknown;
}

/**
 * PAYMENT_PENDING → CONFIRMED with its event, and its checkout with it, by one statement for as many as there are:
 * answers the version of each order that it moved. Sorted by key, as every set of rows that is locked.
 */
export async function confirmOrders(
  db: Database,
  orders: Confirmation[],
  at: string,
  route: Route = null,
): Promise<Map<string, number>> {
  const sorted = orders.toSorted((a, b) => compareKeys(a.order_id, b.order_id));
  const moved = await db.queryByKey<{ order_id: string; version: number }>(sql`
    with asked as materialized (
      select * from unnest(
        ${sorted.map(order => bucketOf(order.order_id))}::smallint[], ${sorted.map(order => order.order_id)}::uuid[],
        ${sorted.map(order => JSON.stringify(order.data))}::jsonb[]
      ) as a (bucket, order_id, data)
    ), moved as (
      update orders.orders o
      set status = 'CONFIRMED', tries = 0, deadline_at = null, version = o.version + 1,
        updated_at = ${at}::timestamptz, steps = o.steps || ${JSON.stringify([{ status: 'CONFIRMED', at }])}::jsonb
      from asked a
      where o.bucket = a.bucket and o.order_id = a.order_id and o.status = 'PAYMENT_PENDING'
        ${routedTo(route, 'o')}
      returning o.bucket, o.order_id, o.checkout_id, o.kind, o.version, a.data
    ), checkouts as (
      update orders.checkouts c set state = 'ordered'
      from moved
      where moved.kind = 'checkout' and c.bucket = moved.bucket and c.checkout_id = moved.checkout_id
        and c.order_id = moved.order_id${routedTo(route, 'c')}
    ), told as (
      insert into orders.outbox (bucket, aggregate_id, version, type, data)
      select ${bucketFrom(route, 'bucket')}, order_id, version, 'order.confirmed', data from moved
    )
    select order_id, version from moved`);
  return new Map(moved.map(row => [row.order_id, row.version]));
}

/** Orders of one bucket are found on its shard alone. */
export async function readOrders(db: Connection, orderIds: string[]): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from ${wholeOrders}
    join unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as asked (bucket, order_id)
      using (bucket, order_id)${whereRouted(routeOf(orderIds), 'orders', 'order_contents')}`);
}

/** Of these orders the ones that stand in one of `statuses`. */
export async function readOrdersIn(
  db: Connection,
  orderIds: string[],
  statuses: readonly OrderStatus[],
): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from ${wholeOrders}
    join unnest(${orderIds.map(bucketOf)}::smallint[], ${orderIds}::uuid[]) as asked (bucket, order_id)
      using (bucket, order_id)
    where status = any(${statuses}::text[])${routedTo(routeOf(orderIds), 'orders', 'order_contents')}`);
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
export async function moveOrders(db: Connection, transitions: Transition[], route: Route = null): Promise<OrderRow[]> {
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
      where o.status = any(step."from")${routedTo(route, 'o')} order by o.bucket, o.order_id for update of o
    ), moved as (
      update orders.orders o set
        status = step."to", reason = coalesce(step.reason, o.reason), tries = 0,
        deadline_at = case when step.keeps_deadline then o.deadline_at else step.deadline_at end,
        steps = o.steps || jsonb_build_object('status', step."to", 'at',
          to_char(step.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        version = o.version + 1, updated_at = step.at
      from step join locked using (bucket, order_id)
      where o.bucket = step.bucket and o.order_id = step.order_id${routedTo(route, 'o')}
      returning o.*
    ), checkouts as (
      update orders.checkouts c set state = step.checkout_state,
        expires_at = greatest(c.expires_at, step.checkout_expires_at)
      from moved join step using (bucket, order_id)
      where c.bucket = moved.bucket and c.checkout_id = moved.checkout_id and c.order_id = moved.order_id
        and step.checkout_state is not null${routedTo(route, 'c')}
    )
    select ${orderColumns} from moved join orders.order_contents using (bucket, order_id)
    ${whereRouted(route, 'order_contents')}`);
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
  route: Route = null,
): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    with due as materialized (
      select bucket as due_bucket, order_id as due_id from orders.orders
      where deadline_at <= ${input.now}${routedTo(route)}
      order by deadline_at limit ${input.limit} for update skip locked
    ), taken as (
      update orders.orders o set deadline_at = ${input.next}, tries = o.tries + 1 from due
      where o.bucket = due.due_bucket and o.order_id = due.due_id${routedTo(route, 'o')}
      returning o.*
    )
    select ${orderColumns} from taken join orders.order_contents using (bucket, order_id)
    ${whereRouted(route, 'order_contents')}`);
}

/** Where `takeDueOrders` would find some. */
export async function readDueBuckets(db: Connection, now: string): Promise<number[]> {
  const rows = await db.query<{ bucket: number }>(sql`
    select distinct bucket from orders.orders where deadline_at <= ${now} order by bucket`);
  return rows.map(row => row.bucket);
}

/** Orders that were taken up `tries` times and are still not settled. */
export async function readStuckOrders(db: Connection, tries: number): Promise<OrderRow[]> {
  return db.query<OrderRow>(sql`
    select ${orderColumns} from ${wholeOrders} where deadline_at is not null and tries >= ${tries}
    order by order_id limit 1000`);
}

/** Locks one order for a decision over its refunds; for refunds only, which are rare. */
export async function lockOrder(tx: Connection, orderId: string): Promise<OrderRow | undefined> {
  const rows = await tx.query<OrderRow>(sql`
    select ${orderColumns} from ${wholeOrders}
    where bucket = ${bucketOf(orderId)} and order_id = ${orderId} for update of orders`);
  return rows[0];
}

export async function writeRefunds(
  tx: Connection,
  input: { order_id: string; refunds: RefundRecord[]; refunded: number; at: string; deadline_at: string | null },
): Promise<OrderRow> {
  const rows = await tx.query<OrderRow>(sql`
    with refunded as (
      update orders.orders set refunds = ${JSON.stringify(input.refunds)}::jsonb, refunded = ${input.refunded},
        version = version + 1, updated_at = ${input.at}, deadline_at = ${input.deadline_at}
      where bucket = ${bucketOf(input.order_id)} and order_id = ${input.order_id} returning *
    )
    select ${orderColumns} from refunded join orders.order_contents using (bucket, order_id)
    where order_contents.bucket = ${bucketOf(input.order_id)}`);
  return rows[0]!;
}

export async function forgetPerson(db: Connection, personId: string): Promise<void> {
  await db.query(sql`
    update orders.order_contents set email = null, shipping_address = null, billing_address = null
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
    select ${orderColumns} from ${wholeOrders}
    where person_id = ${personId} and (${slice.before}::uuid is null or order_id < ${slice.before}::uuid)
    order by order_id desc limit ${slice.limit} offset ${slice.offset}`);
}

export async function countOrdersOf(db: Connection, personId: string, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) from (select 1 from orders.order_contents
      where person_id = ${personId} limit ${most}) counted`);
  return rows[0]!.count;
}

/** All orders in the order of their key, after the one with this id. */
export async function readOrdersAfter(db: Connection, after: string | null, limit: number): Promise<OrderRow[]> {
  const from = after === null ? sql`true` : sql`(bucket, order_id) > (${bucketOf(after)}::smallint, ${after}::uuid)`;
  return db.query<OrderRow>(sql`
    select ${orderColumns} from ${wholeOrders} where ${from} order by bucket, order_id limit ${limit}`);
}
