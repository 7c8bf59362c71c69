import { type Static, Type } from 'typebox';
import type { Orders } from '#orders';
import { type Payments, WebhookName } from '#payments';
import { nullable, object, oneOf, text } from '#platform/schema';
import type { StuckEvent } from '#platform/subscription';

/** What needs a person. `id`: of the order, also for a payment; an event's is `source/event_id`. */
export const StuckItem = object({
  kind: oneOf('order', 'payment', 'event'),
  id: text(200, { min: 0 }),
  detail: text(5000),
  since: Type.String({ format: 'date-time' }),
  what_to_do: text(1000),
  /** The one that contradicts our record, to be read and replayed. */
  webhook: nullable(WebhookName),
});
export type StuckItem = Static<typeof StuckItem>;

export interface StuckSources {
  orders: Orders;
  payments: Payments;
  stuckEvents(): Promise<StuckEvent[]>;
}

export async function readStuck(deps: StuckSources): Promise<StuckItem[]> {
  const [orders, payments, events] = await Promise.all([
    deps.orders.listStuck({}),
    deps.payments.listStuck({}),
    deps.stuckEvents(),
  ]);
  return [
    ...orders.map(order => ({ kind: 'order' as const, id: order.order_id, webhook: null, ...tell(order) })),
    ...payments.map(payment => {
      const { order_id, webhook } = payment;
      return { kind: 'payment' as const, id: order_id ?? '', webhook, ...tell(payment) };
    }),
    ...events.map(({ source, event, error, at }) => ({
      kind: 'event' as const,
      id: `${source}/${event.event_id}`,
      detail: `${event.type} of ${event.aggregate_id} could not be applied: ${error}`.slice(0, 5000),
      since: at,
      what_to_do: 'Mend the cause: events that were put aside are tried again every ten minutes.',
      webhook: null,
    })),
  ];
}

function tell({ detail, since, what_to_do }: { detail: string; since: string; what_to_do: string }) {
  return { detail, since, what_to_do };
}
