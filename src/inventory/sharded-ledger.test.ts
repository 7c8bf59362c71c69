// Goal: a reservation over several buckets is one for everybody who looks, whoever races, and whatever a crash leaves
// between two of its parts ends by itself. Method: the inventory as it runs on Citus, on one PostgreSQL, with products
// that surely lie in different buckets; crashes are a ledger whose n-th step throws, over the same data.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Clock, manualClock, systemClock } from '#platform/clock';
import { bucketOf, createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { createOutbox } from '#platform/outbox';
import { type Database, sql } from '#platform/sql';
import {
  assertBalanced,
  figures,
  keyOf,
  type OpenInventory,
  openInventory,
  readLedger,
  reservation,
  TTL_MS,
  tally,
  WEST,
} from '../../test/support/inventory.ts';
import { createGroupedLedger } from './grouped-ledger.ts';
import type { Ledger } from './ledger.ts';
import { createShardReads } from './shard-reads.ts';
import { withShards } from './sharded-ledger.ts';
import { createWarehouses } from './warehouses.ts';

const ids = createIds();

/** Products of as many different buckets, in the order of their buckets. */
async function inBuckets(opened: OpenInventory, units: number[]): Promise<string[]> {
  const products: string[] = [];
  while (products.length < units.length) {
    const productId = ids.next();
    if (!products.some(other => bucketOf(other) === bucketOf(productId))) products.push(productId);
  }
  products.sort((a, b) => bucketOf(a) - bucketOf(b));
  for (const [i, product_id] of products.entries()) {
    const received = { movement_id: ids.nextFor(product_id), product_id, warehouse_id: WEST, reason: '' };
    if (units[i]! > 0) await opened.inventory.receiveStock({ ...received, quantity: units[i]! });
  }
  return products;
}

function open(t: TestContext, options: { clock?: Clock; db?: Database } = {}): Promise<OpenInventory> {
  return openInventory(t, { ...options, sharding: 'citus' });
}

/** The ledger itself over the same data, which stops (as its process would) before its step number `dies`. */
function dyingLedger({ db }: OpenInventory, clock: Clock, dies: number): Ledger {
  const outbox = createOutbox({ db, schema: 'inventory', log: createLog({ level: 'silent' }), clock });
  const deps = {
    ...{ db, clock, outbox, random: Math.random, metrics: createMetrics() },
    ...{ warehouses: createWarehouses(db), sharding: 'citus' as const },
  };
  let steps = 0;
  const inner = createGroupedLedger(deps);
  const dying = new Proxy(inner, {
    get: (ledger, name: keyof Ledger) => (input: never) => {
      steps += 1;
      if (steps === dies) throw new Error('killed');
      return (ledger[name] as (input: never) => unknown)(input);
    },
  });
  return withShards(dying, createShardReads(deps));
}

async function statesOf(db: Database, reservation_id: string): Promise<string[]> {
  const rows = await db.query<{ state: string }>(sql`
    select state from inventory.holds where reservation_id = ${reservation_id}::uuid order by bucket`);
  return rows.map(row => row.state);
}

test('a reservation over three buckets is held, sold and taken back as one', async t => {
  const opened = await open(t);
  const { inventory, db } = opened;
  const products = await inBuckets(opened, [5, 5, 5]);
  const asked = reservation(products.toReversed(), { quantity: 2 });
  const held = await inventory.reserveStock(asked);
  assert.deepEqual(
    held.ok && held.value.parts,
    products.map(product_id => ({ product_id, warehouse_id: WEST, quantity: 2 })),
  );
  assert.deepEqual(await inventory.getReservation(keyOf(asked)), held.ok && held.value);
  assert.deepEqual(await inventory.reserveStock(asked), held, 'the same again answers the same');
  const order_id = ids.next();
  for (const _ of [1, 2]) assert.equal((await inventory.sellReservation({ ...keyOf(asked), order_id })).ok, true);
  for (const product of products) assert.deepEqual(await figures(inventory, product), [3, 0, 3]);
  await inventory.unsellReservation({ ...keyOf(asked), order_id, ttl_ms: TTL_MS });
  await inventory.releaseReservation(keyOf(asked));
  for (const product of products) assert.deepEqual(await figures(inventory, product), [5, 0, 5]);
  assert.equal((await inventory.getReservation(keyOf(asked)))?.state, 'released');
  await assertBalanced(db);
});

test('what one bucket lacks refuses all of it without a trace, and its id may be tried again', async t => {
  const opened = await open(t);
  const { inventory, db } = opened;
  const [first, second, third] = (await inBuckets(opened, [5, 0, 1])) as [string, string, string];
  const asked = reservation([third, first, second], { quantity: 2 });
  const before = await readLedger(db);
  assert.deepEqual(await inventory.reserveStock(asked), {
    ok: false,
    code: 'OUT_OF_STOCK',
    detail: {
      lines: [
        { product_id: third, requested: 2, available: 1 },
        { product_id: second, requested: 2, available: 0 },
      ],
    },
  });
  assert.deepEqual(await readLedger(db), before);
  for (const product_id of [second, third]) {
    const movement_id = ids.nextFor(product_id);
    await inventory.receiveStock({ movement_id, product_id, warehouse_id: WEST, quantity: 5, reason: '' });
  }
  assert.equal((await inventory.reserveStock(asked)).ok, true);
});

test('one part that has expired ends the sale: the parts that were sold before it come back', async t => {
  const time = manualClock(systemClock.nowMs());
  const clock = { ...systemClock, nowMs: time.nowMs };
  const opened = await open(t, { clock });
  const { inventory, db } = opened;
  const products = await inBuckets(opened, [1, 1, 1]);
  const asked = reservation(products);
  await inventory.reserveStock(asked);
  await db.query(sql`
    update inventory.holds set expires_at = date_trunc('milliseconds', now()) - interval '1 day'
    where product_id = ${products[1]!}::uuid`);
  const refused = await inventory.sellReservation({ ...keyOf(asked), order_id: ids.next() });
  assert.deepEqual(refused, { ok: false, code: 'RESERVATION_EXPIRED' });
  for (const product of products) assert.deepEqual(await figures(inventory, product), [1, 0, 1]);
  assert.deepEqual(await statesOf(db, asked.reservation_id), ['expired', 'expired', 'released']);
});

test('goods of several buckets that come back are counted once, also when only some had come', async t => {
  const opened = await open(t);
  const { inventory } = opened;
  const products = await inBuckets(opened, [1, 1]);
  const parts = products.map(product_id => ({ product_id, warehouse_id: WEST, quantity: 3 }));
  const returned = { return_id: ids.next(), order_id: ids.next(), parts };
  const movement_id = ids.nextFor(products[0]!);
  const moves = parts.map(({ quantity, ...shelf }) => ({ ...shelf, delta: quantity }));
  const dying = dyingLedger(opened, systemClock, 2);
  await assert.rejects(dying.move({ movement_id, kind: 'return', parts: moves }), /killed/);
  assert.deepEqual(await figures(inventory, products[0]!), [4, 0, 4]);
  assert.deepEqual(await figures(inventory, products[1]!), [1, 0, 1]);
  const whole = dyingLedger(opened, systemClock, 0);
  for (const _ of [1, 2]) await whole.move({ movement_id, kind: 'return', parts: moves });
  for (const product of products) assert.deepEqual(await figures(inventory, product), [4, 0, 4]);
  for (const _ of [1, 2]) await inventory.returnStock(returned);
  for (const product of products) assert.deepEqual(await figures(inventory, product), [7, 0, 7]);
});

test('a process that dies between two parts of a hold leaves what its next try completes, or what expires', async t => {
  const time = manualClock(systemClock.nowMs());
  const clock = { ...systemClock, nowMs: time.nowMs };
  const opened = await open(t, { clock });
  const { inventory, module, db } = opened;
  const products = await inBuckets(opened, [2, 2, 2]);
  const [repeated, forgotten] = [reservation(products), reservation(products)];
  for (const asked of [repeated, forgotten]) {
    await assert.rejects(dyingLedger(opened, clock, 3).reserve(asked), /killed/);
    assert.deepEqual(await statesOf(db, asked.reservation_id), ['held', 'held']);
    assert.equal(await inventory.getReservation(keyOf(asked)), null, 'nobody sees a part');
  }
  assert.equal((await inventory.reserveStock(repeated)).ok, true);
  time.advance(TTL_MS);
  await module.jobs?.find(job => job.name === 'inventory_sweep')?.run(new AbortController().signal);
  for (const product of products) assert.deepEqual(await figures(inventory, product), [2, 0, 2]);
  await assertBalanced(db);
});

test('a process that dies between two parts of a sale leaves what its order completes, or takes back', async t => {
  const opened = await open(t);
  const { inventory, db } = opened;
  for (let dies = 1; dies <= 3; dies += 1) {
    for (const isSoldAgain of [true, false]) {
      const products = await inBuckets(opened, [1, 1, 1]);
      const asked = reservation(products);
      const order_id = ids.next();
      await inventory.reserveStock(asked);
      await assert.rejects(dyingLedger(opened, systemClock, dies).sell({ ...keyOf(asked), order_id }), /killed/);
      assert.equal((await inventory.getReservation(keyOf(asked)))?.state, 'held', 'a sale of some parts is none');
      if (isSoldAgain) {
        assert.equal((await inventory.sellReservation({ ...keyOf(asked), order_id })).ok, true);
        assert.deepEqual(await statesOf(db, asked.reservation_id), ['sold', 'sold', 'sold']);
      } else {
        await inventory.releaseReservation(keyOf(asked));
        assert.deepEqual(await statesOf(db, asked.reservation_id), ['released', 'released', 'released']);
      }
      const left = isSoldAgain ? 0 : 1;
      for (const product of products) assert.deepEqual(await figures(inventory, product), [left, 0, left]);
    }
  }
  await assertBalanced(db);
});

test('a sale and a release at once: one of them wins, and wins all parts', async t => {
  const opened = await open(t);
  const { inventory: one, db } = opened;
  const { inventory: two } = await open(t, { db });
  const won = { sold: 0, released: 0 };
  for (let round = 0; round < 40; round += 1) {
    const products = await inBuckets(opened, [1, 1, 1]);
    const asked = reservation(products);
    await one.reserveStock(asked);
    const [sold] = await Promise.all([
      one.sellReservation({ ...keyOf(asked), order_id: ids.next() }),
      two.releaseReservation(keyOf(asked)),
    ]);
    const states = new Set(await statesOf(db, asked.reservation_id));
    assert.deepEqual([...states], [sold.ok ? 'sold' : 'released']);
    won[sold.ok ? 'sold' : 'released'] += 1;
  }
  assert.equal(won.sold + won.released, 40);
  await assertBalanced(db);
});

const SEED = 20261127;
const BUYERS = 120;

/** The same choices for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test('a crowd over overlapping buckets: never oversold, all or none, and nothing left behind', async t => {
  t.diagnostic(`seed ${SEED}`);
  const draw = chance(SEED);
  const opened = await open(t);
  const { inventory: one, db } = opened;
  const { inventory: two } = await open(t, { db });
  const UNITS = 15;
  const products = await inBuckets(opened, [UNITS, UNITS, UNITS, UNITS, UNITS]);
  const wishes = Array.from({ length: BUYERS }, () => {
    const chosen = products.filter(() => draw() < 0.5);
    return reservation(chosen.length > 0 ? chosen : [products[0]!]);
  });
  const answers = await Promise.all(wishes.map((asked, i) => (i % 2 === 0 ? one : two).reserveStock(asked)));
  const told = tally(answers);
  assert.deepEqual(Object.keys(told).sort(), ['OUT_OF_STOCK', 'ok']);
  const units = new Map(products.map(product => [product, 0]));
  for (const [i, asked] of wishes.entries()) {
    const seen = await one.getReservation(keyOf(asked));
    const isHeld = seen?.state === 'held';
    assert.equal(isHeld, answers[i]!.ok && answers[i]!.value.state === 'held');
    if (!isHeld) continue;
    assert.deepEqual(
      seen.parts.map(part => part.product_id),
      asked.lines.map(line => line.product_id),
    );
    for (const { product_id } of seen.parts) units.set(product_id, units.get(product_id)! + 1);
  }
  for (const product of products) {
    const reserved = units.get(product)!;
    assert(reserved <= UNITS, `${product} was promised ${reserved} times`);
    assert.deepEqual(await figures(one, product), [UNITS, reserved, UNITS - reserved], 'refusals hold nothing');
  }
  await assertBalanced(db);
});
