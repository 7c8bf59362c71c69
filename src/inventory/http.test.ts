// Goal: the routes of stock and warehouses answer as API.md says, to staff, to a seller for its own, and to nobody
// else. Method: the real app and module; who asks is said by a header.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#platform/clock';
import { type App, createApp } from '#platform/http';
import type { Caller } from '#platform/identity';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { ids, openInventory, reservation, stocked, WAREHOUSES, WEST } from '../../test/support/inventory.ts';
import { inventoryRoutes } from './http.ts';

const user = { kind: 'user', person_id: ids.next(), session_id: 's' } as const;
const callers: Record<string, Caller> = {
  key: { kind: 'key' },
  staff: { ...user, role: 'staff', seller_id: null },
  seller: { ...user, role: 'seller', seller_id: 'one' },
  other: { ...user, role: 'seller', seller_id: 'two' },
  customer: { ...user, role: 'customer', seller_id: null },
  guest: { kind: 'guest', person_id: ids.next() },
};

async function openApp(t: { after(work: () => Promise<void>): void }) {
  const { inventory } = await openInventory(t);
  const product_id = await stocked(inventory, 5);
  const app: App = await createApp({
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    async identify(request) {
      request.caller = callers[String(request.headers['x-as'])] ?? { kind: 'nobody' };
      request.commandId = String(request.headers['x-command'] ?? ids.next());
    },
  });
  inventoryRoutes(app, {
    inventory,
    productExists: async id => id === product_id,
    mayManage: async caller => caller.kind !== 'user' || caller.role === 'staff' || caller.seller_id === 'one',
  });
  t.after(() => app.close());
  async function ask(as: string, method: 'GET' | 'POST', path: string, body?: object, command?: string) {
    const headers = { 'x-as': as, ...(command === undefined ? {} : { 'x-command': command }) };
    const url = path.startsWith('/') ? path : `/api/admin/inventory/${product_id}${path && `/${path}`}`;
    const answer = await app.inject({ method, url, headers, payload: body });
    return { status: answer.statusCode, body: answer.json() };
  }
  return { inventory, product_id, ask };
}

test('staff, the key and its own seller see a product and receive, adjust and explain it', async t => {
  const { inventory, product_id, ask } = await openApp(t);
  const asked = reservation([product_id], { quantity: 2 });
  await inventory.reserveStock(asked);
  for (const as of ['key', 'staff', 'seller']) {
    const seen = await ask(as, 'GET', '');
    const counts = { total_quantity: 5, reserved: 2, available: 3 };
    const warehouses = [{ warehouse_id: WEST, ...counts, version: 2 }];
    assert.deepEqual(seen, { status: 200, body: { product_id, ...counts, warehouses, pools: [] } });
  }
  const received = await ask('seller', 'POST', 'receive', { warehouse_id: WEST, quantity: 3, reason: 'delivery' });
  assert.deepEqual([received.status, received.body.total_quantity, received.body.available], [200, 8, 6]);
  const adjusted = await ask('seller', 'POST', 'adjust', { warehouse_id: WEST, delta: -6, reason: 'broken' });
  assert.deepEqual([adjusted.status, adjusted.body.total_quantity, adjusted.body.available], [200, 2, 0]);
  const movements = await ask('seller', 'GET', 'movements?page_size=2');
  assert.deepEqual(
    movements.body.items.map((one: { kind: string; reason: string }) => [one.kind, one.reason]),
    [
      ['adjust', 'broken'],
      ['receive', 'delivery'],
    ],
  );
  assert.deepEqual([movements.body.total, movements.body.total_relation], [4, 'eq']);
  const rest = await ask('seller', 'GET', `movements?cursor=${movements.body.next_cursor}`);
  assert.deepEqual(
    rest.body.items.map((one: { kind: string; reservation_id?: string }) => [one.kind, one.reservation_id]),
    [
      ['hold', asked.reservation_id],
      ['receive', undefined],
    ],
  );
  const explained = await ask('seller', 'GET', 'explain');
  assert.deepEqual([explained.status, explained.body.balanced, explained.body.received], [200, true, 8]);
});

test('the same command again answers alike and moves nothing', async t => {
  const { ask } = await openApp(t);
  const command = ids.next();
  for (const _ of [1, 2]) {
    const received = await ask('key', 'POST', 'receive', { warehouse_id: WEST, quantity: 3, reason: '' }, command);
    assert.deepEqual([received.status, received.body.total_quantity], [200, 8]);
  }
});

