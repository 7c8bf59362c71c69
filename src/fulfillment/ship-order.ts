import assert from 'node:assert/strict';
import type { Static } from 'typebox';
import { limits } from '#limits';
import type { OrderDelivery } from '#orders';
import { timestamp } from '#platform/clock';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Carrier } from './carrier.ts';
import type { Fulfillment, ShipOrder } from './contract.ts';
import type { Deps } from './deps.ts';
import { makeParcels } from './follow-orders.ts';
import { ERRAND_GRACE_MS, moveParcels } from './move-parcels.ts';
import { type Label, type Sending, ship } from './rules.ts';
import { type ErrandRow, keepErrand, readShipments, removeErrand, type ShipmentRow } from './store.ts';

/**
 * The order first, the parcels after it: orders alone knows that the money is there, so nothing leaves before it says
 * SHIPPED. What lies between the two is kept as an errand, which the sweeper finishes after a crash.
 */
export async function shipOrder(deps: Deps, input: Static<typeof ShipOrder>): ReturnType<Fulfillment['shipOrder']> {
  const wanted = wantedLabel(deps, input);
  const [delivery] = await deps.orders.getDeliveries({ order_ids: [input.order_id] });
  if (delivery === undefined) return refuse('ORDER_NOT_FOUND');
  if (delivery.status !== 'CONFIRMED' && delivery.status !== 'SHIPPED') return refuse('NOT_SHIPPABLE');
  // The person was erased: a carrier can't be given what nobody knows any more.
  if (takerOf(deps, wanted) !== undefined && delivery.shipping_address === null) {
    return refuse('NOT_SHIPPABLE', { reason: 'address_erased' });
  }
  // The events that make them may still be on their way.
  await makeParcels(deps, [delivery]);
  const nextTry = timestamp(deps.clock.nowMs() + ERRAND_GRACE_MS);
  const errand = await keepErrand(deps.db, { order_id: input.order_id, kind: 'ship', ...wanted, next_try_at: nextTry });
  return finishShipping(deps, errand, delivery);
}

/** From the order's SHIPPED to the last parcel's, however often it is begun. */
export async function finishShipping(
  deps: Deps,
  errand: ErrandRow,
  delivery: OrderDelivery,
): Promise<Outcome<null, 'ORDER_NOT_FOUND' | 'NOT_SHIPPABLE'>> {
  const marked = await deps.orders.markShipped({ order_id: errand.order_id });
  if (!marked.ok) {
    await removeErrand(deps.db, errand);
    return refuse(marked.code);
  }
  const parcels = await readShipments(deps.db, [errand.order_id]);
  const waiting = parcels.filter(parcel => parcel.status === 'pending');
  if (waiting.length > 0) {
    const sendings = await sendParcels(deps, { errand, delivery, parcels: waiting });
    await moveParcels(deps, [errand.order_id], (locked, at) => ship(locked, sendings, at));
  }
  await removeErrand(deps.db, errand);
  return accept(null);
}

/** What was said is used as it is; where nothing was, the shop's carrier takes the parcels. */
function wantedLabel({ carriers }: Deps, { carrier, tracking_number }: Static<typeof ShipOrder>): Label {
  const isSaid = carrier !== undefined || tracking_number !== undefined;
  return {
    carrier: isSaid ? (carrier ?? null) : (carriers[0]?.name ?? null),
    tracking_number: tracking_number ?? null,
  };
}

/** The adapter that gives a parcel its number: of a carrier that has one, where no number was given. */
function takerOf({ carriers }: Deps, { carrier, tracking_number }: Label): Carrier | undefined {
  return tracking_number === null ? carriers.find(({ name }) => name === carrier) : undefined;
}

async function sendParcels(
  deps: Deps,
  { errand, delivery, parcels }: { errand: ErrandRow; delivery: OrderDelivery; parcels: ShipmentRow[] },
): Promise<Map<string, Sending>> {
  const warehouses = await deps.inventory.listWarehouses({});
  const taker = takerOf(deps, errand);
  const giveNumber = taker ? numberFrom(taker, delivery) : async () => errand.tracking_number;
  const sent = await Promise.all(
    parcels.map(async (parcel): Promise<[string, Sending]> => {
      const place = warehouses.find(({ warehouse_id }) => warehouse_id === parcel.warehouse_id)?.name ?? null;
      const tracking_number = await giveNumber(parcel);
      return [parcel.shipment_id, { carrier: errand.carrier, tracking_number, place }];
    }),
  );
  return new Map(sent);
}

/** Hands parcels over one by one, within one time-out. */
function numberFrom(taker: Carrier, { shipping_address: address }: OrderDelivery) {
  assert(address !== null, 'a parcel of an erased person has nowhere to go');
  const signal = AbortSignal.timeout(limits.carrierTimeoutMs);
  return async ({ shipment_id, order_id, parts }: ShipmentRow): Promise<string> => {
    const handed = await taker.handOver({ shipment_id, order_id, address, parts }, signal);
    return handed.tracking_number;
  };
}
