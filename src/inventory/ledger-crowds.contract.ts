// Goal: however many ask at once, from however many processes, no unit is held twice and each hold has one end.
// Method: crowds on PostgreSQL through two instances of the module, killed connections among them, and exact counts.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Inventory, ReserveStock } from '#inventory';
import type { Module } from '#platform/module';
import { Unavailable } from '#platform/outcome';
import { type Database, openDatabase, sql } from '#platform/sql';
import {
  EAST,
  EUROPE,
  figures,
  ids,
  reservation,
  stocked,
  TTL_MS,
  tally,
  WAREHOUSES,
  WEST,
} from '../../test/support/inventory.ts';

/** Two instances, as two processes have them, on one database. */
export interface LedgerInCrowds {
  one: Inventory;
  two: Inventory;
  /** Of `one`, which alone lives by this clock. */
  module: Module<Inventory>;
  clock: { leadMs: number };
  db: Database;
  url: string;
  t: TestContext;
}

function atOnce<Told>(count: number, ask: (i: number) => Promise<Told>): Promise<Told[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => ask(i)));
}

type Proof = (ledger: LedgerInCrowds) => Promise<void>;

export const crowds: Record<string, Proof> = {
  async '400 buyers of 100 units in three warehouses at once: exactly 100 hold one'({ one, db, t }) {
    const product = await stocked(one, { [WEST]: 40, [EAST]: 35, [EUROPE]: 25 });
    const beganMs = performance.now();
    const answers = await atOnce(400, () => one.reserveStock(reservation([product])));
    t.diagnostic(`the last was answered after ${Math.round(performance.now() - beganMs)} ms`);
    assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 300 });
    assert.deepEqual(await figures(one, product), [100, 100, 0]);
    assert.deepEqual(await movedUnits(db, product), [100, 100]);
  },

  async '400 buyers through two processes: exactly 100 hold one'({ one, two, db }) {
    const product = await stocked(one, { [WEST]: 60, [EAST]: 40 });
    const answers = await atOnce(400, i => (i % 2 ? one : two).reserveStock(reservation([product])));
    assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 300 });
    assert.deepEqual(await figures(one, product), [100, 100, 0]);
    assert.deepEqual(await movedUnits(db, product), [100, 100]);
  },

  async 'buyers near different warehouses leave one true last word on what is left'({ one, two, db }) {
    const product = await stocked(one, { [WEST]: 20, [EAST]: 20, [EUROPE]: 20 });
    const answers = await atOnce(60, i => {
      const { country, region } = WAREHOUSES[i % 3]!;
      return (i % 2 ? one : two).reserveStock({ ...reservation([product]), ship_to: { country, region } });
    });
    assert.deepEqual(tally(answers), { ok: 60 });
    const told = await levelsTold(db, product);
    assert.deepEqual([told[0]?.level, told.at(-1)?.level, told.at(-1)?.available], ['in', 'out', 0]);
    const versions = told.map(event => event.version);
    assert.deepEqual(
      versions,
      [...new Set(versions)].sort((a, b) => a - b),
      'each is told by a version above the last',
    );
  },

  async 'carts over two products hold both or neither'({ one, two }) {
    const [plenty, scarce] = [await stocked(one, 30), await stocked(one, { [WEST]: 11, [EUROPE]: 9 })];
    const carts = atOnce(60, i => {
      const products = i % 2 ? [plenty, scarce] : [scarce, plenty];
      return (i % 3 ? one : two).reserveStock(reservation(products));
    });
    assert.deepEqual(tally(await carts), { ok: 20, OUT_OF_STOCK: 40 });
    assert.deepEqual(await figures(one, plenty), [30, 20, 10]);
    assert.deepEqual(await figures(one, scarce), [20, 20, 0]);
  },

  async 'one command that comes 20 times at once, to two processes, has one answer and one effect'({ one, two }) {
    const product = await stocked(one, 1);
    const person_id = ids.next();
    const lines = [{ product_id: product, quantity: 1, max_per_person: 1 }];
    const asked: ReserveStock = { ...reservation([product], { person_id }), lines };
    const answers = await atOnce(20, i => (i % 2 ? one : two).reserveStock(asked));
    assert.equal(answers[0]!.ok, true);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.deepEqual(await figures(one, product), [1, 1, 0]);
    const movement_id = ids.next();
    const up = { movement_id, product_id: product, warehouse_id: EAST, quantity: 5, reason: '' };
    const received = await atOnce(20, i => (i % 2 ? one : two).receiveStock(up));
    assert.deepEqual(tally(received), { ok: 20 });
    assert.deepEqual(await figures(one, product), [6, 1, 5]);
  },

  async 'processes that hold the same products in opposite order never deadlock'({ one, two, db }) {
    const products = await Promise.all(Array.from({ length: 6 }, () => stocked(one, 10_000)));
    const before = await deadlocks(db);
    for (let round = 0; round < 25; round++) {
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, () => one.reserveStock(reservation(products))),
        ...Array.from({ length: 4 }, () => two.reserveStock(reservation(products.toReversed()))),
      ]);
      assert.deepEqual(tally(answers), { ok: 8 });
    }
    assert.equal(await deadlocks(db), before);
    for (const product of products) assert.deepEqual(await figures(one, product), [10_000, 200, 9800]);
  },

  async 'expiry and payment at the very moment: one winner each, 100 times'({ one, two, module, clock, t }) {
    const product = await stocked(one, 100);
    const sweep = module.jobs!.find(job => job.name === 'inventory_sweep')!;
    let paid = 0;
    for (let round = 0; round < 100; round++) {
      const asked = reservation([product]);
      const key = { reservation_id: asked.reservation_id, product_ids: [product] };
      await one.reserveStock(asked);
      // Only the sweeper's clock is past the end: for the payer the hold is still good.
      clock.leadMs = TTL_MS + 1000;
      const pay = async () => {
        if (round % 4 > 0) await sleep((round % 4) * 0.3);
        return await two.sellReservation({ ...key, order_id: ids.next() });
      };
      const [sold] = await Promise.all([pay(), sweep.run(AbortSignal.timeout(5000))]);
      clock.leadMs = 0;
      const state = (await one.getReservation(key))!.state;
      assert.equal(state, sold.ok ? 'sold' : 'expired');
      if (sold.ok) paid += 1;
    }
    assert.deepEqual(await figures(one, product), [100 - paid, 0, 100 - paid]);
    t.diagnostic(`payment won ${paid} of 100`);
  },

  async 'of extensions at once the longest holds'({ one, two }) {
    const product = await stocked(one, 1);
    const asked = reservation([product]);
    const key = { reservation_id: asked.reservation_id, product_ids: [product] };
    await one.reserveStock(asked);
    const beganMs = Date.now();
    for (let round = 1; round <= 10; round++) {
      const answers = await atOnce(8, i =>
        (i % 2 ? one : two).extendReservation({ ...key, ttl_ms: TTL_MS * (10 * round - i) }),
      );
      assert.deepEqual(tally(answers), { ok: 8 });
      const left = Date.parse((await one.getReservation(key))!.expires_at) - beganMs;
      assert.ok(left >= TTL_MS * 10 * round, `${left} ms in round ${round}`);
    }
    assert.deepEqual(await figures(one, product), [1, 1, 0]);
  },

  async '30 reservations of one person at once take no more than the limit'({ one, two }) {
    const product = await stocked(one, { [WEST]: 50, [EAST]: 50 });
    const person_id = ids.next();
    const answers = await atOnce(30, i => {
      const lines = [{ product_id: product, quantity: 1, max_per_person: 4 }];
      const { country, region } = WAREHOUSES[i % 2]!;
      const asked: ReserveStock = { ...reservation([product], { person_id }), lines, ship_to: { country, region } };
      return (i % 2 ? one : two).reserveStock(asked);
    });
    assert.deepEqual(tally(answers), { ok: 4, LIMIT_PER_PERSON: 26 });
    assert.deepEqual(await figures(one, product), [100, 4, 96]);
  },

  async 'units that are taken away are not held, and held ones are not taken away'({ one, two }) {
    const product = await stocked(one, 50);
    const at = { product_id: product, warehouse_id: WEST, delta: -1, reason: 'counted' };
    const [held, taken] = await Promise.all([
      atOnce(40, () => one.reserveStock(reservation([product]))),
      atOnce(40, () => two.adjustStock({ ...at, movement_id: ids.nextFor(product) })),
    ]);
    const { ok: holds = 0, OUT_OF_STOCK: late = 0 } = tally(held);
    const { ok: moves = 0, STOCK_RESERVED: kept = 0 } = tally(taken);
    assert.deepEqual([holds + late, moves + kept, holds + moves], [40, 40, 50]);
    assert.deepEqual(await figures(one, product), [50 - moves, holds, 0]);
  },

  async 'reserve and release in a loop by many leave every unit where it was'({ one, two }) {
    const product = await stocked(one, { [WEST]: 3, [EAST]: 4 });
    await atOnce(20, async i => {
      const inventory = i % 2 ? one : two;
      for (let round = 0; round < 10; round++) {
        const asked = reservation([product], { quantity: 2 });
        const { reservation_id } = asked;
        if (!(await inventory.reserveStock(asked)).ok) continue;
        await inventory.releaseReservation({ reservation_id, product_ids: [product] });
      }
    });
    assert.deepEqual(await figures(one, product), [7, 0, 7]);
  },

  async 'connections killed under load lose no answer and double nothing'({ one, two, url, t }) {
    const products = await Promise.all(Array.from({ length: 3 }, () => stocked(one, 10_000)));
    const killer = startKilling(t, url);
    let sold = 0;
    await atOnce(20, async i => {
      const inventory = i % 2 ? one : two;
      for (let round = 0; round < 6; round++) {
        const product = products[(i + round) % 3]!;
        const asked = reservation([product], { quantity: 2 });
        const key = { reservation_id: asked.reservation_id, product_ids: [product] };
        const order_id = ids.next();
        assert.equal((await untilAnswered(() => inventory.reserveStock(asked))).ok, true);
        assert.equal((await untilAnswered(() => inventory.sellReservation({ ...key, order_id }))).ok, true);
        sold += 2;
      }
    });
    t.diagnostic(`${await killer.stop()} connections were killed`);
    // A connection that was killed while nobody used it says so at its next use.
    const left = await Promise.all(products.map(product => untilAnswered(() => figures(one, product))));
    assert.equal(sold, 20 * 6 * 2);
    const total = left.reduce((sum, [units]) => sum + units, 0);
    assert.equal(total, 30_000 - sold);
    assert.deepEqual(
      left.map(([, reserved]) => reserved),
      [0, 0, 0],
    );
  },
};

