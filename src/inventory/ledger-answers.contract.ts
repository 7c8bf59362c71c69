// Goal: every ledger holds all or none, ends each hold once, repeats without effect, and refuses without a trace.
// Method: one command at a time on PostgreSQL with a clock that stands still, and exact figures.
import assert from 'node:assert/strict';
import type { Inventory } from '#inventory';
import type { Database } from '#platform/sql';
import {
  EAST,
  EUROPE,
  figures,
  ids,
  keyOf,
  readLedger,
  reservation,
  stocked,
  TTL_MS,
  WEST,
} from '../../test/support/inventory.ts';

/** Its time is 2026-11-27T08:00:00.000Z until it is told otherwise. */
export interface LedgerAtRest {
  inventory: Inventory;
  db: Database;
  clock: { advance(ms: number): void };
}

/** The answer of a command that leaves every row of the ledger as it was. */
async function changingNothing<Told>(db: Database, ask: () => Promise<Told>): Promise<Told> {
  const before = await readLedger(db);
  const answer = await ask();
  assert.deepEqual(await readLedger(db), before);
  return answer;
}

type Proof = (ledger: LedgerAtRest) => Promise<void>;

export const answers: Record<string, Proof> = {
  async 'a reservation tells its parts and its expiry, and takes units from what is available'({ inventory }) {
    const product = await stocked(inventory, { [WEST]: 3, [EAST]: 10 });
    const asked = reservation([product], { quantity: 2 });
    const held = await inventory.reserveStock(asked);
    assert.deepEqual(held, {
      ok: true,
      value: {
        reservation_id: asked.reservation_id,
        state: 'held',
        expires_at: '2026-11-27T08:15:00.000Z',
        parts: [{ product_id: product, warehouse_id: WEST, quantity: 2 }],
      },
    });
    assert.deepEqual(await figures(inventory, product), [13, 2, 11]);
    assert.deepEqual(await inventory.getReservation(keyOf(asked)), held.ok && held.value);
  },

  async 'the same reservation again answers as it stands and takes nothing, also twice in one group'({ inventory }) {
    const product = await stocked(inventory, 1);
    const asked = reservation([product]);
    const answers = await Promise.all([1, 2, 3].map(() => inventory.reserveStock(asked)));
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.equal(answers[0]!.ok, true);
    await inventory.sellReservation({ ...keyOf(asked), order_id: ids.next() });
    const again = await inventory.reserveStock(asked);
    assert.equal(again.ok && again.value.state, 'sold');
    assert.deepEqual(await figures(inventory, product), [0, 0, 0]);
  },

  async 'one short line refuses the whole cart, tells which, and changes nothing'({ inventory, db }) {
    const [plenty, scarce] = [await stocked(inventory, 50), await stocked(inventory, { [WEST]: 1, [EUROPE]: 1 })];
    const unknown = ids.next();
    const asked = reservation([plenty, scarce, unknown], { quantity: 3 });
    assert.deepEqual(await changingNothing(db, () => inventory.reserveStock(asked)), {
      ok: false,
      code: 'OUT_OF_STOCK',
      detail: {
        lines: [
          { product_id: scarce, requested: 3, available: 2 },
          { product_id: unknown, requested: 3, available: 0 },
        ],
      },
    });
    assert.deepEqual(await figures(inventory, plenty), [50, 0, 50]);
    assert.deepEqual(await figures(inventory, scarce), [2, 0, 2]);
  },

  async 'two lines of one cart on the same stock add up'({ inventory }) {
    const product = await stocked(inventory, 5);
    const tooMany = reservation([product, product], { quantity: 3 });
    assert.deepEqual(await inventory.reserveStock(tooMany), {
      ok: false,
      code: 'OUT_OF_STOCK',
      detail: { lines: [{ product_id: product, requested: 6, available: 5 }] },
    });
    const fits = await inventory.reserveStock(reservation([product, product], { quantity: 2 }));
    assert.deepEqual(fits.ok && fits.value.parts, [{ product_id: product, warehouse_id: WEST, quantity: 4 }]);
    assert.deepEqual(await figures(inventory, product), [5, 4, 1]);
  },

  async '13 units over warehouses of 10 and 15 come whole from the second'({ inventory }) {
    const product = await stocked(inventory, { [WEST]: 10, [EAST]: 15 });
    const held = await inventory.reserveStock(reservation([product], { quantity: 13 }));
    assert.deepEqual(held.ok && held.value.parts, [{ product_id: product, warehouse_id: EAST, quantity: 13 }]);
    const rest = await inventory.reserveStock(reservation([product], { quantity: 12 }));
    assert.deepEqual(rest.ok && rest.value.parts.map(part => [part.warehouse_id, part.quantity]), [
      [WEST, 10],
      [EAST, 2],
    ]);
  },

  async 'sell and its repeats: stock falls once, the order is kept, and the clock can do nothing more'({
    inventory,
    clock,
  }) {
    const product = await stocked(inventory, 5);
    const asked = reservation([product], { quantity: 2 });
    const key = keyOf(asked);
    await inventory.reserveStock(asked);
    const order_id = ids.next();
    assert.deepEqual(await inventory.sellReservation({ ...key, order_id }), { ok: true, value: null });
    clock.advance(TTL_MS + 1);
    assert.deepEqual(await inventory.sellReservation({ ...key, order_id }), { ok: true, value: null });
    const other = await inventory.sellReservation({ ...key, order_id: ids.next() });
    assert.deepEqual(other, { ok: false, code: 'RESERVATION_EXPIRED' });
    await inventory.releaseReservation(key);
    assert.deepEqual(await inventory.extendReservation({ ...key, ttl_ms: TTL_MS }), {
      ok: true,
      value: await inventory.getReservation(key),
    });
    assert.equal((await inventory.getReservation(key))?.state, 'sold');
    assert.deepEqual(await figures(inventory, product), [3, 0, 3]);
  },

  async 'several products are sold together or not at all, from whichever warehouses'({ inventory, clock }) {
    const [first, second] = [await stocked(inventory, { [WEST]: 1, [EAST]: 4 }), await stocked(inventory, 5)];
    const asked = reservation([first, second], { quantity: 3 });
    await inventory.reserveStock(asked);
    const order_id = ids.next();
    await assert.rejects(
      inventory.sellReservation({ ...keyOf(asked), product_ids: [first], order_id }),
      /does not name/,
    );
    assert.deepEqual(await figures(inventory, first), [5, 3, 2]);
    assert.equal((await inventory.sellReservation({ ...keyOf(asked), order_id })).ok, true);
    assert.deepEqual(await figures(inventory, first), [2, 0, 2]);
    assert.deepEqual(await figures(inventory, second), [2, 0, 2]);
    const late = reservation([first, second]);
    await inventory.reserveStock(late);
    clock.advance(TTL_MS);
    const refused = await inventory.sellReservation({ ...keyOf(late), order_id: ids.next() });
    assert.deepEqual(refused, { ok: false, code: 'RESERVATION_EXPIRED' });
    assert.deepEqual(await figures(inventory, second), [2, 0, 2]);
  },

  async 'a held reservation can be sold until its time is over'({ inventory, clock }) {
    const product = await stocked(inventory, 5);
    const [early, late] = [reservation([product]), reservation([product])];
    await inventory.reserveStock(early);
    await inventory.reserveStock(late);
    clock.advance(TTL_MS - 1);
    assert.equal((await inventory.sellReservation({ ...keyOf(early), order_id: ids.next() })).ok, true);
    clock.advance(1);
    const refused = await inventory.sellReservation({ ...keyOf(late), order_id: ids.next() });
    assert.deepEqual(refused, { ok: false, code: 'RESERVATION_EXPIRED' });
    assert.deepEqual(await figures(inventory, product), [4, 0, 4]);
  },

  async 'a reservation released twice gives its units back once'({ inventory }) {
    const product = await stocked(inventory, 5);
    const asked = reservation([product], { quantity: 3 });
    await inventory.reserveStock(asked);
    const release = keyOf(asked);
    await Promise.all([inventory.releaseReservation(release), inventory.releaseReservation(release)]);
    await inventory.releaseReservation(release);
    assert.deepEqual(await figures(inventory, product), [5, 0, 5]);
    assert.deepEqual(await inventory.sellReservation({ ...keyOf(asked), order_id: ids.next() }), {
      ok: false,
      code: 'RESERVATION_RELEASED',
    });
  },

  async 'a sale is taken back once, from its own order, and the hold has its time again'({ inventory, clock }) {
    const product = await stocked(inventory, 5);
    const asked = reservation([product], { quantity: 2 });
    const key = keyOf(asked);
    const order_id = ids.next();
    await inventory.reserveStock(asked);
    await inventory.unsellReservation({ ...key, order_id, ttl_ms: 1000 });
    assert.equal((await inventory.getReservation(key))?.expires_at, '2026-11-27T08:15:00.000Z');
    await inventory.sellReservation({ ...key, order_id });
    clock.advance(3 * TTL_MS);
    await inventory.unsellReservation({ ...key, order_id: ids.next(), ttl_ms: 1000 });
    assert.deepEqual(await figures(inventory, product), [3, 0, 3]);
    await Promise.all([1, 2].map(() => inventory.unsellReservation({ ...key, order_id, ttl_ms: 1000 })));
    assert.deepEqual(await figures(inventory, product), [5, 2, 3]);
    const again = await inventory.getReservation(key);
    assert.deepEqual([again?.state, again?.expires_at], ['held', '2026-11-27T08:45:01.000Z']);
    assert.equal((await inventory.sellReservation({ ...key, order_id: ids.next() })).ok, true);
    assert.deepEqual(await figures(inventory, product), [3, 0, 3]);
  },

  async 'extend moves the end of a hold only forward, and not beyond its end'({ inventory, clock }) {
    const product = await stocked(inventory, 5);
    const asked = reservation([product]);
    const key = keyOf(asked);
    await inventory.reserveStock(asked);
    await inventory.extendReservation({ ...key, ttl_ms: 1000 });
    assert.equal((await inventory.getReservation(key))?.expires_at, '2026-11-27T08:15:00.000Z');
    await inventory.extendReservation({ ...key, ttl_ms: 2 * TTL_MS });
    assert.equal((await inventory.getReservation(key))?.expires_at, '2026-11-27T08:30:00.000Z');
    clock.advance(2 * TTL_MS);
    const extended = await inventory.extendReservation({ ...key, ttl_ms: TTL_MS });
    assert.deepEqual(extended, { ok: false, code: 'RESERVATION_EXPIRED' });
    assert.deepEqual(await figures(inventory, product), [5, 0, 5]);
  },

  async 'who is told that it has expired is told so for good: the units are back at once'({ inventory, clock }) {
    const product = await stocked(inventory, 1);
    const asked = reservation([product]);
    await inventory.reserveStock(asked);
    clock.advance(TTL_MS);
    assert.deepEqual(await inventory.sellReservation({ ...keyOf(asked), order_id: ids.next() }), {
      ok: false,
      code: 'RESERVATION_EXPIRED',
    });
    assert.equal((await inventory.getReservation(keyOf(asked)))?.state, 'expired');
    assert.equal((await inventory.reserveStock(reservation([product]))).ok, true);
  },

  async 'an unknown reservation is expired for those who ask, and nothing for those who tell'({ inventory }) {
    const product = await stocked(inventory, 1);
    const key = { reservation_id: ids.next(), product_ids: [product] };
    assert.deepEqual(await inventory.sellReservation({ ...key, order_id: ids.next() }), {
      ok: false,
      code: 'RESERVATION_EXPIRED',
    });
    assert.equal(await inventory.releaseReservation(key), null);
    assert.equal(await inventory.unsellReservation({ ...key, order_id: ids.next(), ttl_ms: 1 }), null);
    assert.equal(await inventory.getReservation(key), null);
  },

  async 'a command that names only some products of its reservation fails alone, and changes nothing'({ inventory }) {
    // One bucket, so that the holds of both are found by naming one.
    const first = await stocked(inventory, 5);
    const second = ids.nextFor(first);
    await inventory.receiveStock({
      movement_id: ids.next(),
      product_id: second,
      warehouse_id: WEST,
      quantity: 5,
      reason: '',
    });
    const asked = reservation([first, second]);
    await inventory.reserveStock(asked);
    const neighbour = reservation([first]);
    const [torn, held] = await Promise.allSettled([
      inventory.sellReservation({ reservation_id: asked.reservation_id, product_ids: [first], order_id: ids.next() }),
      inventory.reserveStock(neighbour),
    ]);
    assert.equal(torn.status, 'rejected');
    assert.equal(held.status === 'fulfilled' && held.value.ok, true);
    assert.deepEqual(await figures(inventory, first), [5, 2, 3]);
  },

  async 'max_per_person counts what is held and bought within a day, and frees what is given back'({
    inventory,
    clock,
  }) {
    const product = await stocked(inventory, 50);
    const person_id = ids.next();
    const limited = (quantity: number) => {
      const asked = reservation([product], { person_id, quantity });
      return { ...asked, lines: asked.lines.map(line => ({ ...line, max_per_person: 3 })) };
    };
    const bought = limited(2);
    await inventory.reserveStock(bought);
    await inventory.sellReservation({ ...keyOf(bought), order_id: ids.next() });
    const held = limited(1);
    await inventory.reserveStock(held);
    assert.deepEqual(await inventory.reserveStock(limited(1)), {
      ok: false,
      code: 'LIMIT_PER_PERSON',
      detail: { lines: [{ product_id: product, requested: 1, allowed: 0 }] },
    });
    await inventory.releaseReservation(keyOf(held));
    const forgotten = limited(1);
    assert.equal((await inventory.reserveStock(forgotten)).ok, true);
    clock.advance(TTL_MS);
    assert.equal((await inventory.reserveStock(limited(1))).ok, true, 'their own overdue hold does not block them');
    assert.equal((await inventory.reserveStock(reservation([product], { quantity: 9 }))).ok, true);
    clock.advance(24 * 3_600_000);
    assert.equal((await inventory.reserveStock(limited(3))).ok, true);
  },

  async 'units that come, are corrected or return count once, whole, and never go below what is reserved'({
    inventory,
  }) {
    const product = await stocked(inventory, 5);
    const asked = reservation([product], { quantity: 4 });
    await inventory.reserveStock(asked);
    const adjust = (delta: number, movement_id = ids.next()) =>
      inventory.adjustStock({ movement_id, product_id: product, warehouse_id: WEST, delta, reason: 'counted' });
    assert.deepEqual(await adjust(-2), { ok: false, code: 'STOCK_RESERVED' });
    const movement_id = ids.next();
    for (const _ of [1, 2]) assert.equal((await adjust(-1, movement_id)).ok, true);
    assert.deepEqual(await figures(inventory, product), [4, 4, 0]);
    await inventory.sellReservation({ ...keyOf(asked), order_id: ids.next() });
    const part = { product_id: product, warehouse_id: WEST, quantity: 1 };
    const returned = { return_id: ids.next(), order_id: ids.next(), parts: [part, part] };
    await Promise.all([inventory.returnStock(returned), inventory.returnStock(returned)]);
    await inventory.returnStock({ ...returned, parts: [] });
    assert.deepEqual(await figures(inventory, product), [2, 0, 2]);
    const nowhere = { movement_id: ids.next(), product_id: product, warehouse_id: ids.next(), reason: '' };
    const unknown = { ok: false, code: 'WAREHOUSE_NOT_FOUND' };
    assert.deepEqual(await inventory.receiveStock({ ...nowhere, quantity: 1 }), unknown);
    assert.deepEqual(await inventory.adjustStock({ ...nowhere, delta: 1 }), unknown);
  },

  async 'a return of several parts is applied whole, and once'({ inventory }) {
    const [first, second] = [await stocked(inventory, 1), await stocked(inventory, { [EAST]: 2 })];
    const parts = [
      { product_id: second, warehouse_id: EAST, quantity: 2 },
      { product_id: first, warehouse_id: WEST, quantity: 1 },
    ];
    const returned = { return_id: ids.next(), order_id: ids.next(), parts };
    await inventory.returnStock(returned);
    await inventory.returnStock({ ...returned, parts: parts.toReversed() });
    assert.deepEqual(await figures(inventory, first), [2, 0, 2]);
    assert.deepEqual(await figures(inventory, second), [4, 0, 4]);
  },

  async 'every refusal leaves every row as it was'({ inventory, db, clock }) {
    const product = await stocked(inventory, { [WEST]: 3, [EAST]: 1 });
    const [held, released, sold, overdue] = [1, 2, 3, 4].map(() => reservation([product]));
    for (const asked of [held!, released!, sold!]) await inventory.reserveStock(asked);
    await inventory.reserveStock({ ...overdue!, ttl_ms: 1 });
    await inventory.releaseReservation(keyOf(released!));
    await inventory.sellReservation({ ...keyOf(sold!), order_id: ids.next() });
    clock.advance(1);
    await inventory.sellReservation({ ...keyOf(overdue!), order_id: ids.next() });
    const greedy = { ...reservation([product]), lines: [{ product_id: product, quantity: 2, max_per_person: 1 }] };
    const down = { movement_id: ids.next(), product_id: product, warehouse_id: WEST, delta: -3, reason: '' };
    const order_id = ids.next();
    const refusals: [string, () => Promise<unknown>][] = [
      ['OUT_OF_STOCK', () => inventory.reserveStock(reservation([product], { quantity: 3 }))],
      ['LIMIT_PER_PERSON', () => inventory.reserveStock(greedy)],
      ['RESERVATION_RELEASED', () => inventory.sellReservation({ ...keyOf(released!), order_id })],
      ['RESERVATION_EXPIRED', () => inventory.sellReservation({ ...keyOf(overdue!), order_id })],
      ['RESERVATION_EXPIRED', () => inventory.extendReservation({ ...keyOf(released!), ttl_ms: TTL_MS })],
      ['RESERVATION_EXPIRED', () => inventory.extendReservation({ ...keyOf(overdue!), ttl_ms: TTL_MS })],
      ['RESERVATION_EXPIRED', () => inventory.sellReservation({ ...keyOf(sold!), order_id })],
      ['STOCK_RESERVED', () => inventory.adjustStock(down)],
    ];
    for (const [code, ask] of refusals) {
      const answer = await changingNothing(db, ask);
      assert.equal((answer as { code?: string }).code, code);
    }
    assert.deepEqual(await figures(inventory, product), [3, 1, 2]);
  },
};
