// Goal: the index follows the catalog and the stock through rebuilds, crashes, late events and restarts. Method: a fake
// shop of arrays with real events, the real engine in its thread, and queries that run all the while.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { Unavailable } from '#platform/outcome';
import { everything } from '../../test/support/everything.ts';
import { createFakeShop, type FakeShop, fakeId } from '../../test/support/fake-shop.ts';
import { EmbeddedEngine } from './embedded/embedded-engine.ts';
import type { PopularityLevel, SearchEngine } from './engine.ts';
import { createFeed, type Feed } from './feed.ts';

const WORKER = new URL('./embedded/index.worker.ts', import.meta.url);
interface Running {
  engine: SearchEngine;
  feed: Feed;
  workers: Worker[];
  totalOf(q: string): Promise<number>;
  drained(): Promise<void>;
  stop(): Promise<void>;
}

/** What shoppers did, in memory; tells which products were erased. */
function popularityOf(levels: PopularityLevel[]) {
  const kept = new Map(levels.map(level => [level.product_id, level]));
  return {
    kept,
    read: async (ids: string[]) => ids.flatMap(id => kept.get(id) ?? []),
    erase: async (ids: string[]) => ids.forEach(id => void kept.delete(id)),
  };
}

function createRunning(
  t: TestContext,
  shop: FakeShop,
  folder: string,
  options: { shelf?: ReturnType<typeof popularityOf> } = {},
): Running {
  const workers: Worker[] = [];
  const shelf = options.shelf ?? popularityOf([]);
  const shared = { log: createLog({ level: 'silent' }), clock: systemClock };
  const engine = new EmbeddedEngine({
    ...shared,
    folder,
    ids: createIds(),
    spawn() {
      const worker = new Worker(WORKER);
      workers.push(worker);
      return worker;
    },
  });
  const feed = createFeed({
    ...shared,
    engine,
    catalog: shop.catalog,
    inventory: shop.inventory,
    popularity: shelf,
    events: { listen: shop.listen },
    metrics: createMetrics(),
    random: Math.random,
  });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    for (const subscription of feed.subscriptions) await subscription.stop();
    await feed.stop();
  };
  t.after(stop);
  const totalOf = async (q: string) => (await engine.search({ ...everything, q })).total;
  const drained = async () => void (await Promise.all(feed.subscriptions.map(each => each.drained())));
  return { engine, feed, workers, totalOf, drained, stop };
}

async function run(...given: Parameters<typeof createRunning>): Promise<Running> {
  const running = createRunning(...given);
  await running.feed.start();
  for (const subscription of running.feed.subscriptions) subscription.start();
  return running;
}

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'search-feed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function fill(shop: FakeShop, count: number): void {
  for (let n = 1; n <= count; n++) {
    shop.put({ product_id: fakeId(n), title: `thing number${n}` });
    shop.setStock(fakeId(n), n % 2);
  }
}

