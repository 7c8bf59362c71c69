// Goal: Stripe's adapter keeps the contract of gateways, and what is special about Stripe is met. Method: the contract
// and its own tests against a double of Stripe's API with books of its own, over HTTP.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import Stripe from 'stripe';
import { type Clock, manualClock, systemClock } from '#platform/clock';
import { type StripeDouble, startStripeDouble } from '../../../test/doubles/stripe.ts';
import {
  askerOf,
  type Booked,
  foundOf,
  type GatewayWorld,
  ids,
  newRequest,
  SHOP_ID,
  type Signer,
} from '../../../test/support/gateway-world.ts';
import { startNetworkFaults } from '../../../test/support/network-faults.ts';
import { catchWebhooks } from '../../../test/support/webhook-catcher.ts';
import { gatewayContract } from '../gateway.contract.ts';
import { stripeGateway } from './stripe-gateway.ts';

const OLDER_SECRET = 'whsec_of_before_the_rotation';

function gatewayOf(double: StripeDouble, { url = double.url, clock = systemClock as Clock } = {}) {
  return stripeGateway({
    secretKey: double.secretKey,
    webhookSecrets: [double.webhookSecret, OLDER_SECRET],
    apiUrl: url,
    returnUrl: order_id => `https://shop.example/orders/${order_id}`,
    shopId: SHOP_ID,
    clock,
  });
}

function bookedBy(double: StripeDouble, order_id: string): Booked[] {
  return double.chargesOf(order_id).map(charge => {
    const { status } = double.intentsOf(order_id).find(intent => intent.id === charge.payment_intent)!;
    const state = status === 'succeeded' ? 'captured' : status === 'canceled' ? 'voided' : 'authorized';
    const { payment_intent: gateway_ref, amount, amount_captured: captured, amount_refunded } = charge;
    return { gateway_ref, state, amount, captured, refunded: state === 'voided' ? 0 : amount_refunded };
  });
}

async function openWorld(t: TestContext): Promise<GatewayWorld> {
  const webhooks = await catchWebhooks(t);
  const double = await startStripeDouble(t, { webhookUrl: webhooks.url });
  const { url, failNext } = await startNetworkFaults(t, double.url);
  const secrets: Record<Signer, string> = { current: double.webhookSecret, older: OLDER_SECRET, stranger: 'whsec_no' };
  return {
    gateway: gatewayOf(double, { url }),
    tokens: {
      pays: 'pm_card_visa',
      declined: 'pm_card_visa_chargeDeclined',
      insufficientFunds: 'pm_card_visa_chargeDeclinedInsufficientFunds',
      challenged: 'pm_card_threeDSecure2Required',
    },
    booked: async order_id => bookedBy(double, order_id),
    async answerChallenge(challenge, { isConfirmed }) {
      const body = new URLSearchParams({ answer: isConfirmed ? 'confirm' : 'fail' });
      const answer = await fetch(challenge, { method: 'POST', body, redirect: 'manual' });
      assert.equal(answer.status, 303);
    },
    fee: 117,
    failNext,
    told: async order_id => webhooks.caught.filter(({ rawBody }) => rawBody.includes(order_id)),
    async sign(rawBody, { by = 'current', ageMs = 0 } = {}) {
      const nowMs = Date.now();
      const signed = { payload: rawBody.toString(), secret: secrets[by], timestamp: (nowMs - ageMs) / 1000 };
      const headers = { 'stripe-signature': Stripe.webhooks.generateTestHeaderString(signed) };
      return { headers, rawBody, nowMs };
    },
  };
}

test('Stripe keeps the contract of gateways', async t => {
  await gatewayContract(t, openWorld);
});

/** The adapter with nothing between it and the double. */
async function open(t: TestContext, options: { clock?: Clock; livemode?: boolean } = {}) {
  const webhooks = await catchWebhooks(t);
  const double = await startStripeDouble(t, { webhookUrl: webhooks.url, livemode: options.livemode });
  const gateway = gatewayOf(double, options);
  return { double, gateway, caught: webhooks.caught, ask: askerOf({ gateway }) };
}

