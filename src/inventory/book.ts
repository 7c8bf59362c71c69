import assert from 'node:assert/strict';
import { timestamp } from '#platform/clock';
import type { NewEvent } from '#platform/outbox';
import { type Hold, isEnded, type NewMovement, type PersonUnits, type Shelf } from './commands.ts';
import type { MovementKind, ReservationState } from './contract.ts';
import { levelOf } from './rules.ts';

/** What is read, under the lock of the stock, before a group is decided. */
export interface Known {
  nowMs: number;
  /** In the order of their key. */
  shelves: Shelf[];
  holds: Hold[];
  personUnits: PersonUnits[];
  /** Of the moves in the group: the ids that were applied before. */
  moved: Set<string>;
}

/** What is written after a group is decided. Each row stands in it once, in its last state. */
export interface Changes {
  shelves: Shelf[];
  newHolds: Hold[];
  changedHolds: { hold: Hold; from: HoldBefore }[];
  /** Without those of the new holds, which say it themselves. */
  movements: NewMovement[];
  events: NewEvent[];
}

/** What a hold's change was decided upon. */
export type HoldBefore = Pick<Hold, 'state' | 'expires_at'>;

/** The stock and the holds of a group while its commands are decided one after another. */
export interface Book {
  nowMs: number;
  now: string;
  shelvesOf(productId: string): readonly Shelf[];
  /** None: the reservation is unknown. */
  holdsOf(reservationId: string): readonly Hold[];
  addHold(hold: Hold): void;
  /** All of one reservation, to one state; a new expiry or an order where given. */
  changeHolds(holds: readonly Hold[], state: ReservationState, fields?: Partial<Hold>): void;
  isMoved(movementId: string): boolean;
  move(shelf: Shelf, kind: MovementKind, delta: { total?: number; reserved?: number }, refs: MovementRefs): void;
  personUnits(productId: string, personId: string): number;
  changes(): Changes;
}

export interface MovementRefs {
  movement_id?: string;
  reservation_id?: string;
  order_id?: string;
  reason?: string;
}

export function openBook(known: Known): Book {
  const now = timestamp(known.nowMs);
  const shelves = Map.groupBy(known.shelves, shelf => shelf.product_id);
  const reservations = Map.groupBy(known.holds, hold => hold.reservation_id);
  const persons = countPersons(known.personUnits, now);
  const before = new Map<string, number>();
  const touched = new Set<Shelf>();
  const newHolds = new Set<Hold>();
  const changedFrom = new Map<Hold, HoldBefore>();
  const movements: NewMovement[] = [];

  const shelvesOf = (productId: string) => shelves.get(productId) ?? [];
  return {
    nowMs: known.nowMs,
    now,
    shelvesOf,
    holdsOf: reservationId => reservations.get(reservationId) ?? [],
    addHold(hold) {
      const holds = reservations.get(hold.reservation_id);
      if (holds === undefined) reservations.set(hold.reservation_id, [hold]);
      else holds.push(hold);
      newHolds.add(hold);
      persons.add(hold, 1);
    },
    changeHolds(holds, state, fields) {
      for (const hold of holds) {
        assert(!isEnded(hold.state) || state === 'held', 'a hold ends once');
        const { state: was, expires_at } = hold;
        if (!newHolds.has(hold) && !changedFrom.has(hold)) changedFrom.set(hold, { state: was, expires_at });
        if (state === 'released' || state === 'expired') persons.add(hold, -1);
        Object.assign(hold, fields, { state });
      }
    },
    isMoved: movementId => known.moved.has(movementId),
    move(shelf, kind, { total = 0, reserved = 0 }, refs) {
      const { product_id, warehouse_id } = shelf;
      if (!before.has(product_id)) before.set(product_id, availableOn(shelvesOf(product_id)));
      shelf.total_quantity += total;
      shelf.reserved += reserved;
      assert(shelf.reserved >= 0 && shelf.reserved <= shelf.total_quantity, 'stock is never oversold');
      touched.add(shelf);
      if (refs.movement_id !== undefined) known.moved.add(refs.movement_id);
      if (kind === 'hold') return;
      movements.push({
        movement_id: refs.movement_id ?? null,
        ...{ product_id, warehouse_id, kind, total_delta: total, reserved_delta: reserved },
        reservation_id: refs.reservation_id ?? null,
        order_id: refs.order_id ?? null,
        reason: refs.reason ?? null,
      });
    },
    personUnits: (productId, personId) => persons.unitsOf(productId, personId),
    changes() {
      // Each product's event carries the sum of its rows' versions: every group that touches it raises it.
      for (const shelf of touched) shelf.version += 1;
      const events = [...before].flatMap(([productId, was]) => levelEvent(shelvesOf(productId), was) ?? []);
      return {
        shelves: [...touched],
        newHolds: [...newHolds],
        changedHolds: [...changedFrom].map(([hold, from]) => ({ hold, from })),
        movements,
        events,
      };
    },
  };
}

function availableOn(shelves: readonly Shelf[]): number {
  return shelves.reduce((sum, shelf) => sum + shelf.total_quantity - shelf.reserved, 0);
}

function levelEvent(shelves: readonly Shelf[], was: number): NewEvent | null {
  const available = availableOn(shelves);
  const level = levelOf(available);
  if (level === levelOf(was)) return null;
  const { product_id } = shelves[0]!;
  const version = shelves.reduce((sum, shelf) => sum + shelf.version, 0);
  return { aggregate_id: product_id, version, type: 'stock.level_changed', data: { product_id, level, available } };
}

function countPersons(rows: readonly PersonUnits[], now: string) {
  const keyOf = (productId: string, personId: string) => `${productId} ${personId}`;
  const units = new Map(rows.map(row => [keyOf(row.product_id, row.person_id), row.units]));
  return {
    unitsOf: (productId: string, personId: string) => units.get(keyOf(productId, personId)) ?? 0,
    /** Overdue holds don't count, as the sweeper is about to take them. */
    add(hold: Hold, sign: 1 | -1): void {
      if (!hold.is_limited || (hold.state === 'held' && hold.expires_at <= now)) return;
      const key = keyOf(hold.product_id, hold.person_id);
      units.set(key, (units.get(key) ?? 0) + sign * hold.quantity);
    },
  };
}