test('what can not be is refused with a code, and bad input changes nothing', async t => {
  const { ask, inventory, product_id } = await openApp(t);
  await inventory.reserveStock(reservation([product_id], { quantity: 5 }));
  const below = await ask('key', 'POST', 'adjust', { warehouse_id: WEST, delta: -1, reason: '' });
  assert.deepEqual([below.status, below.body.code], [409, 'STOCK_RESERVED']);
  const nowhere = await ask('key', 'POST', 'receive', { warehouse_id: ids.next(), quantity: 1, reason: '' });
  assert.deepEqual([nowhere.status, nowhere.body.code], [404, 'WAREHOUSE_NOT_FOUND']);
  const good = { warehouse_id: WEST, quantity: 1, reason: '' };
  for (const bad of [
    { quantity: 0 },
    { quantity: -1 },
    { quantity: 0.5 },
    { quantity: 1e10 },
    { more: 1 },
    { reason: 7 },
  ]) {
    const refused = await ask('key', 'POST', 'receive', { ...good, ...bad });
    assert.deepEqual([refused.status, refused.body.code], [400, 'INVALID_INPUT']);
  }
  for (const [path, code] of [
    ['movements?page=101&page_size=100', 'PAGE_TOO_DEEP'],
    ['movements?cursor=zz', 'CURSOR_INVALID'],
  ] as const) {
    const refused = await ask('key', 'GET', path);
    assert.deepEqual([refused.status, refused.body.code], [400, code]);
  }
  assert.equal((await inventory.getStock({ product_id })).total_quantity, 5);
});

test('a foreign or unknown product is not there; shoppers and strangers may not enter', async t => {
  const { ask } = await openApp(t);
  const routes: ['GET' | 'POST', string, object?][] = [
    ['GET', ''],
    ['GET', 'movements'],
    ['GET', 'explain'],
    ['POST', 'receive', { warehouse_id: WEST, quantity: 1, reason: '' }],
    ['POST', 'adjust', { warehouse_id: WEST, delta: 1, reason: '' }],
  ];
  for (const [method, path, body] of routes) {
    assert.equal((await ask('other', method, path, body)).status, 404);
    const unknown = `/api/admin/inventory/${ids.next()}${path && `/${path}`}`;
    assert.equal((await ask('key', method, unknown, body)).status, 404);
    assert.equal((await ask('customer', method, path, body)).status, 403);
    assert.equal((await ask('guest', method, path, body)).status, 403);
    assert.equal((await ask('nobody', method, path, body)).status, 401);
  }
});

test('staff list the stock of all products, the scarcest first where they ask for alarms', async t => {
  const { ask, product_id } = await openApp(t);
  const line = { product_id, total_quantity: 5, reserved: 0, available: 5, warehouses: 1 };
  const whole = { items: [line], total: 1, total_relation: 'eq', page: 1, page_size: 24 };
  for (const query of ['', '?available_max=5', `?warehouse_id=${WEST}`]) {
    assert.deepEqual(await ask('staff', 'GET', `/api/admin/inventory${query}`), { status: 200, body: whole });
  }
  const fewer = await ask('key', 'GET', '/api/admin/inventory?available_max=4&page_size=2');
  assert.deepEqual(fewer.body, { items: [], total: 0, total_relation: 'eq', page: 1, page_size: 2 });
  for (const [query, code] of [
    ['?available_max=-1', 'INVALID_INPUT'],
    ['?warehouse_id=west', 'INVALID_INPUT'],
    ['?page=101&page_size=100', 'PAGE_TOO_DEEP'],
  ] as const) {
    const refused = await ask('staff', 'GET', `/api/admin/inventory${query}`);
    assert.deepEqual([refused.status, refused.body.code], [400, code]);
  }
  assert.equal((await ask('seller', 'GET', '/api/admin/inventory')).status, 403);
  assert.equal((await ask('nobody', 'GET', '/api/admin/inventory')).status, 401);
});

test('warehouses are listed for sellers and opened by staff', async t => {
  const { ask } = await openApp(t);
  const listed = await ask('seller', 'GET', '/api/admin/warehouses?page_size=2');
  assert.deepEqual(listed, {
    status: 200,
    body: { items: WAREHOUSES.slice(0, 2), total: 3, page: 1, page_size: 2 },
  });
  const command = ids.next();
  const opened = await ask('staff', 'POST', '/api/admin/warehouses', { name: 'N', country: 'CA', region: '' }, command);
  assert.deepEqual(opened, { status: 201, body: { warehouse_id: command, name: 'N', country: 'CA', region: '' } });
  assert.equal(
    (await ask('seller', 'POST', '/api/admin/warehouses', { name: 'N', country: 'CA', region: '' })).status,
    403,
  );
  const wrong = await ask('staff', 'POST', '/api/admin/warehouses', { name: 'N', country: 'Canada', region: '' });
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'INVALID_INPUT']);
});