test('it asks in the pinned version for a hold on a card under our terms, and tells Stripe nothing of the shop', async t => {
  const { double, ask } = await open(t);
  const request = newRequest('pm_card_visa');
  await ask.authorise(request);
  await ask.authorise(newRequest('ctoken_visa'));
  const [first, second] = double.asked;
  const { 'stripe-version': version, 'idempotency-key': key, ...headers } = first!.headers;
  assert.deepEqual([version, key], ['2026-10-28.endive', `order_${request.order_id}`]);
  assert.deepEqual(
    Object.keys(headers).filter(name => name.includes('telemetry')),
    [],
  );
  assert.doesNotMatch(String(headers['x-stripe-client-user-agent']), /platform|telemetry|Linux/);
  assert.deepEqual(Object.fromEntries(first!.form), {
    amount: '2999',
    currency: 'usd',
    capture_method: 'manual',
    confirm: 'true',
    payment_method: 'pm_card_visa',
    'allowed_payment_method_types[0]': 'card',
    return_url: `https://shop.example/orders/${request.order_id}`,
    'metadata[shop_id]': SHOP_ID,
    'metadata[order_id]': request.order_id,
    'metadata[payment_id]': request.payment_id,
    'metadata[person_id]': request.person_id,
    'metadata[method]': 'card',
  });
  assert.deepEqual(
    [second!.form.get('confirmation_token'), second!.form.has('payment_method')],
    ['ctoken_visa', false],
  );
});

