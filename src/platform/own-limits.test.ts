// Goal: an outage of the shared store takes no limit away, and its end leaves none too strict. Method: a shared store
// that is switched off and on, on a clock that stands still.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awayStore } from '../../test/support/away-store.ts';
import { manualClock } from './clock.ts';
import { createHotStore } from './hot-store.ts';
import { Unavailable } from './outcome.ts';
import { withOwnLimits } from './own-limits.ts';

function setUp() {
  const clock = manualClock(1_700_000_000_000);
  const shared = awayStore(createHotStore({ clock }));
  return { shared, store: withOwnLimits(shared.store, createHotStore({ clock })) };
}

const limit = { rate: 1, burst: 3 };

test('while the store is away a process counts by itself, then the store goes on where it was', async () => {
  const { shared, store } = setUp();
  const takeAll = async () => {
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await store.take('l', limit)).allowed);
    return answers;
  };
  assert.equal((await store.take('l', limit)).remaining, 2);
  shared.goAway();
  assert.deepEqual(await takeAll(), [true, true, true, false]);
  shared.comeBack();
  assert.deepEqual(await takeAll(), [true, true, false, false]);
});

test('what is forgiven while it is away is forgiven here, and told to nobody as done', async () => {
  const { shared, store } = setUp();
  shared.goAway();
  for (let i = 0; i < 3; i++) await store.take('l', limit);
  assert.equal((await store.take('l', limit)).allowed, false);
  await assert.rejects(store.delete('l'), Unavailable);
  assert.equal((await store.take('l', limit)).remaining, 2);
});

test('values are kept by the shared store alone', async () => {
  const { shared, store } = setUp();
  await store.set('k', 1, { ttlMs: 1_000 });
  shared.goAway();
  await assert.rejects(store.get('k'), Unavailable);
  shared.comeBack();
  assert.equal(await store.get('k'), 1);
});

test('a bug in a limit is no outage', async () => {
  const { store } = setUp();
  await assert.rejects(store.take('l', { rate: 1, burst: 1, cost: 2 }), /burst/);
});
