// Goal: the log of webhooks tells what came and what became of it, nothing of a person, and a replay looks again
// without any second effect. Method: the module with its real routes and a simulator; webhooks are signed here, true
// ones and lies, and what they say becomes true only afterwards.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMetrics } from '#platform/metrics';
import { signWebhook } from '#platform/webhook-signature';
import { type PaymentShop, paymentShop, until, WEBHOOK_SECRET } from '../../test/support/payment-shop.ts';
import type { LoggedWebhook } from './contract.ts';
import { createPayments } from './index.ts';
import { simulatorGateway } from './simulator/simulator-gateway.ts';
import { tellBody } from './tell-body.ts';

const unheard = { takesWebhooks: false, simulator: { settleMs: 3_600_000 } };
const LEFT_OUT = '[left out]';
type Data = Record<string, unknown>;

async function send(shop: PaymentShop, event_id: string, data: Data, type = 'payment.authorized'): Promise<void> {
  const body = JSON.stringify({ event_id, type, created_at: '2026-01-01T00:00:00Z', data });
  const signature = signWebhook({ secret: WEBHOOK_SECRET, rawBody: body, nowMs: shop.clock.nowMs() });
  const headers = { 'content-type': 'application/json', signature };
  assert.equal((await fetch(shop.webhookUrl, { method: 'POST', headers, body })).status, 200);
}

async function looked(shop: PaymentShop, event_id: string): Promise<LoggedWebhook> {
  const read = () => shop.api.getWebhook({ gateway: 'simulator', event_id });
  await until(async () => {
    const webhook = await read();
    return webhook !== null && webhook.state !== 'received';
  });
  return (await read())!;
}

const replay = (shop: PaymentShop, event_id: string) => shop.api.replayWebhook({ gateway: 'simulator', event_id });

/** A payment that waits for its bank, and what a webhook of it would truly say. */
async function waiting(shop: PaymentShop) {
  const order = shop.order('tok_visa', { method: 'bank_transfer' });
  const answer = await shop.api.authorise(order);
  assert(answer.ok);
  const data = { order_id: order.order_id, amount: 2999, currency: 'USD', charge_id: answer.value.gateway_ref };
  return { order_id: order.order_id, data };
}

describe('the log', () => {
  test('is newest first, and narrowed by gateway, state and order', async t => {
    const shop = await paymentShop(t, unheard);
    const { order_id, data } = await waiting(shop);
    await send(shop, 'evt_true', data);
    await looked(shop, 'evt_true');
    await send(shop, 'evt_lie', { ...data, amount: 1 });
    await looked(shop, 'evt_lie');
    await send(shop, 'evt_odd', { order_id: 'odd' }, 'payment.failed');
    await looked(shop, 'evt_odd');
    const listed = async (filter: object, page = { page: 1, page_size: 10 }) => {
      const answer = await shop.api.listWebhooks({ ...filter, ...page });
      assert(answer.ok);
      return [answer.value.total, ...answer.value.items.map(item => item.event_id)];
    };
    assert.deepEqual(await listed({}), [3, 'evt_odd', 'evt_lie', 'evt_true']);
    assert.deepEqual(await listed({ state: 'stuck' }), [2, 'evt_odd', 'evt_lie']);
    assert.deepEqual(await listed({ state: 'received' }), [0]);
    assert.deepEqual(await listed({ order_id }), [2, 'evt_lie', 'evt_true']);
    assert.deepEqual(await listed({ order_id, state: 'done' }), [1, 'evt_true']);
    assert.deepEqual(await listed({ gateway: 'paypal' }), [0]);
    assert.deepEqual(await listed({}, { page: 2, page_size: 2 }), [3, 'evt_true']);
    const deep = await shop.api.listWebhooks({ page: 10_001, page_size: 1 });
    assert.deepEqual(deep, { ok: false, code: 'PAGE_TOO_DEEP' });
  });

  test('tells what was claimed, what became of it, and how often it was looked at', async t => {
    const shop = await paymentShop(t, unheard);
    const { order_id, data } = await waiting(shop);
    await send(shop, 'evt_lie', { ...data, amount: 1 });
    const { received_at, processed_at, ...webhook } = await looked(shop, 'evt_lie');
    const { body, ...rest } = webhook as typeof webhook & { body: unknown };
    assert.deepEqual(rest, {
      gateway: 'simulator',
      event_id: 'evt_lie',
      type: 'payment.authorized',
      order_id,
      claim: { about: 'payment', payment_there: data.charge_id, amount: 1, currency: 'USD', refund_id: null },
      state: 'stuck',
      problem: 'webhook_mismatch',
      detail: 'an amount of 1 instead of 2999',
      tries: 1,
    });
    assert.ok(processed_at !== null && processed_at >= received_at);
    assert.deepEqual((body as { data: object }).data, { ...data, amount: 1 });
    const [stuck] = await shop.api.listStuck({});
    assert.deepEqual(stuck?.webhook, { gateway: 'simulator', event_id: 'evt_lie' });
    assert.equal(await shop.api.getWebhook({ gateway: 'simulator', event_id: 'evt_none' }), null);
    assert.equal(await shop.api.getWebhook({ gateway: 'stripe', event_id: 'evt_lie' }), null);
  });

  test('leaves out of a body what may be of a person or of what they pay with', () => {
    const told = tellBody({
      id: 'evt_1',
      type: 'payment_intent.succeeded',
      data: {
        object: {
          amount: 500,
          currency: 'usd',
          client_secret: 'pi_1_secret_2',
          payment_method: { id: 'pm_1', card: { last4: '4242' } },
          receipt_email: 'ada@example.com',
          captures: [{ status: 'COMPLETED', payer: { name: 'Ada' } }],
          reason: 'x'.repeat(400),
        },
      },
    });
    assert.deepEqual(told, {
      id: 'evt_1',
      type: 'payment_intent.succeeded',
      data: {
        object: {
          amount: 500,
          currency: 'usd',
          client_secret: LEFT_OUT,
          payment_method: LEFT_OUT,
          receipt_email: LEFT_OUT,
          captures: [{ status: 'COMPLETED', payer: LEFT_OUT }],
          reason: `${'x'.repeat(300)}…`,
        },
      },
    });
    let deep: unknown = 'the bottom';
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    assert.match(JSON.stringify(tellBody(deep)), /^\[{12}"\[left out\]"\]{12}$/);
  });
});

