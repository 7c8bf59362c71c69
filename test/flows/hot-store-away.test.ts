// Goal: whatever becomes of Redis, people browse, fill their carts, log in and buy; nothing that they did is lost,
// doubled or comes back; limits stay; and all is as before when it is back. Method: real shops over HTTP whose Redis is
// killed, held still, or behind a network that is cut, slow and resets.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type Answer,
  address,
  assertAudit,
  type Client,
  card,
  createClient,
  newGuest,
  newProduct,
  newUser,
  settledStock,
} from '../support/client.ts';
import { need } from '../support/parts.ts';
import { type RedisServer, startRedis, startRedisCluster, untilRedisSays } from '../support/redis.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';
import { startShopProcess } from '../support/shop-process.ts';
import { startToxiproxy } from '../support/toxiproxy.ts';

const delivery = { shipping_address: address, shipping_method: 'standard' };
const AWAY = /^degraded: Redis at 127\.0\.0\.1:\d+ is not connected/;

async function openShop(t: TestContext, url: string, more: Record<string, string> = {}): Promise<TestShop> {
  const shop = await startTestShop(t, { environment: { REDIS_URL: url, LOG_LEVEL: 'silent', ...more } });
  await untilRedisSays(shop, /^ok$/);
  return shop;
}

async function linesOf(person: Client): Promise<Record<string, number>> {
  const { status, body } = await person.get('/api/cart');
  assert.equal(status, 200, JSON.stringify(body));
  const items = body.items as { product_id: string; quantity: number }[];
  return Object.fromEntries(items.map(({ product_id, quantity }) => [product_id, quantity]));
}

async function add(person: Client, product_id: string, quantity: number, key: string = randomUUID()): Promise<Answer> {
  const added = await person.post('/api/cart/items', { product_id, quantity }, { 'idempotency-key': key });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  return added;
}

async function buyCart(user: Client): Promise<void> {
  const checkout = await user.post('/api/checkouts', delivery);
  assert.equal(checkout.status, 201, JSON.stringify(checkout.body));
  const order = await user.post('/api/orders', { checkout_id: checkout.body.checkout_id, payment: card() });
  assert.deepEqual([order.status, order.body.status], [201, 'CONFIRMED'], JSON.stringify(order.body));
}

/** A person's whole way with a Redis that `away` takes away in its middle, and `back` brings back. */
async function goThrough(shop: TestShop, away: () => Promise<void>, back: () => Promise<void>): Promise<void> {
  const [lamp, rug] = [await newProduct(shop, { stock: 20 }), await newProduct(shop, { stock: 20 })];
  const guest = await newGuest(shop);
  const email = `${randomUUID()}@example.com`;
  const user = await newUser(shop, email);
  const [first, second] = [randomUUID(), randomUUID()];
  await add(guest, lamp.product_id, 1, first);
  await add(guest, rug.product_id, 3);
  await away();
  assert.deepEqual(await linesOf(guest), { [lamp.product_id]: 1, [rug.product_id]: 3 });
  await add(guest, lamp.product_id, 1, first);
  await add(guest, lamp.product_id, 4, second);
  const removed = await guest.delete(`/api/cart/items/${rug.product_id}`);
  assert.equal(removed.status, 200);
  const loggedIn = await guest.post('/api/account/login', { email, password: 'correct horse battery' });
  assert.deepEqual([loggedIn.status, loggedIn.body.cart_merge], [200, { merged: 1, notices: [] }]);
  await buyCart(user);
  assert.deepEqual(await linesOf(user), {}, 'what was bought is out of the cart');
  await add(user, rug.product_id, 2);
  await back();
  assert.deepEqual(await linesOf(user), { [rug.product_id]: 2 }, 'what was bought stays out of the cart');
  assert.deepEqual(await linesOf(guest), {}, 'what the login took stays taken');
  await add(guest, lamp.product_id, 4, second);
  assert.deepEqual(await linesOf(guest), {}, 'a command of the outage that comes again counts once');
  await buyCart(user);
  for (const [product, left] of [
    [lamp, 15],
    [rug, 18],
  ] as const) {
    assert.equal((await settledStock(shop, product.product_id)).total_quantity, left);
  }
  await assertAudit(shop);
}

test('killed in the middle of use and started empty', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const shop = await openShop(t, server.url);
  const away = async () => {
    await server.kill();
    await untilRedisSays(shop, AWAY);
  };
  const back = async () => {
    await server.start();
    await untilRedisSays(shop, /^ok$/);
  };
  await goThrough(shop, away, back);
  await goThrough(shop, away, back);
  const detours = await countDetours(shop);
  assert.ok(detours >= 10, `${detours} times a cart was asked of its backup`);
  await linesOf(await newGuest(shop));
  assert.equal(await countDetours(shop), detours, 'and not any more');
});

async function countDetours(shop: TestShop): Promise<number> {
  const text = String((await createClient(shop.url).get('/metrics')).body);
  return Number(/^doorbuster_cart_detours_total (\d+)$/m.exec(text)![1]);
}

test('cut off by the network, and back with the carts of before', async t => {
  const [redisPath, proxyPath] = [need(t, 'redis'), need(t, 'toxiproxy')];
  if (redisPath === null || proxyPath === null) return;
  const server = await startRedis(t, redisPath);
  const proxy = await startToxiproxy(t, proxyPath, server.url);
  const shop = await openShop(t, proxy.url.replace('http:', 'redis:'));
  const away = async () => {
    await proxy.setOpen(false);
    await untilRedisSays(shop, AWAY);
  };
  const back = async () => {
    assert.ok(Number(await server.ask('DBSIZE')) > 0, 'it has all that it had');
    await proxy.setOpen(true);
    await untilRedisSays(shop, /^ok$/);
  };
  await goThrough(shop, away, back);
});

