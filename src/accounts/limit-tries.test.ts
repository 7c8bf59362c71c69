// Goal: who turned out to be right is let in, also while the tries can't be forgotten. Method: a store that is cut off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '#platform/clock';
import { createHotStore } from '#platform/hot-store';
import { withOwnLimits } from '#platform/own-limits';
import { awayStore } from '../../test/support/away-store.ts';
import { limitTries } from './limit-tries.ts';

const by = { login_account: 'ann@example.com' };

test('tries are bounded while the store is away, and forgiving them then fails nobody', async () => {
  const clock = manualClock(1_700_000_000_000);
  const shared = awayStore(createHotStore({ clock }));
  const tries = limitTries(withOwnLimits(shared.store, createHotStore({ clock })));
  const takeAll = async () => {
    let allowed = 0;
    while (allowed < 1_000 && (await tries.take(by)).ok) allowed += 1;
    return allowed;
  };
  shared.goAway();
  assert.equal(await takeAll(), 30);
  await tries.forgive(by);
  assert.equal(await takeAll(), 30);
  shared.comeBack();
  assert.equal(await takeAll(), 30, 'the shared store has heard of none of them');
});

test('a bug in forgiving is told', async () => {
  const hotStore = createHotStore({ clock: manualClock(0) });
  const broken = { ...hotStore, delete: () => Promise.reject(new Error('a bug')) };
  await assert.rejects(limitTries(broken).forgive(by), /a bug/);
});