describe('a replay', () => {
  test('of what has had its effect changes nothing, however often and at once', async t => {
    const shop = await paymentShop(t, { takesWebhooks: false, simulator: { settleMs: 0 } });
    const { order_id, data } = await waiting(shop);
    await until(async () => (await shop.simulator.books.list({ order_id })).length === 1);
    await send(shop, 'evt_1', data);
    await looked(shop, 'evt_1');
    const before = await shop.stored(order_id);
    assert.equal(before?.status, 'authorized');
    const answers = await Promise.all(Array.from({ length: 10 }, () => replay(shop, 'evt_1')));
    assert.ok(answers.every(answer => answer.ok));
    assert.equal((await looked(shop, 'evt_1')).state, 'done');
    assert.equal((await looked(shop, 'evt_1')).tries, 11);
    assert.deepEqual(await shop.stored(order_id), before);
    assert.deepEqual(await shop.events(order_id), ['payment.authorized']);
    const charges = await shop.simulator.books.list({ order_id });
    assert.deepEqual(
      charges.map(({ state, captured }) => [state, captured]),
      [['authorized', 0]],
    );
  });

  test('of a lie stays a lie: it is stuck as before, and nothing is changed', async t => {
    const shop = await paymentShop(t, unheard);
    const { order_id, data } = await waiting(shop);
    await send(shop, 'evt_lie', { ...data, currency: 'EUR' });
    await looked(shop, 'evt_lie');
    const answer = await replay(shop, 'evt_lie');
    assert(answer.ok);
    assert.deepEqual([answer.value.state, answer.value.detail], ['stuck', 'EUR instead of USD']);
    assert.equal((await shop.stored(order_id))?.status, 'pending');
    assert.deepEqual(await shop.events(order_id), []);
    assert.equal((await shop.api.listStuck({})).length, 1);
  });

  test('of an order that nobody knew finds it once the gateway does, and the list of what is stuck is empty', async t => {
    const shop = await paymentShop(t, unheard);
    const { order_id, payment_id, person_id, amount, currency } = shop.order();
    await send(shop, 'evt_early', { order_id, amount, currency });
    assert.equal((await looked(shop, 'evt_early')).problem, 'webhook_unknown_order');
    const lost = { order_id, payment_id, person_id, amount, currency, method: 'card', token: 'tok_visa' } as const;
    await shop.simulator.books.ask({ operation: 'authorise', key: `order_${order_id}`, ...lost });
    const answer = await replay(shop, 'evt_early');
    assert(answer.ok);
    assert.deepEqual([answer.value.state, answer.value.problem], ['done', null]);
    assert.equal((await shop.stored(order_id))?.status, 'authorized');
    assert.deepEqual(await shop.api.listStuck({}), []);
  });

  test('while the gateway is silent says so, and the inbox goes on by itself', async t => {
    const shop = await paymentShop(t, unheard);
    const { order_id, amount, currency } = shop.order();
    await send(shop, 'evt_1', { order_id, amount, currency });
    await looked(shop, 'evt_1');
    const nowhere = simulatorGateway({ url: 'http://127.0.0.1:1', secret: WEBHOOK_SECRET });
    const deaf = createPayments({ ...shop.deps, gateways: [nowhere], metrics: createMetrics() });
    t.after(async () => deaf.stop?.());
    const answer = await deaf.api.replayWebhook({ gateway: 'simulator', event_id: 'evt_1' });
    assert(answer.ok);
    assert.deepEqual([answer.value.state, answer.value.problem, answer.value.processed_at], ['received', null, null]);
    assert.equal(await shop.stored(order_id), null);
    shop.clock.shiftMs += 31_000;
    await shop.runJob('payments_webhooks');
    const after = await looked(shop, 'evt_1');
    assert.deepEqual([after.state, after.problem, after.tries], ['stuck', 'webhook_unknown_order', 3]);
  });

  test('of what is not in the log is refused, and the log is as it was', async t => {
    const shop = await paymentShop(t, unheard);
    const { data } = await waiting(shop);
    await send(shop, 'evt_1', data);
    const before = await looked(shop, 'evt_1');
    assert.deepEqual(await replay(shop, 'evt_2'), { ok: false, code: 'WEBHOOK_NOT_FOUND' });
    const elsewhere = await shop.api.replayWebhook({ gateway: 'stripe', event_id: 'evt_1' });
    assert.deepEqual(elsewhere, { ok: false, code: 'WEBHOOK_NOT_FOUND' });
    assert.deepEqual(await looked(shop, 'evt_1'), before);
  });
});
