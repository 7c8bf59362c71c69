// Goal: each script keeps what its header says, on one server and on a cluster. Method: the scripts one by one on a
// real Redis, with a look at what is left after each.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { limits } from '#limits';
import { createIds } from '#platform/ids';
import { createMetrics } from '#platform/metrics';
import { need } from '../../test/support/parts.ts';
import { openRedis, type RedisServer, startRedis, startRedisCluster } from '../../test/support/redis.ts';
import { createGateCounts, type GateCounts, type GateView } from './gate-counts.ts';

const ids = createIds();
const FAR_MS = Date.parse('2100-01-01T00:00:00.000Z');

interface Gate {
  counts: GateCounts;
  server: RedisServer;
  /** Counted, with so many units. */
  counted(units: number): Promise<string>;
  /** [left, on the way, ids on the way] */
  figures(productId: string): Promise<[number, number, string[]] | null>;
}

async function openGate(t: TestContext): Promise<Gate | null> {
  const path = need(t, 'redis');
  if (path === null) return null;
  const server = await startRedis(t, path);
  const counts = createGateCounts({ redis: await openRedis(t, server.url), metrics: createMetrics() });
  return { counts, server, counted: units => countNew(counts, units), figures: id => figuresOf(counts, id) };
}

async function countNew(counts: GateCounts, available: number): Promise<string> {
  const product_id = ids.next();
  await counts.correct(product_id, null, { product_id, available, seen: 0 });
  return product_id;
}

async function figuresOf(counts: GateCounts, productId: string): Promise<[number, number, string[]] | null> {
  const view = await counts.view(productId);
  return view && [view.left, view.onWay, view.onWayIds.sort()];
}

test('hold takes what is left and no more, once an id, and says why not', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, figures } = gate;
  const product = await counted(3);
  const [one, two] = [ids.next(), ids.next()].sort() as [string, string];
  assert.deepEqual(await counts.hold(product, one, 2), { is: 'held' });
  assert.deepEqual(await counts.hold(product, one, 2), { is: 'known' });
  assert.deepEqual(await counts.hold(product, two, 2), { is: 'short', left: 1, onWay: 2 });
  assert.deepEqual(await figures(product), [1, 2, [one]]);
  assert.deepEqual(await counts.hold(product, two, 1), { is: 'held' });
  assert.deepEqual(await figures(product), [0, 3, [one, two]]);
});

test('a product that is not counted is never refused, and nothing is kept of it', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, server } = gate;
  const [product, id] = [ids.next(), ids.next()];
  assert.deepEqual(await counts.hold(product, id, 1_000_000), { is: 'uncounted' });
  assert.equal(await counts.keep(product, id, FAR_MS), 'uncounted');
  assert.equal(await counts.release(product, id, { units: 'back' }), 'uncounted');
  assert.equal(await counts.view(product), null);
  assert.equal(await server.ask('DBSIZE'), 0);
});

test('keep leaves what is left, and a repeat of it moves the end alone', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, figures, server } = gate;
  const [product, id] = [await counted(5), ids.next()];
  await counts.hold(product, id, 2);
  assert.equal(await counts.keep(product, id, FAR_MS), 'known');
  assert.deepEqual(await figures(product), [3, 0, []]);
  assert.equal(await counts.keep(product, id, FAR_MS + 1), 'known');
  assert.deepEqual(await figures(product), [3, 0, []]);
  assert.equal(Number(await server.ask('ZSCORE', `gate:{${product}}:ends`, id)), FAR_MS + 1);
  assert.deepEqual(await counts.hold(product, id, 2), { is: 'known' });
  assert.equal(await counts.keep(product, ids.next(), FAR_MS), 'unknown');
  assert.deepEqual(await figures(product), [3, 0, []]);
});

test('release gives back once, from the way and from what is held; a sale gives nothing back', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, figures } = gate;
  const product = await counted(9);
  const [onWay, held, sold, soldOnWay] = [1, 2, 3, 4].map(() => ids.next()) as [string, string, string, string];
  for (const id of [onWay, held, sold, soldOnWay]) await counts.hold(product, id, 2);
  for (const id of [held, sold]) await counts.keep(product, id, FAR_MS);
  assert.deepEqual(await figures(product), [1, 4, [onWay, soldOnWay].sort()]);
  assert.equal(await counts.release(product, onWay, { units: 'back' }), 'known');
  assert.equal(await counts.release(product, held, { units: 'back' }), 'known');
  assert.deepEqual(await figures(product), [5, 2, [soldOnWay]]);
  for (const id of [sold, soldOnWay]) assert.equal(await counts.release(product, id, { units: 'sold' }), 'known');
  for (const id of [onWay, held, sold]) assert.equal(await counts.release(product, id, { units: 'back' }), 'unknown');
  assert.deepEqual(await figures(product), [5, 0, []]);
  assert.deepEqual(await counts.hold(product, held, 1), { is: 'held' }, 'an id that is over may come again');
});

test('a refusal of the ledger shuts a gate that was open too wide, and opens none', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, figures } = gate;
  const product = await counted(50);
  const [one, two] = [ids.next(), ids.next()];
  for (const id of [one, two]) await counts.hold(product, id, 3);
  await counts.release(product, one, { units: 'back', available: 1 });
  assert.deepEqual(await figures(product), [1, 3, [two]]);
  await counts.release(product, two, { units: 'back', available: 40 });
  assert.deepEqual(await figures(product), [4, 0, []]);
});

