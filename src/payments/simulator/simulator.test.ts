// Goal: the simulator is as strict as a real gateway, over HTTP and at its door in the process. Method: raw requests
// against a running one, and a shop that takes its webhooks only at the third try.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createLog } from '#platform/log';
import { temporaryFolder, until } from '../../../test/support/payment-shop.ts';
import { startSimulator } from './start-simulator.ts';

const charge = { order_id: 'o1', payment_id: 'p1', person_id: 'a', amount: 500, currency: 'EUR', method: 'card' };

async function start(t: TestContext, dataDir: string, webhookUrl?: string) {
  const log = createLog({ level: 'silent' });
  const simulator = await startSimulator({ dataDir, port: 0, secret: 'secret', settleMs: 20, log, webhookUrl });
  t.after(() => simulator.stop().catch(() => {}));
  const post = async (operation: string, key: string, body: unknown) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const url = `${simulator.url}/v1/${operation}`;
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { simulator, post };
}

test('a key answers the same again, and refuses other input', async t => {
  const { simulator, post } = await start(t, await temporaryFolder(t));
  const first = await post('authorise', 'order_1', { ...charge, token: 'tok_visa' });
  assert.deepEqual([first.status, first.body.state], [200, 'authorized']);
  assert.deepEqual(await post('authorise', 'order_1', { ...charge, token: 'tok_visa' }), first);
  const other = await post('authorise', 'order_1', { ...charge, token: 'tok_declined' });
  assert.deepEqual(other, { status: 409, body: { reason: 'key_used_with_other_input' } });
  assert.equal((await simulator.books.list({ order_id: 'o1' })).length, 1);
});

test('it never captures, voids or gives back what it must not', async t => {
  const { simulator, post } = await start(t, await temporaryFolder(t));
  const { body } = await post('authorise', 'order_1', { ...charge, token: 'tok_visa' });
  const { charge_id } = body;
  const reason = async (operation: string, key: string, fields: object) =>
    (await post(operation, key, { charge_id, ...fields })).body.reason;
  assert.equal(await reason('refund', 'r0', { amount: 1 }), 'more_than_captured');
  assert.equal(await reason('capture', 'c0', { amount: 501 }), 'more_than_authorized');
  assert.equal((await post('capture', 'c1', { charge_id, amount: 500 })).status, 200);
  assert.equal(await reason('capture', 'c2', { amount: 500 }), 'charge_is_captured');
  assert.equal(await reason('void', 'v0', {}), 'charge_is_captured');
  assert.equal((await post('refund', 'r1', { charge_id, amount: 400 })).status, 200);
  assert.equal((await post('refund', 'r1', { charge_id, amount: 400 })).status, 200);
  assert.equal(await reason('refund', 'r2', { amount: 101 }), 'more_than_captured');
  assert.deepEqual(await simulator.books.list({}), [
    { charge_id, order_id: 'o1', amount: 500, state: 'captured', captured: 500, refunded: 400 },
  ]);
});

test('bad input is told and changes nothing', async t => {
  const { simulator, post } = await start(t, await temporaryFolder(t));
  assert.equal((await post('authorise', 'k', { ...charge, token: 'tok_visa', more: 1 })).status, 400);
  assert.equal((await post('authorise', 'k', { ...charge, amount: -1, token: 'tok_visa' })).status, 400);
  assert.equal((await post('authorise', 'k', { ...charge, token: 'x'.repeat(20_000) })).status, 400);
  assert.equal((await post('capture', 'k', { charge_id: 'ch_none', amount: 1 })).status, 404);
  assert.equal((await post('constructor', 'k', {})).status, 404);
  assert.equal((await fetch(`${simulator.url}/challenges/ch_none`)).status, 404);
  assert.deepEqual(await simulator.books.list({}), []);
});

test('a webhook is brought until it is taken, also after a restart', async t => {
  let refusals = 2;
  const taken: { event_id: string; type: string; data: { order_id: string; amount: number } }[] = [];
  const shop = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      if (refusals-- > 0) return void response.writeHead(500).end();
      taken.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(200).end();
    });
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  t.after(() => void shop.close());
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`;
  const dataDir = await temporaryFolder(t);
  const first = await start(t, dataDir);
  await first.post('authorise', 'order_1', { ...charge, method: 'bank_transfer', token: 'tok_insufficient_funds' });
  await first.simulator.stop();
  await start(t, dataDir, url);
  await until(async () => taken.length === 1);
  assert.equal(taken[0]?.type, 'payment.failed');
  assert.deepEqual([taken[0]?.data.order_id, taken[0]?.data.amount], ['o1', 500]);
});
