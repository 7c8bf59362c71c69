// Goal: of all that Stripe tells, what is ours is taken as a claim, the rest is kept without effect, and nothing secret
// is kept of either. Method: webhooks of the double as they came in, and bodies written here, signed by Stripe's own
// library.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Stripe from 'stripe';
import { systemClock } from '#platform/clock';
import { startStripeDouble } from '../../../test/doubles/stripe.ts';
import { askerOf, ids, newRequest, SHOP_ID } from '../../../test/support/gateway-world.ts';
import { until } from '../../../test/support/payment-shop.ts';
import { catchWebhooks } from '../../../test/support/webhook-catcher.ts';
import type { GatewayEvent, RawWebhook } from '../gateway.ts';
import { stripeGateway } from './stripe-gateway.ts';

const SECRET = 'whsec_of_a_test';
const NOW = 1_800_000_000_000;
const ORDER = '01900000-0000-7000-8000-0000000000aa';
const REFUND = '01900000-0000-7000-8000-0000000001aa';

function gatewayOf(options: { secretKey?: string; webhookSecrets?: string[]; apiUrl?: string } = {}) {
  return stripeGateway({
    ...{ secretKey: 'sk_test_1', webhookSecrets: [SECRET], apiUrl: 'http://127.0.0.1:1', clock: systemClock },
    returnUrl: () => 'https://shop.example/',
    shopId: SHOP_ID,
    ...options,
  });
}

function signed(body: unknown): RawWebhook {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp: NOW / 1000 });
  return { headers: { 'stripe-signature': signature }, rawBody: Buffer.from(payload), nowMs: NOW };
}

function told(type: string, object: Record<string, unknown>, fields: Record<string, unknown> = {}) {
  return { id: 'evt_1', object: 'event', type, livemode: false, data: { object }, ...fields };
}

async function eventOf(body: unknown): Promise<GatewayEvent> {
  const verdict = await gatewayOf().verifyWebhook(signed(body));
  assert.ok(verdict.state === 'genuine', verdict.state);
  return verdict.event;
}

const refund = { object: 'refund', id: 're_1', amount: 700, currency: 'usd', payment_intent: 'pi_1' };

test('a refund of ours claims its amount, and one that failed after all claims that nothing was given back', async () => {
  const metadata = { shop_id: SHOP_ID, order_id: ORDER, refund_id: REFUND };
  const claim = { order_id: ORDER, gateway_ref: 'pi_1', currency: 'USD', refund_id: REFUND };
  for (const [status, amount] of [
    ['succeeded', 700],
    ['pending', 700],
    ['failed', 0],
    ['canceled', 0],
  ] as const) {
    const { about, order_id, gateway_ref, currency, refund_id, ...rest } = await eventOf(
      told('refund.updated', { ...refund, metadata, status }),
    );
    assert.deepEqual([about, { order_id, gateway_ref, currency, refund_id }], ['payment', claim], status);
    assert.equal(rest.amount, amount, status);
  }
});

test('what does not carry the mark of this shop is kept and claims nothing', async () => {
  const intent = { object: 'payment_intent', id: 'pi_2', amount: 1, currency: 'usd', metadata: {} };
  for (const [type, object] of [
    ['payment_intent.succeeded', intent],
    ['payment_intent.succeeded', { ...intent, metadata: { order_id: ORDER } }],
    ['payment_intent.succeeded', { ...intent, metadata: { shop_id: ids.next(), order_id: ORDER } }],
    ['refund.created', { ...refund, metadata: { shop_id: ids.next(), order_id: ORDER, refund_id: REFUND } }],
    ['charge.refunded', { ...intent, object: 'charge', metadata: { shop_id: ids.next(), order_id: ORDER } }],
    ['refund.created', { ...refund, metadata: {} }],
    ['refund.created', { ...refund, metadata: null }],
    ['charge.succeeded', { object: 'charge', id: 'ch_1', metadata: { order_id: ORDER } }],
    ['charge.dispute.created', { object: 'dispute', id: 'dp_1' }],
    ['balance.available', { object: 'balance' }],
  ] as const) {
    const { about, order_id, refund_id, amount } = await eventOf(told(type, object));
    assert.deepEqual([about, order_id, refund_id, amount], ['other', null, null, null], type);
  }
});

