/** A product of a cart, its lines added up, and what each warehouse can give of it. */
export interface Want {
  product_id: string;
  quantity: number;
  shelves: readonly { warehouse_id: string; available: number }[];
}

export interface Part {
  product_id: string;
  warehouse_id: string;
  quantity: number;
}

/** 0 the same region, 1 the same country, 2 anywhere else. */
export type Nearness = 0 | 1 | 2;

interface Place {
  warehouse_id: string;
  nearness: Nearness;
  /** Units it can give, one number a want. */
  units: number[];
}

/** Up to here all combinations are tried (4,095 of them); with more warehouses the fewest parcels are approximated. */
const EXACT_PLACES_MAX = 12;

/**
 * Which warehouse gives what: one that has it all, the nearest first; else the fewest parcels, of these the nearest.
 * Null where all warehouses together have too little. Equals are told apart by id: the answer is always the same.
 */
export function allocate(wants: readonly Want[], nearnessOf: (warehouseId: string) => Nearness): Part[] | null {
  const places = placesOf(wants, nearnessOf);
  if (!suffices(places, wants)) return null;
  const single = places.find(place => suffices([place], wants));
  if (single !== undefined) return takeFrom([single], wants);
  return takeFrom(places.length <= EXACT_PLACES_MAX ? fewest(places, wants) : few(places, wants), wants);
}

/** The warehouses that have something of it, nearest first. */
function placesOf(wants: readonly Want[], nearnessOf: (warehouseId: string) => Nearness): Place[] {
  const places = new Map<string, Place>();
  for (const [i, { shelves }] of wants.entries()) {
    for (const { warehouse_id, available } of shelves) {
      if (available <= 0) continue;
      let place = places.get(warehouse_id);
      if (place === undefined) {
        place = { warehouse_id, nearness: nearnessOf(warehouse_id), units: wants.map(() => 0) };
        places.set(warehouse_id, place);
      }
      place.units[i] = available;
    }
  }
  return [...places.values()].sort(byNearness);
}

function byNearness(a: Place, b: Place): number {
  return a.nearness - b.nearness || (a.warehouse_id < b.warehouse_id ? -1 : 1);
}

function suffices(places: readonly Place[], wants: readonly Want[]): boolean {
  for (let i = 0; i < wants.length; i++) {
    let missing = wants[i]!.quantity;
    for (const place of places) missing -= place.units[i]!;
    if (missing > 0) return false;
  }
  return true;
}

/** Tries two warehouses together, then three …; of the sets that suffice the one with the smallest sum of nearness. */
function fewest(places: Place[], wants: readonly Want[]): Place[] {
  for (let size = 2; size < places.length; size++) {
    let best: Place[] | undefined;
    for (const chosen of combinations(places, size)) {
      const isNearer = best === undefined || distance(chosen) < distance(best);
      if (isNearer && suffices(chosen, wants)) best = chosen;
    }
    if (best !== undefined) return best;
  }
  return places;
}

function distance(places: readonly Place[]): number {
  return places.reduce((sum, place) => sum + place.nearness, 0);
}

function* combinations(places: readonly Place[], size: number, from = 0): Generator<Place[]> {
  if (size === 0) return yield [];
  for (let i = from; i <= places.length - size; i++) {
    for (const rest of combinations(places, size - 1, i + 1)) yield [places[i]!, ...rest];
  }
}

/** Takes the warehouse that gives most of what is missing until nothing is, then leaves out whom it can do without. */
function few(places: readonly Place[], wants: readonly Want[]): Place[] {
  const missing = wants.map(want => want.quantity);
  const gives = (place: Place) => place.units.reduce((sum, units, i) => sum + Math.min(units, missing[i]!), 0);
  let chosen: Place[] = [];
  let others = places;
  while (missing.some(units => units > 0)) {
    const next = others.reduce((best, place) => (gives(place) > gives(best) ? place : best));
    others = others.filter(place => place !== next);
    chosen.push(next);
    for (const [i, units] of next.units.entries()) missing[i] = Math.max(0, missing[i]! - units);
  }
  for (const place of [...chosen].sort(byNearness).reverse()) {
    const rest = chosen.filter(other => other !== place);
    if (suffices(rest, wants)) chosen = rest;
  }
  return chosen.sort(byNearness);
}

function takeFrom(places: readonly Place[], wants: readonly Want[]): Part[] {
  const parts: Part[] = [];
  for (const [i, { product_id, quantity }] of wants.entries()) {
    let missing = quantity;
    for (const { warehouse_id, units } of places) {
      const taken = Math.min(missing, units[i]!);
      if (taken > 0) parts.push({ product_id, warehouse_id, quantity: taken });
      missing -= taken;
    }
  }
  return parts;
}
