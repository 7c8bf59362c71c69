import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Fulfillment } from './contract.ts';
import type { Deps } from './deps.ts';
import { makeParcels } from './follow-orders.ts';
import { moveParcels } from './move-parcels.ts';
import { deliver } from './rules.ts';
import { removeErrand } from './store.ts';

/** Staff say that it has arrived, which no later word of the carrier takes back. */
export async function deliverOrder(deps: Deps, input: { order_id: string }): ReturnType<Fulfillment['deliverOrder']> {
  const { order_id } = input;
  const [delivery] = await deps.orders.getDeliveries({ order_ids: [order_id] });
  if (delivery === undefined) return refuse('ORDER_NOT_FOUND');
  if (delivery.status !== 'SHIPPED' && delivery.status !== 'DELIVERED') return refuse('NOT_DELIVERABLE');
  await makeParcels(deps, [delivery]);
  await moveParcels(deps, [order_id], deliver);
  return finishDelivery(deps, order_id);
}

/** Tells orders that all has arrived: by staff, by the last parcel's webhook, or by the sweeper after a crash. */
export async function finishDelivery(
  deps: Deps,
  orderId: string,
): Promise<Outcome<null, 'ORDER_NOT_FOUND' | 'NOT_DELIVERABLE'>> {
  const marked = await deps.orders.markDelivered({ order_id: orderId });
  await removeErrand(deps.db, { order_id: orderId, kind: 'deliver' });
  return marked.ok ? accept(null) : refuse(marked.code);
}
