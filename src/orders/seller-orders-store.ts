import type { OrderStatus } from '#orders';
import { type Connection, empty, sql } from '#platform/sql';
import type { SellerShare } from './seller-shares.ts';
import { type OrderRow, orderOfSale, type Slice } from './store.ts';

export type SoldStatus = Extract<OrderStatus, 'CONFIRMED' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED'>;

/** What one seller sold by one order, as the read model has it. */
export interface SellerOrderRow extends SellerShare {
  order_id: string;
  is_first: boolean;
  status: SoldStatus;
  currency: string;
  guest_email: string | null;
  confirmed_at: string;
  cancelled_at: string | null;
  version: number;
}

const columns = sql`seller_id, order_id, is_first, status, units, amount, currency, refunded, guest_email, product_ids,
  product_units, product_amounts, confirmed_at, cancelled_at, version`;

/** In key order, so that two that record the same orders wait for each other in one direction only. */
export async function saveSellerOrders(db: Connection, rows: SellerOrderRow[]): Promise<void> {
  await db.query(sql`
    insert into orders.seller_orders as s (${columns})
    select seller_id, order_id, is_first, status, units, amount, currency, refunded, guest_email,
      product_ids::uuid[], product_units::integer[], product_amounts::bigint[], confirmed_at, cancelled_at, version
    from unnest(
      ${rows.map(row => row.seller_id)}::uuid[], ${rows.map(row => row.order_id)}::uuid[],
      ${rows.map(row => row.is_first)}::boolean[], ${rows.map(row => row.status)}::text[],
      ${rows.map(row => row.units)}::integer[], ${rows.map(row => row.amount)}::bigint[],
      ${rows.map(row => row.currency)}::text[], ${rows.map(row => row.refunded)}::bigint[],
      ${rows.map(row => row.guest_email)}::text[], ${rows.map(row => `{${row.product_ids}}`)}::text[],
      ${rows.map(row => `{${row.product_units}}`)}::text[], ${rows.map(row => `{${row.product_amounts}}`)}::text[],
      ${rows.map(row => row.confirmed_at)}::timestamptz[], ${rows.map(row => row.cancelled_at)}::timestamptz[],
      ${rows.map(row => row.version)}::integer[]
    ) as u (${columns})
    order by seller_id, order_id
    on conflict (seller_id, order_id) do update set status = excluded.status, refunded = excluded.refunded,
      cancelled_at = excluded.cancelled_at, version = excluded.version
    where s.version < excluded.version`);
}

/** A place in event_cursors like a subscription's; '' where nothing was done yet. */
export async function readPlace(db: Connection, name: string): Promise<string> {
  const rows = await db.query<{ cursor: string }>(sql`select cursor from orders.event_cursors where source = ${name}`);
  return rows[0]?.cursor ?? '';
}

export async function savePlace(db: Connection, name: string, place: string): Promise<void> {
  await db.query(sql`
    insert into orders.event_cursors (source, cursor) values (${name}, ${place})
    on conflict (source) do update set cursor = excluded.cursor, updated_at = now()`);
}

/** What a seller may see of an order stands in its row; `seller_refunded` is the seller's part of its refunds. */
export type SoldOrder = Pick<
  OrderRow,
  'order_id' | 'status' | 'lines' | 'shipping_address' | 'shipping_method' | 'history'
> & { seller_refunded: number; confirmed_at: string };

const soldColumns = sql`o.order_id, o.status, c.lines, c.shipping_address, c.shipping_method,
  orders.history_of(o.created_at, o.steps) as history, s.refunded as seller_refunded, s.confirmed_at`;
const soldOrders = sql`orders.seller_orders s join orders.orders o on ${orderOfSale}
  join orders.order_contents c on c.bucket = o.bucket and c.order_id = o.order_id`;

