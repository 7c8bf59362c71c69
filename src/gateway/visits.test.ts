// Goal: visits are counted by the minute and forgotten after a day. Method: a clock that is moved by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock, timestamp } from '#platform/clock';
import { createVisits } from './visits.ts';

const NOON_MS = Date.UTC(2027, 0, 1, 12);
const MINUTE_MS = 60_000;

test('each minute has its own counts, empty ones too', () => {
  const clock = manualClock(NOON_MS);
  const visits = createVisits({ clock });
  visits.count('visit');
  visits.count('page');
  clock.advance(59_999);
  visits.count('page');
  clock.advance(1 + MINUTE_MS);
  visits.count('page');
  assert.deepEqual(visits.perMinute(), [
    { at: timestamp(NOON_MS), visit: 1, page: 2 },
    { at: timestamp(NOON_MS + MINUTE_MS), visit: 0, page: 0 },
    { at: timestamp(NOON_MS + 2 * MINUTE_MS), visit: 0, page: 1 },
  ]);
});

test('an hour is sixty minutes with the present one, and a day later nothing is left', () => {
  const clock = manualClock(NOON_MS);
  const visits = createVisits({ clock });
  visits.count('visit');
  clock.advance(MINUTE_MS);
  visits.count('visit');
  clock.advance(59 * MINUTE_MS);
  assert.deepEqual(visits.lastHour(), { visit: 1, page: 0 });
  clock.advance(MINUTE_MS);
  assert.deepEqual(visits.lastHour(), { visit: 0, page: 0 });
  assert.equal(visits.perMinute().length, 62);
  clock.advance(10 * 24 * 60 * MINUTE_MS);
  const day = visits.perMinute();
  assert.equal(day.length, 1_440);
  assert.ok(day.every(minute => minute.visit === 0 && minute.page === 0));
  visits.count('page');
  assert.deepEqual(visits.lastHour(), { visit: 0, page: 1 });
});

test('a clock that is set back loses no visit', () => {
  const clock = manualClock(NOON_MS);
  const visits = createVisits({ clock });
  visits.count('visit');
  clock.advance(-5 * MINUTE_MS);
  visits.count('visit');
  assert.deepEqual(visits.perMinute(), [{ at: timestamp(NOON_MS), visit: 2, page: 0 }]);
});
