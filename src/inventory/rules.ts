import { bucketOf } from '#platform/ids';
import type { Nearness } from './allocate.ts';
import { LOW_UNITS_MAX, type Warehouse } from './contract.ts';

export type Level = 'out' | 'low' | 'in';

export function levelOf(available: number): Level {
  if (available <= 0) return 'out';
  return available <= LOW_UNITS_MAX ? 'low' : 'in';
}

const plain = (name: string) => name.trim().toLowerCase();

export function nearnessTo(shipTo: { country: string; region: string }, warehouse: Warehouse): Nearness {
  if (plain(shipTo.country) !== plain(warehouse.country)) return 2;
  return plain(shipTo.region) === plain(warehouse.region) ? 0 : 1;
}

const ONE_PLACE_UNITS_MAX = 20;
const PLACES_MAX = 3;

/**
 * Where the units of a new product are put: few in one warehouse, more in up to three. The product's id decides which,
 * so that products spread evenly and a repeat says the same.
 */
export function spreadStock(
  productId: string,
  units: number,
  warehouses: readonly Warehouse[],
): { warehouse_id: string; quantity: number }[] {
  if (units === 0) return [];
  const count = units <= ONE_PLACE_UNITS_MAX ? 1 : Math.min(PLACES_MAX, warehouses.length);
  const first = bucketOf(productId) % warehouses.length;
  const share = Math.floor(units / count);
  return Array.from({ length: count }, (_, i) => ({
    warehouse_id: warehouses[(first + i) % warehouses.length]!.warehouse_id,
    quantity: share + (i < units % count ? 1 : 0),
  }));
}
