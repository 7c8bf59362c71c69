// Goal: changes by compare-and-set lose nothing, whoever comes between, and end. Method: a store in memory whose other
// writers come between a look and a write as often as the test says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComparingStore, changeByKey } from './change-by-key.ts';
import { type Clock, systemClock } from './clock.ts';
import { Unavailable } from './outcome.ts';

/** A number a key. `between` happens before each write. */
function numbers(between: (values: Map<string, number>) => void = () => {}) {
  const values = new Map<string, number>();
  const calls = { read: 0, replace: 0 };
  const store: ComparingStore<number> = {
    async read(key) {
      calls.read += 1;
      return values.get(key) ?? 0;
    },
    async replace(key, seen, next) {
      calls.replace += 1;
      between(values);
      const kept = values.get(key) ?? 0;
      if (kept !== seen) return { kept };
      values.set(key, next);
      return null;
    },
  };
  return { values, calls, store };
}

const pauses: number[] = [];
const clock: Clock = { ...systemClock, sleep: async ms => void pauses.push(ms) };
const deps = { clock, random: () => 1 };
const add = (units: number) => (state: number) => ({ state: state + units, answer: state });

test('those of one key that wait are decided in turn and written together', async () => {
  const { values, calls, store } = numbers();
  const { change } = changeByKey(store, deps);
  const answers = await Promise.all([1, 2, 3, 4].map(units => change('a', add(units))));
  assert.deepEqual(answers, [0, 1, 3, 6]);
  assert.equal(values.get('a'), 10);
  assert.deepEqual(calls, { read: 2, replace: 2 }, 'the first alone, all others at once');
});

test('another writer in between is seen: the change is decided anew on what is there', async () => {
  let others = 3;
  const { values, store } = numbers(all => {
    if (others-- > 0) all.set('a', (all.get('a') ?? 0) + 100);
  });
  assert.equal(await changeByKey(store, deps).change('a', add(1)), 300);
  assert.equal(values.get('a'), 301);
});

test('who always comes too late is told so after 12 tries, in pauses of at most 50 ms, and has changed nothing', async () => {
  pauses.length = 0;
  const { values, calls, store } = numbers(all => void all.set('a', (all.get('a') ?? 0) + 100));
  await assert.rejects(changeByKey(store, deps).change('a', add(1)), Unavailable);
  assert.equal(values.get('a'), 1200);
  assert.equal(calls.replace, 12);
  assert.deepEqual(pauses, [4, 8, 16, 32, 50, 50, 50, 50, 50, 50, 50]);
});

test('what throws changes nothing and spoils nobody else', async () => {
  const { values, store } = numbers();
  const { change } = changeByKey(store, deps);
  const told = await Promise.allSettled([
    change('a', add(1)),
    change('a', () => {
      throw new Error('no');
    }),
    change('a', add(2)),
  ]);
  assert.deepEqual(
    told.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(values.get('a'), 3);
});

test('the very state that was given is not written', async () => {
  const { calls, store } = numbers();
  assert.equal(await changeByKey(store, deps).change('a', state => ({ state, answer: 'seen' })), 'seen');
  assert.deepEqual(calls, { read: 1, replace: 0 });
});

test('a store that is away is told to all who wait, and the next one asks it again', async () => {
  let isAway = true;
  const { values, store } = numbers();
  const { change } = changeByKey(
    {
      ...store,
      async read(key) {
        if (isAway) throw new Unavailable('away');
        return await store.read(key);
      },
    },
    deps,
  );
  const told = await Promise.allSettled([change('a', add(1)), change('a', add(1)), change('b', add(1))]);
  assert.deepEqual(
    told.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  isAway = false;
  assert.equal(await change('a', add(5)), 0);
  assert.deepEqual([...values], [['a', 5]]);
});
