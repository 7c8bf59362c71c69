// Goal: what shoppers are told of shipping before they order is what the order will cost, in working days.
import assert from 'node:assert/strict';
import test from 'node:test';
import { arrivalWindow } from './arrival-window.ts';
import { quoteShipping } from './quote-shipping.ts';
import { flatRateShipping } from './shipping.ts';

const deps = { shipping: flatRateShipping('US'), currency: 'USD' };
const usd = (amount: number) => ({ amount, currency: 'USD' });

test('shipping at home has its price, its free worth and its days; standard comes first', () => {
  assert.deepEqual(quoteShipping(deps, { goods: 4_999 }), [
    { method: 'standard', cost: usd(599), free_from: usd(5_000), days_min: 3, days_max: 5 },
    { method: 'express', cost: usd(1_499), free_from: usd(20_000), days_min: 1, days_max: 2 },
  ]);
});

test('from the worth that is told on, shipping is free, and for Prime members standard is always', () => {
  const costs = (input: Parameters<typeof quoteShipping>[1]) =>
    quoteShipping(deps, input).map(({ cost }) => cost.amount);
  assert.deepEqual(costs({ goods: 5_000 }), [0, 1_499]);
  assert.deepEqual(costs({ goods: 20_000 }), [0, 0]);
  assert.deepEqual(costs({ goods: 100, prime: true }), [0, 1_499]);
});

test('abroad it takes longer, costs more, and express is never free', () => {
  assert.deepEqual(quoteShipping(deps, { goods: 90_000, country: 'DE' }), [
    { method: 'standard', cost: usd(0), free_from: usd(15_000), days_min: 7, days_max: 12 },
    { method: 'express', cost: usd(3_999), free_from: null, days_min: 3, days_max: 5 },
  ]);
});

test('amounts are in the minor units of the currency, also of one that has none', () => {
  const [standard] = quoteShipping({ ...deps, currency: 'JPY' }, { goods: 10 });
  assert.deepEqual(standard, {
    method: 'standard',
    cost: { amount: 6, currency: 'JPY' },
    free_from: { amount: 50, currency: 'JPY' },
    days_min: 3,
    days_max: 5,
  });
});

test('an order of a Friday arrives after the weekend: the days are counted without it', () => {
  const friday = Date.parse('2026-11-27T23:59:00Z');
  const days = (days_min: number, days_max: number) => {
    const { from, to } = arrivalWindow(friday, { days_min, days_max });
    return [from.toISOString(), to.toISOString()];
  };
  assert.deepEqual(days(1, 2), ['2026-11-30T00:00:00.000Z', '2026-12-01T00:00:00.000Z']);
  assert.deepEqual(days(3, 5), ['2026-12-02T00:00:00.000Z', '2026-12-04T00:00:00.000Z']);
  assert.deepEqual(days(5, 6), ['2026-12-04T00:00:00.000Z', '2026-12-07T00:00:00.000Z']);
});