test('an event about money that lacks what it should have is malformed', async () => {
  for (const object of [
    { ...refund, amount: '700' },
    { ...refund, amount: -1 },
    { ...refund, currency: 'USD' },
    { ...refund, metadata: { order_id: 'a\u0000b' } },
    { object: 'payment_intent', id: 'pi_1' },
  ]) {
    const verdict = await gatewayOf().verifyWebhook(signed(told('refund.updated', object)));
    assert.deepEqual(verdict, { state: 'malformed' }, JSON.stringify(object));
  }
});

test('the world of live money and the one of tests do not hear each other', async () => {
  const live = { secretKey: 'sk_live_1' };
  const body = told('refund.updated', { ...refund, metadata: {} });
  const state = async (options: object, of: unknown) => (await gatewayOf(options).verifyWebhook(signed(of))).state;
  assert.equal(await state({}, body), 'genuine');
  assert.equal(await state(live, body), 'bad_signature');
  assert.equal(await state(live, { ...body, livemode: true }), 'genuine');
  assert.equal(await state({ secretKey: 'rk_live_1' }, { ...body, livemode: true }), 'genuine');
  assert.equal(await state({}, { ...body, livemode: true }), 'bad_signature');
});

test('a header that plays with its times or schemes is refused', async () => {
  const webhook = signed(told('refund.updated', { ...refund, metadata: {} }));
  const right = webhook.headers['stripe-signature']!;
  const [t, v1] = right.split(',') as [string, string];
  const state = async (signature: string) => {
    const verdict = await gatewayOf().verifyWebhook({ ...webhook, headers: { 'stripe-signature': signature } });
    return verdict.state;
  };
  assert.equal(await state(right), 'genuine');
  assert.equal(await state(`${t},v1=00,${v1}`), 'genuine');
  for (const signature of ['', t, v1, `${t},v0=${v1.slice(3)}`, `t=9999999999,${right}`, `${right},t=1`]) {
    assert.equal(await state(signature), 'bad_signature', signature);
  }
});

test('nothing secret is kept of what the double tells, and what it lets go of is no refund of ours', async (t: TestContext) => {
  const { url, caught } = await catchWebhooks(t);
  const double = await startStripeDouble(t, { webhookUrl: url });
  const { secretKey, webhookSecret } = double;
  const gateway = gatewayOf({ secretKey, webhookSecrets: [webhookSecret], apiUrl: double.url });
  const ask = askerOf({ gateway });
  const taken = newRequest('pm_card_visa');
  const { gateway_ref } = (await ask.authorise(taken)) as { gateway_ref: string };
  await ask.capture(taken, gateway_ref);
  await ask.refund(taken, gateway_ref, { amount: 500, refund_id: ids.next() });
  const voided = newRequest('pm_card_visa');
  await ask.void(voided, ((await ask.authorise(voided)) as { gateway_ref: string }).gateway_ref);
  await until(async () => caught.some(({ rawBody }) => rawBody.includes('payment_intent.canceled')));
  const verdicts = await Promise.all(caught.map(webhook => gateway.verifyWebhook(webhook)));
  const events = verdicts.map(verdict => (verdict as { event: GatewayEvent }).event);
  assert.deepEqual(
    events.map(({ type, about, order_id }) => [type, about, order_id]),
    [
      ['payment_intent.amount_capturable_updated', 'payment', taken.order_id],
      ['payment_intent.succeeded', 'payment', taken.order_id],
      ['charge.refunded', 'payment', taken.order_id],
      ['refund.created', 'payment', taken.order_id],
      ['payment_intent.amount_capturable_updated', 'payment', voided.order_id],
      ['charge.refunded', 'payment', voided.order_id],
      ['refund.created', 'other', null],
      ['payment_intent.canceled', 'payment', voided.order_id],
    ],
  );
  const sent = caught.map(({ rawBody }) => rawBody.toString()).join();
  const kept = JSON.stringify(events);
  for (const secret of ['_secret_', '4242', 'fingerprint', 'ada@example.com', 'pm_card_visa']) {
    assert.ok(sent.includes(secret), `the double tells ${secret}`);
    assert.ok(!kept.includes(secret), `${secret} is kept`);
  }
});
