import type { OrderStatus, StatusCount } from '#orders';
import { bucketOf } from '#platform/ids';
import { type Connection, empty, join, type Sql, sql } from '#platform/sql';
import { transitions } from './rules.ts';
import { type OrderRow, orderColumns, orderOfSale, type Slice } from './store.ts';

/** Staff's lists and counts. The indexes that serve them are partial: the texts of their conditions stand here too. */

export interface OrderFilter {
  status?: OrderStatus;
  product_id?: string;
  seller_id?: string;
  order_id?: string;
  buyer?: Buyer;
  created?: CreatedWithin;
}

/** Whose orders an e-mail leads to: an account's, and a guest's own. */
export interface Buyer {
  person_id: string | null;
  email: string;
}

/** Ids are in creation order: `id_from` and `id_to` narrow the index, the times decide. */
export interface CreatedWithin {
  from: string | null;
  to: string | null;
  id_from: string | null;
  id_to: string | null;
}

/** Orders that are being paid always have a deadline, and there are few; all others are in orders_by_status. */
function withStatus(status: OrderStatus): Sql {
  const isPaying = status === 'CREATED' || status === 'PAYMENT_PENDING';
  return isPaying
    ? sql`and o.status = ${status} and o.deadline_at is not null`
    : sql`and o.status = ${status} and o.status not in ('CREATED', 'PAYMENT_PENDING')`;
}

function ofBuyer({ person_id, email }: Buyer): Sql {
  return sql`and o.order_id in (
    select b.order_id from orders.order_contents b where b.person_id = ${person_id}::uuid
    union all
    select g.order_id from orders.seller_orders g
    where lower(g.guest_email) = lower(${email}::text) and g.guest_email is not null)`;
}

function createdWithin({ from, to, id_from, id_to }: CreatedWithin): Sql {
  const since = from === null ? empty : sql`and o.created_at >= ${from} and o.order_id >= ${id_from}::uuid`;
  const before = to === null ? empty : sql`and o.created_at < ${to} and o.order_id < ${id_to}::uuid`;
  return sql`${since} ${before}`;
}

function matching(filter: OrderFilter): Sql {
  const { status, product_id, seller_id, order_id, buyer, created } = filter;
  const source =
    product_id !== undefined
      ? sql`orders.order_products p join orders.orders o on o.bucket = p.bucket and o.order_id = p.order_id
          where p.product_id = ${product_id}`
      : seller_id !== undefined
        ? sql`orders.seller_orders s join orders.orders o on ${orderOfSale} where s.seller_id = ${seller_id}`
        : sql`orders.orders o where true`;
  const bySeller =
    product_id === undefined || seller_id === undefined
      ? empty
      : sql`and exists (
          select from orders.seller_orders s where s.seller_id = ${seller_id} and s.order_id = o.order_id)`;
  const byOrder =
    order_id === undefined ? empty : sql`and o.bucket = ${bucketOf(order_id)} and o.order_id = ${order_id}`;
  return sql`from ${source} ${byOrder}
    ${status === undefined ? empty : withStatus(status)}
    ${bySeller}
    ${buyer === undefined ? empty : ofBuyer(buyer)}
    ${created === undefined ? empty : createdWithin(created)}`;
}

export async function readAllOrders(db: Connection, filter: OrderFilter, slice: Slice): Promise<OrderRow[]> {
  const { before, offset, limit } = slice;
  const below = before === null ? empty : sql`and o.order_id < ${before}::uuid`;
  const newest = (some: OrderFilter) =>
    sql`(select o.* ${matching(some)} ${below} order by o.order_id desc limit ${offset + limit})`;
  // No index has all orders newest first: the newest of each status are put together.
  const parts = isListed(filter) ? STATUSES.map(status => newest({ ...filter, status })) : [newest(filter)];
  return db.query<OrderRow>(sql`
    select ${orderColumns} from (
      select * from (${join(parts, ' union all ')}) as newest order by order_id desc limit ${limit} offset ${offset}
    ) as found join orders.order_contents using (bucket, order_id)
    order by order_id desc`);
}

const STATUSES = Object.keys(transitions) as OrderStatus[];

/** Whether nothing narrows the list but a span of time. */
function isListed({ created: _created, ...narrow }: OrderFilter): boolean {
  return Object.values(narrow).every(value => value === undefined);
}

export async function countAllOrders(db: Connection, filter: OrderFilter, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) from (select 1 ${matching(filter)} limit ${most}) counted`);
  return rows[0]!.count;
}

/** Counted to `most` at most, each by an index. */
export async function countByStatus(
  db: Connection,
  statuses: readonly OrderStatus[],
  most: number,
): Promise<Omit<StatusCount, 'relation'>[]> {
  const counts = statuses.map(async status => ({ status, count: await countAllOrders(db, { status }, most) }));
  return Promise.all(counts);
}