test('a decline is told in a plain word, and nothing of a lost card or a fraud', async t => {
  const { double, ask } = await open(t);
  for (const [token, reason] of [
    ['pm_card_chargeDeclined', 'declined'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error'],
    ['pm_card_chargeDeclinedLostCard', 'declined'],
    ['pm_card_chargeDeclinedFraudulent', 'declined'],
  ] as const) {
    const request = newRequest(token);
    const answer = await ask.authorise(request);
    const [intent] = double.intentsOf(request.order_id);
    assert.deepEqual(answer, { state: 'declined', reason, gateway_ref: intent!.id });
    assert.deepEqual(double.chargesOf(request.order_id), []);
  }
  const unknown = await ask.authorise(newRequest('pm_of_nobody'));
  assert.deepEqual(unknown, { state: 'declined', reason: 'invalid_token', gateway_ref: null });
  const small = await ask.authorise(newRequest('pm_card_visa', { amount: 3 }));
  assert.deepEqual(small, { state: 'declined', reason: 'amount_too_small', gateway_ref: null });
});

test('what Stripe can not do is declined before it is asked', async t => {
  const { double, ask } = await open(t);
  for (const [token, fields, reason] of [
    ['pm_card_visa', { method: 'bank_transfer' }, 'method_not_offered'],
    ['tok_visa', {}, 'invalid_token'],
    ['4242424242424242', {}, 'invalid_token'],
    ['pm_card_visa&amount=1', {}, 'invalid_token'],
    ['pm_card_visa', { amount: 5124, currency: 'KWD' }, 'amount_not_accepted'],
  ] as const) {
    const answer = await ask.authorise(newRequest(token, fields));
    assert.deepEqual(answer, { state: 'declined', reason, gateway_ref: null });
  }
  assert.deepEqual(double.asked, []);
});

test('a currency that Stripe counts otherwise is authorised, captured, given back and found in our units', async t => {
  const { double, gateway, ask } = await open(t);
  const request = newRequest('pm_card_visa', { amount: 1500, currency: 'ISK' });
  const { signal } = new AbortController();
  const answer = await ask.authorise(request);
  const { gateway_ref } = answer as { gateway_ref: string };
  const { order_id } = request;
  const of = { gateway_ref, currency: 'ISK' };
  assert.equal((await gateway.capture({ key: 'c', ...of, amount: 1500 }, signal)).state, 'captured');
  const refund = { key: 'r', refund_id: ids.next(), order_id, ...of, amount: 400 };
  assert.equal((await gateway.refund(refund, signal)).state, 'refunded');
  const [charge] = double.chargesOf(order_id);
  assert.deepEqual([charge?.amount, charge?.amount_captured, charge?.amount_refunded], [150_000, 150_000, 40_000]);
  const found = foundOf(request, gateway_ref, { state: 'captured', captured: 1500, refunded: 400 });
  assert.deepEqual(await ask.find(order_id, gateway_ref), found);
});

describe('an answer that leaves open what became of it', () => {
  test('a server error that Stripe has stored stays one under its key, and the payment is found', async t => {
    const { double, ask } = await open(t);
    const request = newRequest('pm_card_visa');
    double.answerNext({ status: 500, isDone: true, isStored: true });
    for (const _ of [1, 2]) assert.equal((await ask.authorise(request)).state, 'unknown');
    const [intent, ...more] = double.intentsOf(request.order_id);
    assert.deepEqual(more, []);
    assert.deepEqual(await ask.find(request.order_id), foundOf(request, intent!.id, {}));
  });

  for (const [status, code] of [
    [401, undefined],
    [403, undefined],
    [409, 'idempotency_key_in_use'],
    [429, 'lock_timeout'],
    [500, undefined],
  ] as const) {
    test(`${status} is neither a yes nor a no, and the repeat settles it`, async t => {
      const { double, ask } = await open(t);
      const request = newRequest('pm_card_visa');
      double.answerNext({ status, code });
      assert.equal((await ask.authorise(request)).state, 'unknown');
      assert.equal((await ask.authorise(request)).state, 'authorized');
      assert.equal(double.chargesOf(request.order_id).length, 1);
    });
  }

  test('so is a connection that was reset, and the SDK does not repeat it by itself', async t => {
    let requests = 0;
    const resetting = createServer(request => {
      requests += 1;
      request.socket.resetAndDestroy();
    }).listen(0, '127.0.0.1');
    await once(resetting, 'listening');
    t.after(() => void resetting.close());
    const { double } = await open(t);
    const url = `http://127.0.0.1:${(resetting.address() as AddressInfo).port}`;
    const answer = await askerOf({ gateway: gatewayOf(double, { url }) }).authorise(newRequest('pm_card_visa'));
    assert.deepEqual([answer.state, requests], ['unknown', 1]);
  });

  test('so is a key that was used with other input: the first try may have been done', async t => {
    const { double, ask } = await open(t);
    const request = newRequest('pm_card_visa');
    await ask.authorise(request);
    assert.equal((await ask.authorise({ ...request, token: 'pm_card_mastercard' })).state, 'unknown');
    assert.equal(double.intentsOf(request.order_id).length, 1);
  });

  test('of two intents, the second made when Stripe had forgotten the key, the one with money is found', async t => {
    const { double, ask } = await open(t);
    const request = newRequest('pm_card_visa');
    const { gateway_ref } = (await ask.authorise(request)) as { gateway_ref: string };
    double.forgetKeys();
    assert.equal((await ask.authorise({ ...request, token: 'pm_card_chargeDeclined' })).state, 'declined');
    assert.equal(double.intentsOf(request.order_id).length, 2);
    assert.deepEqual(await ask.find(request.order_id), foundOf(request, gateway_ref, {}));
  });
});

describe("Stripe's search is behind", () => {
  test('a young order that it does not know is unknown, an older one is not there', async t => {
    const clock = manualClock(Date.now());
    const { double, ask } = await open(t, { clock });
    double.lagSearch(true);
    const request = newRequest('pm_card_visa');
    const { gateway_ref } = (await ask.authorise(request)) as { gateway_ref: string };
    assert.deepEqual(await ask.find(request.order_id), { state: 'unknown', problem: 'not searchable yet' });
    assert.deepEqual(await ask.find(request.order_id, gateway_ref), foundOf(request, gateway_ref, {}));
    clock.advance(61_000);
    assert.deepEqual(await ask.find(request.order_id), { state: 'not_found' });
    double.lagSearch(false);
    assert.deepEqual(await ask.find(request.order_id), foundOf(request, gateway_ref, {}));
  });

  test('a reference of another order, or of nothing, finds nothing', async t => {
    const { ask } = await open(t);
    const request = newRequest('pm_card_visa');
    const { gateway_ref } = (await ask.authorise(request)) as { gateway_ref: string };
    assert.deepEqual(await ask.find(ids.next(), gateway_ref), { state: 'not_found' });
    assert.deepEqual(await ask.find(request.order_id, 'pi_of_nobody'), { state: 'not_found' });
    assert.deepEqual(await ask.find("x' OR status:'succeeded"), { state: 'not_found' });
  });
});

test('no key, token or card is in any answer, whatever Stripe says', async t => {
  const { double, gateway } = await open(t);
  const token = 'pm_card_visa_chargeDeclined_of_a_person';
  const said: unknown[] = [];
  const raw = async (asked: Promise<unknown>) =>
    said.push(await asked.catch(error => [error.message, error.stack, error]));
  const { signal } = new AbortController();
  for (const status of [400, 401, 402, 404, 409, 429, 500, 503]) {
    double.answerNext({ status, code: `odd ${token}` });
    await raw(gateway.authorise(newRequest(token), signal));
    double.answerNext({ status });
    await raw(gateway.capture({ key: `c${status}`, gateway_ref: 'pi_1', currency: 'USD', amount: 1 }, signal));
  }
  const wrong = { ...double, secretKey: 'sk_test_of_another_account' };
  await raw(gatewayOf(wrong).authorise(newRequest(token), signal));
  await raw(gatewayOf(wrong).find({ order_id: ids.next(), gateway_ref: null }, signal));
  await raw(gatewayOf(double, { url: 'http://127.0.0.1:1' }).authorise(newRequest(token), signal));
  assert.equal(said.length, 19);
  const text = inspect(said, { depth: 10, showHidden: true });
  for (const secret of [double.secretKey, wrong.secretKey, 'sk_test_of', token, 'whsec_', '_secret_', '4242']) {
    assert.ok(!text.includes(secret), `${secret} is in ${text}`);
  }
});