test('a hold that nobody settles is given back when its time is over, kept or not', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, figures, server } = gate;
  const product = await counted(4);
  const [onWay, held, lasting] = [1, 2, 3].map(() => ids.next()) as [string, string, string];
  for (const id of [onWay, held, lasting]) await counts.hold(product, id, 1);
  await counts.keep(product, held, Date.now() - 1);
  await counts.keep(product, lasting, FAR_MS);
  assert.deepEqual(await figures(product), [2, 1, [onWay]]);
  await server.ask('ZADD', `gate:{${product}}:ends`, '1', onWay);
  assert.deepEqual(await counts.hold(product, ids.next(), 4), { is: 'short', left: 3, onWay: 0 });
  assert.deepEqual(await figures(product), [3, 0, []]);
  const endsMs = Number(await server.ask('ZSCORE', `gate:{${product}}:ends`, lasting));
  assert.equal(endsMs, FAR_MS);
});

test('a hold on the way ends by itself within the time that the ledger has to answer', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, server } = gate;
  const [product, id] = [await counted(1), ids.next()];
  const beforeMs = Date.now();
  await counts.hold(product, id, 1);
  const endsMs = Number(await server.ask('ZSCORE', `gate:{${product}}:ends`, id));
  assert.ok(endsMs >= beforeMs + limits.gateAnswerMs - 5 && endsMs <= Date.now() + limits.gateAnswerMs + 5);
});

test('correct is exact where nothing has changed: less what is on the way and the ledger has not seen', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, figures } = gate;
  const product = await counted(20);
  const [unseen, seen] = [ids.next(), ids.next()].sort() as [string, string];
  for (const id of [unseen, seen]) await counts.hold(product, id, 3);
  const view = await counts.view(product);
  const exactly = { product_id: product, available: 10, seen: 3 };
  assert.deepEqual(await counts.correct(product, view, exactly), { wrongUnits: 7 - 14, isExact: true });
  assert.deepEqual(await figures(product), [7, 6, [unseen, seen]]);
  const again = await counts.view(product);
  assert.deepEqual(await counts.correct(product, again, exactly), { wrongUnits: 0, isExact: true });
  assert.deepEqual((await counts.view(product))?.changes, again?.changes);
});

test('correct never undoes what happened after the view: it raises, and takes nothing', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, figures } = gate;
  const product = await counted(5);
  const low = await counts.view(product);
  const id = ids.next();
  await counts.hold(product, id, 2);
  const raised = async (view: GateView | null, available: number) => {
    const { wrongUnits, isExact } = await counts.correct(product, view, { product_id: product, available, seen: 0 });
    assert.equal(isExact, false);
    return wrongUnits;
  };
  assert.equal(await raised(low, 4), 0);
  assert.deepEqual(await figures(product), [3, 2, [id]], 'what is left is not lowered to 2');
  assert.equal(await raised(low, 9), 4);
  assert.deepEqual(await figures(product), [7, 2, [id]]);
  assert.equal(await raised(null, 100), 91);
  assert.deepEqual(await figures(product), [98, 2, [id]], 'counted by another since: raised, not begun anew');
});

test('a crowd on the way is too long a list to be exact, so the count is only raised', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted } = gate;
  const many = limits.gateIdsOnWayMax + 1;
  const product = await counted(many);
  await Promise.all(Array.from({ length: many }, () => counts.hold(product, ids.next(), 1)));
  const view = await counts.view(product);
  assert.deepEqual(view, { left: 0, onWay: many, changes: -1, onWayIds: [] });
  const correct = (available: number) => counts.correct(product, view, { product_id: product, available, seen: 0 });
  assert.deepEqual(await correct(5), { wrongUnits: 0, isExact: false });
  assert.deepEqual(await correct(many + 5), { wrongUnits: 5, isExact: false });
});

test('a product that is dropped leaves nothing behind', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, server } = gate;
  const [product, id] = [await counted(5), ids.next()];
  await counts.hold(product, id, 1);
  await counts.drop(product);
  assert.equal(await server.ask('DBSIZE'), 0);
  assert.deepEqual(await counts.hold(product, id, 1), { is: 'uncounted' });
});

test('of 500 at once on 100 units 100 are let through, and Redis counts as the callers do', async t => {
  const gate = await openGate(t);
  if (gate === null) return;
  const { counts, counted, figures } = gate;
  const product = await counted(100);
  const answers = await Promise.all(Array.from({ length: 500 }, () => counts.hold(product, ids.next(), 1)));
  assert.equal(answers.filter(answer => answer.is === 'held').length, 100);
  assert.equal(answers.filter(answer => answer.is === 'short').length, 400);
  assert.deepEqual((await figures(product))?.slice(0, 2), [0, 100]);
});

test('on a cluster of three nodes products lie on all of them and each script finds its slot', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url, nodes } = await startRedisCluster(t, path);
  const counts = createGateCounts({ redis: await openRedis(t, url), metrics: createMetrics() });
  const products = await Promise.all(Array.from({ length: 60 }, () => countNew(counts, 3)));
  const id = ids.next();
  for (const product of products) {
    assert.deepEqual(await counts.hold(product, id, 2), { is: 'held' });
    assert.equal(await counts.keep(product, id, FAR_MS), 'known');
    assert.deepEqual(await figuresOf(counts, product), [1, 0, []]);
    assert.equal(await counts.release(product, id, { units: 'back' }), 'known');
    assert.deepEqual(await figuresOf(counts, product), [3, 0, []]);
  }
  for (const node of nodes) assert.ok(Number(await node.ask('DBSIZE')) >= 5, 'each node has its share');
  await counts.markRebuilt();
  assert.equal(await counts.isRebuilt(), true);
  await counts.drop(products[0]!);
  assert.equal(await figuresOf(counts, products[0]!), null);
});
