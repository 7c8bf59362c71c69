// Goal: a webhook counts once, only where its signature and its claims hold, in whatever order it comes. Method:
// webhooks signed here as the simulator and the carrier sign them, sent to a running shop: truthful, forged, late,
// lying, twice.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { simulatorGateway } from '../../src/payments/simulator/simulator-gateway.ts';
import { type Answer, assertAudit, card, createClient, newGuest, newProduct } from '../support/client.ts';
import { delivery, succeeded } from './cast.ts';
import { sharedShop } from './shared-shop.ts';

const PAYMENT_SECRET = 'test-simulator-secret';
const CARRIER_SECRET = 'test-carrier-secret';
const PAYMENTS = '/api/webhooks/payments/simulator';
const CARRIERS = '/api/webhooks/carriers/simulated';

const shop = sharedShop({ SIMULATOR_SETTLE_SECONDS: '3600', CARRIER_STEP_SECONDS: '3600' });

const key = () => createClient(shop.url, shop.adminKey);
const nowSeconds = () => Math.floor(Date.now() / 1000);

function macOf(secret: string, time: number | string, body: string): string {
  return createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
}

function send(
  path: string,
  event: object | string,
  signing: { secret?: string; time?: number; signature?: string } = {},
) {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const { secret = path === PAYMENTS ? PAYMENT_SECRET : CARRIER_SECRET, time = nowSeconds() } = signing;
  const signature = signing.signature ?? `t=${time},v1=${macOf(secret, time, body)}`;
  return createClient(shop.url).post(path, body, { signature });
}

interface Event {
  event_id: string;
  type: string;
  created_at: string;
  data: Record<string, unknown>;
}

/** An order that nobody has paid yet, and the webhook that would say it is. */
async function openPayment(payment = { method: 'bank_transfer', token: 'tok_visa' }) {
  const { product_id } = await newProduct(shop, { stock: 1 });
  const input = { product_id, quantity: 1, ...delivery('bank'), email: 'bank@example.com', payment };
  const placed = await (await newGuest(shop)).post('/api/buy-now', input);
  assert.equal(placed.status, 202);
  const { order_id, next_action } = placed.body;
  const [known] = await shop.shop!.modules.apis.payments.getPayments({ order_ids: [order_id] });
  const data: Event['data'] = { order_id, amount: known!.amount, currency: 'USD', charge_id: known!.gateway_ref! };
  const event: Event = {
    event_id: `evt_${randomUUID()}`,
    type: 'payment.authorized',
    created_at: new Date().toISOString(),
    data,
  };
  return { order_id: order_id as string, event, next_action };
}

async function statusOf(orderId: string): Promise<string> {
  return succeeded(await key().get(`/api/admin/orders/${orderId}`)).status;
}

async function stuckOf(orderId: string): Promise<string[]> {
  const { items } = succeeded(await key().get('/api/admin/stuck'));
  return items.filter((item: { id: string }) => item.id === orderId).map((item: { detail: string }) => item.detail);
}

async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; !(await check()); tries += 1) {
    assert.ok(tries < 100, what);
    await pause(50);
  }
}

