// Goal: the five routes speak API.md: whole carts with 200, problems with their codes, nobody without a cart. Method:
// requests injected into a real app; who sends them is said by a header, as the gateway would find it out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#platform/clock';
import { type App, createApp } from '#platform/http';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { backupInMemory, fakeShop, guest, idOf, runCart, user } from '../../test/support/cart-shop.ts';
import { cartRoutes } from './http.ts';

async function setUp() {
  const shop = fakeShop();
  const cart = runCart(shop, { backup: backupInMemory() });
  const ids = createIds();
  const app = await createApp({
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    identify: async request => {
      const { caller } = request.headers;
      if (caller === 'guest') request.caller = { kind: 'guest', person_id: guest(1).person_id };
      const { person_id } = user(1);
      const session = { role: 'customer' as const, seller_id: null, session_id: person_id };
      if (caller === 'user') request.caller = { kind: 'user', person_id, ...session };
      request.commandId = (request.headers['command-id'] as string) ?? ids.next();
    },
  });
  cartRoutes(app, { cart: cart.api, currency: 'USD' });
  await app.ready();
  return { shop, app };
}

interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path?: string;
  body?: object;
  caller?: string;
  commandId?: string;
}

async function send(app: App, { method = 'GET', path = '', body, caller = 'guest', commandId }: Request = {}) {
  const headers = { caller, ...(commandId === undefined ? {} : { 'command-id': commandId }) };
  const reply = await app.inject({ method, url: `/api/cart${path}`, headers, ...(body && { payload: body }) });
  return { status: reply.statusCode, body: reply.json(), cache: reply.headers['cache-control'] };
}

test('every change answers 200 with the whole cart', async () => {
  const { shop, app } = await setUp();
  const product_id = shop.sell(1, { price: 250 });
  const item = `/items/${product_id}`;
  const added = await send(app, { method: 'POST', path: '/items', body: { product_id, quantity: 2 } });
  assert.equal(added.status, 200);
  assert.equal(added.body.cart_id, guest(1).person_id);
  assert.deepEqual(added.body.subtotal, { amount: 500, currency: 'USD' });
  assert.equal(added.cache, 'private, no-store');
  assert.deepEqual(await send(app), added);
  const set = await send(app, { method: 'PUT', path: item, body: { quantity: 5 } });
  assert.deepEqual([set.status, set.body.items[0].quantity], [200, 5]);
  const removed = await send(app, { method: 'DELETE', path: item });
  assert.deepEqual([removed.status, removed.body.items], [200, []]);
  const cleared = await send(app, { method: 'DELETE' });
  assert.deepEqual([cleared.status, cleared.body.items], [200, []]);
});

test('a request that is repeated under its command changes the cart once', async () => {
  const { shop, app } = await setUp();
  const product_id = shop.sell(1);
  const request = { method: 'POST', path: '/items', body: { product_id, quantity: 2 }, commandId: idOf(1, 9) } as const;
  await Promise.all(Array.from({ length: 10 }, () => send(app, request)));
  assert.equal((await send(app)).body.items[0].quantity, 2);
});

test('a cart is seen by its owner alone, and nobody has an empty one', async () => {
  const { shop, app } = await setUp();
  const product_id = shop.sell(1);
  await send(app, { method: 'POST', path: '/items', body: { product_id, quantity: 2 } });
  assert.deepEqual((await send(app, { caller: 'user' })).body.items, []);
  const nobody = await send(app, { caller: 'nobody' });
  assert.equal(nobody.status, 200);
  assert.deepEqual(nobody.body, {
    cart_id: '00000000-0000-0000-0000-000000000000',
    items: [],
    subtotal: { amount: 0, currency: 'USD' },
    notices: [],
    updated_at: '1970-01-01T00:00:00.000Z',
  });
  const refused = await send(app, { caller: 'nobody', method: 'DELETE' });
  assert.deepEqual([refused.status, refused.body.code], [401, 'UNAUTHENTICATED']);
});

test('bad input and refusals are told as problems and change nothing', async () => {
  const { shop, app } = await setUp();
  const product_id = shop.sell(1, { available: 0 });
  const add = (body: object) => send(app, { method: 'POST', path: '/items', body });
  for (const quantity of [0, -1, 0.5, 1000, 1e9, '2', null, undefined]) {
    const { status, body } = await add({ product_id, quantity });
    assert.deepEqual([status, body.code], [400, 'INVALID_INPUT'], String(quantity));
  }
  const bad = await add({ product_id, quantity: 1, price: 1 });
  assert.deepEqual([bad.status, bad.body.code], [400, 'INVALID_INPUT']);
  const unknown = await add({ product_id: idOf(99), quantity: 1 });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'PRODUCT_NOT_FOUND']);
  const out = await add({ product_id, quantity: 3 });
  assert.deepEqual([out.status, out.body.code], [409, 'OUT_OF_STOCK']);
  assert.deepEqual(out.body.lines, [{ product_id, requested: 3, available: 0 }]);
  const put = await send(app, { method: 'PUT', path: '/items/not-an-id', body: { quantity: 1 } });
  assert.equal(put.status, 404);
  assert.deepEqual((await send(app)).body.items, []);
});
