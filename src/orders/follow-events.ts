import type { OrdersEvent } from '#orders';
import type { PaymentsEvent } from '#payments';
import type { DomainEvent } from '#platform/outbox';
import { advanceOrder } from './advance-order.ts';
import type { Deps } from './deps.ts';
import { takeFromCart } from './place-order.ts';
import { returnMoney } from './return-money.ts';
import { readOrders, readOrdersIn } from './store.ts';

/**
 * Takes what was ordered out of the cart, where the answer to the shopper has not done it: the cart knows the order by
 * its id and takes it once. A buy-now leaves the cart alone.
 */
export async function emptyCarts(deps: Deps, events: DomainEvent[]): Promise<void> {
  const confirmed = (events as OrdersEvent[]).filter(event => event.type === 'order.confirmed');
  const orders = await deps.written.rowsOf(confirmed.filter(event => event.data.kind === 'checkout'));
  await Promise.all(orders.map(order => takeFromCart(deps, order)));
}

/**
 * A payment has ended one way or the other at its gateway: the orders that wait for it go on. Money that comes for an
 * order which has ended is given back.
 */
export async function followPayments(deps: Deps, events: DomainEvent[]): Promise<void> {
  const told = (events as PaymentsEvent[]).filter(event => !deps.advancing.has(event.data.order_id));
  const paid = new Set(told.filter(event => event.type === 'payment.captured').map(event => event.data.order_id));
  const ids = [...new Set(told.map(event => event.data.order_id))];
  const orders = await readOrdersIn(deps.db, ids, ['PAYMENT_PENDING', 'PAYMENT_FAILED', 'CANCELLED']);
  const left = orders.filter(order => order.status === 'PAYMENT_PENDING' || paid.has(order.order_id));
  await Promise.all(left.map(order => advanceOrder(deps, order)));
  const held = told.filter(({ type }) => type === 'payment.authorized' || type === 'payment.captured');
  await returnOrphans(
    deps,
    held.map(event => event.data.order_id),
  );
}

/**
 * Money without an order, as after a restore from a backup: an order is durable before its money is asked for, so none
 * is still to come. It goes back.
 */
async function returnOrphans(deps: Deps, orderIds: string[]): Promise<void> {
  const known = new Set((await readOrders(deps.db, orderIds)).map(order => order.order_id));
  for (const order_id of new Set(orderIds)) {
    if (known.has(order_id)) continue;
    const { returned } = await returnMoney(deps, { order_id, reason: 'no_order' });
    deps.log.error({ order_id, returned }, 'money without an order was found at a gateway and given back');
  }
}
