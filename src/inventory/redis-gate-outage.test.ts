// Goal: whatever happens to Redis, no unit is sold twice, nobody gets an error, and the gate finds back to the ledger.
// Method: a real server that is flushed, killed, held still or not there yet while a crowd buys, and counts that are
// planted wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inventory } from '#inventory';
import type { Outcome } from '#platform/outcome';
import {
  assertAgreed,
  counted,
  countedOf,
  type GatedInventory,
  openGated,
  openWithRedis,
  untilCounted,
} from '../../test/support/gated-inventory.ts';
import { figures, openInventory, reservation, stocked, tally } from '../../test/support/inventory.ts';
import { need } from '../../test/support/parts.ts';
import { type RedisServer, startRedis, untilUp } from '../../test/support/redis.ts';

type Opened = GatedInventory & { server: RedisServer };

/** 1,000 who come one after the other, 40 at a time; `then` happens when the 50th is answered. */
async function crowd(inventory: Inventory, product: string, then: () => Promise<unknown>) {
  const answers: Outcome<unknown, string>[] = [];
  let happening: Promise<unknown> | undefined;
  let asked = 0;
  const buyer = async () => {
    while (asked < 1000) {
      asked += 1;
      answers.push(await inventory.reserveStock(reservation([product])));
      if (answers.length === 50) happening = then();
    }
  };
  await Promise.all(Array.from({ length: 40 }, buyer));
  await happening;
  return answers;
}

async function assertSold({ inventory, sweep, ...opened }: Opened, product: string): Promise<void> {
  assert.deepEqual(await figures(inventory, product), [100, 100, 0]);
  await untilUp(opened.redis);
  await sweep();
  assert.equal(await countedOf(inventory, product), 0);
  await assertAgreed({ inventory, ...opened });
}

test('flushed in the middle of a crowd: 100 of 1,000 hold one of 100 units, all others are told so', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const product = await counted(opened.inventory, 100);
  const answers = await crowd(opened.inventory, product, () => opened.server.ask('FLUSHALL'));
  assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 900 });
  await assertSold(opened, product);
});

test('killed in the middle of a crowd and started empty: the ledger alone decides until the gate counts again', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server, metric } = opened;
  const product = await counted(inventory, 100);
  const answers = await crowd(inventory, product, async () => {
    await server.kill();
    await server.start();
  });
  assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 900 });
  await assertSold(opened, product);
  const refused = await metric('gate_answers_total{answer="refused"}');
  assert.equal((await inventory.reserveStock(reservation([product]))).ok, false);
  assert.equal(await metric('gate_answers_total{answer="refused"}'), refused + 1, 'the gate is at work again');
});

test('held still in the middle of a crowd: it costs the time-out once, and nobody an answer', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server, redis, metric } = opened;
  const product = await counted(inventory, 100);
  let slowestMs = 0;
  const asking: Inventory = {
    ...inventory,
    async reserveStock(input) {
      const startedMs = performance.now();
      const answer = await inventory.reserveStock(input);
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      return answer;
    },
  };
  const answers = await crowd(asking, product, async () => {
    await server.ask('CLIENT', 'PAUSE', '2500', 'ALL');
    await untilUp(redis, false);
    assert.equal(await metric('gate_up'), 0);
  });
  assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 900 });
  assert.ok(slowestMs < 2000, `${slowestMs} ms: nobody waited for Redis to go on`);
  await assertSold(opened, product);
});

test('not there at the start: the ledger alone decides, and the gate counts when Redis comes', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  await server.kill();
  const opened = await openGated(t, { url: server.url });
  const { inventory, metric, sweep } = opened;
  const product = await stocked(inventory, 100);
  await sweep();
  const answers = await Promise.all(Array.from({ length: 400 }, () => inventory.reserveStock(reservation([product]))));
  assert.deepEqual(tally(answers), { ok: 100, OUT_OF_STOCK: 300 });
  assert.equal(await metric('gate_answers_total{answer="skipped"}'), 400);
  assert.equal(await countedOf(inventory, product), null);
  await server.start();
  await assertSold({ ...opened, server }, product);
});

test('what is rebuilt counts every product, a page after the other, and afterwards each sweep compares one', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server, sweep } = opened;
  const products = await Promise.all(Array.from({ length: 520 }, (_, i) => stocked(inventory, 1 + (i % 9))));
  const wrong = async () => {
    const facts = await inventory.readGateFacts({ after: null, limit: 1000 });
    return facts.filter(({ counted, available }) => counted !== available).length;
  };
  // Each was looked at when its units came: nothing of that may be under way when counts are planted.
  const deadline = performance.now() + 10_000;
  while ((await wrong()) > 0) assert.ok(performance.now() < deadline, 'not all are counted');
  await server.ask('FLUSHALL');
  await sweep();
  assert.equal(await server.ask('DBSIZE'), 521, 'and the mark that all are counted');
  for (const i of [0, 8, 519]) assert.equal(await countedOf(inventory, products[i]!), 1 + (i % 9));
  for (const product of products) await server.ask('HINCRBY', `gate:{${product}}`, 'left', '1');
  await sweep();
  assert.equal(await wrong(), 20);
  await sweep();
  assert.equal(await wrong(), 0);
});

