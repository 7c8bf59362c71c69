import type { Outcome } from '#platform/outcome';
import type { Reservation, ReserveStock } from './contract.ts';

/** Of a command that is about one bucket of a reservation over several, as on Citus. */
export interface Part {
  /** All products of the reservation. */
  whole?: string[];
}

export interface ReservationRef extends Part {
  reservation_id: string;
  /** All products of the reservation: their stock is locked while it changes. */
  product_ids: string[];
}

/** Units that come or go without a hold: all parts or none, once by `movement_id`. */
export interface StockMove {
  movement_id: string;
  kind: 'receive' | 'adjust' | 'return';
  /** At least one; a product and warehouse once. The first part's product says in which bucket the id is looked up. */
  parts: { product_id: string; warehouse_id: string; delta: number }[];
  order_id?: string;
  reason?: string;
}

/**
 * Where stock is decided. Each strategy (a row lock a command, versions, groups, a gate in front) keeps this
 * interface: a command is applied whole or not at all, and the same command again answers as the first one did.
 */
export interface Ledger {
  reserve(input: ReserveStock & Part): Promise<Outcome<Reservation, 'OUT_OF_STOCK' | 'LIMIT_PER_PERSON'>>;
  extend(input: ReservationRef & { ttl_ms: number }): Promise<Outcome<Reservation, 'RESERVATION_EXPIRED'>>;
  sell(
    input: ReservationRef & { order_id: string },
  ): Promise<Outcome<null, 'RESERVATION_EXPIRED' | 'RESERVATION_RELEASED'>>;
  unsell(input: ReservationRef & { order_id: string; ttl_ms: number }): Promise<null>;
  release(input: ReservationRef): Promise<null>;
  /** Ends a held reservation whose time is over; any other is left as it is. */
  expire(input: ReservationRef): Promise<null>;
  move(input: StockMove): Promise<Outcome<null, 'STOCK_RESERVED'>>;
  /** Finishes what was accepted. */
  stop(): Promise<void>;
}