test('15: a webhook needs a right signature over the raw body, within 300 s', async () => {
  const { order_id, event } = await openPayment();
  const body = JSON.stringify(event);
  const time = nowSeconds();
  const right = macOf(PAYMENT_SECRET, time, body);
  const refused: [string, Promise<Answer>][] = [
    ['another secret', send(PAYMENTS, event, { secret: 'another-secret' })],
    ["the carrier's secret", send(PAYMENTS, event, { secret: CARRIER_SECRET })],
    ['the admin key', send(PAYMENTS, event, { secret: shop.adminKey })],
    ['an old time', send(PAYMENTS, event, { time: time - 302 })],
    ['a time to come', send(PAYMENTS, event, { time: time + 302 })],
    ['an altered time', send(PAYMENTS, event, { signature: `t=${time - 1},v1=${right}` })],
    ['an altered body', send(PAYMENTS, `${body} `, { signature: `t=${time},v1=${right}` })],
    [
      'an altered amount',
      send(PAYMENTS, body.replace(/"amount":\d+/, '"amount":1'), { signature: `t=${time},v1=${right}` }),
    ],
    ['no signature', createClient(shop.url).post(PAYMENTS, body)],
    ['no time', send(PAYMENTS, event, { signature: `v1=${right}` })],
    ['an older scheme', send(PAYMENTS, event, { signature: `t=${time},v0=${right}` })],
    ['a part', send(PAYMENTS, event, { signature: `t=${time},v1=${right.slice(0, 62)}` })],
    ['an empty one', send(PAYMENTS, event, { signature: '' })],
    ['two times', send(PAYMENTS, event, { signature: `t=${time - 9999},t=${time},v1=${right}` })],
    ['the admin as bearer', key().post(PAYMENTS, body)],
  ];
  for (const [what, asked] of refused) {
    const answer = await asked;
    assert.deepEqual([answer.status, answer.body.code], [401, 'SIGNATURE_INVALID'], what);
  }
  assert.equal(await statusOf(order_id), 'PAYMENT_PENDING');
  const rows = await shop.shop!.modules.apis.payments.listStuck({});
  assert.deepEqual(rows, [], "a stranger can't fill the list of what is stuck");
});

test('15: a rotated secret is accepted until it is taken out, on both sides', async () => {
  const rawBody = Buffer.from(JSON.stringify((await openPayment()).event));
  const rotated = simulatorGateway({
    url: 'http://127.0.0.1:1',
    secret: 'newer-secret',
    olderSecrets: ['older-secret'],
  });
  const stateOf = async (signature: string) =>
    (await rotated.verifyWebhook({ headers: { signature }, rawBody, nowMs: Date.now() })).state;
  const time = nowSeconds();
  const by = (secret: string) => `v1=${macOf(secret, time, rawBody.toString())}`;
  assert.equal(await stateOf(`t=${time},${by('newer-secret')}`), 'genuine');
  assert.equal(await stateOf(`t=${time},${by('older-secret')}`), 'genuine');
  assert.equal(await stateOf(`t=${time},${by('oldest-secret')}`), 'bad_signature');
  // A sender that rotates signs with both.
  for (const path of [PAYMENTS, CARRIERS]) {
    const secret = path === PAYMENTS ? PAYMENT_SECRET : CARRIER_SECRET;
    const text = JSON.stringify({
      event_id: randomUUID(),
      type: 'ping',
      created_at: new Date().toISOString(),
      data: { tracking_number: 'x' },
    });
    const signature = `t=${time},v1=${macOf('the-next-secret', time, text)},v1=${macOf(secret, time, text)}`;
    assert.equal((await send(path, text, { signature })).status, 200);
  }
});

test('15: a webhook counts once, however often it comes, and in any order', async () => {
  const { order_id, event, next_action } = await openPayment(card('tok_3ds'));
  const again = { ...event, event_id: `evt_${randomUUID()}` };
  const late: Event = {
    ...event,
    event_id: `evt_${randomUUID()}`,
    type: 'payment.pending',
    created_at: '2020-01-01T00:00:00Z',
  };
  // The bank's page: the simulator sends its own webhook too.
  const confirmed = await fetch(next_action.url, {
    method: 'POST',
    body: new URLSearchParams({ answer: 'confirm' }),
    redirect: 'manual',
  });
  assert.ok(confirmed.status < 400);
  const sent = await Promise.all([
    ...Array.from({ length: 20 }, () => send(PAYMENTS, event)),
    send(PAYMENTS, late),
    send(PAYMENTS, again),
  ]);
  assert.deepEqual(new Set(sent.map(({ status }) => status)), new Set([200]));
  await until(async () => (await statusOf(order_id)) === 'CONFIRMED', 'the order is confirmed');
  await send(PAYMENTS, late);
  await shop.shop!.drained();
  const order = succeeded(await key().get(`/api/admin/orders/${order_id}`));
  assert.deepEqual([order.status, order.payment.status], ['CONFIRMED', 'captured']);
  assert.equal(order.history.filter((step: { status: string }) => step.status === 'CONFIRMED').length, 1);
  const { items } = succeeded(await key().get(`/api/admin/simulator/charges?order_id=${order_id}`));
  assert.deepEqual(
    items.map((charge: { captured: number }) => charge.captured),
    [order.total.amount],
  );
  await assertAudit(shop);
});

