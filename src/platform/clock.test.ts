import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantMs, timestamp } from '#platform/clock';

test('a time is read in every form that RFC 3339 gives it', () => {
  const forms: [string, string][] = [
    ['2026-11-27T12:00:00Z', '2026-11-27T12:00:00.000Z'],
    ['2026-11-27t12:00:00.123456789z', '2026-11-27T12:00:00.123Z'],
    ['2026-11-27T12:00:00+05:30', '2026-11-27T06:30:00.000Z'],
    ['2026-11-27T12:00:00+05', '2026-11-27T07:00:00.000Z'],
    ['2026-11-27T12:00:00-16:43', '2026-11-28T04:43:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['2016-12-31T23:59:60.5Z', '2016-12-31T23:59:59.500Z'],
  ];
  for (const [written, read] of forms) assert.equal(timestamp(instantMs(written)), read, written);
});

test('a time beyond what a shop can hold is its first or its last moment', () => {
  assert.equal(timestamp(instantMs('0048-03-25T14:51:56-16:43')), '1970-01-01T00:00:00.000Z');
  assert.equal(timestamp(instantMs('9999-12-31T23:59:59-10:00')), '9999-12-31T23:59:59.999Z');
});
