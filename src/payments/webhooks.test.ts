// Goal: a webhook counts once, in any order, and only where its signature and its claims hold. Method: the module's
// real route; webhooks are signed here as the simulator signs them, truthful ones, forged ones, and lies under a right
// key.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { isSignedBy, signWebhook } from '#platform/webhook-signature';
import { type PaymentShop, paymentShop, until, WEBHOOK_SECRET } from '../../test/support/payment-shop.ts';
import type { Gateway } from './gateway.ts';
import { simulatorGateway } from './simulator/simulator-gateway.ts';

type Event = { event_id: string; type: string; created_at: string; data: Record<string, unknown> };

async function send(
  shop: PaymentShop,
  event: Event | string,
  { secret = WEBHOOK_SECRET, ageMs = 0, signature = '' } = {},
): Promise<number> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const signed = signature || signWebhook({ secret, rawBody: body, nowMs: shop.clock.nowMs() - ageMs });
  const headers = { 'content-type': 'application/json', signature: signed };
  const answer = await fetch(shop.webhookUrl, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

let events = 0;

/** A bank transfer that the bank has settled, of which the shop has not heard. */
async function settledTransfer(shop: PaymentShop) {
  const order = shop.order('tok_visa', { method: 'bank_transfer' });
  await shop.api.authorise(order);
  await until(async () => (await shop.simulator.books.list({ order_id: order.order_id })).length === 1);
  const [charge] = await shop.simulator.books.list({ order_id: order.order_id });
  const { order_id, amount, charge_id } = charge!;
  events += 1;
  const data = { order_id, amount, currency: 'USD', charge_id };
  const event: Event = {
    event_id: `evt_${events}`,
    type: 'payment.authorized',
    created_at: '2026-01-01T00:00:00Z',
    data,
  };
  return { order, event };
}

async function processed(shop: PaymentShop): Promise<void> {
  await until(async () => {
    const [left] = await shop.db.query<{ n: number }>(
      sql`select count(*) as n from payments.webhooks where state = 'received'`,
    );
    return left!.n === 0;
  });
}

const unheard = { takesWebhooks: false, simulator: { settleMs: 0 } };

describe('a truthful webhook', () => {
  test('counts once, however often and wherever it comes', async t => {
    const shop = await paymentShop(t, unheard);
    const { order, event } = await settledTransfer(shop);
    assert.equal((await shop.stored(order.order_id))?.status, 'pending');
    const late: Event = { ...event, event_id: `${event.event_id}_again` };
    const sent = await Promise.all([...Array.from({ length: 10 }, () => send(shop, event)), send(shop, late)]);
    assert.deepEqual(new Set(sent), new Set([200]));
    await processed(shop);
    assert.equal((await shop.stored(order.order_id))?.status, 'authorized');
    assert.deepEqual(await shop.events(order.order_id), ['payment.authorized']);
    const [kept] = await shop.db.query<{ n: number }>(sql`select count(*) as n from payments.webhooks`);
    assert.equal(kept?.n, 2);
    assert.deepEqual(await shop.api.listStuck({}), []);
  });

  test('of a capture may come before the one of its authorisation', async t => {
    const shop = await paymentShop(t, unheard);
    const { order, event } = await settledTransfer(shop);
    const { charge_id } = event.data as { charge_id: string };
    const key = `capture_${order.order_id}`;
    await shop.simulator.books.ask({ operation: 'capture', key, charge_id, amount: 2999 });
    assert.equal(await send(shop, { ...event, event_id: 'evt_captured', type: 'payment.captured' }), 200);
    await processed(shop);
    assert.equal((await shop.stored(order.order_id))?.status, 'captured');
    assert.equal(await send(shop, event), 200);
    await processed(shop);
    assert.equal((await shop.stored(order.order_id))?.status, 'captured');
    assert.deepEqual(await shop.events(order.order_id), ['payment.authorized', 'payment.captured']);
  });

  test('for a payment whose row was never written finds the money at the gateway', async t => {
    const shop = await paymentShop(t, unheard);
    const { order_id, payment_id, person_id, amount, currency } = shop.order();
    const lost = { order_id, payment_id, person_id, amount, currency, method: 'card', token: 'tok_visa' } as const;
    const { body } = await shop.simulator.books.ask({ operation: 'authorise', key: `order_${order_id}`, ...lost });
    const data = { order_id, amount, currency, charge_id: body.charge_id };
    const event = { event_id: 'evt_lost', type: 'payment.authorized', created_at: '2026-01-01T00:00:00Z', data };
    assert.equal(await send(shop, event), 200);
    await processed(shop);
    const found = await shop.stored(order_id);
    assert.deepEqual([found?.status, found?.payment_id, found?.person_id], ['authorized', payment_id, person_id]);
  });

  test('is accepted under the older secret while the secret is rotated', async t => {
    const shop = await paymentShop(t, unheard);
    const { createPayments } = await import('./index.ts');
    const url = shop.simulator.url;
    const gateways = [simulatorGateway({ url, secret: 'the newer secret', olderSecrets: [WEBHOOK_SECRET] })];
    const rotated = createPayments({ ...shop.deps, gateways });
    const { event } = await settledTransfer(shop);
    const body = JSON.stringify(event);
    for (const secret of ['the newer secret', WEBHOOK_SECRET, 'the oldest secret']) {
      const signature = signWebhook({ secret, rawBody: body, nowMs: shop.clock.nowMs() });
      const input = { gateway: 'simulator', headers: { signature }, body: Buffer.from(body).toString('base64') };
      assert.equal((await rotated.api.receiveWebhook(input)).ok, secret !== 'the oldest secret');
    }
    await rotated.stop?.();
  });
});

test('a webhook whose gateway is silent does not hold up those behind it', async t => {
  // On Citus the buckets have their turns one after the other.
  const shop = await paymentShop(t, { ...unheard, sharding: 'none' });
  const silent = await settledTransfer(shop);
  const others: (typeof silent)[] = [];
  for (let i = 0; i < 40; i += 1) others.push(await settledTransfer(shop));
  const goOn = Promise.withResolvers<void>();
  t.after(async () => goOn.resolve());
  const [gateway] = shop.deps.gateways;
  const find: Gateway['find'] = async (request, signal) => {
    if (request.order_id === silent.order.order_id) await goOn.promise;
    return gateway!.find(request, signal);
  };
  const { createPayments } = await import('./index.ts');
  const held = createPayments({ ...shop.deps, gateways: [{ ...gateway!, find }], gatewayTimeoutMs: 60_000 });
  t.after(async () => held.stop?.());
  for (const { event } of [silent, ...others]) {
    const body = JSON.stringify(event);
    const signature = signWebhook({ secret: WEBHOOK_SECRET, rawBody: body, nowMs: shop.clock.nowMs() });
    const input = { gateway: 'simulator', headers: { signature }, body: Buffer.from(body).toString('base64') };
    assert.equal((await held.api.receiveWebhook(input)).ok, true);
  }
  const statuses = (asked: typeof others) =>
    Promise.all(asked.map(async ({ order }) => (await shop.stored(order.order_id))?.status));
  await until(async () => (await statuses(others)).every(status => status === 'authorized'));
  assert.deepEqual(await statuses([silent]), ['pending']);
  goOn.resolve();
  await processed(shop);
  assert.deepEqual(await statuses([silent]), ['authorized']);
});

describe('a false webhook is refused and kept nowhere', () => {
  test('forged, altered, old, unsigned or malformed', async t => {
    const shop = await paymentShop(t, unheard);
    const { order, event } = await settledTransfer(shop);
    const nowMs = shop.clock.nowMs();
    const right = signWebhook({ secret: WEBHOOK_SECRET, rawBody: JSON.stringify(event), nowMs });
    const altered = { ...event, data: { ...event.data, amount: 1 } };
    assert.equal(await send(shop, event, { secret: 'another secret' }), 401);
    assert.equal(await send(shop, altered, { signature: right }), 401);
    assert.equal(await send(shop, event, { ageMs: 301_000 }), 401);
    assert.equal(await send(shop, event, { ageMs: -302_000 }), 401);
    for (const signature of ['none', 't=1', `t=${Math.floor(nowMs / 1000)},v1=00`, `v1=${right.split('v1=')[1]}`]) {
      assert.equal(await send(shop, event, { signature }), 401, signature);
    }
    assert.equal(await send(shop, '{"broken'), 400);
    assert.equal(await send(shop, { ...event, event_id: 'a\u0000b' }), 400);
    assert.equal(await send(shop, JSON.stringify({ ...event, event_id: 7 })), 400);
    assert.equal(await send(shop, { ...event, data: { ...event.data, note: 'x'.repeat(300_000) } }), 413);
    const stripe = shop.webhookUrl.replace('simulator', 'stripe');
    const unknown = await fetch(stripe, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal(unknown.status, 400);
    assert.equal((await fetch(shop.webhookUrl, { method: 'POST' })).status, 401);
    assert.deepEqual(await shop.db.query(sql`select event_id from payments.webhooks`), []);
    assert.equal((await shop.stored(order.order_id))?.status, 'pending');
  });

  test('a signature holds for its bytes, its secret and 300 seconds', () => {
    const rawBody = Buffer.from('{"a":1}');
    const nowMs = 1_700_000_000_000;
    const signature = signWebhook({ secret: 's', rawBody, nowMs });
    assert.match(signature, /^t=1700000000,v1=[0-9a-f]{64}$/);
    const at = (ms: number) => isSignedBy(['x', 's'], { signature, rawBody, nowMs: ms });
    assert.deepEqual(
      [at(nowMs), at(nowMs + 300_000), at(nowMs + 301_000), at(nowMs - 301_000)],
      [true, true, false, false],
    );
    assert.equal(isSignedBy(['x'], { signature, rawBody, nowMs }), false);
    assert.equal(isSignedBy(['s'], { signature, rawBody: Buffer.from('{"a":2}'), nowMs }), false);
    assert.equal(isSignedBy(['s'], { signature: `${signature},v1=zz`, rawBody, nowMs }), true);
    assert.equal(isSignedBy(['s'], { signature: undefined, rawBody, nowMs }), false);
  });
});

describe('a signed webhook that contradicts our record changes nothing and is listed as stuck', () => {
  for (const [what, lie] of [
    ['amount', { amount: 1 }],
    ['currency', { currency: 'EUR' }],
    ['charge', { charge_id: 'ch_of_another' }],
    ['refund', { refund_key: 'refund_of_nobody' }],
  ] as const) {
    test(`because of its ${what}`, async t => {
      const shop = await paymentShop(t, unheard);
      const { order, event } = await settledTransfer(shop);
      assert.equal(await send(shop, { ...event, data: { ...event.data, ...lie } }), 200);
      await processed(shop);
      assert.equal((await shop.stored(order.order_id))?.status, 'pending');
      assert.deepEqual(await shop.events(order.order_id), []);
      const stuck = await shop.api.listStuck({});
      assert.deepEqual(
        stuck.map(({ kind, order_id }) => [kind, order_id]),
        [['webhook_mismatch', order.order_id]],
      );
      assert.ok(shop.logged.some(line => line.includes('contradicts our record') && line.includes('"level":"error"')));
      assert.match(await shop.deps.metrics.text(), /payment_alarms\{kind="webhook_mismatch"\} 1/);
    });
  }

  test('because nobody knows its order', async t => {
    const shop = await paymentShop(t, unheard);
    const { event } = await settledTransfer(shop);
    const order_id = shop.ids.next();
    await send(shop, { ...event, data: { ...event.data, order_id } });
    await send(shop, { ...event, event_id: 'evt_odd', data: { ...event.data, order_id: 'odd' } });
    await processed(shop);
    const stuck = await shop.api.listStuck({});
    assert.deepEqual(
      stuck.map(({ kind }) => kind),
      ['webhook_unknown_order', 'webhook_unknown_order'],
    );
    assert.equal(await shop.stored(order_id), null);
  });
});

test("the simulator's books are for staff", async t => {
  const shop = await paymentShop(t);
  assert.equal((await fetch(`${shop.url}/api/admin/simulator/charges`)).status, 401);
});
