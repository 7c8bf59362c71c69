import { limits } from '#limits';
import type { Order } from '#orders';
import type { DomainEvent } from '#platform/outbox';
import type { Deps } from './deps.ts';
import { readPlace, type SellerOrderRow, type SoldStatus, savePlace, saveSellerOrders } from './seller-orders-store.ts';
import { sellerShares } from './seller-shares.ts';
import { type OrderRow, readOrdersAfter } from './store.ts';

/** What changes a seller's part of an order. */
export const SALES_EVENTS = [
  'order.confirmed',
  'order.shipped',
  'order.delivered',
  'order.cancelled',
  'order.refunded',
] as const;

const FILL = 'seller_orders_fill';
const FILLED = 'filled';

/**
 * The events only say which orders to look at: the read model is made anew of their rows. So an event that comes twice,
 * late or in another order changes nothing, and a replay of the events mends whatever was lost.
 */
export async function recordSales(deps: Deps, events: DomainEvent[]): Promise<void> {
  await recordOrders(deps, await deps.written.rowsOf(events));
}

/**
 * Once in a shop's life: records the orders of before there was a read model, whose events may be gone by now. It goes
 * on where it stopped; what comes after it comes by events.
 */
export async function fillSales(deps: Deps, signal: AbortSignal): Promise<void> {
  for (let place = await readPlace(deps.db, FILL); place !== FILLED && !signal.aborted; ) {
    const orders = await readOrdersAfter(deps.db, place === '' ? null : place, limits.idsPerReadMax);
    await recordOrders(deps, orders);
    place = orders.length < limits.idsPerReadMax ? FILLED : orders.at(-1)!.order_id;
    await savePlace(deps.db, FILL, place);
  }
}

async function recordOrders(deps: Deps, orders: OrderRow[]): Promise<void> {
  const rows = orders.flatMap(order => rowsOf(order, deps.currency));
  if (rows.length > 0) await saveSellerOrders(deps.db, rows);
}

/** Nothing for an order that was never confirmed: it sold nothing. */
function rowsOf(order: OrderRow, currency: string): SellerOrderRow[] {
  const at = (status: Order['status']) => order.history.find(entry => entry.status === status)?.at ?? null;
  const confirmed_at = at('CONFIRMED');
  if (confirmed_at === null) return [];
  const { order_id, version, person_kind, email } = order;
  const status = order.status as SoldStatus;
  return sellerShares(order).map((share, index) => ({
    ...share,
    order_id,
    is_first: index === 0,
    status,
    currency,
    guest_email: index === 0 && person_kind === 'guest' ? email : null,
    confirmed_at,
    cancelled_at: at('CANCELLED'),
    version,
  }));
}
