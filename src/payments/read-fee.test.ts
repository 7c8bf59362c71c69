// Goal: no fee that a gateway tells can keep a payment out of the ledger. Method: fees as they should be, and others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFee } from './read-fee.ts';

test('a fee is a whole part of what was captured', () => {
  for (const fee of [0, 117, 2999]) assert.deepEqual(readFee(fee, 2999), { fee });
});

test('anything else is not told', () => {
  for (const told of [null, -1, 3000, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.deepEqual(readFee(told, 2999), {}, String(told));
  }
});
