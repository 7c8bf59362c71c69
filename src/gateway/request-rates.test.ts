// Goal: rates and durations are those of the last whole seconds. Method: a clock that is moved by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '#platform/clock';
import { createRequestRates } from './request-rates.ts';

function noted(elapsed: number[]) {
  const clock = manualClock(1_800_000_000_000);
  const rates = createRequestRates({ clock });
  for (const ms of elapsed) rates.note(ms);
  return { clock, rates };
}

test('the running second counts when it is over, and is forgotten five seconds later', () => {
  const { clock, rates } = noted(Array.from({ length: 10 }, () => 1));
  assert.deepEqual(rates.read(), { http_per_second: 0, http_p99_ms: null });
  clock.advance(1_000);
  assert.equal(rates.read().http_per_second, 2);
  rates.note(1);
  clock.advance(4_000);
  assert.equal(rates.read().http_per_second, 2.2);
  clock.advance(1_000);
  assert.equal(rates.read().http_per_second, 0.2);
  clock.advance(1_000);
  assert.deepEqual(rates.read(), { http_per_second: 0, http_p99_ms: null });
  clock.advance(1_000);
  rates.note(1);
  clock.advance(1_000);
  assert.equal(rates.read().http_per_second, 0.2);
});

test('of a hundred requests two slow ones show, one does not, within a fifth of their duration', () => {
  const fast = Array.from({ length: 98 }, () => 2);
  for (const [slow, least] of [
    [[400, 400], 400],
    [[2, 400], 2],
  ] as const) {
    const { clock, rates } = noted([...fast, ...slow]);
    clock.advance(1_000);
    const p99 = rates.read().http_p99_ms!;
    assert.ok(p99 >= least && p99 <= least * 1.2, `${p99} ms`);
  }
});

test('the quickest and the slowest have a class too', () => {
  for (const [ms, told] of [
    [0, 0.1],
    [10_000_000, 88_174.38],
  ] as const) {
    const { clock, rates } = noted([ms]);
    clock.advance(1_000);
    assert.equal(rates.read().http_p99_ms, told);
  }
});