test('too slow to be waited for, and well again', async t => {
  const [redisPath, proxyPath] = [need(t, 'redis'), need(t, 'toxiproxy')];
  if (redisPath === null || proxyPath === null) return;
  const server = await startRedis(t, redisPath);
  const proxy = await startToxiproxy(t, proxyPath, server.url);
  const shop = await openShop(t, proxy.url.replace('http:', 'redis:'));
  const slow = { type: 'latency', stream: 'downstream', toxicity: 1, attributes: { latency: 1_500 } } as const;
  let slowestMs = 0;
  await goThrough(
    shop,
    async () => {
      await proxy.setToxics([slow]);
      const guest = await newGuest(shop);
      for (let n = 0; n < 5; n++) {
        const startedMs = performance.now();
        await linesOf(guest);
        slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      }
    },
    async () => {
      await proxy.setToxics([]);
      await untilRedisSays(shop, /^ok$/);
    },
  );
  assert.ok(slowestMs < 5_000, `${slowestMs} ms: no answer waits until Redis is well again`);
});

test('answering with resets: whatever each person did counts once', async t => {
  const [redisPath, proxyPath] = [need(t, 'redis'), need(t, 'toxiproxy')];
  if (redisPath === null || proxyPath === null) return;
  const server = await startRedis(t, redisPath);
  const proxy = await startToxiproxy(t, proxyPath, server.url);
  const shop = await openShop(t, proxy.url.replace('http:', 'redis:'));
  const { product_id } = await newProduct(shop, { stock: 900 });
  const people = await Promise.all(Array.from({ length: 8 }, () => newGuest(shop)));
  const resets = { type: 'limit_data', stream: 'downstream', toxicity: 1, attributes: { bytes: 3_000 } } as const;
  await proxy.setToxics([resets]);
  await Promise.all(
    people.map(async person => {
      for (let n = 0; n < 12; n++) {
        const key = randomUUID();
        await add(person, product_id, 1, key);
        await add(person, product_id, 1, key);
      }
    }),
  );
  await proxy.setToxics([]);
  await untilRedisSays(shop, /^ok$/);
  for (const person of people) assert.deepEqual(await linesOf(person), { [product_id]: 12 });
});

test('a cluster that loses a node and gets it back', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url, nodes } = await startRedisCluster(t, path);
  for (const node of nodes) await node.ask('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
  const shop = await openShop(t, url);
  for (const node of nodes) {
    await goThrough(
      shop,
      () => node.kill(),
      async () => {
        await node.start();
        await node.ask('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
        await untilRedisSays(shop, /^ok$/);
      },
    );
  }
});

test('limits hold with Redis, without it, and with it again', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const shop = await openShop(t, server.url, { RATE_LIMITS: 'on' });
  const { product_id } = await newProduct(shop, { stock: 900 });
  /** 90 writes at once, of which a burst of 40 may pass, and what comes back while they run: 10 a second. */
  const allowedOf = async (person: Client) => {
    const startedMs = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 90 }, () => person.post('/api/cart/items', { product_id, quantity: 1 })),
    );
    const most = 40 + 10 * ((performance.now() - startedMs) / 1_000) + 1;
    const allowed = answers.filter(({ status }) => status === 200).length;
    assert.ok(allowed >= 39 && allowed <= most, `${allowed} of 90 passed, at most ${most} may`);
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(allowed + refused.length, 90);
    assert.ok(refused.every(({ headers }) => Number(headers.get('retry-after')) >= 1));
    assert.deepEqual(await linesOf(person), { [product_id]: allowed }, 'and none of the others did anything');
  };
  await allowedOf(await newGuest(shop));
  await server.kill();
  await untilRedisSays(shop, AWAY);
  await allowedOf(await newGuest(shop));
  await server.start();
  await untilRedisSays(shop, /^ok$/);
  await allowedOf(await newGuest(shop));
});

test('an outage leaves nobody in the log', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-outage-'));
  const environment = { REDIS_URL: server.url, LOG_LEVEL: 'info', RATE_LIMITS: 'on', DEMO: 'off' };
  const shop = await startShopProcess({ dataDir, environment });
  t.after(async () => {
    await shop.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  const { product_id } = await newProduct(shop, { stock: 9 });
  const email = 'somebody.in.particular@example.com';
  const user = await newUser(shop, email);
  const { cart_id: user_id } = (await user.get('/api/cart')).body;
  const useIt = async () => {
    await add(user, product_id, 1);
    await createClient(shop.url).post('/api/account/login', { email, password: 'not the right one' });
    await linesOf(user);
  };
  await useIt();
  await takeAway(server, shop);
  await useIt();
  await server.start();
  await untilRedisSays(shop, /^ok$/);
  await useIt();
  const lines = shop
    .output()
    .split('\n')
    .filter(line => line.startsWith('{') && /Redis|hot store|cart/.test(line));
  assert.ok(lines.some(line => line.includes('Redis is gone')));
  const personal = [email, String(user_id), String(user.token), '127.0.0.1"'];
  assert.ok(personal.every(text => text.length >= 10 && text !== 'undefined'));
  for (const line of lines) for (const text of personal) assert.ok(!line.includes(text), line);
});

async function takeAway(server: RedisServer, shop: { url: string }): Promise<void> {
  await server.kill();
  await untilRedisSays(shop, AWAY);
}
