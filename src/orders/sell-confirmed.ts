import type { OrdersEvent } from '#orders';
import type { DomainEvent } from '#platform/outbox';
import { advanceOrder } from './advance-order.ts';
import type { Deps } from './deps.ts';
import { takeFromCart } from './place-order.ts';
import { reservationKey } from './release-hold.ts';
import { type OrderRow, readOrders } from './store.ts';

/**
 * hold → sale, for all orders of a batch of events at once: a pinned hold can't be lost any more, so the shopper need
 * not wait for it. Delivered again it changes nothing.
 */
export async function sellConfirmed(deps: Deps, events: DomainEvent[]): Promise<void> {
  const confirmed = (events as OrdersEvent[]).filter(event => event.type === 'order.confirmed');
  const orders = await readOrders(deps.db, [...new Set(confirmed.map(event => event.data.order_id))]);
  await Promise.all(orders.map(order => sellOrder(deps, order)));
}

async function sellOrder(deps: Deps, order: OrderRow): Promise<void> {
  if (order.status === 'CANCELLED') return;
  const sold = await deps.inventory.sellReservation({ ...reservationKey(order), order_id: order.order_id });
  if (!sold.ok) {
    // A cancellation took the hold back between our reading and the sale; anything else is for a person to see.
    const [now] = await readOrders(deps.db, [order.order_id]);
    if (now?.status !== 'CANCELLED') throw new Error(`the pinned hold of order ${order.order_id} is gone`);
  }
  if (order.kind === 'checkout') await takeFromCart(deps, order);
}

/** A payment has ended one way or the other at its gateway: the orders that wait for it go on. */
export async function followPayments(deps: Deps, events: DomainEvent[]): Promise<void> {
  const orderIds = new Set(events.map(event => (event.data as { order_id: string }).order_id));
  const orders = await readOrders(deps.db, [...orderIds]);
  const waiting = orders.filter(order => order.status === 'PAYMENT_PENDING' && !deps.advancing.has(order.order_id));
  await Promise.all(waiting.map(order => advanceOrder(deps, order)));
}
