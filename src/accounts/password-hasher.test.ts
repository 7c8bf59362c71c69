// Goal: passwords are hashed as OWASP asks, in bounded numbers. Method: real hashes, more at once than is allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '@node-rs/argon2';
import { Unavailable } from '#platform/outcome';
import { argon2Hasher, argon2Parameters, NOBODYS_HASH } from './password-hasher.ts';

test('a hash is argon2id of 19 MiB and 2 passes, and so is the one that nobody has', async () => {
  const hash = await argon2Hasher().hash('a quiet heron');
  for (const each of [hash, NOBODYS_HASH]) {
    const { algorithm, ...parameters } = parseOptions(each);
    assert.equal(algorithm, 2);
    assert.deepEqual({ ...parameters, ...argon2Parameters }, parameters);
    assert.deepEqual([parameters.outputLen, parameters.saltLen, parameters.version], [32, 16, 1]);
  }
});

test('the same password has another hash each time, and is known in every Unicode form', async () => {
  const hasher = argon2Hasher();
  const [first, second] = await Promise.all([hasher.hash('caf\u00e9 noir'), hasher.hash('caf\u00e9 noir')]);
  assert.notEqual(first, second);
  assert.equal(await hasher.verify(first, 'cafe\u0301 noir'), true);
  assert.equal(await hasher.verify(first, 'cafe noir'), false);
  assert.equal(await hasher.verify(NOBODYS_HASH, 'cafe noir'), false);
});

test('a flood is turned away at the bound; who had a place is served, and the next comes in again', async () => {
  const hasher = argon2Hasher({ running: 2, waiting: 3 });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => hasher.verify(NOBODYS_HASH, 'guess')));
  const statuses = outcomes.map(outcome => outcome.status);
  assert.deepEqual(statuses, [...Array(5).fill('fulfilled'), ...Array(15).fill('rejected')]);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof Unavailable);
  }
  assert.equal(await hasher.verify(NOBODYS_HASH, 'guess'), false);
});

test('a hash that can’t be read fails its own caller and gives its place back', async () => {
  const hasher = argon2Hasher({ running: 1, waiting: 10 });
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => hasher.verify('no hash', 'guess')));
  assert.deepEqual(
    outcomes.map(outcome => outcome.status),
    Array(3).fill('rejected'),
  );
  assert.equal(await hasher.verify(NOBODYS_HASH, 'guess'), false);
});
