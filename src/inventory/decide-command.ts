import assert from 'node:assert/strict';
import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import { accept, type Outcome, refuse } from '#platform/outcome';
import { allocate } from './allocate.ts';
import type { Book } from './book.ts';
import { type Answer, type Hold, isEnded, type LedgerCommand, type Refused, reservationOf } from './commands.ts';
import type { Reservation, Warehouse } from './contract.ts';
import { nearnessTo } from './rules.ts';

type Do<Name> = Extract<LedgerCommand, { do: Name }>;
type WarehouseOf = (warehouseId: string) => Warehouse;

/**
 * Decides one command and changes the book by it, all or nothing; its caller writes the book. An error is the answer of
 * a command that does not name all products of its reservation: a bug of its sender, which its group survives.
 */
export function decideCommand(book: Book, command: LedgerCommand, warehouseOf: WarehouseOf): Answer | Error {
  if ('product_ids' in command) {
    const [hold] = book.holdsOf(command.reservation_id);
    const held = hold === undefined ? [] : (hold.product_ids ?? [hold.product_id]);
    const isNamed = held.every(productId => (command.whole ?? command.product_ids).includes(productId));
    if (!isNamed) return new Error(`${command.reservation_id} holds a product that its ${command.do} does not name`);
  }
  switch (command.do) {
    case 'reserve':
      return reserve(book, command, warehouseOf);
    case 'extend':
      return extend(book, command);
    case 'sell':
      return sell(book, command);
    case 'unsell':
      return unsell(book, command);
    case 'release':
      return release(book, command);
    case 'expire':
      return expire(book, command);
    case 'move':
      return move(book, command);
  }
}

function reserve(book: Book, command: Do<'reserve'>, warehouseOf: WarehouseOf): Outcome<Reservation, Refused> {
  const existing = book.holdsOf(command.reservation_id);
  if (existing.length > 0) return accept(reservationOf(existing));
  const wants = addUp(book, command);
  const over = wants.filter(want => want.quantity > want.allowed);
  if (over.length > 0) {
    const lines = over.map(({ product_id, quantity, allowed }) => ({ product_id, requested: quantity, allowed }));
    return refuse('LIMIT_PER_PERSON', { lines });
  }
  const short = wants.filter(want => want.quantity > want.available);
  if (short.length > 0) {
    const lines = short.map(({ product_id, quantity, available }) => ({ product_id, requested: quantity, available }));
    return refuse('OUT_OF_STOCK', { lines });
  }
  const parts = allocate(wants, warehouseId => nearnessTo(command.ship_to, warehouseOf(warehouseId)));
  assert(parts !== null, 'each product has enough, so together they have');
  const { reservation_id, person_id } = command;
  const expires_at = timestamp(book.nowMs + command.ttl_ms);
  const whole = command.whole ?? wants.map(want => want.product_id);
  const product_ids = whole.length > 1 ? whole : null;
  for (const { product_id, warehouse_id, quantity } of parts) {
    const is_limited = wants.some(want => want.product_id === product_id && want.is_limited);
    const shelf = book.shelvesOf(product_id).find(one => one.warehouse_id === warehouse_id)!;
    book.move(shelf, 'hold', { reserved: quantity }, { reservation_id });
    const of = { reservation_id, product_id, warehouse_id, person_id, quantity };
    book.addHold({ ...of, state: 'held', is_limited, order_id: null, product_ids, expires_at });
  }
  return accept(reservationOf(book.holdsOf(reservation_id)));
}

/** Lines of one product count together; of different limits the lowest holds. */
function addUp(book: Book, { lines, person_id }: Do<'reserve'>) {
  const products = Map.groupBy(lines, line => line.product_id);
  return [...products].map(([product_id, same]) => {
    const limits = same.flatMap(line => line.max_per_person ?? []);
    const shelves = book.shelvesOf(product_id).map(({ warehouse_id, total_quantity, reserved }) => ({
      warehouse_id,
      available: total_quantity - reserved,
    }));
    return {
      product_id,
      quantity: same.reduce((sum, line) => sum + line.quantity, 0),
      shelves,
      available: shelves.reduce((sum, shelf) => sum + shelf.available, 0),
      is_limited: limits.length > 0,
      // min of nothing is Infinity: no limit.
      allowed: Math.max(0, Math.min(...limits) - book.personUnits(product_id, person_id)),
    };
  });
}

function extend(book: Book, command: Do<'extend'>): Outcome<Reservation, Refused> {
  const holds = book.holdsOf(command.reservation_id);
  const state = endIfOverdue(book, holds);
  if (state === 'unknown' || state === 'released' || state === 'expired') return refuse('RESERVATION_EXPIRED');
  const expires_at = timestamp(book.nowMs + command.ttl_ms);
  if (state === 'held' && expires_at > holds[0]!.expires_at) book.changeHolds(holds, 'held', { expires_at });
  return accept(reservationOf(holds));
}

