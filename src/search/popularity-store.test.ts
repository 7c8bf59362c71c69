// Goal: each view and each order counts once, for products that are there; what is counted reaches the index in
// batches, fades, and goes with its product. Method: the operations on a real PostgreSQL, with a fake shop and an
// engine that only remembers what it is told.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { manualClock } from '#platform/clock';
import { createLog } from '#platform/log';
import { Unavailable } from '#platform/outcome';
import { type Database, sql } from '#platform/sql';
import { createFakeShop, fakeId } from '../../test/support/fake-shop.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import { countOrders, noteViews, type PopularityDeps } from './count-popularity.ts';
import type { PopularityLevel, SearchEngine } from './engine.ts';
import { fadePopularity } from './fade-popularity.ts';
import { createPopularityChanges } from './pass-on-popularity.ts';
import { addOrders, addViews, erasePopularity, readPopularity } from './popularity-store.ts';

const START_MS = Date.UTC(2027, 0, 1);
const DAY_MS = 24 * 3_600_000;
const never = new AbortController().signal;

/** Four products, of which the last one is deleted; `told` is what the index was told, batch by batch. */
async function open(t: TestContext) {
  const { db } = await testDatabase(t, ['search']);
  const shop = createFakeShop();
  for (const n of [1, 2, 3, 4]) shop.put({ product_id: fakeId(n) });
  shop.remove(fakeId(4));
  const clock = manualClock(START_MS);
  const told: PopularityLevel[][] = [];
  const outage = { isOn: false };
  const engine = {
    async setPopularity(levels: PopularityLevel[]) {
      if (outage.isOn) throw new Unavailable('the search index is being built');
      told.push(levels);
    },
  } as unknown as SearchEngine;
  const read = (ids: string[]) => readPopularity(db, ids);
  const changes = createPopularityChanges({ engine, read, clock, log: createLog({ level: 'silent' }) });
  const { catalog, orders } = shop;
  const deps: PopularityDeps = { db, catalog, orders, clock, changes };
  return { db, shop, clock, changes, deps, told, outage };
}

const view = (n: number, count: number) => ({ product_id: fakeId(n), count });
const level = (n: number, views: number, orders: number) => ({ product_id: fakeId(n), views, orders });
const all = (db: Database) => readPopularity(db, [1, 2, 3, 4, 5].map(fakeId));
const orderId = (n: number) => fakeId(0xabc00 + n);

async function countedOrders(db: Database): Promise<number> {
  return (await db.query<{ count: number }>(sql`select count(*) from search.counted_orders`))[0]!.count;
}

test('views add up; a product that is deleted or was never there has none', async t => {
  const { db, deps } = await open(t);
  await noteViews(deps, { views: [view(1, 2), view(2, 1), view(4, 9), view(5, 9), view(1, 3)] });
  await noteViews(deps, { views: [view(2, 4)] });
  await noteViews(deps, { views: [view(5, 1)] });
  await noteViews(deps, { views: [] });
  assert.deepEqual(await all(db), [level(1, 5, 0), level(2, 5, 0)]);
});

test('an order counts once for each of its products, however often and from however many its event comes', async t => {
  const { db, deps, shop } = await open(t);
  shop.order(orderId(1), [1, 2, 1, 4].map(fakeId));
  shop.order(orderId(2), [fakeId(1)]);
  const [first, second] = shop.events.orders;
  await countOrders(deps, [first!, first!]);
  await Promise.all([countOrders(deps, [first!, second!]), countOrders(deps, [second!, first!])]);
  assert.deepEqual(await all(db), [level(1, 0, 2), level(2, 0, 1)]);
  assert.equal(await countedOrders(db), 2);
  await countOrders(deps, [{ ...first!, aggregate_id: orderId(99) }]);
  assert.deepEqual(await all(db), [level(1, 0, 2), level(2, 0, 1)], 'an order that is not there');
});

test('many who write the same products at once wait for each other in no ring, and lose nothing', async t => {
  const { db } = await open(t);
  const at = new Date(START_MS).toISOString();
  const ids = [1, 2, 3].map(fakeId);
  const works = Array.from({ length: 60 }, (_, n) => {
    const turned = n % 2 === 0 ? ids : ids.toReversed();
    if (n % 3 > 0)
      return addViews(
        db,
        turned.map(product_id => ({ product_id, count: 1 })),
        at,
      );
    return addOrders(
      db,
      turned.map(product_id => ({ order_id: orderId(n), product_id })),
      at,
    );
  });
  await Promise.all(works);
  assert.deepEqual(await all(db), [level(1, 40, 20), level(2, 40, 20), level(3, 40, 20)]);
});

