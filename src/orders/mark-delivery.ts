import type { OrderStatus, Orders } from '#orders';
import { timestamp } from '#platform/clock';
import { accept, refuse } from '#platform/outcome';
import type { Deps } from './deps.ts';
import { viewOrder } from './read-orders.ts';
import { type OrderRow, readOrders } from './store.ts';

export async function markShipped(deps: Deps, input: { order_id: string }): ReturnType<Orders['markShipped']> {
  const moved = await step(deps, input.order_id, 'CONFIRMED', 'SHIPPED');
  if (moved === undefined) return refuse('ORDER_NOT_FOUND');
  return moved.status === 'SHIPPED' ? accept(await viewOrder(deps, moved)) : refuse('NOT_SHIPPABLE');
}

export async function markDelivered(deps: Deps, input: { order_id: string }): ReturnType<Orders['markDelivered']> {
  const moved = await step(deps, input.order_id, 'SHIPPED', 'DELIVERED');
  if (moved === undefined) return refuse('ORDER_NOT_FOUND');
  return moved.status === 'DELIVERED' ? accept(await viewOrder(deps, moved)) : refuse('NOT_DELIVERABLE');
}

/** The order after the step, or as it stands where the step was not its next one; undefined where there is none. */
async function step(deps: Deps, orderId: string, from: OrderStatus, to: OrderStatus): Promise<OrderRow | undefined> {
  const moved = await deps.writer.move(
    {
      order_id: orderId,
      from: [from],
      to,
      at: timestamp(deps.clock.nowMs()),
      reason: null,
      deadline_at: 'kept',
      checkout_state: null,
    },
    row => [
      {
        aggregate_id: row.order_id,
        version: row.version,
        type: `order.${to.toLowerCase()}`,
        data: { order_id: row.order_id, person_id: row.person_id },
      },
    ],
  );
  return moved ?? (await readOrders(deps.db, [orderId]))[0];
}