/** Polls with a bound: for what a thread or a background task brings about. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await isTrue()) return;
    await sleep(10);
  }
  assert.fail('it did not become true within 5 s');
}

test('the first start builds from what is there and is ready when it has caught up', async t => {
  const shop = createFakeShop();
  fill(shop, 1_234);
  shop.remove(fakeId(7));
  const running = await run(t, shop, newFolder(t));
  await until(() => running.feed.isReady());
  assert.deepEqual(await running.engine.stats(), { products: 1_233 });
  assert.equal(await running.totalOf('number7'), 0);
  const found = await running.engine.search({ ...everything, in_stock: true });
  assert.equal(found.total, 616);
  assert.equal(shop.scanned, 1_234);
});

test('a change of a product, a price, a stock level and a removal are found within a second', async t => {
  const shop = createFakeShop();
  const { drained, engine, totalOf, feed } = await run(t, shop, newFolder(t));
  await until(() => feed.isReady());
  shop.put({ product_id: fakeId(1), title: 'brass lamp' });
  const startedMs = performance.now();
  await until(async () => (await totalOf('brass')) === 1);
  assert.ok(performance.now() - startedMs < 1_000);
  shop.put({ product_id: fakeId(1), title: 'copper lamp', price: { amount: 5, currency: 'USD' } });
  shop.setStock(fakeId(1), 3);
  await drained();
  assert.deepEqual([await totalOf('brass'), await totalOf('copper')], [0, 1]);
  const { hits } = await engine.search({ ...everything, price_max: 5, in_stock: true });
  assert.deepEqual(hits, [{ product_id: fakeId(1), in_stock: true }]);
  shop.remove(fakeId(1));
  await drained();
  assert.equal(await totalOf('copper'), 0);
});

test('events that come again and late change nothing', async t => {
  const shop = createFakeShop();
  const { drained, totalOf, engine } = await run(t, shop, newFolder(t));
  shop.put({ product_id: fakeId(1), title: 'first' });
  shop.setStock(fakeId(1), 5);
  shop.put({ product_id: fakeId(1), title: 'second' });
  shop.setStock(fakeId(1), 0);
  await drained();
  for (const id of ['2', '1', '1']) {
    shop.sendAgain('catalog', id);
    shop.sendAgain('inventory', id);
  }
  await drained();
  assert.deepEqual([await totalOf('first'), await totalOf('second')], [0, 1]);
  assert.equal((await engine.search(everything)).hits[0]!.in_stock, false);
  // What the catalog read before a change and hands over after it is older than what is kept.
  const former = { ...shop.products.get(fakeId(1))!, title: 'first', version: 1 };
  shop.products.set(fakeId(1), former);
  shop.sendAgain('catalog', '1');
  await drained();
  assert.equal(await totalOf('second'), 1);
});

test('a rebuild serves all the while, and holds what changed during it', async t => {
  const shop = createFakeShop();
  fill(shop, 1_500);
  const folder = newFolder(t);
  const { feed, engine, totalOf, drained } = await run(t, shop, folder);
  await until(() => feed.isReady());
  await engine.search({ ...everything, q: 'thing' });
  let isRebuilding = true;
  const totals = new Set<number>();
  const asking = (async () => {
    while (isRebuilding) totals.add(await totalOf('thing'));
  })();
  let pages = 0;
  shop.beforeScan = async () => {
    pages += 1;
    if (pages !== 2) return;
    shop.put({ product_id: fakeId(3), title: 'thing three changed' });
    shop.remove(fakeId(4));
    shop.setStock(fakeId(6), 9);
    shop.setStock(fakeId(1_499), 0);
    shop.put({ product_id: fakeId(9_000), title: 'thing new' });
    await drained();
  };
  const [one, other] = await Promise.all([feed.rebuild(), feed.rebuild()]);
  isRebuilding = false;
  await asking;
  assert.deepEqual(one, other);
  assert.equal(pages, 5, 'three full pages, the new product, and the end: once for both');
  const seen = [...totals].sort();
  assert.ok(seen[0]! >= 1_499 && seen.at(-1)! <= 1_501, `the shop was never seen empty or double: ${seen}`);
  assert.deepEqual([await totalOf('thing'), await totalOf('changed'), await totalOf('number4')], [1_500, 1, 0]);
  const { hits } = await engine.search({ ...everything, q: 'number6' });
  assert.equal(hits[0]!.in_stock, true);
  assert.equal((await engine.search({ ...everything, q: 'number1499' })).hits[0]!.in_stock, false);
  assert.deepEqual((await engine.suggest({ q: 'thin' }))[0], { text: 'thing', kind: 'query' });
  assert.equal(readdirSync(folder).length, 2, 'the index that serves, and the file that names it');
});

test('a build carries what shoppers did; a level that is set meanwhile stays, a deleted product is erased', async t => {
  const shop = createFakeShop();
  for (const n of [1, 2, 3, 4]) shop.put({ product_id: fakeId(n), title: 'thing' });
  const shelf = popularityOf([
    { product_id: fakeId(1), views: 200, orders: 0 },
    { product_id: fakeId(3), views: 2_000, orders: 1_000 },
    { product_id: fakeId(4), views: 8, orders: 2 },
  ]);
  const folder = newFolder(t);
  const first = await run(t, shop, folder, { shelf });
  const { feed, engine, drained } = first;
  await until(() => feed.isReady());
  const orderIn = async ({ engine: asked }: Running) =>
    (await asked.search({ ...everything, q: 'thing' })).hits.map(hit => hit.product_id);
  assert.deepEqual(await orderIn(first), [3, 4, 2, 1].map(fakeId));
  shop.beforeScan = async () => {
    shop.beforeScan = async () => {};
    await engine.setPopularity([{ product_id: fakeId(2), views: 2_000, orders: 2_000 }]);
    await engine.setPopularity([{ product_id: fakeId(3), views: 2_000, orders: 0 }]);
  };
  await feed.rebuild();
  assert.deepEqual(await orderIn(first), [2, 4, 1, 3].map(fakeId), 'the page of the scan was older');
  shop.remove(fakeId(4));
  await drained();
  assert.deepEqual([...shelf.kept.keys()], [fakeId(1), fakeId(3)]);
  await first.stop();
  const second = await run(t, shop, folder, { shelf: popularityOf([]) });
  assert.deepEqual(await orderIn(second), [2, 1, 3].map(fakeId), 'kept in the index over a restart');
});

test('a feed whose subscriptions have never begun is stopped at once', async t => {
  const shop = createFakeShop();
  fill(shop, 3);
  const { feed, engine } = createRunning(t, shop, newFolder(t));
  await feed.start();
  await until(async () => (await engine.stats()).products === 3);
  await feed.stop();
  assert.equal(feed.isReady(), false);
});

test('a rebuild that fails leaves the serving index as it was', async t => {
  const shop = createFakeShop();
  fill(shop, 600);
  const folder = newFolder(t);
  const { feed, totalOf } = await run(t, shop, folder);
  await until(() => feed.isReady());
  let pages = 0;
  shop.beforeScan = async () => {
    pages += 1;
    if (pages === 2) throw new Unavailable('the catalog is away');
  };
  await assert.rejects(feed.rebuild(), /the catalog is away/);
  assert.equal(await totalOf('thing'), 600);
  assert.equal(readdirSync(folder).length, 2);
  assert.equal((await feed.rebuild()).products, 600);
});

test('a killed thread is started again with all that it had; later changes follow', async t => {
  const shop = createFakeShop();
  fill(shop, 300);
  const { feed, totalOf, workers, drained } = await run(t, shop, newFolder(t));
  await until(() => feed.isReady());
  for (let kills = 1; kills <= 3; kills++) {
    const asked = Promise.allSettled(Array.from({ length: 50 }, () => totalOf('thing')));
    await workers.at(-1)!.terminate();
    for (const answer of await asked) {
      if (answer.status === 'fulfilled') assert.equal(answer.value, 300 + kills - 1);
      else assert.ok(answer.reason instanceof Unavailable, String(answer.reason));
    }
    shop.put({ product_id: fakeId(1_000 + kills), title: `thing after${kills}` });
    await drained();
    assert.equal(await totalOf(`after${kills}`), 1);
    assert.equal(await totalOf('thing'), 300 + kills);
  }
  assert.equal(shop.scanned, 300, 'nothing was scanned again');
});

test('a restart opens what is kept and reads on from its cursor', async t => {
  const shop = createFakeShop();
  fill(shop, 200);
  const folder = newFolder(t);
  const first = await run(t, shop, folder);
  await until(() => first.feed.isReady());
  shop.put({ product_id: fakeId(500), title: 'thing added' });
  await first.drained();
  await first.stop();
  shop.put({ product_id: fakeId(501), title: 'thing missed' });
  shop.remove(fakeId(1));
  const scanned = shop.scanned;
  const second = await run(t, shop, folder);
  await until(() => second.feed.isReady());
  assert.equal(await second.totalOf('thing'), 201);
  assert.deepEqual([await second.totalOf('missed'), await second.totalOf('number1')], [1, 0]);
  assert.equal(shop.scanned, scanned, 'nothing was scanned again');
});

test('a broken file and the rest of a build that was cut off are replaced at the start', async t => {
  const shop = createFakeShop();
  fill(shop, 50);
  const folder = newFolder(t);
  const first = await run(t, shop, folder);
  await until(() => first.feed.isReady());
  await first.stop();
  const index = readdirSync(folder).find(name => name !== 'current')!;
  writeFileSync(join(folder, index, 'index.db'), 'this is not a database, it only was one');
  writeFileSync(join(folder, 'leftover'), '');
  const second = await run(t, shop, folder);
  await until(() => second.feed.isReady());
  assert.equal(await second.totalOf('thing'), 50);
  assert.equal(readdirSync(folder).length, 2);
});

test('an index that breaks while it serves is built again, and later changes follow', async t => {
  const shop = createFakeShop();
  fill(shop, 50);
  const folder = newFolder(t);
  const { feed, workers, totalOf, drained } = await run(t, shop, folder);
  await until(() => feed.isReady());
  const index = readdirSync(folder).find(name => name !== 'current')!;
  await workers.at(-1)!.terminate();
  for (const file of readdirSync(join(folder, index))) writeFileSync(join(folder, index, file), 'broken');
  await until(() => !feed.isReady());
  await until(() => feed.isReady());
  assert.equal(await totalOf('thing'), 50);
  shop.put({ product_id: fakeId(99), title: 'thing after' });
  await drained();
  assert.equal(await totalOf('after'), 1);
  assert.equal(readdirSync(folder).length, 2);
});

test('more questions than may wait are refused at once', async t => {
  const shop = createFakeShop();
  fill(shop, 10);
  const { feed, totalOf } = await run(t, shop, newFolder(t));
  await until(() => feed.isReady());
  const answers = await Promise.allSettled(Array.from({ length: 600 }, () => totalOf('thing')));
  const refused = answers.filter(answer => answer.status === 'rejected');
  assert.equal(refused.length, 600 - 512);
  assert.ok(refused.every(answer => answer.reason instanceof Unavailable));
});
