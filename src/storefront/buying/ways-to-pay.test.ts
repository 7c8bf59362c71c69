// Goal: what the page offers to pay with is what the payments offer, in their order, and nothing else is taken. Method:
// the reading of offers and fields alone; that it pays is shown by checkout.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OfferedMethod } from '#payments';
import { words } from '../words/words.ts';
import { tellReason } from './decline-reason.ts';
import { readPayment, readWays } from './ways-to-pay.ts';

const offer = (method: OfferedMethod['method'], gateway: string, is_available = true): OfferedMethod => ({
  ...{ method, gateway, is_available },
});
const development = { isProduction: false, stripeKey: undefined };
const withCards = { isProduction: true, stripeKey: 'pk_test_1' };
const waysOf = (...offered: OfferedMethod[]) => readWays({ listMethods: async () => offered }, development);

test('what does not answer may be chosen only where nothing answers; what has no form here is not offered', async () => {
  const ways = await waysOf(offer('wallet', 'paypal'), offer('card', 'stripe'), offer('card', 'simulator', false));
  assert.deepEqual(
    ways.map(({ id, isOpen }) => [id, isOpen]),
    [
      ['wallet/paypal', true],
      ['card/simulator', false],
    ],
  );
  const silent = await waysOf(offer('wallet', 'paypal', false), offer('card', 'simulator', false));
  assert.deepEqual(
    silent.map(({ isOpen }) => isOpen),
    [true, true],
  );
});

test("cards of Stripe are offered where the pages can read them, and its wallets aren't", async () => {
  const payments = { listMethods: async () => [offer('card', 'stripe'), offer('wallet', 'stripe')] };
  assert.deepEqual(await readWays(payments, development), []);
  const ways = await readWays(payments, withCards);
  assert.deepEqual(
    ways.map(({ id, isOpen }) => [id, isOpen]),
    [['card/stripe', true]],
  );
});

test('a card of Stripe is the payment method that its form has read, and without one it is refused by its field', async () => {
  const ways = await readWays({ listMethods: async () => [offer('card', 'stripe')] }, withCards);
  const read = (stripe_token?: string) =>
    readPayment({ method: 'card/stripe', ...(stripe_token !== undefined && { stripe_token }) }, ways, withCards);
  assert.deepEqual(read('pm_1AbC'), { ok: true, value: { method: 'card', gateway: 'stripe', token: 'pm_1AbC' } });
  const odd = ['', 'pm_', 'pm_1 ', '4242424242424242', 'tok_visa', 'ctoken_1', `pm_${'x'.repeat(256)}`];
  for (const token of [undefined, ...odd]) {
    assert.deepEqual(read(token), { ok: false, errors: { stripe_token: 'required' } }, token);
  }
});

test('the gateway that was chosen is paid by, and a method alone is the best way of it', async () => {
  const ways = await waysOf(offer('wallet', 'paypal'), offer('card', 'simulator'), offer('wallet', 'simulator'));
  const read = (fields: Record<string, string>, site: typeof development | typeof withCards = development) =>
    readPayment(fields, ways, site);
  const paypal = { ok: true, value: { method: 'wallet', gateway: 'paypal', token: 'paypal' } };
  assert.deepEqual(read({ method: 'wallet/paypal' }), paypal);
  assert.deepEqual(read({ method: 'wallet' }), paypal);
  const declined = { method: 'card/simulator', test_card: 'declined' };
  const simulated = (token: string) => ({ ok: true, value: { method: 'card', gateway: 'simulator', token } });
  assert.deepEqual(read(declined), simulated('tok_declined'));
  assert.deepEqual(read(declined, withCards), simulated('tok_visa'), 'in production no card is chosen');
  const unchosen = { ok: false, errors: { method: 'required' } };
  for (const method of ['card/paypal', 'card/stripe', 'bank_transfer', 'gold', '', 'constructor']) {
    assert.deepEqual(read({ method }), unchosen, method);
  }
  assert.deepEqual(read({}), unchosen);
  assert.deepEqual(read({ method: 'card', test_card: 'tok_visa' }), unchosen, 'a token is no card of the page');
});

test('every reason of the gateways is told in plain words in each language, and an unknown one is told as that', () => {
  const reasons = [
    ...['declined', 'insufficient_funds', 'expired_card', 'incorrect_cvc', 'incorrect_number', 'processing_error'],
    ...['authentication_required', 'authentication_failed', 'challenge_declined', 'capture_failed', 'voided'],
    ...['gateway_unavailable', 'not_authorized', 'not_paid', 'not_completed', 'invalid_token'],
    ...['RESERVATION_EXPIRED', 'incomplete_number', 'invalid_number', 'invalid_expiry_year_past'],
  ];
  for (const speech of Object.values(words)) {
    for (const reason of reasons) {
      const told = tellReason(speech, reason);
      assert.match(told, /^[A-ZÄÖÜ].*\.$/, reason);
      assert.notEqual(told, speech.checkout.otherReason, reason);
    }
    for (const odd of ['constructor', 'a_new_reason', '', null, undefined]) {
      assert.equal(tellReason(speech, odd), speech.checkout.otherReason);
    }
  }
});