function sell(book: Book, command: Do<'sell'>): Outcome<null, Refused> {
  const holds = book.holdsOf(command.reservation_id);
  const state = endIfOverdue(book, holds);
  const { order_id, reservation_id } = command;
  if (state === 'sold' && holds[0]!.order_id === order_id) return accept(null);
  if (state === 'released') return refuse('RESERVATION_RELEASED');
  // Sold to another order it is gone for this one.
  if (state !== 'held') return refuse('RESERVATION_EXPIRED');
  for (const { hold, shelf } of shelvesUnder(book, holds)) {
    const delta = { total: -hold.quantity, reserved: -hold.quantity };
    book.move(shelf, 'sell', delta, { reservation_id, order_id });
  }
  book.changeHolds(holds, 'sold', { order_id });
  return accept(null);
}

/** The same units go back into the same hands: nobody else can take them in between. */
function unsell(book: Book, command: Do<'unsell'>): null {
  const { reservation_id, order_id } = command;
  const holds = book.holdsOf(reservation_id);
  if (holds[0]?.state !== 'sold' || holds[0].order_id !== order_id) return null;
  for (const { hold, shelf } of shelvesUnder(book, holds)) {
    const delta = { total: hold.quantity, reserved: hold.quantity };
    book.move(shelf, 'return', delta, { reservation_id, order_id });
  }
  const expires_at = timestamp(book.nowMs + command.ttl_ms);
  book.changeHolds(holds, 'held', { order_id: null, expires_at });
  return null;
}

function release(book: Book, command: Do<'release'>): null {
  const holds = book.holdsOf(command.reservation_id);
  if (holds[0]?.state === 'held') giveBack(book, holds, 'released');
  return null;
}

function expire(book: Book, command: Do<'expire'>): null {
  endIfOverdue(book, book.holdsOf(command.reservation_id));
  return null;
}

function move(book: Book, command: Do<'move'>): Outcome<null, Refused> {
  const { movement_id, kind, parts, order_id, reason } = command;
  if (book.isMoved(movement_id)) return accept(null);
  const moves = parts.map(({ product_id, warehouse_id, delta }, i) => {
    const shelf = book.shelvesOf(product_id).find(one => one.warehouse_id === warehouse_id);
    assert(shelf !== undefined, 'the shelf of a move is made before it');
    // One command is one id; its further parts have ids that follow from it.
    const id = i === 0 ? movement_id : derivedId(product_id, `${movement_id} ${warehouse_id}`);
    return { shelf, delta, refs: { movement_id: id, order_id, reason } };
  });
  const isShort = moves.some(({ shelf, delta }) => shelf.total_quantity + delta < shelf.reserved);
  if (isShort) return refuse('STOCK_RESERVED');
  for (const { shelf, delta, refs } of moves) book.move(shelf, kind, { total: delta }, refs);
  return accept(null);
}

/**
 * The state of a reservation, which ends here when its time is over: who is told that it has expired is told so for
 * good, and need not wait for the sweeper.
 */
function endIfOverdue(book: Book, holds: readonly Hold[]): Hold['state'] | 'unknown' {
  const [hold] = holds;
  if (hold === undefined) return 'unknown';
  if (hold.state === 'held' && hold.expires_at <= book.now) giveBack(book, holds, 'expired');
  return hold.state;
}

function giveBack(book: Book, holds: readonly Hold[], state: 'released' | 'expired'): void {
  assert(
    holds.every(hold => !isEnded(hold.state)),
    'a hold gives its units back once',
  );
  const kind = state === 'released' ? 'release' : 'expire';
  for (const { hold, shelf } of shelvesUnder(book, holds)) {
    book.move(shelf, kind, { reserved: -hold.quantity }, { reservation_id: hold.reservation_id });
  }
  book.changeHolds(holds, state);
}

function shelvesUnder(book: Book, holds: readonly Hold[]) {
  return holds.map(hold => {
    const shelf = book.shelvesOf(hold.product_id).find(one => one.warehouse_id === hold.warehouse_id);
    assert(shelf !== undefined, 'what is held lies on a shelf');
    return { hold, shelf };
  });
}

/**
 * After a lost answer: what the ledger already says of a command, undefined where only doing it again tells. Doing it
 * again is always allowed.
 */
export function recall(command: LedgerCommand, holds: readonly Hold[], isMoved: boolean): Answer | undefined {
  if (command.do === 'move') return isMoved ? accept(null) : undefined;
  const [hold] = holds;
  if (hold === undefined) return undefined;
  if (command.do === 'reserve') return accept(reservationOf(holds));
  const isSold = hold.state === 'sold';
  if (command.do === 'sell') return isSold && hold.order_id === command.order_id ? accept(null) : undefined;
  return (command.do === 'release' || command.do === 'expire') && isEnded(hold.state) ? null : undefined;
}
