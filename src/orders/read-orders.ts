import { timingSafeEqual } from 'node:crypto';
import { limits } from '#limits';
import type { Order, OrderDelivery, Orders, Viewer } from '#orders';
import { isId } from '#platform/ids';
import { money } from '#platform/money';
import { accept, refuse } from '#platform/outcome';
import type { Deps } from './deps.ts';
import { accessTokenOf, presentLine, presentOrder } from './present.ts';
import type { OrderRow } from './store.ts';
import * as store from './store.ts';

/** The order if this viewer may see it. What they may not see does not exist for them. */
export async function findVisible(deps: Deps, orderId: string, viewer: Viewer): Promise<OrderRow | undefined> {
  const [row] = await store.readOrders(deps.db, [orderId]);
  if (row === undefined || viewer.kind === 'staff') return row;
  if (viewer.kind === 'person' && viewer.person_id === row.person_id) return row;
  return viewer.access_token !== undefined && opens(deps, viewer.access_token, row) ? row : undefined;
}

/** Compared in constant time, so that a token can't be guessed byte by byte. */
function opens(deps: Deps, token: string, row: OrderRow): boolean {
  const given = Buffer.from(token);
  const right = Buffer.from(accessTokenOf(row.order_id, deps.orderAccessSecret));
  return given.length === right.length && timingSafeEqual(given, right);
}

export async function viewOrders(deps: Deps, rows: OrderRow[]): Promise<Order[]> {
  if (rows.length === 0) return [];
  const payments = await deps.payments.getPayments({ order_ids: rows.map(row => row.order_id) });
  const byOrder = new Map(payments.map(payment => [payment.order_id, payment]));
  return rows.map(row => presentOrder(row, byOrder.get(row.order_id), deps.currency));
}

export async function viewOrder(deps: Deps, row: OrderRow): Promise<Order> {
  return (await viewOrders(deps, [row]))[0]!;
}

export async function getOrder(
  deps: Deps,
  input: { order_id: string; viewer: Viewer },
): ReturnType<Orders['getOrder']> {
  const row = await findVisible(deps, input.order_id, input.viewer);
  return row === undefined ? null : viewOrder(deps, row);
}

interface Paging {
  page: number;
  page_size: number;
  cursor?: string;
}

interface Reading<Row, Item> {
  count(): Promise<number>;
  read(slice: store.Slice): Promise<Row[]>;
  view(rows: Row[]): Promise<Item[]>;
}

/** A page by number, to row 10,000, or the rows after a cursor, without end. A cursor is the last id that was seen. */
export async function readPage<Row extends { order_id: string }, Item>(
  { page, page_size: pageSize, cursor }: Paging,
  { count, read, view }: Reading<Row, Item>,
) {
  if (cursor !== undefined && !isId(cursor)) return refuse('CURSOR_INVALID');
  const offset = cursor === undefined ? (page - 1) * pageSize : 0;
  if (offset + pageSize > limits.listedRowsMax) return refuse('PAGE_TOO_DEEP');
  const [rows, counted] = await Promise.all([read({ before: cursor ?? null, offset, limit: pageSize + 1 }), count()]);
  const shown = rows.slice(0, pageSize);
  return accept({
    items: await view(shown),
    total: Math.min(counted, limits.listedRowsMax),
    total_relation: counted > limits.listedRowsMax ? ('gte' as const) : ('eq' as const),
    page,
    page_size: pageSize,
    next_cursor: rows.length > pageSize ? shown.at(-1)!.order_id : null,
  });
}

export async function listOrders(deps: Deps, input: Paging & { person_id: string }): ReturnType<Orders['listOrders']> {
  return readPage(input, {
    count: () => store.countOrdersOf(deps.db, input.person_id, limits.listedRowsMax + 1),
    read: slice => store.readOrdersOf(deps.db, input.person_id, slice),
    view: rows => viewOrders(deps, rows),
  });
}

export async function exportOrders(deps: Deps, input: { person_id: string }): ReturnType<Orders['exportOrders']> {
  const orders: Order[] = [];
  for (let before: string | null = null; ; ) {
    const rows = await store.readOrdersOf(deps.db, input.person_id, { before, offset: 0, limit: limits.idsPerReadMax });
    orders.push(...(await viewOrders(deps, rows)));
    if (rows.length < limits.idsPerReadMax) return orders;
    before = rows.at(-1)!.order_id;
  }
}

export async function getDeliveries(deps: Deps, input: { order_ids: string[] }): ReturnType<Orders['getDeliveries']> {
  const rows = await store.readOrders(deps.db, input.order_ids);
  return rows.map(
    (row): OrderDelivery => ({
      order_id: row.order_id,
      person_id: row.person_id,
      status: row.status,
      email: row.email,
      access_token: accessTokenOf(row.order_id, deps.orderAccessSecret),
      shipping_address: row.shipping_address,
      shipping_method: row.shipping_method,
      items: row.lines.map(line => presentLine(line, deps.currency)),
      total: money(row.total, deps.currency),
      parts: row.parts,
    }),
  );
}