/** How many units movements brought, and how many they hold. */
async function movedUnits(db: Database, productId: string): Promise<[number, number]> {
  const [row] = await db.query<{ total: number; reserved: number }>(sql`
    select sum(total_delta)::bigint as total, sum(reserved_delta)::bigint as reserved
    from inventory.movements where product_id = ${productId}::uuid`);
  return [row!.total, row!.reserved];
}

/** What followers of a product were told, in the order in which they are told it. */
async function levelsTold(db: Database, productId: string) {
  return await db.query<{ version: number; level: string; available: number }>(sql`
    select version, data ->> 'level' as level, (data ->> 'available')::integer as available
    from inventory.outbox where aggregate_id = ${productId}::uuid
    order by event_id`);
}

async function deadlocks(db: Database): Promise<number> {
  const [row] = await db.query<{ deadlocks: number }>(sql`
    select deadlocks from pg_stat_database where datname = current_database()`);
  return row!.deadlocks;
}

/** As a caller does that is told of an outage: the same command again. */
async function untilAnswered<Told>(command: () => Promise<Told>): Promise<Told> {
  for (;;) {
    try {
      return await command();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}

const KILLED_MAX = 30;

/** Kills a busy connection every now and then; `stop` tells how many it were. */
function startKilling(t: TestContext, url: string): { stop(): Promise<number> } {
  const killer = openDatabase({ url, poolMax: 1, statementTimeoutMs: 5000, applicationName: 'killer' });
  t.after(() => killer.end());
  let isOver = false;
  const killing = (async () => {
    let killed = 0;
    while (!isOver && killed < KILLED_MAX) {
      await sleep(25);
      const rows = await killer.query(sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name <> 'killer' and state <> 'idle'
        order by random()
        limit 1`);
      killed += rows.length;
    }
    return killed;
  })();
  return {
    stop() {
      isOver = true;
      return killing;
    },
  };
}
