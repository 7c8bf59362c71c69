// Goal: the dashboard's line begins with what the server knows and goes on with the ticks as if both were one. Method:
// the island's pure parts, on seconds that are counted by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureFormats, tellFigure } from '../format-figures.ts';
import { historyOf, type SalesPoint, shownSpan, tableRows, withTick } from './sales-history.ts';

const START = Date.parse('2026-11-27T12:00:00Z') / 1000;
const at = (second: number, ms = 0) => new Date((START + second) * 1000 + ms).toISOString();
const tick = (second: number, orders = 1, revenue = 100) => ({
  at: at(second),
  orders_per_second: orders,
  revenue_per_second: revenue,
});

test('the seconds that the server knows are told as means of five, as a tick tells them', () => {
  const sold = [5, 0, 0, 0, 0, 10].map((orders, second) => ({
    at: at(second),
    orders,
    amount: { amount: orders * 100, currency: 'USD' },
  }));
  assert.deepEqual(historyOf(sold), [
    [START + 4, 1, 100],
    [START + 5, 2, 200],
  ]);
  assert.deepEqual(historyOf(sold.slice(0, 4)), []);
});

test('a tick stands at the last whole second it counts, and is not told twice', () => {
  const first = withTick([], { ...tick(10), at: at(10, 900) });
  assert.deepEqual(first, [[START + 8, 1, 100]]);
  assert.deepEqual(withTick(first, tick(10, 7)), first);
  assert.deepEqual(withTick(first, tick(9, 7)), first);
  assert.deepEqual(withTick(first, tick(11, 2)), [...first, [START + 9, 2, 100]]);
});

test('a line breaks where nobody was listening, and ten minutes are kept', () => {
  let history: SalesPoint[] = [];
  history = withTick(history, tick(2));
  history = withTick(history, tick(7));
  assert.deepEqual(
    history.map(([second]) => second - START),
    [0, 5],
  );
  history = withTick(history, tick(60));
  assert.deepEqual(history.slice(2), [
    [START + 6, null, null],
    [START + 58, 1, 100],
  ]);
  history = withTick(history, tick(607));
  assert.deepEqual(
    history.map(([second]) => second - START),
    [6, 58, 59, 605],
  );
  assert.deepEqual(withTick(history, tick(5_000)).length, 1);
});

test('a chart shows two minutes at least and all that is kept', () => {
  assert.deepEqual(shownSpan([]), [-120, 0]);
  assert.deepEqual(shownSpan([[START, 1, 1]]), [START - 120, START]);
  const long: SalesPoint[] = [
    [START, 1, 1],
    [START + 500, 1, 1],
  ];
  assert.deepEqual(shownSpan(long), [START, START + 500]);
});

test('the table beside the chart has rows of ten whole seconds, newest first, and says what is not known', () => {
  const history: SalesPoint[] = Array.from({ length: 25 }, (_, second) => [START + second, second < 10 ? 1 : 3, 50]);
  const rows = tableRows(history);
  assert.equal(rows.length, 12);
  assert.deepEqual(rows.slice(0, 3), [
    [START + 10, 3, 50],
    [START, 1, 50],
    [START - 10, null, null],
  ]);
});

test('figures read alike from the server and from the browser, and an unknown one is a dash', () => {
  const dollars = figureFormats('en', 'USD');
  assert.equal(tellFigure(dollars, 'revenue_today', 123_456), '$1,234.56');
  assert.equal(tellFigure(dollars, 'revenue_today', 123_456_789), '$1,234,568');
  assert.equal(tellFigure(dollars, 'orders_per_second', 1.25), '1.3');
  assert.equal(tellFigure(dollars, 'conversion', 0.0312), '3.1%');
  assert.equal(tellFigure(dollars, 'http_p99_ms', 12.34), '12.3 ms');
  assert.equal(tellFigure(dollars, 'low_stock', null), '–');
  assert.equal(tellFigure(figureFormats('en', 'JPY'), 'revenue_per_second', 1200), '¥1,200');
});
