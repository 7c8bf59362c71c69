// Goal: no amount changes on its way to PayPal and back, in any currency that it takes. Method: PayPal's table of
// currencies by example, and random amounts there and back; the seed of a failure is printed by fast-check.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { minorDigits } from '#platform/money';
import { fromPaypalMoney, toPaypalMoney } from './amounts.ts';

const paypalValue = (amount: number, currency: string) => toPaypalMoney(amount, currency)?.value ?? null;

test('minor units become decimals by the currency', () => {
  assert.deepEqual(toPaypalMoney(2999, 'USD'), { currency_code: 'USD', value: '29.99' });
  assert.deepEqual(
    [0, 5, 10, 100, 1_000_000_000_000].map(amount => paypalValue(amount, 'EUR')),
    ['0.00', '0.05', '0.10', '1.00', '10000000000.00'],
  );
  assert.equal(paypalValue(2999, 'JPY'), '2999');
});

test('currencies that PayPal takes whole only are never given a fraction', () => {
  // ISO 4217 gives the Taiwan dollar two digits, and PayPal refuses decimals of it.
  assert.equal(minorDigits('TWD'), 2);
  assert.deepEqual([paypalValue(12_300, 'TWD'), paypalValue(12_345, 'TWD')], ['123', null]);
  const forints = 10 ** minorDigits('HUF');
  assert.equal(paypalValue(4990 * forints, 'HUF'), '4990');
});

test('a currency that PayPal does not take has no amount there', () => {
  for (const currency of ['KWD', 'RUB', 'XXX', 'toString']) assert.equal(toPaypalMoney(100, currency), null, currency);
});

test('any amount comes back as it went', () => {
  const currencies = ['USD', 'EUR', 'GBP', 'JPY', 'HUF', 'TWD', 'BRL', 'THB'];
  fc.assert(
    fc.property(fc.constantFrom(...currencies), fc.integer({ min: 0, max: 1_000_000_000_000 }), (currency, amount) => {
      const money = toPaypalMoney(amount, currency);
      if (money === null) assert.ok(currency === 'TWD' || currency === 'HUF', 'only these have less than we have');
      else assert.equal(fromPaypalMoney(money), amount);
    }),
    { verbose: 1 },
  );
});

test('what is no amount of a currency is none of ours', () => {
  const from = (value: string, currency_code = 'USD') => fromPaypalMoney({ value, currency_code });
  assert.deepEqual([from('29.9'), from('29'), from('29.990')], [2990, 2900, 2999]);
  for (const value of ['', '-1.00', '1.999', '1,00', '1e3', ' 1.00', '0x10']) assert.equal(from(value), null, value);
  assert.equal(from('1.50', 'JPY'), null);
  assert.equal(from('1.50', 'no currency'), null);
});
