// Goal: no amount changes its worth on the way to Stripe and back. Method: exact amounts of each kind of currency, and
// random ones of every currency that Intl knows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { minorDigits } from '#platform/money';
import { fromStripeAmount, toStripeAmount } from './stripe-amounts.ts';

test('our minor units become the ones that Stripe counts by', () => {
  for (const [currency, ours, theirs] of [
    ['USD', 2999, 2999],
    ['EUR', 1, 1],
    ['JPY', 500, 500],
    ['VND', 12_000, 12_000],
    ['ISK', 5, 500],
    ['UGX', 5, 500],
    ['HUF', 1045, 104_500],
    ['COP', 90_000, 9_000_000],
    ['TWD', 1050, 1050],
    ['KWD', 5120, 5120],
    ['BHD', 10, 10],
    ['LYD', 1230, 123],
  ] as const) {
    assert.equal(toStripeAmount(ours, currency), theirs, currency);
    assert.equal(fromStripeAmount(theirs, currency), ours, currency);
  }
});

test('an amount that Stripe does not have is none', () => {
  for (const [amount, currency] of [
    [5124, 'KWD'],
    [1, 'TND'],
    [1234, 'LYD'],
  ] as const) {
    assert.equal(toStripeAmount(amount, currency), null, `${amount} ${currency}`);
  }
  assert.equal(Number.isInteger(fromStripeAmount(501, 'ISK')), false, 'half a króna is no amount of ours');
});

test('what is sent comes back as it was, in every currency and up to the highest amount', () => {
  const currencies = Intl.supportedValuesOf('currency');
  fc.assert(
    fc.property(fc.constantFrom(...currencies), fc.integer({ min: 0, max: 1_000_000_000_000 }), (currency, amount) => {
      const theirs = toStripeAmount(amount, currency);
      if (theirs === null) return assert.ok(minorDigits(currency) > 2, currency);
      assert.ok(Number.isSafeInteger(theirs));
      assert.equal(fromStripeAmount(theirs, currency), amount);
    }),
  );
});
