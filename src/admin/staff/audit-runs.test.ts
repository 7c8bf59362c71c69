// Goal: a page can wait for an audit that takes longer than a request. Method: an audit that ends when the test says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { AuditReport } from '#audit';
import { manualClock } from '#platform/clock';
import { createAuditRuns } from './audit-runs.ts';

const START_MS = Date.parse('2026-11-27T12:00:00Z');
const report: AuditReport = { ok: true, checked_at: '2026-11-27T12:00:07.000Z', invariants: [] };

function openRuns() {
  const clock = manualClock(START_MS);
  const asked: PromiseWithResolvers<AuditReport>[] = [];
  const audit = {
    runAudit() {
      const one = Promise.withResolvers<AuditReport>();
      asked.push(one);
      return one.promise;
    },
  };
  return { clock, asked, runs: createAuditRuns({ audit, clock }) };
}

test('one audit runs at a time, and its result is kept with how long it took', async () => {
  const { clock, asked, runs } = openRuns();
  assert.deepEqual(runs.state(), { running: null, last: null, error: null });
  runs.start();
  runs.start();
  assert.equal(asked.length, 1);
  assert.deepEqual(runs.state(), { running: { since: '2026-11-27T12:00:00.000Z' }, last: null, error: null });
  clock.advance(7_000);
  asked[0]!.resolve(report);
  await turn();
  assert.deepEqual(runs.state(), { running: null, last: { report, took_ms: 7_000 }, error: null });
});

test('an audit that fails says why and leaves the result before it, and the next one can begin', async () => {
  const { asked, runs } = openRuns();
  runs.start();
  asked[0]!.resolve(report);
  await turn();
  runs.start();
  asked[1]!.reject(new Error('the database is away'));
  await turn();
  assert.deepEqual(runs.state(), { running: null, last: { report, took_ms: 0 }, error: 'the database is away' });
  runs.start();
  assert.equal(asked.length, 3);
  asked[2]!.resolve(report);
  await turn();
  assert.equal(runs.state().error, null);
});
