import { timestamp } from '#platform/clock';
import { appendEvents, type NewEvent } from '#platform/outbox';
import type { Connection } from '#platform/sql';
import type { FulfillmentEvent } from './contract.ts';
import type { Deps } from './deps.ts';
import { arrivedOrders, type Moves } from './rules.ts';
import { insertTracking, keepDeliveries, lockShipments, type ShipmentRow, updateShipments } from './store.ts';

/** The caller tells the orders at once; only when it can't do the sweeper. */
export const ERRAND_GRACE_MS = 15_000;

/**
 * The one way in which parcels change: all parcels of the orders are locked, `decide` says what becomes of them, and
 * that is written with its events. Answers the orders whose last parcel arrived by it; they are kept as errands too.
 */
export async function moveParcels(
  deps: Deps,
  orderIds: string[],
  decide: (parcels: ShipmentRow[], at: string) => Moves,
  alongside: (tx: Connection) => Promise<void> = async () => {},
): Promise<string[]> {
  const nowMs = deps.clock.nowMs();
  const arrived = await deps.db.transaction(async tx => {
    const parcels = await lockShipments(tx, orderIds);
    const moves = decide(parcels, timestamp(nowMs));
    const complete = arrivedOrders(parcels, moves);
    if (moves.parcels.length > 0) await updateShipments(tx, moves.parcels);
    if (moves.tracking.length > 0) await insertTracking(tx, moves.tracking);
    if (complete.length > 0) await keepDeliveries(tx, complete, timestamp(nowMs + ERRAND_GRACE_MS));
    await alongside(tx);
    await appendEvents(tx, 'fulfillment', moves.parcels.map(movedEvent));
    return complete;
  });
  deps.outbox.committed();
  return arrived;
}

type Moved = FulfillmentEvent;

function movedEvent(parcel: ShipmentRow): NewEvent<Moved['type'], Moved['data']> {
  const { shipment_id, order_id, status, tracking_number, version } = parcel;
  return {
    aggregate_id: shipment_id,
    version,
    type: 'shipment.moved',
    data: { order_id, shipment_id, status, tracking_number },
  };
}
