import type { Fulfillment, Shipment } from './contract.ts';
import type { Deps } from './deps.ts';
import { inOrder } from './rules.ts';
import { readTracking, type ShipmentRow, type TrackingRow } from './store.ts';

export async function listShipments(
  { db, parcelReads }: Deps,
  { order_ids }: { order_ids: string[] },
): ReturnType<Fulfillment['listShipments']> {
  const ofEach = await Promise.all(order_ids.map(orderId => parcelReads.read(orderId)));
  const parcels = ofEach.flatMap(own => own ?? []);
  if (parcels.length === 0) return [];
  const tracking = await readTracking(
    db,
    parcels.map(parcel => parcel.shipment_id),
  );
  const eventsOf = Map.groupBy(tracking, event => event.shipment_id);
  const ofOrders = Map.groupBy(parcels, parcel => parcel.order_id);
  return [...ofOrders].map(([order_id, own]) => ({
    order_id,
    shipments: own.map(parcel => present(parcel, eventsOf.get(parcel.shipment_id) ?? [])),
  }));
}

function present({ shipment_id, carrier, tracking_number, status }: ShipmentRow, events: TrackingRow[]): Shipment {
  return {
    shipment_id,
    carrier,
    tracking_number,
    status,
    events: inOrder(events).map(({ status, at, place }) => ({ status, at, place })),
  };
}
