// Goal: each tick of a job runs once overall, and no failure of a job or of the database ends the schedule.
// Method: two or three schedulers ("processes") on one real database; cron ticks are queued as graphile-worker does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { testDatabase } from '../../test/support/postgres.ts';
import { systemClock } from './clock.ts';
import { createJobs } from './jobs.ts';
import { createMetrics } from './metrics.ts';
import { sql } from './sql.ts';

const log = pino({ level: 'silent' });
const clock = systemClock;

async function until(claim: () => boolean, withinMs = 10_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!claim()) {
    assert.ok(Date.now() < endMs, `not within ${withinMs} ms`);
    await clock.sleep(10);
  }
}

test('of three processes one obeys a timer, and another takes over when it stops or loses its session', async t => {
  const { db, url } = await testDatabase(t, []);
  const runs: number[] = [];
  const processes = [0, 1, 2].map(n => {
    const jobs = createJobs({ url, log, clock });
    jobs.every({ name: 'tick', everySeconds: 0.05, run: async () => runs.push(n), timeoutMs: 1_000 });
    return jobs;
  });
  t.after(() => Promise.all(processes.map(jobs => jobs.stop())));
  await Promise.all(processes.map(jobs => jobs.start()));
  await until(() => runs.length >= 5);
  assert.equal(new Set(runs).size, 1);
  const first = runs[0]!;
  await processes[first]!.stop();
  runs.length = 0;
  await until(() => runs.length >= 3);
  assert.equal(new Set(runs).size, 1);
  assert.notEqual(runs[0], first);
  await db.query(sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'doorbuster jobs'`);
  runs.length = 0;
  await until(() => runs.length >= 3);
});

test('a cron tick is taken by one of two processes that started at once', async t => {
  const { db, url } = await testDatabase(t, []);
  let runs = 0;
  const processes = [0, 1].map(() => {
    const jobs = createJobs({ url, log, clock });
    jobs.every({ name: 'nightly', cron: '0 3 * * *', run: async () => void runs++, timeoutMs: 1_000 });
    return jobs;
  });
  t.after(() => Promise.all(processes.map(jobs => jobs.stop())));
  await Promise.all(processes.map(jobs => jobs.start()));
  for (let tick = 1; tick <= 3; tick++) {
    await db.query(sql`select graphile_worker.add_job('nightly', job_key => 'nightly', max_attempts => 1)`);
    await until(() => runs === tick);
  }
  await clock.sleep(100);
  assert.equal(runs, 3);
  const [known] = await db.query(sql`select identifier from graphile_worker._private_known_crontabs`);
  assert.deepEqual(known, { identifier: 'nightly' });
});

test('failures and time-outs are told, counted and do not end the schedule', async t => {
  const { url } = await testDatabase(t, []);
  const metrics = createMetrics();
  const jobs = createJobs({ url, log, clock, metrics });
  let isBroken = true;
  const fail = async () => {
    if (isBroken) throw new Error('broken');
  };
  jobs.every({ name: 'fails', everySeconds: 3_600, run: fail, timeoutMs: 1_000 });
  const wait = (signal: AbortSignal) => clock.sleep(10_000, signal);
  jobs.every({ name: 'slow', everySeconds: 3_600, run: wait, timeoutMs: 20 });
  assert.throws(() => jobs.every({ name: 'slow', cron: '* * * * *', run: wait, timeoutMs: 1 }));
  t.after(() => jobs.stop());
  await jobs.start();
  const counted = { runs: 0, failures: 0, last_started_at: null, last_finished_at: null, last_error: null };
  assert.deepEqual(jobs.status(), [
    { name: 'fails', schedule: 'every 3600 s', running: false, ...counted },
    { name: 'slow', schedule: 'every 3600 s', running: false, ...counted },
  ]);
  assert.equal(await jobs.runNow('fails'), true);
  assert.equal(await jobs.runNow('slow'), true);
  const [fails, slow] = jobs.status();
  assert.deepEqual([fails?.last_error, fails?.runs, fails?.failures, fails?.running], ['broken', 1, 1, false]);
  assert.match(slow?.last_error ?? '', /longer than 20 ms/);
  assert.ok(Date.parse(slow!.last_finished_at!) - Date.parse(slow!.last_started_at!) >= 19);
  isBroken = false;
  await jobs.runNow('fails');
  assert.equal(jobs.status()[0]?.last_error, null);
  assert.match(await metrics.text(), /doorbuster_job_runs_total\{job="fails",outcome="failed"\} 1/);
});

test('a job never overlaps itself, here or elsewhere, and stop aborts it and waits', async t => {
  const { url } = await testDatabase(t, []);
  let running = 0;
  let most = 0;
  const run = async (signal: AbortSignal) => {
    most = Math.max(most, ++running);
    await clock.sleep(60_000, signal);
    await clock.sleep(20);
    running -= 1;
  };
  const processes = [0, 1].map(() => createJobs({ url, log, clock }));
  for (const jobs of processes) jobs.every({ name: 'long', cron: '0 0 1 1 *', run, timeoutMs: 120_000 });
  t.after(() => Promise.all(processes.map(jobs => jobs.stop())));
  const first = processes[0]!.runNow('long');
  await until(() => running === 1);
  assert.equal(processes[0]!.status()[0]?.running, true);
  assert.equal(await processes[0]!.runNow('long'), false);
  assert.equal(await processes[1]!.runNow('long'), false);
  await processes[0]!.stop();
  assert.equal(running, 0);
  assert.equal(await first, true);
  assert.equal(await processes[0]!.runNow('long'), false);
  const second = processes[1]!.runNow('long');
  await until(() => running === 1);
  await processes[1]!.stop();
  assert.equal(await second, true);
  assert.equal(most, 1);
});

test('a database that ends while the worker does so too ends nobody else', async t => {
  const { db, url } = await testDatabase(t, []);
  const cutOff = () =>
    db.query(sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
  let cut = 0;
  for (let round = 0; round < 30; round += 1) {
    const jobs = createJobs({ url, log, clock });
    jobs.every({ name: 'nightly', cron: '0 3 * * *', run: async () => {}, timeoutMs: 1_000 });
    await jobs.start();
    const [rows] = await Promise.all([cutOff(), jobs.stop()]);
    cut += rows.length;
  }
  // What nobody hears would have ended this process.
  assert.ok(cut >= 30, `${cut} connections were cut`);
});
