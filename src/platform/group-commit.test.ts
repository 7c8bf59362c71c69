// Goal: every rule of DESIGN §4 for a group that succeeds, is refused, collides or loses its connection.
// Method: a table of real commands on PostgreSQL for what only it can show, and scripted answers for the rest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../test/support/postgres.ts';
import { systemClock } from './clock.ts';
import { groupCommit } from './group-commit.ts';
import { createMetrics } from './metrics.ts';
import { Unavailable } from './outcome.ts';
import { type Database, openDatabase, sql, sqlState } from './sql.ts';

const ignored = { find: async (commands: number[]) => commands.map(() => undefined) };
const fault = (code: string) => Object.assign(new Error(`state ${code}`), { code });
const fast = { ...systemClock, sleep: (ms: number) => systemClock.sleep(Math.min(ms, 2)) };

test('commands of one turn share a group; those that arrive meanwhile form the next, in order', async () => {
  const groups: number[][] = [];
  let open = () => {};
  const gate = new Promise<void>(resolve => {
    open = resolve;
  });
  const group = groupCommit<number, number>({
    ...ignored,
    name: 'order',
    async run(commands) {
      groups.push(commands);
      await gate;
      return commands.map(n => n * 10);
    },
    sizeMax: 4,
  });
  const first = [1, 2, 3].map(n => group.submit(n));
  await new Promise(setImmediate);
  const later = [4, 5, 6, 7, 8].map(n => group.submit(n));
  await new Promise(setImmediate);
  assert.equal(group.queued, 5);
  open();
  assert.deepEqual(await Promise.all([...first, ...later]), [10, 20, 30, 40, 50, 60, 70, 80]);
  assert.deepEqual(groups, [[1, 2, 3], [4, 5, 6, 7], [8]]);
});

test('`parallel` groups run at once and no more', async () => {
  let running = 0;
  let most = 0;
  const group = groupCommit<number, number>({
    ...ignored,
    name: 'parallel',
    async run(commands) {
      most = Math.max(most, ++running);
      await systemClock.sleep(5);
      running -= 1;
      return commands;
    },
    sizeMax: 2,
    parallel: 3,
  });
  await Promise.all(Array.from({ length: 20 }, (_, n) => group.submit(n)));
  assert.equal(most, 3);
});

test('a full queue refuses at once with an outage and keeps what it has', async () => {
  const group = groupCommit<number, number>({ ...ignored, name: 'full', run: async c => c, queueMax: 2 });
  const kept = [group.submit(1), group.submit(2)];
  await assert.rejects(
    group.submit(3),
    (error: unknown) => error instanceof Unavailable && error.retryAfterSeconds > 0,
  );
  assert.deepEqual(await Promise.all(kept), [1, 2]);
});

test('stop finishes what was accepted and refuses what comes later', async () => {
  const group = groupCommit<number, number>({
    ...ignored,
    name: 'stop',
    async run(commands) {
      await systemClock.sleep(5);
      return commands;
    },
    sizeMax: 1,
  });
  const accepted = [group.submit(1), group.submit(2)];
  let isStopped = false;
  const stopped = group.stop().then(() => {
    isStopped = true;
  });
  await assert.rejects(group.submit(3), Unavailable);
  assert.deepEqual(await Promise.all(accepted), [1, 2]);
  await stopped;
  assert.ok(isStopped);
  await group.stop();
});

test('an error that is no rule of its own reaches every caller, and the next group runs', async () => {
  let runs = 0;
  const group = groupCommit<number, number>({
    ...ignored,
    name: 'other',
    async run(commands) {
      if (++runs === 1) throw fault('42P01');
      return commands;
    },
  });
  const both = await Promise.allSettled([group.submit(1), group.submit(2)]);
  assert.deepEqual(
    both.map(each => each.status === 'rejected' && sqlState(each.reason)),
    ['42P01', '42P01'],
  );
  assert.equal(await group.submit(3), 3);
});

test('a collision is retried as a whole, and becomes an outage after its bound', async () => {
  let runs = 0;
  const passing = groupCommit<number, number>({
    ...ignored,
    name: 'collision',
    clock: fast,
    async run(commands) {
      if (++runs <= 3) throw fault('40001');
      return commands;
    },
  });
  assert.deepEqual(await Promise.all([passing.submit(1), passing.submit(2)]), [1, 2]);
  assert.equal(runs, 4);
  const lasting = groupCommit<number, number>({
    ...ignored,
    name: 'lasting',
    clock: fast,
    run: () => Promise.reject(fault('40P01')),
  });
  await assert.rejects(lasting.submit(1), Unavailable);
});

test('after a lost connection what was applied is answered and only the rest runs again', async () => {
  const ran: number[][] = [];
  let finds = 0;
  const group = groupCommit<number, string>({
    name: 'lost',
    clock: fast,
    async run(commands) {
      ran.push(commands);
      if (ran.length === 1) throw new Unavailable('gone');
      return commands.map(n => `ran ${n}`);
    },
    async find(commands) {
      if (++finds < 3) throw new Unavailable('still gone');
      return commands.map(n => (n === 2 ? 'found 2' : undefined));
    },
  });
  assert.deepEqual(await Promise.all([1, 2, 3].map(n => group.submit(n))), ['ran 1', 'found 2', 'ran 3']);
  assert.deepEqual(ran, [
    [1, 2, 3],
    [1, 3],
  ]);
  assert.equal(finds, 3);
});

test('a lost try that commits after the look-up is found when the second try meets its rows', async () => {
  let runs = 0;
  let finds = 0;
  const group = groupCommit<number, string>({
    name: 'late',
    clock: fast,
    async run() {
      throw ++runs === 1 ? new Unavailable('gone') : fault('23505');
    },
    find: async commands => commands.map(() => (++finds > 2 ? 'found' : undefined)),
  });
  assert.deepEqual(await Promise.all([group.submit(1), group.submit(2)]), ['found', 'found']);
  assert.equal(runs, 2);
});

