// Goal: rates are means over whole seconds, without the one that is still running. Method: the rule by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp } from '#platform/clock';
import { ratesOf } from './read-sales.ts';

const START_MS = Date.UTC(2027, 0, 1, 12);

test('only the seconds of the span count, and those without sales do too', () => {
  const sold = (second: number, orders: number, amount: number) => ({
    at: timestamp(START_MS + second * 1000),
    orders,
    amount: { amount, currency: 'USD' },
  });
  const seconds = [sold(-1, 100, 100_000), sold(0, 4, 1_000), sold(3, 1, 501), sold(4, 5, 0), sold(5, 100, 100_000)];
  const rates = ratesOf(seconds, START_MS, START_MS + 5_000);
  assert.deepEqual(rates, { orders_per_second: 2, revenue_per_second: 300 });
  assert.deepEqual(ratesOf([], START_MS, START_MS + 5_000), { orders_per_second: 0, revenue_per_second: 0 });
});
