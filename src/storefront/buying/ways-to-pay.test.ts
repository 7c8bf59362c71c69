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
const waysOf = (...offered: OfferedMethod[]) => readWays({ listMethods: async () => offered });
const development = { isProduction: false };

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

test('the gateway that was chosen is paid by, and a method alone is the best way of it', async () => {
  const ways = await waysOf(offer('wallet', 'paypal'), offer('card', 'simulator'), offer('wallet', 'simulator'));
  const read = (fields: Record<string, string>, site = development) => readPayment(fields, ways, site);
  assert.deepEqual(read({ method: 'wallet/paypal' }), { method: 'wallet', gateway: 'paypal', token: 'paypal' });
  assert.deepEqual(read({ method: 'wallet' }), { method: 'wallet', gateway: 'paypal', token: 'paypal' });
  const declined = { method: 'card/simulator', test_card: 'declined' };
  assert.deepEqual(read(declined), { method: 'card', gateway: 'simulator', token: 'tok_declined' });
  const production = read(declined, { isProduction: true });
  assert.deepEqual(production, { method: 'card', gateway: 'simulator', token: 'tok_visa' });
  for (const method of ['card/paypal', 'bank_transfer', 'gold', '', 'constructor']) {
    assert.equal(read({ method }), undefined, method);
  }
  assert.equal(read({}), undefined);
  assert.equal(read({ method: 'card', test_card: 'tok_visa' }), undefined, 'a token is no card of the page');
});

test('every reason of the gateways is told in plain words in each language, and an unknown one is told as that', () => {
  const reasons = [
    ...['declined', 'insufficient_funds', 'expired_card', 'incorrect_cvc', 'incorrect_number', 'processing_error'],
    ...['authentication_required', 'authentication_failed', 'challenge_declined', 'capture_failed', 'voided'],
    ...['gateway_unavailable', 'not_authorized', 'not_paid', 'not_completed', 'invalid_token'],
    ...['RESERVATION_EXPIRED'],
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
