// Goal: the in-process hot store keeps the port's promises within bounded memory.
// Method: the port's contract test on a manual clock, then the bounds that only this adapter has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hotStoreContract, movableClock } from './hot-store.contract.ts';
import { createHotStore, takeFrom } from './hot-store.ts';

test('the in-process store keeps the contract', t =>
  hotStoreContract(t, async () => {
    const { clock, advance } = movableClock();
    return { store: createHotStore({ clock }), advance };
  }));

test('the longest unused goes when entries or bytes reach their bound', async () => {
  const { clock } = movableClock();
  const few = createHotStore({ clock, entriesMax: 3 });
  for (const key of ['a', 'b', 'c']) await few.set(key, key, { ttlMs: 1_000 });
  await few.get('a');
  await few.set('d', 'd', { ttlMs: 1_000 });
  assert.equal(await few.get('b'), undefined);
  assert.equal(await few.get('a'), 'a');
  assert.equal(few.size(), 3);

  const small = createHotStore({ clock, bytesMax: 10_000 });
  for (let i = 0; i < 100; i++) await small.set(`k${i}`, 'x'.repeat(1_000), { ttlMs: 1_000 });
  assert.equal(small.size(), 8);
  await assert.rejects(small.set('huge', 'x'.repeat(20_000), { ttlMs: 1_000 }), /larger than the whole hot store/);
});

test('what can not be kept is a bug of the caller', async () => {
  const { clock } = movableClock();
  const store = createHotStore({ clock });
  await assert.rejects(store.set('k', undefined, { ttlMs: 1_000 }), /JSON/);
  await assert.rejects(store.set('k', 1, { ttlMs: 0 }), /has an end/);
  await assert.rejects(store.take('k', { rate: 1, burst: 1, cost: 2 }), /burst/);
});

test('no window of time lets more through than the burst and the rate together', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 10 }), (waits, rate, burst) => {
      let nowMs = 1_700_000_000_000;
      let fullAtMs = nowMs;
      const passed: number[] = [];
      for (const wait of waits) {
        nowMs += wait;
        const taken = takeFrom({ nowMs, fullAtMs, limit: { rate, burst } });
        fullAtMs = taken.fullAtMs;
        if (taken.answer.allowed) passed.push(nowMs);
      }
      for (let from = 0; from < passed.length; from++) {
        for (let to = from; to < passed.length; to++) {
          const most = burst + ((passed[to]! - passed[from]!) / 1000) * rate;
          assert.ok(to - from + 1 <= most + 0.01);
        }
      }
    }),
    { numRuns: 200, seed: 7 },
  );
});
