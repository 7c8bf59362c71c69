// Goal: however many ask at once, from however many processes, no unit is held twice and each hold has one end.
// Method: crowds on PostgreSQL through one or two instances of the module, killed connections among them, and the
// balance.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Inventory, ReserveStock } from '#inventory';
import { type Clock, systemClock } from '#platform/clock';
import { type Outcome, Unavailable } from '#platform/outcome';
import { openDatabase, sql } from '#platform/sql';
import {
  assertBalanced,
  EAST,
  EUROPE,
  figures,
  ids,
  openInventory,
  reservation,
  stocked,
  TTL_MS,
  WEST,
} from '../../test/support/inventory.ts';

type Answer = Outcome<unknown, string>;

function tally(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const name = answer.ok ? 'ok' : answer.code;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test('400 buyers of 100 units in three warehouses at once: exactly 100 hold one', async t => {
  const { inventory, db } = await openInventory(t);
  const product = await stocked(inventory, { [WEST]: 40, [EAST]: 35, [EUROPE]: 25 });
  const answers = await Promise.all(Array.from({ length: 400 }, () => inventory.reserveStock(reservation([product]))));
  assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 300 });
  assert.deepEqual(await figures(inventory, product), [100, 100, 0]);
  await assertBalanced(db);
});

test('400 buyers through two instances on one database: exactly 100 hold one', async t => {
  const { inventory: one, db } = await openInventory(t);
  const { inventory: two } = await openInventory(t, { db });
  const product = await stocked(one, { [WEST]: 60, [EAST]: 40 });
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, i) => (i % 2 ? one : two).reserveStock(reservation([product]))),
  );
  assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 300 });
  await assertBalanced(db);
});

test('two instances that hold the same products in opposite order never deadlock', async t => {
  const { inventory: one, db } = await openInventory(t);
  const { inventory: two } = await openInventory(t, { db });
  const products = await Promise.all(Array.from({ length: 6 }, () => stocked(one, 10_000)));
  const before = await deadlocks(db);
  for (let round = 0; round < 200; round++) {
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => one.reserveStock(reservation(products))),
      ...Array.from({ length: 4 }, () => two.reserveStock(reservation(products.toReversed()))),
    ]);
    assert.deepEqual(tally(answers), { ok: 8 });
  }
  assert.equal(await deadlocks(db), before);
  for (const product of products) assert.deepEqual(await figures(one, product), [10_000, 1600, 8400]);
  await assertBalanced(db);
});

async function deadlocks(db: Parameters<typeof assertBalanced>[0]): Promise<number> {
  const [row] = await db.query<{ deadlocks: number }>(sql`
    select deadlocks from pg_stat_database where datname = current_database()`);
  return row!.deadlocks;
}

test('expiry and payment at the very moment: one winner each, 200 times', async t => {
  const clock = jumpingClock();
  const { inventory, module, db } = await openInventory(t, { clock });
  const { inventory: payer } = await openInventory(t, { db });
  const product = await stocked(inventory, 200);
  const sweep = module.jobs!.find(job => job.name === 'inventory_sweep')!;
  let paid = 0;
  for (let round = 0; round < 200; round++) {
    const asked = reservation([product]);
    const key = { reservation_id: asked.reservation_id, product_ids: [product] };
    await inventory.reserveStock(asked);
    // Only the sweeper's clock is past the end: for the payer the hold is still good.
    clock.leadMs = TTL_MS + 1000;
    const pay = async () => {
      if (round % 4 > 0) await sleep((round % 4) * 0.3);
      return await payer.sellReservation({ ...key, order_id: ids.next() });
    };
    const [sold] = await Promise.all([pay(), sweep.run(AbortSignal.timeout(5000))]);
    clock.leadMs = 0;
    const state = (await inventory.getReservation(key))!.state;
    assert.equal(state, sold.ok ? 'sold' : 'expired');
    if (sold.ok) paid += 1;
  }
  assert.deepEqual(await figures(inventory, product), [200 - paid, 0, 200 - paid]);
  t.diagnostic(`payment won ${paid} of 200`);
  await assertBalanced(db);
});

/** The system's clock, some time ahead of everybody else's. */
function jumpingClock(): Clock & { leadMs: number } {
  return {
    leadMs: 0,
    nowMs() {
      return systemClock.nowMs() + this.leadMs;
    },
    sleep: systemClock.sleep,
  };
}

test('30 parallel reservations of one person take no more than the limit, over two instances', async t => {
  const { inventory: one, db } = await openInventory(t);
  const { inventory: two } = await openInventory(t, { db });
  const product = await stocked(one, 100);
  const person_id = ids.next();
  const ask = (inventory: Inventory) => {
    const lines = [{ product_id: product, quantity: 1, max_per_person: 4 }];
    const asked: ReserveStock = { ...reservation([product], { person_id }), lines };
    return inventory.reserveStock(asked);
  };
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => ask(i % 2 ? one : two)));
  assert.deepEqual(tally(answers), { ok: 4, LIMIT_PER_PERSON: 26 });
  assert.deepEqual(await figures(one, product), [100, 4, 96]);
  await assertBalanced(db);
});

test('reserve and release in a loop by many leave every unit where it was', async t => {
  const { inventory, db } = await openInventory(t);
  const product = await stocked(inventory, { [WEST]: 3, [EAST]: 4 });
  const loops = Array.from({ length: 20 }, async () => {
    for (let i = 0; i < 20; i++) {
      const asked = reservation([product], { quantity: 2 });
      const answer = await inventory.reserveStock(asked);
      if (!answer.ok) continue;
      await inventory.releaseReservation({
        reservation_id: asked.reservation_id,
        product_ids: [product],
      });
    }
  });
  await Promise.all(loops);
  assert.deepEqual(await figures(inventory, product), [7, 0, 7]);
  await assertBalanced(db);
});

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

test('connections killed under load lose no answer and double nothing', async t => {
  const { inventory, db, url } = await openInventory(t);
  const killer = openDatabase({ url, poolMax: 1, statementTimeoutMs: 5000, applicationName: 'killer' });
  t.after(() => killer.end());
  const products = await Promise.all(Array.from({ length: 3 }, () => stocked(inventory, 10_000)));
  let isOver = false;
  let sold = 0;
  const buyer = async (i: number) => {
    for (let round = 0; round < 15; round++) {
      const product = products[(i + round) % 3]!;
      const asked = reservation([product], { quantity: 2 });
      const key = { reservation_id: asked.reservation_id, product_ids: [product] };
      const order_id = ids.next();
      assert.equal((await untilAnswered(() => inventory.reserveStock(asked))).ok, true);
      assert.equal((await untilAnswered(() => inventory.sellReservation({ ...key, order_id }))).ok, true);
      sold += 2;
    }
  };
  const kill = async () => {
    let killed = 0;
    while (!isOver) {
      await sleep(25);
      const rows = await killer.query(sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name <> 'killer' and state <> 'idle'`);
      killed += rows.length;
    }
    return killed;
  };
  const killing = kill();
  await Promise.all(Array.from({ length: 40 }, (_, i) => buyer(i)));
  isOver = true;
  t.diagnostic(`${await killing} connections were killed`);
  const left = await Promise.all(products.map(product => figures(inventory, product)));
  assert.equal(sold, 40 * 15 * 2);
  assert.equal(
    left.reduce((sum, [total]) => sum + total, 0),
    30_000 - sold,
  );
  assert.deepEqual(
    left.map(([, reserved]) => reserved),
    [0, 0, 0],
  );
  await assertBalanced(db);
});
