import type { FulfillmentEvent } from '#fulfillment';
import { limits } from '#limits';
import type { OrderDelivery, OrdersEvent } from '#orders';
import { money } from '#platform/money';
import type { DomainEvent } from '#platform/outbox';
import type { Deps } from './deps.ts';
import * as letters from './order-letters.ts';
import { type Draft, MAIL_KEPT_MS, writeMails } from './write-mails.ts';

export const orderEventTypes = [
  'order.confirmed',
  'order.delivered',
  'order.payment_failed',
  'order.cancelled',
  'order.refunded',
] as const;

/** A mail an event. That an order has left is told by its parcels, which know their tracking numbers. */
export async function followOrders(deps: Deps, all: DomainEvent[]): Promise<void> {
  for (const events of chunks(young(deps, all))) {
    const orderIds = [...new Set(events.map(event => event.aggregate_id))];
    const cancelled = events.filter(event => event.type === 'order.cancelled').map(event => event.aggregate_id);
    const [deliveries, payments] = await Promise.all([
      deps.orders.getDeliveries({ order_ids: orderIds }),
      cancelled.length === 0 ? [] : deps.payments.getPayments({ order_ids: [...new Set(cancelled)] }),
    ]);
    const orderOf = new Map(deliveries.map(order => [order.order_id, order]));
    const paymentOf = new Map(payments.map(payment => [payment.order_id, payment]));
    const drafts = events.flatMap(event => {
      const order = orderOf.get(event.aggregate_id);
      const told = order && letterOf(event as OrdersEvent, order, { shop: deps.publicUrl, paymentOf });
      return order && told ? draft(order, { ...told, cause: `orders ${event.event_id}` }) : [];
    });
    await writeMails(deps, drafts);
  }
}

type Told = Pick<Draft, 'kind' | 'letter'>;

function letterOf(
  event: OrdersEvent,
  order: OrderDelivery,
  { shop, paymentOf }: { shop: string; paymentOf: Map<string, Parameters<typeof letters.orderCancelled>[1]> },
): Told | undefined {
  switch (event.type) {
    case 'order.confirmed':
      return { kind: 'order_confirmed', letter: letters.orderConfirmed(order, shop) };
    case 'order.delivered':
      return { kind: 'order_delivered', letter: letters.orderDelivered(order, shop) };
    case 'order.payment_failed':
      return { kind: 'payment_failed', letter: letters.paymentFailed(order, event.data.reason, shop) };
    case 'order.cancelled':
      return { kind: 'order_cancelled', letter: letters.orderCancelled(order, paymentOf.get(order.order_id), shop) };
    case 'order.refunded': {
      const amount = money(event.data.amount, event.data.currency);
      return { kind: 'order_refunded', letter: letters.orderRefunded(order, amount, shop) };
    }
    default:
      return undefined;
  }
}

/** One mail an order, when the last of its parcels has left. */
export async function followShipments(deps: Deps, all: DomainEvent[]): Promise<void> {
  const moved = young(deps, all as FulfillmentEvent[]);
  const leaving = moved.filter(event => event.data.status === 'shipped');
  for (const events of chunks(leaving)) {
    const orderIds = [...new Set(events.map(event => event.data.order_id))];
    const parcels = await deps.fulfillment.listShipments({ order_ids: orderIds });
    const left = parcels.filter(({ shipments }) => shipments.every(({ status }) => status !== 'pending'));
    const shipmentsOf = new Map(left.map(({ order_id, shipments }) => [order_id, shipments]));
    const deliveries = await deps.orders.getDeliveries({ order_ids: [...shipmentsOf.keys()] });
    const drafts = deliveries.flatMap(order => {
      const letter = letters.orderShipped(order, shipmentsOf.get(order.order_id)!, deps.publicUrl);
      return draft(order, { kind: 'order_shipped', letter, cause: 'fulfillment' });
    });
    await writeMails(deps, drafts);
  }
}

/** Nobody is left to write to when a person was erased. */
function draft({ order_id, person_id, email }: OrderDelivery, told: Pick<Draft, 'kind' | 'letter' | 'cause'>): Draft[] {
  return email === null ? [] : [{ ...told, person_id, order_id, to: email }];
}

function young<Event extends DomainEvent>({ clock }: Deps, events: Event[]): Event[] {
  return events.filter(event => clock.nowMs() - Date.parse(event.at) < MAIL_KEPT_MS);
}

function chunks<Event>(events: Event[]): Event[][] {
  const count = Math.ceil(events.length / limits.idsPerReadMax);
  return Array.from({ length: count }, (_, i) =>
    events.slice(i * limits.idsPerReadMax, (i + 1) * limits.idsPerReadMax),
  );
}
