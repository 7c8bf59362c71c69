// Goal: carts of several processes over one real Redis lose and double nothing, at logins, in crowds, and when it is
// killed in the middle. Method: two modules, each with its own connections to a Redis and a PostgreSQL of the test.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createRedisHotStore } from '#platform/redis-hot-store';
import { fakeShop, guest, idOf, type Running, runCart, user } from '../../test/support/cart-shop.ts';
import { need } from '../../test/support/parts.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import { openRedis, type RedisServer, startRedis, startRedisCluster, untilUp } from '../../test/support/redis.ts';
import { postgresBackup } from './store.ts';

const owner = user(1);

async function openTwo(t: TestContext, start: typeof startOne) {
  const path = need(t, 'redis');
  if (path === null) return null;
  // Hooks run in the order of their registration: what carts stand on must outlive them.
  const later: (() => Promise<void>)[] = [];
  const outliving = { after: (work: () => Promise<void>) => void later.push(work) };
  const processes: Running[] = [];
  t.after(async () => {
    for (const cart of processes) await cart.stop!();
    for (const end of later) await end();
  });
  const { db } = await testDatabase(outliving, ['cart']);
  const { url, server } = await start(outliving, path);
  const shop = fakeShop();
  const products = Array.from({ length: 70 }, (_, n) => shop.sell(n + 1, { available: 999 }));
  const backup = postgresBackup({ db, clock: systemClock });
  const connections = [await openRedis(t, url), await openRedis(t, url)] as const;
  for (const redis of connections) {
    const hotStore = createRedisHotStore({ redis, clock: systemClock, random: Math.random });
    processes.push(runCart(shop, { hotStore, backup }));
  }
  const [one, two] = processes as [Running, Running];
  return { server, redis: connections[0], products, one, two };
}

type After = { after(work: () => Promise<void>): void };

async function startOne(t: After, path: string): Promise<{ url: string; server: RedisServer }> {
  const server = await startRedis(t, path);
  return { url: server.url, server };
}

async function startThree(t: After, path: string): Promise<{ url: string; server: RedisServer }> {
  const { url, nodes } = await startRedisCluster(t, path);
  return { url, server: nodes[0]! };
}

const merge = (n: number) => ({ merge_id: idOf(n, 7), guest_id: guest(1).person_id, user_id: owner.person_id });

for (const [name, start] of [
  ['one Redis', startOne],
  ['a cluster', startThree],
] as const) {
  test(`${name}: two logins at once of a guest with 65 lines keep all 65, and add to what was there`, async t => {
    const opened = await openTwo(t, start);
    if (opened === null) return;
    const { one, two, products } = opened;
    for (const product of products.slice(0, 65)) await one.add(guest(1), product, 2);
    for (const product of products.slice(60, 70)) await two.add(owner, product, 1);
    const answers = await Promise.all([one.api.mergeCarts(merge(1)), two.api.mergeCarts(merge(2))]);
    assert.deepEqual(answers.map(({ merged }) => merged).sort(), [0, 65]);
    const both = products.slice(60, 65).map(id => [id, 3]);
    const own = products.slice(65, 70).map(id => [id, 1]);
    const brought = products.slice(0, 60).map(id => [id, 2]);
    assert.deepEqual(await one.quantities(owner), Object.fromEntries([...both, ...own, ...brought]));
    assert.deepEqual(await two.quantities(guest(1)), {});
  });

  test(`${name}: logins and adds of two processes at once lose and double no unit`, async t => {
    const opened = await openTwo(t, start);
    if (opened === null) return;
    const { one, two, products } = opened;
    const work: Promise<unknown>[] = [];
    for (let n = 0; n < 60; n++) {
      const process = n % 2 ? one : two;
      work.push(process.add(n % 3 ? guest(1) : owner, products[n % 5]!, 2));
      if (n % 6 === 0) work.push(process.api.mergeCarts(merge(n)));
      if (n % 7 === 0) await Promise.all(work.splice(0, 3));
    }
    await Promise.all(work);
    await one.api.mergeCarts(merge(100));
    assert.deepEqual(await two.api.countItems({ owner }), { cart_items: 120 });
    assert.deepEqual(await two.api.countItems({ owner: guest(1) }), { cart_items: 0 });
  });
}

test('killed and started empty in the middle of adds: every add that was answered is there, once', async t => {
  const opened = await openTwo(t, startOne);
  if (opened === null) return;
  const { server, redis, one, products } = opened;
  const people = Array.from({ length: 20 }, (_, n) => guest(n));
  let answered = 0;
  let killing: Promise<void> | undefined;
  const shopping = people.map(async each => {
    for (const product of products.slice(0, 30)) {
      assert.equal((await one.add(each, product, 1)).ok, true);
      answered += 1;
      if (answered === 150) killing = server.kill();
      if (answered === 300) killing = killing!.then(() => server.start());
    }
  });
  await Promise.all(shopping);
  await killing;
  await untilUp(redis);
  for (const each of people) assert.deepEqual(await one.api.countItems({ owner: each }), { cart_items: 30 });
});
