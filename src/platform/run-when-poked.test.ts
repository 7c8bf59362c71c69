/** Work begun by pokes: never two runs at once, never a poke that is lost. The work is held open by promises. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWhenPoked } from './run-when-poked.ts';

function heldWork() {
  const runs: { finish: () => void; fail: (error: Error) => void; signal: AbortSignal }[] = [];
  const errors: unknown[] = [];
  const work = runWhenPoked(
    signal =>
      new Promise<void>((resolve, reject) => {
        runs.push({ finish: resolve, fail: reject, signal });
      }),
    error => errors.push(error),
  );
  return { runs, errors, work };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

test('any number of pokes during a run make one more run', async () => {
  const { runs, work } = heldWork();
  work.poke();
  for (let i = 0; i < 10; i++) work.poke();
  assert.equal(runs.length, 1);
  runs[0]!.finish();
  await turn();
  assert.equal(runs.length, 2);
  runs[1]!.finish();
  await turn();
  assert.equal(runs.length, 2);
});

test('a run that throws is told, and the next poke begins anew', async () => {
  const { runs, errors, work } = heldWork();
  work.poke();
  runs[0]!.fail(new Error('no'));
  await turn();
  assert.deepEqual(errors, [new Error('no')]);
  work.poke();
  assert.equal(runs.length, 2);
});

test('stop aborts the run, waits for it, and later pokes do nothing', async () => {
  const { runs, work } = heldWork();
  work.poke();
  work.poke();
  const stopped = work.stop();
  assert.equal(runs[0]!.signal.aborted, true);
  runs[0]!.finish();
  await stopped;
  work.poke();
  assert.equal(runs.length, 1);
});