test('a count that is too high or too low is brought to the ledger, and told in the metric', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server, sweep, metric } = opened;
  const [high, low, right] = await Promise.all([10, 10, 10].map(units => counted(inventory, units)));
  await sweep();
  assert.equal(await metric('gate_drift_total'), 0);
  await server.ask('HINCRBY', `gate:{${high}}`, 'left', '7');
  await server.ask('HINCRBY', `gate:{${low}}`, 'left', '-4');
  await sweep();
  for (const product of [high, low, right]) assert.equal(await countedOf(inventory, product!), 10);
  assert.equal(await metric('gate_drift_total'), 11);
  await sweep();
  assert.equal(await metric('gate_drift_total'), 11);
});

test('a count that is too low refuses nobody, one that is too high sells nothing twice; both are mended by asking', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server } = opened;
  const [low, high] = [await counted(inventory, 10), await counted(inventory, 1)];
  await server.ask('HSET', `gate:{${low}}`, 'left', '0');
  const bought = await inventory.reserveStock(reservation([low], { quantity: 4 }));
  assert.equal(bought.ok, true);
  await untilCounted(inventory, low, 6);
  await server.ask('HSET', `gate:{${high}}`, 'left', '1000');
  const answers = await Promise.all(Array.from({ length: 50 }, () => inventory.reserveStock(reservation([high]))));
  assert.deepEqual(tally(answers), { ok: 1, OUT_OF_STOCK: 49 });
  await untilCounted(inventory, high, 0);
  await assertAgreed(opened);
});

test('what another process did without the gate is found by the next sweep', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server, sweep } = opened;
  const product = await counted(inventory, 10);
  const asked = reservation([product], { quantity: 3 });
  await inventory.reserveStock(asked);
  await untilCounted(inventory, product, 7);
  const { inventory: blind } = await openInventory(t, { db: opened.db });
  await blind.releaseReservation({ reservation_id: asked.reservation_id, product_ids: [product] });
  await blind.reserveStock(reservation([product], { quantity: 9 }));
  assert.equal(await server.ask('HGET', `gate:{${product}}`, 'left'), '7');
  await sweep();
  assert.equal(await countedOf(inventory, product), 1);
  await assertAgreed(opened);
});

test('a process that dies between gate and ledger keeps its units from others for a bounded time', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server } = opened;
  const product = await counted(inventory, 2);
  const dead = reservation([product]).reservation_id;
  // As the script leaves it: two units on the way for a reservation that never comes.
  await server.ask('HSET', `gate:{${product}}`, 'left', '0', 'on_way', '2', 'changes', '1');
  await server.ask('HSET', `gate:{${product}}:way`, dead, '2');
  await server.ask('ZADD', `gate:{${product}}:ends`, String(Date.now() + 10_000), dead);
  const early = await inventory.reserveStock(reservation([product]));
  assert.deepEqual(early, {
    ok: false,
    code: 'OUT_OF_STOCK',
    detail: { lines: [{ product_id: product, requested: 1, available: 0 }] },
  });
  await server.ask('ZADD', `gate:{${product}}:ends`, '1', dead);
  assert.equal((await inventory.reserveStock(reservation([product], { quantity: 2 }))).ok, true);
  await assertAgreed(opened);
});

test('the facts tell of each product what is counted and what there is, page by page, and whether both are of one moment', async t => {
  const opened = await openWithRedis(t);
  if (opened === null) return;
  const { inventory, server } = opened;
  const [three, four] = [await counted(inventory, 3), await counted(inventory, 4)];
  const plenty = await stocked(inventory, 20_000);
  await server.ask('HINCRBY', `gate:{${four}}`, 'left', '5');
  const keyOf = (product: string) => `${product.slice(-2)}/${product}`;
  const expected = [
    { key: keyOf(three), available: 3, counted: 3, settled: true },
    { key: keyOf(four), available: 4, counted: 9, settled: true },
    { key: keyOf(plenty), available: 20_000, counted: null, settled: false },
  ].sort((a, b) => (a.key < b.key ? -1 : 1));
  assert.deepEqual(await inventory.readGateFacts({ after: null, limit: 10 }), expected);
  assert.deepEqual(await inventory.readGateFacts({ after: expected[0]!.key, limit: 1 }), [expected[1]]);
  assert.deepEqual(await inventory.readGateFacts({ after: expected[2]!.key, limit: 10 }), []);
  const [one] = expected.filter(({ key }) => key.endsWith(four));
  assert.deepEqual(await inventory.readGateFacts({ ids: [four] }), [one]);
  await server.kill();
  await untilUp(opened.redis, false);
  const away = expected.map(fact => ({ ...fact, counted: null, settled: false }));
  assert.deepEqual(await inventory.readGateFacts({ after: null, limit: 10 }), away);
  const { inventory: without } = await openInventory(t, { db: opened.db });
  assert.deepEqual(await without.readGateFacts({ after: null, limit: 10 }), []);
});