test("15: a carrier's webhook is signed, counts once and never moves a parcel back", async () => {
  const { product_id } = await newProduct(shop, { stock: 1 });
  const input = { product_id, quantity: 1, ...delivery('parcel'), email: 'parcel@example.com', payment: card() };
  const { order_id } = succeeded(await (await newGuest(shop)).post('/api/buy-now', input));
  await shop.shop!.drained();
  const tracking_number = `TRACK${randomUUID().slice(0, 8)}`;
  succeeded(await key().post(`/api/admin/orders/${order_id}/ship`, { carrier: 'simulated', tracking_number }));
  const told = (type: string, at: string) => ({
    event_id: randomUUID(),
    type,
    created_at: at,
    data: { tracking_number, place: 'Depot' },
  });
  const delivered = told('parcel.delivered', '2031-01-02T00:00:00Z');
  for (const secret of ['another-secret', PAYMENT_SECRET]) {
    assert.equal((await send(CARRIERS, delivered, { secret })).status, 401);
  }
  assert.equal((await send(CARRIERS, delivered, { time: nowSeconds() - 400 })).status, 401);
  assert.equal(await statusOf(order_id), 'SHIPPED');
  const transit = told('parcel.in_transit', '2031-01-01T00:00:00Z');
  for (const event of [delivered, delivered, transit, transit]) assert.equal((await send(CARRIERS, event)).status, 200);
  const parcels = async () => succeeded(await key().get(`/api/admin/orders/${order_id}`)).shipments;
  await until(async () => (await parcels())[0].status === 'delivered', 'the parcel has arrived');
  await pause(100);
  const [parcel] = await parcels();
  assert.equal(parcel.status, 'delivered');
  assert.equal(parcel.events.filter((event: { status: string }) => event.status === 'delivered').length, 1);
});

test('16: a webhook whose amount, currency or order differs from our record changes nothing and raises an alarm', async () => {
  const other = await openPayment();
  const lies: [string, Record<string, unknown>][] = [
    ['amount', { amount: 1 }],
    ['currency', { currency: 'EUR' }],
    ['charge', { charge_id: 'ch_of_nobody' }],
    ['charge of another order', { charge_id: other.event.data.charge_id }],
  ];
  for (const [what, lie] of lies) {
    const { order_id, event } = await openPayment();
    assert.equal((await send(PAYMENTS, { ...event, data: { ...event.data, ...lie } })).status, 200, what);
    await until(async () => (await stuckOf(order_id)).length === 1, `a false ${what} is listed as stuck`);
    assert.equal(await statusOf(order_id), 'PAYMENT_PENDING', what);
  }
  const unknown = { ...other.event, event_id: randomUUID(), data: { ...other.event.data, order_id: randomUUID() } };
  await send(PAYMENTS, unknown);
  await until(async () => (await stuckOf(unknown.data.order_id)).length === 1, 'an unknown order is listed as stuck');
  const metrics = (await createClient(shop.url).get('/metrics')).body as string;
  assert.match(metrics, /payment_alarms\{kind="webhook_mismatch"\} [1-9]/);
  assert.match(metrics, /payment_alarms\{kind="webhook_unknown_order"\} [1-9]/);
  assert.equal(await statusOf(other.order_id), 'PAYMENT_PENDING');
});
