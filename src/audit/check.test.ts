// Goal: what is young is read again before it is called a violation, what is old is not excused, and the rechecks end.
// Method: one invariant over plain facts, and a clock whose sleeps are over at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, manualClock } from '#platform/clock';
import { type CheckParts, defineCheck, invariantOfEach } from './check.ts';
import { inPages, mergeFacts, streamFacts } from './merge-facts.ts';

interface Thing {
  id: string;
  is_wrong: boolean;
  age_ms: number;
}

const isRight = invariantOfEach<Thing>({
  name: 'a thing is right',
  idOf: ({ id }) => id,
  violation: ({ is_wrong }) => (is_wrong ? 'it is wrong' : null),
});

/** Answers its finding, with how often it slept and what it told of its progress. */
async function check(things: Thing[], more: Partial<CheckParts<Thing>> = {}, recheckLeftMs = 30_000) {
  const manual = manualClock(Date.parse('2030-01-01T00:00:00Z'));
  const sleeps: number[] = [];
  const clock: Clock = { nowMs: manual.nowMs, sleep: async ms => void sleeps.push(ms) };
  const progress: number[] = [];
  async function* facts() {
    yield* things;
  }
  const run = { clock, recheckLeftMs, onProgress: ({ checked }: { checked: number }) => void progress.push(checked) };
  const [finding] = await defineCheck({ of: 'things', facts, invariants: [isRight], ...more }).run(run);
  return { finding: finding!, sleeps, progress, recheckLeftMs: run.recheckLeftMs };
}

const wrong = (age_ms: number): Thing => ({ id: 'it', is_wrong: true, age_ms });
const ageMs = ({ age_ms }: Thing) => age_ms;

test('what one statement has read is judged at once', async () => {
  const { finding, sleeps, progress } = await check([{ id: 'right', is_wrong: false, age_ms: 0 }, wrong(0)]);
  assert.deepEqual(finding, { name: 'a thing is right', ok: false, checked: 2, violations: ['it: it is wrong'] });
  assert.deepEqual([sleeps, progress], [[], [1, 2]]);
});

test('something young is read again until its steps have followed one another', async () => {
  let reads = 0;
  const readAgain = async (fact: Thing) => ({ ...fact, is_wrong: ++reads < 4 });
  const { finding, sleeps, recheckLeftMs } = await check([wrong(100)], { readAgain, ageMs });
  assert.deepEqual([finding.ok, finding.checked, reads], [true, 1, 4]);
  assert.deepEqual([sleeps, recheckLeftMs], [[500, 500, 500], 28_500]);
});

test('something young that grows old and stays wrong is a violation', async () => {
  let age_ms = 59_000;
  const readAgain = async (fact: Thing) => {
    age_ms += 500;
    return { ...fact, age_ms };
  };
  const { finding, sleeps } = await check([wrong(59_000)], { readAgain, ageMs });
  assert.deepEqual(finding.violations, ['it: it is wrong']);
  assert.equal(sleeps.length, 2);
});

test('something old is read again once, since its parts may be from before and after a change, and never waited for', async () => {
  const healed = await check([wrong(3_600_000)], { readAgain: async fact => ({ ...fact, is_wrong: false }), ageMs });
  assert.deepEqual([healed.finding.ok, healed.sleeps], [true, []]);
  const broken = await check([wrong(3_600_000)], { readAgain: async fact => fact, ageMs });
  assert.deepEqual([broken.finding.ok, broken.sleeps], [false, []]);
});

test('all rechecks of an audit share their time: a shop that is broken everywhere is told so', async () => {
  const things = Array.from({ length: 150 }, () => wrong(0));
  const { finding, sleeps, recheckLeftMs } = await check(things, { readAgain: async fact => fact, ageMs }, 1_000);
  assert.deepEqual([finding.checked, finding.violations.length], [150, 100]);
  assert.deepEqual([sleeps.length, recheckLeftMs], [2, 0]);
});

const page =
  (...keys: string[]) =>
  async (after: string | null) =>
    keys
      .map(key => ({ key }))
      .filter(({ key }) => after === null || key > after)
      .slice(0, 2);

test('streams of different lengths are joined by key, and a gap in one is no gap in another', async () => {
  const joined = mergeFacts<{ left: { key: string }; right: { key: string } }>({
    left: streamFacts(page('a', 'b', 'd', 'e', 'f')),
    right: streamFacts(page('b', 'c', 'f')),
  });
  const pages: string[][] = [];
  for await (const rows of inPages(joined, 4)) {
    pages.push(rows.map(row => `${row.key}${row.left ? 'L' : ''}${row.right ? 'R' : ''}`));
  }
  assert.deepEqual(pages, [
    ['aL', 'bLR', 'cR', 'dL'],
    ['eL', 'fLR'],
  ]);
});

test('a stream that is not sorted is a bug, and not an audit without end', async () => {
  const facts = streamFacts(async () => [{ key: 'b' }, { key: 'a' }]);
  assert.deepEqual(await facts.next(), { done: false, value: { key: 'b' } });
  await assert.rejects(facts.next(), /goes back from b to a/);
});
