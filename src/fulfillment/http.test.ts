/** The routes over an app as the gateway makes it, with fulfillment as a plain object that tells what it was asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { systemClock } from '#platform/clock';
import { createApp } from '#platform/http';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { accept, type Outcome, refuse } from '#platform/outcome';
import { object } from '#platform/schema';
import type { Fulfillment } from './contract.ts';
import { fulfillmentRoutes } from './http.ts';

const ORDER = '01990000-0000-7000-8000-0000000000aa';

type Answer = Outcome<null, 'ORDER_NOT_FOUND' | 'NOT_SHIPPABLE' | 'NOT_DELIVERABLE' | 'SIGNATURE_INVALID'>;

async function openApp(answer: Answer = accept(null)) {
  const asked: unknown[] = [];
  const told = (name: string) => async (input: unknown) => {
    asked.push([name, input]);
    return answer;
  };
  const app = await createApp({
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    identify: async request => {
      if (request.headers.authorization === 'Bearer key') request.caller = { kind: 'key' };
      if (request.headers.authorization === 'Bearer guest') request.caller = { kind: 'guest', person_id: ORDER };
    },
  });
  fulfillmentRoutes(app, {
    fulfillment: {
      shipOrder: told('ship'),
      deliverOrder: told('deliver'),
      receiveWebhook: told('webhook'),
    } as unknown as Fulfillment,
    orderView: async order_id => ({ order_id, status: 'SHIPPED', secret: 1 }),
    OrderView: object({ order_id: Type.String(), status: Type.String() }),
  });
  await app.ready();
  return { app, asked };
}

const staff = { authorization: 'Bearer key' };

test('an order is shipped with a label, with an empty body, or without one', async () => {
  const { app, asked } = await openApp();
  const url = `/api/admin/orders/${ORDER}/ship`;
  const label = { carrier: 'Post', tracking_number: 'RX 1' };
  for (const payload of [label, {}, undefined]) {
    const answer = await app.inject({ method: 'POST', url, headers: staff, payload });
    assert.equal(answer.statusCode, 200, answer.body);
    assert.deepEqual(answer.json(), { order_id: ORDER, status: 'SHIPPED' });
  }
  assert.deepEqual(asked, [
    ['ship', { order_id: ORDER, ...label }],
    ['ship', { order_id: ORDER }],
    ['ship', { order_id: ORDER }],
  ]);
});

test('bad labels, unknown fields, malformed ids and other people are refused before anything is asked', async () => {
  const { app, asked } = await openApp();
  const url = `/api/admin/orders/${ORDER}/ship`;
  const post = (path: string, headers: Record<string, string>, payload?: object) =>
    app.inject({ method: 'POST', url: path, headers, payload });
  for (const payload of [
    { status: 'SHIPPED' },
    { carrier: '' },
    { carrier: 'x'.repeat(101) },
    { tracking_number: 7 },
    [],
  ]) {
    assert.equal((await post(url, staff, payload)).statusCode, 400, JSON.stringify(payload));
  }
  assert.equal((await post('/api/admin/orders/1/ship', staff)).statusCode, 404);
  assert.equal((await post(url, {})).statusCode, 401);
  assert.equal((await post(url, { authorization: 'Bearer guest' })).statusCode, 403);
  assert.equal((await post(`/api/admin/orders/${ORDER}/deliver`, {})).statusCode, 401);
  assert.deepEqual(asked, []);
});

test('refusals are told by their codes', async () => {
  const shipping = await openApp(refuse('NOT_SHIPPABLE'));
  const url = `/api/admin/orders/${ORDER}/ship`;
  const answer = await shipping.app.inject({ method: 'POST', url, headers: staff });
  assert.deepEqual([answer.statusCode, answer.json().code], [409, 'NOT_SHIPPABLE']);
  const delivering = await openApp(refuse('ORDER_NOT_FOUND'));
  const path = `/api/admin/orders/${ORDER}/deliver`;
  const missing = await delivering.app.inject({ method: 'POST', url: path, headers: staff });
  assert.deepEqual([missing.statusCode, missing.json().code], [404, 'ORDER_NOT_FOUND']);
});

test('a webhook reaches the module as the bytes that were sent, whatever they claim to be', async () => {
  const { app, asked } = await openApp();
  const bytes = Buffer.from('{ "event_id" : "e1" }\n\u0000');
  for (const type of ['application/json', 'text/plain', 'application/octet-stream']) {
    const headers = { signature: 't=1,v1=ab', 'content-type': type, cookie: 'session=1' };
    const answer = await app.inject({ method: 'POST', url: '/api/webhooks/carriers/dhl', headers, payload: bytes });
    assert.deepEqual([answer.statusCode, answer.json()], [200, { received: true }]);
  }
  const input = { carrier: 'dhl', headers: { signature: 't=1,v1=ab' }, body: bytes.toString('base64') };
  assert.deepEqual(asked, Array(3).fill(['webhook', input]));
});

test('a webhook without a body, with a wrong signature or too large is refused', async () => {
  const { app, asked } = await openApp(refuse('SIGNATURE_INVALID'));
  const url = '/api/webhooks/carriers/dhl';
  const empty = await app.inject({ method: 'POST', url });
  assert.deepEqual([empty.statusCode, empty.json().code], [401, 'SIGNATURE_INVALID']);
  assert.deepEqual(asked, [['webhook', { carrier: 'dhl', headers: {}, body: '' }]]);
  const large = await app.inject({
    method: 'POST',
    url,
    payload: Buffer.alloc(65_537),
    headers: { 'content-type': 'a/b' },
  });
  assert.equal(large.statusCode, 413);
  const long = await app.inject({ method: 'POST', url: `/api/webhooks/carriers/${'d'.repeat(41)}` });
  assert.equal(long.statusCode, 404);
});
