import type { OrderDelivery } from '#orders';
import { derivedId } from '#platform/ids';
import type { ShipmentStatus } from './contract.ts';
import type { ShipmentRow, TrackingRow } from './store.ts';

/** How far along a parcel is. It never goes back; nothing follows a cancelled one. */
const RANK: Record<ShipmentStatus, number> = {
  pending: 0,
  shipped: 1,
  in_transit: 2,
  out_for_delivery: 3,
  delivered: 4,
  cancelled: 5,
};

/** What a carrier can report of a parcel that it has. */
const REPORTED = new Map<string, ShipmentStatus>([
  ['parcel.in_transit', 'in_transit'],
  ['parcel.out_for_delivery', 'out_for_delivery'],
  ['parcel.delivered', 'delivered'],
]);

/** `parcel.in_transit` → `in_transit`; null for what we don't follow. */
export function reportedStatus(type: string): ShipmentStatus | null {
  return REPORTED.get(type) ?? null;
}

/** One parcel a warehouse, with ids that follow from order and warehouse. */
export function parcelsOf({ order_id, parts }: OrderDelivery, at: string): ShipmentRow[] {
  const warehouses = [...new Set(parts.map(part => part.warehouse_id))].sort();
  return warehouses.map(warehouse_id => ({
    shipment_id: derivedId(order_id, `shipment ${warehouse_id}`),
    order_id,
    warehouse_id,
    parts: parts
      .filter(part => part.warehouse_id === warehouse_id)
      .map(({ product_id, quantity }) => ({ product_id, quantity })),
    status: 'pending',
    carrier: null,
    tracking_number: null,
    version: 1,
    created_at: at,
    updated_at: at,
  }));
}

/** What is to be written: parcels as they become, and the events that made them so. */
export interface Moves {
  parcels: ShipmentRow[];
  tracking: TrackingRow[];
}

/** How parcels are to be sent: with this number, or by an adapter that gives one. */
export interface Label {
  carrier: string | null;
  tracking_number: string | null;
}

/** A parcel's label, and where it leaves from. */
export interface Sending extends Label {
  place: string | null;
}

/** Parcels that wait for their carrier leave with it. */
export function ship(parcels: ShipmentRow[], sendings: Map<string, Sending>, at: string): Moves {
  const moves: Moves = { parcels: [], tracking: [] };
  for (const parcel of parcels) {
    const sending = sendings.get(parcel.shipment_id);
    if (parcel.status !== 'pending' || sending === undefined) continue;
    const { carrier, tracking_number, place } = sending;
    moves.parcels.push({ ...moved(parcel, 'shipped', at), carrier, tracking_number });
    moves.tracking.push({ ...ownEvent(parcel, 'shipped', at), place });
  }
  return moves;
}

/** Staff saw all of them arrive, whatever the carrier says. */
export function deliver(parcels: ShipmentRow[], at: string): Moves {
  const arriving = parcels.filter(parcel => RANK[parcel.status] < RANK.delivered);
  return {
    parcels: arriving.map(parcel => moved(parcel, 'delivered', at)),
    tracking: arriving.map(parcel => ownEvent(parcel, 'delivered', at)),
  };
}

/** What has left is not called back. */
export function cancel(parcels: ShipmentRow[], at: string): Moves {
  const waiting = parcels.filter(parcel => parcel.status === 'pending');
  return { parcels: waiting.map(parcel => moved(parcel, 'cancelled', at)), tracking: [] };
}

export interface Report {
  carrier: string;
  event_id: string;
  tracking_number: string;
  status: ShipmentStatus;
  at: string;
  place: string | null;
}

/** Reports come in any order: each is kept, and the one that is farthest along decides where its parcel is. */
export function track(parcels: ShipmentRow[], reports: Report[], at: string): Moves {
  const moves: Moves = { parcels: [], tracking: [] };
  for (const parcel of parcels) {
    const own = reports.filter(report => isAbout(report, parcel));
    let status = parcel.status;
    for (const report of own) {
      const { shipment_id } = parcel;
      const { carrier, event_id, place } = report;
      moves.tracking.push({ shipment_id, source: carrier, event_id, status: report.status, at: report.at, place });
      if (RANK[report.status] > RANK[status]) status = report.status;
    }
    if (status !== parcel.status) moves.parcels.push(moved(parcel, status, at));
  }
  return moves;
}

export function isAbout(report: { carrier: string; tracking_number: string }, parcel: ShipmentRow): boolean {
  return parcel.carrier === report.carrier && parcel.tracking_number === report.tracking_number;
}

/** Orders all of whose parcels are delivered now, by one of these moves. */
export function arrivedOrders(parcels: ShipmentRow[], moves: Moves): string[] {
  const now = new Map(parcels.map(parcel => [parcel.shipment_id, parcel]));
  for (const parcel of moves.parcels) now.set(parcel.shipment_id, parcel);
  const open = new Set(
    [...now.values()].filter(parcel => RANK[parcel.status] < RANK.delivered).map(parcel => parcel.order_id),
  );
  const arrived = moves.parcels.filter(parcel => parcel.status === 'delivered' && !open.has(parcel.order_id));
  return [...new Set(arrived.map(parcel => parcel.order_id))];
}

/** In the order in which they happened; of two at one moment the one that is farther along comes last. */
export function inOrder<Event extends { status: ShipmentStatus; at: string }>(events: Event[]): Event[] {
  return events.toSorted((a, b) => a.at.localeCompare(b.at) || RANK[a.status] - RANK[b.status]);
}

function moved(parcel: ShipmentRow, status: ShipmentStatus, at: string): ShipmentRow {
  return { ...parcel, status, version: parcel.version + 1, updated_at: at };
}

function ownEvent({ shipment_id }: ShipmentRow, status: ShipmentStatus, at: string): TrackingRow {
  return { shipment_id, source: 'shop', event_id: status, status, at, place: null };
}