test('a database that stays away is an outage within a bound', async () => {
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const away = () => Promise.reject(new Unavailable('gone'));
  const group = groupCommit<number, number>({ name: 'away', clock, run: away, find: away });
  await assert.rejects(group.submit(1), Unavailable);
  assert.ok(nowMs > 3_000 && nowMs < 7_000, `${nowMs} ms`);
});

test('metrics show size, wait, run and queue by group', async () => {
  const metrics = createMetrics();
  const group = groupCommit<number, number>({ ...ignored, name: 'seen', run: async c => c, metrics });
  await Promise.all([group.submit(1), group.submit(2)]);
  await group.stop();
  const text = await metrics.text();
  assert.match(text, /doorbuster_group_size_sum\{group="seen"\} 2/);
  assert.match(text, /doorbuster_group_wait_seconds_count\{group="seen"\} 1/);
  assert.match(text, /doorbuster_group_run_seconds_count\{group="seen"\} 1/);
  assert.match(text, /doorbuster_group_queue\{group="seen"\} 0/);
});

/** Commands of the form "note this id with this quantity", each unique by its id, and refused below one. */
function noting(db: Database, run?: (ids: number[]) => Promise<void>) {
  return groupCommit<{ id: number; quantity: number }, number>({
    name: 'noting',
    async run(commands) {
      const ids = commands.map(command => command.id);
      const quantities = commands.map(command => command.quantity);
      await db.query(sql`insert into notes (id, quantity) select * from unnest(${ids}::int[], ${quantities}::int[])`);
      await run?.(ids);
      return ids;
    },
    async find(commands) {
      const ids = commands.map(command => command.id);
      const rows = await db.query<{ id: number }>(sql`select id from notes where id = any(${ids}::int[])`);
      const known = new Set(rows.map(row => row.id));
      return ids.map(id => (known.has(id) ? id : undefined));
    },
  });
}

async function notes(db: Database): Promise<number[]> {
  return (await db.query<{ id: number }>(sql`select id from notes order by id`)).map(row => row.id);
}

test('PostgreSQL: bad commands fail alone, their neighbours are applied once', async t => {
  const { db } = await testDatabase(t, []);
  await db.query(sql`create table notes (id int primary key, quantity int not null check (quantity > 0))`);
  const group = noting(db);
  const bad = new Set([0, 17, 18, 63]);
  const answers = await Promise.allSettled(
    Array.from({ length: 64 }, (_, id) => group.submit({ id, quantity: bad.has(id) ? 0 : 1 })),
  );
  for (const [id, answer] of answers.entries()) {
    if (!bad.has(id)) assert.deepEqual(answer, { status: 'fulfilled', value: id });
    else assert.equal(answer.status === 'rejected' && sqlState(answer.reason), '23514');
  }
  assert.deepEqual(
    await notes(db),
    Array.from({ length: 64 }, (_, id) => id).filter(id => !bad.has(id)),
  );
});

test('PostgreSQL: two groups that lock in opposite order deadlock and both end well', async t => {
  const { db } = await testDatabase(t, []);
  await db.query(sql`create table stock (id int primary key, taken int not null default 0)`);
  await db.query(sql`insert into stock values (1), (2)`);
  let deadlocks = 0;
  // Each goes on when both have their first row; whoever tries again finds the way open.
  let arrived = 0;
  const { promise: bothHold, resolve: go } = Promise.withResolvers<void>();
  const holdFirst = () => {
    arrived += 1;
    if (arrived === 2) go();
    return bothHold;
  };
  const taking = (ids: number[]) =>
    groupCommit<number, number>({
      ...ignored,
      name: `taking ${ids}`,
      run: commands =>
        db
          .transaction(async tx => {
            for (const id of ids) {
              await tx.query(sql`update stock set taken = taken + ${commands.length} where id = ${id}`);
              await holdFirst();
            }
            return commands;
          })
          .catch((error: unknown) => {
            if (sqlState(error) === '40P01') deadlocks += 1;
            throw error;
          }),
    });
  const [up, down] = [taking([1, 2]), taking([2, 1])];
  await Promise.all([up.submit(1), up.submit(2), down.submit(3)]);
  assert.equal(deadlocks, 1);
  assert.deepEqual(await db.query(sql`select taken from stock`), [{ taken: 3 }, { taken: 3 }]);
});

test('PostgreSQL: a backend killed before and after its commit loses and doubles nothing', async t => {
  const { db, url } = await testDatabase(t, []);
  const killer = openDatabase({ url, poolMax: 1, statementTimeoutMs: 5_000 });
  t.after(() => killer.end());
  await db.query(sql`create table notes (id int primary key, quantity int not null)`);
  const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and query like 'insert into notes%' and wait_event_type = 'Lock'`;
  let runs = 0;
  const group = noting(db, async () => {
    if (++runs === 1) throw new Unavailable('the answer was lost after the commit');
  });
  assert.deepEqual(await Promise.all([1, 2].map(id => group.submit({ id, quantity: 1 }))), [1, 2]);

  // Before the commit: the insert waits for a lock when its backend ends.
  const blocked = killer.transaction(async tx => {
    await tx.query(sql`lock table notes in exclusive mode`);
    const answers = [3, 4].map(id => group.submit({ id, quantity: 1 }));
    for (let killed = 0; killed === 0; await systemClock.sleep(10)) killed = (await db.query(kill)).length;
    return answers;
  });
  assert.deepEqual(await Promise.all(await blocked), [3, 4]);
  assert.deepEqual(await notes(db), [1, 2, 3, 4]);
});
