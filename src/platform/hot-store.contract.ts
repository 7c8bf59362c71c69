// Goal: what every hot store promises, in-process or Redis. Method: an adapter's test file calls this with a maker of
// empty stores that live by the given clock (Redis: by moving keys' ends with the clock).
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { manualClock } from './clock.ts';
import type { HotStore } from './hot-store.ts';

export interface HotStoreUnderTest {
  store: HotStore;
  advance(ms: number): Promise<void>;
}

type Make = (t: TestContext) => Promise<HotStoreUnderTest>;

export async function hotStoreContract(t: TestContext, makeStore: Make): Promise<void> {
  await values(t, makeStore);
  await updates(t, makeStore);
  await limits(t, makeStore);
}

async function values(t: TestContext, makeStore: Make): Promise<void> {
  await t.test('a value comes back equal and apart from what was given and what was read', async t => {
    const { store } = await makeStore(t);
    const given = { lines: [{ id: 'é"\\', quantity: 2 }], note: null, big: 2 ** 53 - 1 };
    await store.set('k', given, { ttlMs: 1_000 });
    const expected = structuredClone(given);
    given.lines.push({ id: 'later', quantity: 1 });
    const first = await store.get<typeof given>('k');
    assert.deepEqual(first, expected);
    first?.lines.pop();
    assert.deepEqual(await store.get('k'), expected);
    assert.equal(await store.get('other'), undefined);
    for (const value of [null, false, 0, '', []]) {
      await store.set('k', value, { ttlMs: 1_000 });
      assert.deepEqual(await store.get('k'), value);
    }
  });

  await t.test('a value ends at its time, which each set begins anew', async t => {
    const { store, advance } = await makeStore(t);
    await store.set('k', 1, { ttlMs: 10_000 });
    await advance(6_000);
    assert.equal(await store.get('k'), 1);
    await store.set('k', 2, { ttlMs: 10_000 });
    await advance(6_000);
    assert.equal(await store.get('k'), 2);
    await advance(4_001);
    assert.equal(await store.get('k'), undefined);
  });

  await t.test('delete removes, also what is not there', async t => {
    const { store } = await makeStore(t);
    await store.set('k', 1, { ttlMs: 1_000 });
    await store.delete('k');
    await store.delete('k');
    assert.equal(await store.get('k'), undefined);
    assert.equal(await store.setIfAbsent('k', 2, { ttlMs: 1_000 }), true);
  });

  await t.test('of many that set an absent key one wins, and again after its end', async t => {
    const { store, advance } = await makeStore(t);
    const race = (from: number) =>
      Promise.all(Array.from({ length: 20 }, (_, i) => store.setIfAbsent('k', from + i, { ttlMs: 5_000 })));
    const first = await race(100);
    assert.equal(first.filter(won => won).length, 1);
    assert.equal(await store.get('k'), 100 + first.indexOf(true));
    await advance(5_001);
    assert.equal((await race(200)).filter(won => won).length, 1);
  });
}

async function updates(t: TestContext, makeStore: Make): Promise<void> {
  await t.test('100 updates at once lose none, and each gets its own answer', async t => {
    const { store } = await makeStore(t);
    const add = () =>
      store.update<{ n: number }, number>('k', 5_000, value => {
        const n = (value?.n ?? 0) + 1;
        return { value: { n }, answer: n };
      });
    const answers = await Promise.all(Array.from({ length: 100 }, add));
    assert.deepEqual(await store.get('k'), { n: 100 });
    assert.deepEqual(
      answers.sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
  });

  await t.test('an update may delete; one that throws changes nothing; its time counts from the update', async t => {
    const { store, advance } = await makeStore(t);
    await store.set('k', 1, { ttlMs: 1_000 });
    await assert.rejects(
      store.update('k', 9_000, () => {
        throw new Error('no');
      }),
      /no/,
    );
    assert.equal(await store.get('k'), 1);
    await store.update<number, void>('k', 9_000, () => ({ value: 2, answer: undefined }));
    await advance(5_000);
    assert.equal(await store.get('k'), 2);
    const answer = await store.update<number, string>('k', 9_000, value => ({
      value: undefined,
      answer: `was ${value}`,
    }));
    assert.equal(answer, 'was 2');
    assert.equal(await store.get('k'), undefined);
  });
}

async function limits(t: TestContext, makeStore: Make): Promise<void> {
  await t.test('a burst passes, then the rate, and a refusal names the time after which it passes', async t => {
    const { store, advance } = await makeStore(t);
    // A unit in half a minute: none comes back while the test runs, on whatever clock.
    const limit = { rate: 1 / 30, burst: 5 };
    const answers = await Promise.all(Array.from({ length: 8 }, () => store.take('l', limit)));
    assert.deepEqual(
      answers.map(answer => answer.allowed),
      [true, true, true, true, true, false, false, false],
    );
    assert.deepEqual(
      answers.slice(0, 5).map(answer => answer.remaining),
      [4, 3, 2, 1, 0],
    );
    const { retryAfterMs, allowed } = await store.take('l', limit);
    assert.equal(allowed, false);
    assert.ok(retryAfterMs > 0 && retryAfterMs <= 30_000, `${retryAfterMs} ms`);
    await advance(retryAfterMs);
    assert.equal((await store.take('l', limit)).allowed, true);
    assert.equal((await store.take('l', limit)).allowed, false);
    assert.equal((await store.take('other', limit)).allowed, true);
    await advance(600_000);
    assert.equal((await store.take('l', limit)).remaining, 4);
  });

  await t.test('a cost takes several units, all or none, and 0 only looks', async t => {
    const { store } = await makeStore(t);
    const limit = { rate: 1 / 60, burst: 10 };
    assert.deepEqual(await store.take('l', { ...limit, cost: 7 }), { allowed: true, retryAfterMs: 0, remaining: 3 });
    assert.equal((await store.take('l', { ...limit, cost: 4 })).allowed, false);
    assert.equal((await store.take('l', { ...limit, cost: 0 })).remaining, 3);
    assert.equal((await store.take('l', { ...limit, cost: 3 })).allowed, true);
  });
}

/** A clock that the in-process store lives by. */
export function movableClock(): { clock: ReturnType<typeof manualClock>; advance(ms: number): Promise<void> } {
  const clock = manualClock(1_700_000_000_000);
  return { clock, advance: async ms => clock.advance(ms) };
}
