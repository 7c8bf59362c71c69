import type { Outcome } from '#platform/outcome';
import type { MovementKind, Reservation, ReservationState, ReserveStock } from './contract.ts';
import type { Part, ReservationRef, StockMove } from './ledger.ts';

/** What may be asked of a ledger, as it waits in a group. */
export type LedgerCommand =
  | ({ do: 'reserve' } & ReserveStock & Part)
  | ({ do: 'extend' } & ReservationRef & { ttl_ms: number })
  | ({ do: 'sell' } & ReservationRef & { order_id: string })
  | ({ do: 'unsell' } & ReservationRef & { order_id: string; ttl_ms: number })
  | ({ do: 'release' } & ReservationRef)
  | ({ do: 'expire' } & ReservationRef)
  | ({ do: 'move' } & StockMove);

export type Refused =
  | 'OUT_OF_STOCK'
  | 'LIMIT_PER_PERSON'
  | 'RESERVATION_EXPIRED'
  | 'RESERVATION_RELEASED'
  | 'STOCK_RESERVED';
/** Null where there is nothing to tell. */
export type Answer = Outcome<Reservation, Refused> | Outcome<null, Refused> | null;

/** A product's units in one warehouse, as they stand under the lock. */
export interface Shelf {
  product_id: string;
  warehouse_id: string;
  total_quantity: number;
  reserved: number;
  version: number;
}

/** Times are RFC 3339 in UTC with milliseconds, which sort as text. */
export interface Hold {
  reservation_id: string;
  product_id: string;
  warehouse_id: string;
  person_id: string;
  quantity: number;
  state: ReservationState;
  is_limited: boolean;
  order_id: string | null;
  /** All of the reservation, where it is of several. */
  product_ids: string[] | null;
  expires_at: string;
}

/** Units that a person holds or has bought of a product within the last day. */
export interface PersonUnits {
  product_id: string;
  person_id: string;
  units: number;
}

export interface NewMovement {
  /** Null for what happens to a hold: that is applied once by the hold's state. */
  movement_id: string | null;
  product_id: string;
  warehouse_id: string;
  kind: MovementKind;
  total_delta: number;
  reserved_delta: number;
  reservation_id: string | null;
  order_id: string | null;
  reason: string | null;
}

export function productsOf(command: LedgerCommand): string[] {
  if (command.do === 'reserve') return command.lines.map(line => line.product_id);
  return command.do === 'move' ? command.parts.map(part => part.product_id) : command.product_ids;
}

export function isEnded(state: ReservationState): boolean {
  return state !== 'held';
}

/** Its holds told as one: all are in the same state and expire together. */
export function reservationOf(holds: readonly Hold[]): Reservation {
  const { reservation_id, state, expires_at } = holds[0]!;
  const parts = holds.map(({ product_id, warehouse_id, quantity }) => ({ product_id, warehouse_id, quantity }));
  return { reservation_id, state, expires_at, parts };
}