test('the index is told of a product once in a while, with its counts of then', async t => {
  const { deps, changes, clock, told } = await open(t);
  changes.start();
  await noteViews(deps, { views: [view(1, 1)] });
  await noteViews(deps, { views: [view(1, 1), view(2, 1)] });
  assert.deepEqual(told, []);
  clock.advance(3_000);
  await changes.passOn();
  assert.deepEqual(told, [[level(1, 2, 0), level(2, 1, 0)]]);
  await noteViews(deps, { views: [view(2, 1)] });
  await changes.stop();
  assert.deepEqual(told.slice(1), [[level(2, 2, 0)]], 'what was left is told at the end');
});

test('what an outage of the index holds back is told after it', async t => {
  const { deps, changes, told, outage } = await open(t);
  outage.isOn = true;
  await noteViews(deps, { views: [view(1, 1)] });
  await assert.rejects(changes.passOn(), Unavailable);
  outage.isOn = false;
  await noteViews(deps, { views: [view(3, 1)] });
  await changes.passOn();
  assert.deepEqual(told, [[level(1, 1, 0), level(3, 1, 0)]]);
});

test('after a month half is left, and what has less than one of each is forgotten; no sooner, and not twice', async t => {
  const { db, deps, clock, changes, told } = await open(t);
  await noteViews(deps, { views: [view(1, 10), view(2, 1)] });
  await addOrders(db, [{ order_id: orderId(1), product_id: fakeId(1) }], new Date(START_MS).toISOString());
  clock.advance(DAY_MS);
  await noteViews(deps, { views: [view(3, 7)] });
  await changes.passOn();
  told.length = 0;
  clock.advance(29 * DAY_MS);
  await fadePopularity(deps, never);
  assert.deepEqual(await all(db), [level(1, 10, 1), level(2, 1, 0), level(3, 7, 0)], 'not before its time');
  clock.advance(1);
  await fadePopularity(deps, never);
  await fadePopularity(deps, never);
  assert.deepEqual(await all(db), [level(1, 5, 0.5), level(2, 0.5, 0), level(3, 7, 0)]);
  assert.deepEqual(told, [[level(1, 5, 0.5), level(2, 0.5, 0)]]);
  clock.advance(31 * DAY_MS);
  await fadePopularity(deps, never);
  assert.deepEqual(await all(db), [level(1, 2.5, 0.25), level(3, 3.5, 0)]);
  assert.deepEqual(told.slice(1), [[level(1, 2.5, 0.25), level(2, 0, 0), level(3, 3.5, 0)]]);
});

test('which orders are counted is known as long as their events may come again', async t => {
  const { db, deps, clock, shop } = await open(t);
  shop.order(orderId(1), [fakeId(1)]);
  await countOrders(deps, shop.events.orders);
  clock.advance(14 * DAY_MS);
  await fadePopularity(deps, never);
  assert.equal(await countedOrders(db), 1);
  clock.advance(1);
  await fadePopularity(deps, never);
  assert.equal(await countedOrders(db), 0);
  assert.deepEqual(await all(db), [level(1, 0, 1)]);
});

test('what is known of a product goes with it, and of no other', async t => {
  const { db, deps } = await open(t);
  await noteViews(deps, { views: [view(1, 2), view(2, 1), view(3, 4)] });
  await erasePopularity(db, [fakeId(3), fakeId(1), fakeId(5)]);
  assert.deepEqual(await all(db), [level(2, 1, 0)]);
});

test('nobody is kept: the tables have no column that could hold a person', async t => {
  const { db } = await open(t);
  const columns = await db.query<{ name: string }>(sql`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'search' and table_name in ('popularity', 'counted_orders') order by 1`);
  assert.deepEqual(
    columns.map(({ name }) => name),
    [
      'counted_orders.counted_at',
      'counted_orders.order_id',
      'popularity.halved_at',
      'popularity.orders',
      'popularity.product_id',
      'popularity.views',
    ],
  );
});