/** The seller's place in the list comes from the read model; a status that has moved on since is left out. */
export async function readSellerOrders(
  db: Connection,
  { seller_id, status }: { seller_id: string; status?: OrderStatus },
  slice: Slice,
): Promise<SoldOrder[]> {
  return db.query<SoldOrder>(sql`
    select ${soldColumns}
    from ${soldOrders}
    where s.seller_id = ${seller_id}
      ${status === undefined ? empty : sql`and s.status = ${status} and o.status = ${status}`}
      ${slice.before === null ? empty : sql`and s.order_id < ${slice.before}::uuid`}
    order by s.order_id desc limit ${slice.limit} offset ${slice.offset}`);
}

export async function countSellerOrders(
  db: Connection,
  { seller_id, status }: { seller_id: string; status?: OrderStatus },
  most: number,
): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) from (select 1 from orders.seller_orders s where s.seller_id = ${seller_id}
      ${status === undefined ? empty : sql`and s.status = ${status}`} limit ${most}) counted`);
  return rows[0]!.count;
}

export async function readSellerOrder(
  db: Connection,
  key: { seller_id: string; order_id: string },
): Promise<SoldOrder | undefined> {
  const rows = await db.query<SoldOrder>(sql`
    select ${soldColumns}
    from ${soldOrders}
    where s.seller_id = ${key.seller_id} and s.order_id = ${key.order_id}`);
  return rows[0];
}

/** Of one seller, or of the whole shop. Confirmed from `from`, and before `to`. */
export interface Span {
  from: string;
  to: string;
  seller_id?: string;
}

function ofSeller({ seller_id }: Pick<Span, 'seller_id'>) {
  return seller_id === undefined ? empty : sql`and seller_id = ${seller_id}`;
}

/** An order of several sellers has as many rows: for the whole shop the first of them counts. */
function oncePerOrder({ seller_id }: Pick<Span, 'seller_id'>) {
  return seller_id === undefined ? sql`and is_first` : empty;
}

export interface SoldInStep {
  at: string;
  orders: number;
  units: number;
  amount: number;
  cancelled: number;
  refunded: number;
}

/**
 * Every step in order, also those in which nothing was confirmed. Each is a range of the index by itself: grouping the
 * whole span would sort it, since nobody can tell the planner how few steps there are.
 */
export async function readSteps(db: Connection, { stepMs, ...span }: Span & { stepMs: number }): Promise<SoldInStep[]> {
  const step = sql`${stepMs}::double precision * interval '1 millisecond'`;
  return db.query<SoldInStep>(sql`
    select step.at, sold.*
    from generate_series(${span.from}::timestamptz, ${span.to}::timestamptz, ${step}) as step (at), lateral (
      select count(*) filter (where cancelled_at is null ${oncePerOrder(span)}) as orders,
        coalesce(sum(units) filter (where cancelled_at is null), 0)::bigint as units,
        coalesce(sum(amount) filter (where cancelled_at is null), 0)::bigint as amount,
        count(*) filter (where cancelled_at is not null ${oncePerOrder(span)}) as cancelled,
        coalesce(sum(refunded) filter (where cancelled_at is null), 0)::bigint as refunded
      from orders.seller_orders
      where confirmed_at >= step.at and confirmed_at < step.at + ${step} ${ofSeller(span)}
    ) sold
    where step.at < ${span.to}::timestamptz
    order by step.at`);
}

/** By amount, among the last `most` rows of the span. Unnested in the `select`, which costs a fifth of a join. */
export async function readTopProducts(
  db: Connection,
  span: Span,
  { most, top }: { most: number; top: number },
): Promise<{ product_id: string; units: number; amount: number }[]> {
  return db.query(sql`
    select product_id, sum(units)::bigint as units, sum(amount)::bigint as amount
    from (
      select unnest(product_ids) as product_id, unnest(product_units) as units, unnest(product_amounts) as amount
      from (
        select product_ids, product_units, product_amounts from orders.seller_orders
        where confirmed_at >= ${span.from} and confirmed_at < ${span.to} and cancelled_at is null ${ofSeller(span)}
        order by confirmed_at desc limit ${most}
      ) latest
    ) line
    group by product_id order by amount desc, product_id limit ${top}`);
}
