import { Type } from 'typebox';
import { Id, object } from '#platform/schema';

/** What the audit is told of stock, holds and sales. A part of the contract. */

/** A pair of a product and its units. In JSON text such pairs are sorted by product, so that equal units are equal. */
export type UnitsOfProduct = [product_id: string, quantity: number];

/**
 * A shelf beside the sums of its movements and open holds, all of one moment. `lowest` is the least that was available,
 * and reserved, after any moment's movements, with the position of the last of them. Moments and not positions: what is
 * decided together is written together, in no order that would mean anything.
 */
export interface StockFact {
  /** `bucket product_id warehouse_id pool`. */
  key: string;
  product_id: string;
  warehouse_id: string;
  pool: string;
  total_quantity: number;
  reserved: number;
  moved_total: number;
  moved_reserved: number;
  held: number;
  /** What came by receiving, adjusting and allotting; what left by them; what was sold and did not come back. */
  came: number;
  gone: number;
  sold: number;
  lowest_available: [units: number, position: number];
  lowest_reserved: [units: number, position: number];
}

/**
 * The holds of a span of buckets beside their movements, those that look alike counted together: a shop has a handful
 * of shapes, however many holds. `sales` are sales less those taken back, `state` is null where movements tell of a
 * hold that is not there, `units_agree` says that each movement is of the hold's quantity.
 */
export interface HoldShape {
  state: string | null;
  holds: number;
  sales: number;
  releases: number;
  expiries: number;
  units_agree: boolean;
  count: number;
  /** Some of them, in no order: `reservation_id of product_id`. */
  named: string[];
}

/** Also of the span: shelves that have movements, the products of those that do not exist, and torn reservations. */
export interface HoldFacts {
  shapes: HoldShape[];
  shelves: number;
  shelfless: string[];
  reservations: number;
  torn: string[];
}

/** The part of a sold reservation that lies in one bucket. */
export interface SaleFact {
  /** `bucket reservation_id`. */
  key: string;
  reservation_id: string;
  order_id: string | null;
  product_ids: string[];
}

/** A reservation over all its parts; `states` counts how many different ones they have. */
export interface ReservationFact {
  reservation_id: string;
  state: string;
  states: number;
  order_id: string | null;
  units: string;
}

/** Each with its products, which say in which buckets it lies. */
export const ReservationsWanted = object({
  reservations: Type.Array(
    object({ reservation_id: Id, product_ids: Type.Array(Id, { minItems: 1, maxItems: 100 }) }),
    { maxItems: 1000 },
  ),
});
