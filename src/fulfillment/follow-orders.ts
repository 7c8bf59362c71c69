import { limits } from '#limits';
import type { OrderDelivery } from '#orders';
import { timestamp } from '#platform/clock';
import type { DomainEvent } from '#platform/outbox';
import type { Deps } from './deps.ts';
import { moveParcels } from './move-parcels.ts';
import { cancel, parcelsOf } from './rules.ts';
import { insertShipments } from './store.ts';

/** A confirmed order gets its parcels; a cancelled one's stay where they are. A batch is two statements. */
export async function followOrders(deps: Deps, events: DomainEvent[]): Promise<void> {
  const ordersOf = (type: string) => [
    ...new Set(events.filter(event => event.type === type).map(event => event.aggregate_id)),
  ];
  for (const orderIds of chunks(ordersOf('order.confirmed'))) {
    await makeParcels(deps, await deps.orders.getDeliveries({ order_ids: orderIds }));
  }
  for (const orderIds of chunks(ordersOf('order.cancelled'))) await moveParcels(deps, orderIds, cancel);
}

/** Made twice, by the event and by a hand that was faster, they are the same parcels. */
export async function makeParcels(deps: Deps, deliveries: OrderDelivery[]): Promise<void> {
  const at = timestamp(deps.clock.nowMs());
  const parcels = deliveries.flatMap(delivery => parcelsOf(delivery, at));
  if (parcels.length > 0) await insertShipments(deps.db, parcels);
}

/** A batch may carry a few events more than its limit. */
function chunks(ids: string[]): string[][] {
  const count = Math.ceil(ids.length / limits.idsPerReadMax);
  return Array.from({ length: count }, (_, i) => ids.slice(i * limits.idsPerReadMax, (i + 1) * limits.idsPerReadMax));
}
