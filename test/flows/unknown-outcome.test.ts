// Goal: a payment whose outcome nobody knows says so, is charged once, and ends by itself. Method: a whole shop whose
// line to the payment simulator is cut on demand: requests arrive, and no answer comes back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createLog } from '#platform/log';
import { startSimulator } from '../../src/payments/simulator/start-simulator.ts';
import { orderIdOf, readyToPay, statusesOf } from '../support/buyer.ts';
import { assertAudit, createClient, eventually, newProduct } from '../support/client.ts';
import { temporaryFolder } from '../support/payment-shop.ts';
import { openReader } from '../support/reader.ts';
import { startTestShop } from '../support/shop.ts';
import { newPerson, signIn } from '../support/staff-reader.ts';

/** Requests to these addresses arrive, and their answers don't come back. */
const line: { cut: RegExp | null } = { cut: null };
const later: (() => Promise<void>)[] = [];
const simulator = await startSimulator({
  dataDir: await temporaryFolder({ after: work => void later.push(work) }),
  port: 0,
  secret: 'test-simulator-secret',
  settleMs: 0,
  log: createLog({ level: 'silent' }),
});
const between = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', chunk => chunks.push(chunk));
  request.on('end', async () => {
    const { method, headers } = request;
    const body = method === 'POST' ? Buffer.concat(chunks) : undefined;
    const sent = { 'content-type': 'application/json', 'idempotency-key': String(headers['idempotency-key'] ?? '') };
    const answer = await fetch(`${simulator.url}${request.url}`, { method, headers: sent, body });
    const text = await answer.text();
    if (line.cut?.test(request.url!)) return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
}).listen(0, '127.0.0.1');
await once(between, 'listening');
const SIMULATOR_URL = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
const shop = await startTestShop({ after }, { environment: { SIMULATOR_URL } });
after(async () => {
  between.close();
  between.closeAllConnections();
  await simulator.stop();
  for (const end of later) await end();
});

const admin = createClient(shop.url, shop.adminKey);

async function chargesOf(order_id: string): Promise<[string, number][]> {
  const { items } = (await admin.get(`/api/admin/simulator/charges?order_id=${order_id}`)).body;
  return items.map(({ state, captured }: { state: string; captured: number }) => [state, captured]);
}

test('an answer that never came is told as that, looked after without JavaScript, and charged once', async () => {
  const reader = openReader(shop);
  const { product_id } = await newProduct(shop, { stock: 1 });
  const payment = await readyToPay(reader, product_id);
  line.cut = /./;
  const page = await reader.submit(payment, '/pay');
  assert.match(page.text, /We do not know yet whether your payment went through/);
  assert.match(page.text, /this order is charged once at most/);
  assert.match(page.html, /<noscript><meta http-equiv="refresh" content="5"/);
  assert.match(page.html, /data-island="wait"/);
  const again = await reader.submit(payment, '/pay', { _key: 'another', method: 'wallet' });
  assert.equal(orderIdOf(again), orderIdOf(page), 'who pays again all the same pays nothing more');
  line.cut = null;
  await eventually(
    'it is confirmed by itself',
    async () => /Thank you!/.test((await reader.open(page.address)).text),
    60_000,
  );
  assert.deepEqual(await chargesOf(orderIdOf(page)), [['captured', 3858]]);
  assert.deepEqual(await statusesOf(shop, product_id), ['CONFIRMED']);
});

test('a capture without an answer is told as that; staff ask the gateway, and it is taken once', async () => {
  const reader = openReader(shop);
  const staff = await signIn(shop, await newPerson(shop, 'staff'));
  const { product_id } = await newProduct(shop, { stock: 1 });
  const payment = await readyToPay(reader, product_id);
  line.cut = /capture|charges/;
  const page = await reader.submit(payment, '/pay');
  assert.match(page.text, /Your bank has agreed, one word is missing/);
  const order_id = orderIdOf(page);
  const order = await staff.open(`/en/admin/orders/${order_id}`);
  assert.match(order.text, /The money is set aside and not taken for certain yet\./);
  const silent = await staff.submit(order, '/settle');
  assert.match(silent.text, /The gateway was asked, and the payment has no end yet\./);
  assert.deepEqual(await statusesOf(shop, product_id), ['PAYMENT_PENDING']);
  line.cut = null;
  const asked = await staff.submit(silent, '/settle');
  assert.match(asked.text, /The gateway says: the money was taken\./);
  await eventually(
    'the order follows',
    async () => (await admin.get(`/api/admin/orders/${order_id}`)).body.status === 'CONFIRMED',
    60_000,
  );
  assert.deepEqual(await chargesOf(order_id), [['captured', 3858]]);
});

test('every invariant holds after all of this', () => assertAudit(shop));
