/**
 * fulfillment: parcels, carriers, and where a parcel is.
 *
 * Owns shipments and their tracking events: one parcel a warehouse, made when an order is confirmed. Carriers are
 * adapters behind one port and report by signed webhooks; the simulated one moves its parcels along by itself.
 * Invariants: a shipment is made once an order and warehouse; it never goes back; tracking events count once per event
 * id, in any order; no parcel leaves before its order is SHIPPED, which orders alone decides; the order is DELIVERED
 * with its last parcel.
 * Repeats: every command names its order and answers again as it did first. What a crash or an outage leaves between
 * orders, parcels and carrier is kept as an errand, and finished by a sweeper.
 */
import { type Static, Type } from 'typebox';
import { command, defineContract, query } from '#platform/contract';
import type { EventFacts } from '#platform/event-facts';
import { FACTS_TIMEOUT_MS, FactSpan, FactsWanted } from '#platform/facts';
import { type DomainEvent, type EventBatch, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, text } from '#platform/schema';

const time = Type.String({ format: 'date-time' });

export const ShipmentStatus = Type.Union([
  Type.Literal('pending'),
  Type.Literal('shipped'),
  Type.Literal('in_transit'),
  Type.Literal('out_for_delivery'),
  Type.Literal('delivered'),
  Type.Literal('cancelled'),
]);
export type ShipmentStatus = Static<typeof ShipmentStatus>;

export const Shipment = object({
  shipment_id: Id,
  carrier: nullable(text(100)),
  tracking_number: nullable(text(100)),
  status: ShipmentStatus,
  events: Type.Array(object({ status: ShipmentStatus, at: time, place: nullable(text(200)) })),
});
export type Shipment = Static<typeof Shipment>;

export const ShipInput = object({
  carrier: Type.Optional(text(100)),
  tracking_number: Type.Optional(text(100)),
});
export const ShipOrder = object({ order_id: Id, ...ShipInput.properties });

/** What the audit is told of an order's parcels. Units by product as JSON text: `[[product_id, quantity], …]`. */
export interface ParcelFact {
  /** Of the stream: `bucket order_id`. */
  key: string;
  order_id: string;
  units: string;
  /** Of parcels that have left the shop. */
  units_away: string;
  age_ms: number;
}

export interface Fulfillment {
  /**
   * Marks the order SHIPPED and hands all parcels to the carrier: the simulated one where nothing is said of it. What
   * is said is used as it is. Shipped already: accepted. NOT_SHIPPABLE has `reason:
   * address_erased` where a carrier would need the address of a person who was erased.
   */
  shipOrder(input: Static<typeof ShipOrder>): Promise<Outcome<null, 'ORDER_NOT_FOUND' | 'NOT_SHIPPABLE'>>;
  /** Marks all parcels and the order DELIVERED. */
  deliverOrder(input: { order_id: string }): Promise<Outcome<null, 'ORDER_NOT_FOUND' | 'NOT_DELIVERABLE'>>;
  /** Grouped by order, oldest parcel first; orders without parcels are left out. At most 500 ids. */
  listShipments(input: { order_ids: string[] }): Promise<{ order_id: string; shipments: Shipment[] }[]>;
  /** Verifies and stores a carrier's webhook once per event id, then applies it. `body` is the raw body in base64. */
  receiveWebhook(input: {
    carrier: string;
    headers: Record<string, string>;
    body: string;
  }): Promise<Outcome<null, 'SIGNATURE_INVALID' | 'CARRIER_UNKNOWN' | 'WEBHOOK_INVALID'>>;
  readFacts(input: FactsWanted): Promise<ParcelFact[]>;
  readEventFacts(input: FactSpan): Promise<EventFacts>;
  readEvents(input: ReadEvents): Promise<EventBatch>;
}

export type FulfillmentEvent = DomainEvent<
  'shipment.moved',
  { order_id: string; shipment_id: string; status: ShipmentStatus; tracking_number: string | null }
>;

export const fulfillmentContract = defineContract<Fulfillment>({
  name: 'fulfillment',
  operations: {
    shipOrder: command(ShipOrder),
    deliverOrder: command(object({ order_id: Id })),
    listShipments: query(object({ order_ids: Type.Array(Id, { maxItems: 500 }) })),
    receiveWebhook: command(
      object({ carrier: text(40), headers: Type.Record(Type.String(), Type.String()), body: Type.String() }),
    ),
    readFacts: query(FactsWanted, FACTS_TIMEOUT_MS),
    readEventFacts: query(FactSpan, FACTS_TIMEOUT_MS),
    readEvents: query(ReadEvents),
  },
  refusals: {
    ORDER_NOT_FOUND: { status: 404, meaning: 'There is no such order.' },
    NOT_SHIPPABLE: { status: 409, meaning: 'Only a confirmed order can be shipped.' },
    NOT_DELIVERABLE: { status: 409, meaning: 'Only a shipped order can be delivered.' },
    CARRIER_UNKNOWN: { status: 400, meaning: 'There is no such carrier here.' },
    SIGNATURE_INVALID: { status: 401, meaning: 'The signature does not match the body, or is too old.' },
    WEBHOOK_INVALID: { status: 400, meaning: 'The body is not a webhook of this carrier.' },
  },
});
