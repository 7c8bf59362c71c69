import { timestamp } from '#platform/clock';
import { readEventFacts } from '#platform/event-facts';
import { factKey } from '#platform/facts';
import type { Fulfillment, ParcelFact, ShipmentStatus } from './contract.ts';
import type { Deps } from './deps.ts';
import { changesIn, type ParcelFactRow, readParcelFacts } from './facts-store.ts';

export function readFacts({ db, clock }: Deps): Pick<Fulfillment, 'readFacts' | 'readEventFacts'> {
  return {
    async readFacts(wanted) {
      return (await readParcelFacts(db, wanted, timestamp(clock.nowMs()))).map(factOf);
    },
    readEventFacts: span => readEventFacts({ db, clock, schema: 'fulfillment' }, span, changesIn),
  };
}

const LEFT: readonly ShipmentStatus[] = ['shipped', 'in_transit', 'out_for_delivery', 'delivered'];

function factOf({ order_id, parcels, age_ms }: ParcelFactRow): ParcelFact {
  const away = parcels.filter(({ status }) => LEFT.includes(status));
  return { key: factKey(order_id), order_id, units: unitsIn(parcels), units_away: unitsIn(away), age_ms };
}

function unitsIn(parcels: ParcelFactRow['parcels']): string {
  const units = new Map<string, number>();
  for (const { product_id, quantity } of parcels.flatMap(({ parts }) => parts)) {
    units.set(product_id, (units.get(product_id) ?? 0) + quantity);
  }
  return JSON.stringify([...units].sort(([a], [b]) => (a < b ? -1 : 1)));
}
