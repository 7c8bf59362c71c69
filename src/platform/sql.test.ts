// Goal: what `openDatabase` promises about types, transactions and lost connections. Method: a real PostgreSQL.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../test/support/postgres.ts';
import { Unavailable } from './outcome.ts';
import { isConnectionLost, openDatabase, sql, sqlState, violates } from './sql.ts';

test('bigint and count are numbers, times are RFC 3339 in UTC, days are text, arrays alike', async t => {
  const { db } = await testDatabase(t, []);
  const [row] = await db.query(sql`select
    count(*) as counted, 9007199254740991::bigint as largest, '2026-01-02 03:04:05.678+02'::timestamptz as at,
    '2026-01-02'::date as day, array[1, null, 2]::bigint[] as numbers, '{}'::bigint[] as none,
    array['2026-01-02 03:04:05Z']::timestamptz[] as times, null::bigint as nothing`);
  assert.deepEqual(row, {
    counted: 1,
    largest: Number.MAX_SAFE_INTEGER,
    at: '2026-01-02T01:04:05.678Z',
    day: '2026-01-02',
    numbers: [1, null, 2],
    none: [],
    times: ['2026-01-02T03:04:05.000Z'],
    nothing: null,
  });
});

test('arrays arrive as they were given, whatever stands in their texts', async t => {
  const { db } = await testDatabase(t, []);
  const texts = [
    'plain',
    'NULL',
    'null',
    '',
    ' ',
    'a,b',
    '{x}',
    'say "no"',
    'back\\slash',
    "it's",
    'Zürich',
    '\n',
    null,
  ];
  const [row] = await db.query(sql`select ${texts}::text[] as texts, ${[1, -2.5, null]}::float8[] as numbers,
    ${[true, false, null]}::boolean[] as flags, ${[]}::uuid[] as none,
    ${['{"a":[1,"x"]}', null]}::jsonb[] as documents`);
  assert.deepEqual(row, {
    texts,
    numbers: [1, -2.5, null],
    flags: [true, false, null],
    none: [],
    documents: [{ a: [1, 'x'] }, null],
  });
});

test('arrays of every type that has a binary form arrive as they were given, to the ends of its range', async t => {
  const { db } = await testDatabase(t, []);
  const given = {
    smallints: [0, 255, -32_767, 32_767, null],
    integers: [0, 1, -2_147_483_647, 2_147_483_647, null],
    bigints: [0, -1, 4_294_967_296, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, null],
    uuids: ['00000000-0000-0000-0000-000000000000', '01a21e90-f2a6-71ac-be3c-fabf8f99a3ff', null],
    times: ['2026-11-27T19:52:25.789Z', '1999-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z', null],
    texts: ['', 'Zürich 😀', ' a\n"b"\\,{}', null],
  };
  const [row] = await db.query(sql`select ${given.smallints}::smallint[] as smallints,
    ${given.integers}::integer[] as integers, ${given.bigints}::bigint[] as bigints, ${given.uuids}::uuid[] as uuids,
    ${given.times}::timestamptz[] as times, ${given.texts}::text[] as texts,
    ${[true, null]}::boolean[] as flags, ${['{"a": [1, "ü"]}', null]}::json[] as documents,
    ${['{"a": [1, "ü"]}']}::jsonb[] as parsed`);
  const document = { a: [1, 'ü'] };
  assert.deepEqual(row, { ...given, flags: [true, null], documents: [document, null], parsed: [document] });
});

test('what an array can hold in another form than ours is read all the same, and what it cannot is refused', async t => {
  const { db } = await testDatabase(t, []);
  const ids = ['01A21E90F2A671ACBE3CFABF8F99A3FF'];
  const [row] = await db.query(sql`select ${ids}::uuid[] as ids, ${['2026-11-27 20:52:25+01']}::timestamptz[] as times,
    ${['7']}::integer[] as numbers`);
  assert.deepEqual(row, {
    ids: ['01a21e90-f2a6-71ac-be3c-fabf8f99a3ff'],
    times: ['2026-11-27T19:52:25.000Z'],
    numbers: [7],
  });
  const refused = [
    [sql`select ${['01a21e90-f2a6-71ac-be3c-fabf8f99a3fg']}::uuid[]`, '22P02'],
    [sql`select ${['01a21e90-f2a6-71ac-be3c_fabf8f99a3ff']}::uuid[]`, '22P02'],
    [sql`select ${['2026-13-27T19:52:25.789Z']}::timestamptz[]`, '22008'],
    [sql`select ${[40_000]}::smallint[]`, '22003'],
    [sql`select ${[1.5]}::bigint[]`, '22P02'],
    [sql`select ${['{']}::jsonb[]`, '22P02'],
    [sql`select ${['\0']}::text[]`, '22021'],
  ] as const;
  for (const [statement, state] of refused) {
    await assert.rejects(db.query(statement), error => sqlState(error) === state, `${state}: ${statement.values}`);
  }
});

test('a statement by key is committed by itself, or not at all', async t => {
  const { db } = await testDatabase(t, []);
  await db.query(sql`create table kept (id int primary key constraint kept_id_positive check (id > 0))`);
  assert.deepEqual(await db.queryByKey(sql`insert into kept values (1), (2) returning id`), [{ id: 1 }, { id: 2 }]);
  await assert.rejects(db.queryByKey(sql`insert into kept values (3), (0)`), error => sqlState(error) === '23514');
  assert.deepEqual(await db.query(sql`select id from kept order by id`), [{ id: 1 }, { id: 2 }]);
  // Its settings are its own: the next one on the connection is planned as ever.
  assert.deepEqual(await db.query(sql`show enable_seqscan`), [{ enable_seqscan: 'on' }]);
});

test('a bigint beyond the safe integers is an error, never a rounded number', async t => {
  const { db } = await testDatabase(t, []);
  await assert.rejects(db.query(sql`select 9007199254740993::bigint as value`), RangeError);
  assert.deepEqual(await db.query(sql`select 1 as value`), [{ value: 1 }]);
});

test('a transaction that throws leaves nothing, one that resolves leaves everything', async t => {
  const { db } = await testDatabase(t, []);
  await db.query(sql`create table kept (id int constraint kept_id_positive check (id > 0))`);
  const failed = db.transaction(async tx => {
    await tx.query(sql`insert into kept values (1)`);
    throw new Error('changed my mind');
  });
  await assert.rejects(failed, /changed my mind/);
  await db.transaction(async tx => {
    await tx.query(sql`insert into kept values (${2})`);
    await tx.query(sql`insert into kept values (${3})`);
  });
  assert.deepEqual(await db.query(sql`select id from kept order by id`), [{ id: 2 }, { id: 3 }]);
});

test('an error of the server keeps its SQLSTATE and constraint', async t => {
  const { db } = await testDatabase(t, []);
  await db.query(sql`create table kept (id int constraint kept_id_positive check (id > 0))`);
  await assert.rejects(db.query(sql`insert into kept values (0)`), error => {
    assert.equal(sqlState(error), '23514');
    assert.ok(violates(error, 'kept_id_positive'));
    assert.ok(!violates(error, 'another'));
    assert.ok(!isConnectionLost(error));
    return true;
  });
});

test('a transaction that passes over a failed statement is reported, since PostgreSQL rolls it back silently', async t => {
  const { db } = await testDatabase(t, []);
  await db.query(sql`create table kept (id int primary key)`);
  const careless = db.transaction(async tx => {
    await tx.query(sql`insert into kept values (1)`);
    await tx.query(sql`insert into kept values (1)`).catch(() => {});
  });
  await assert.rejects(careless, /nothing of it was committed/);
  assert.deepEqual(await db.query(sql`select id from kept`), []);
});

const endOthers = sql`
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

test('a lost connection is an outage, in a statement, a transaction and a session; the next statement works', async t => {
  const { db, url } = await testDatabase(t, []);
  const other = openDatabase({ url, poolMax: 1, statementTimeoutMs: 5000 });
  t.after(() => other.end());
  const sleeping = sql`select pg_sleep(10)`;
  const attempts = [
    () => db.query(sleeping),
    () => db.transaction(tx => tx.query(sleeping)),
    () => db.session(client => client.query(sleeping.text)),
  ];
  for (const attempt of attempts) {
    const outcome = assert.rejects(attempt(), Unavailable);
    let running = 0;
    while (running === 0) {
      const [row] = await other.query<{ running: number }>(sql`
        select count(*) as running from pg_stat_activity
        where wait_event = 'PgSleep' and datname = current_database()`);
      running = row!.running;
    }
    await other.query(endOthers);
    await outcome;
    assert.deepEqual(await db.query(sql`select 1 as value`), [{ value: 1 }]);
  }
});

test('a server that does not listen is an outage', async () => {
  const db = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', poolMax: 1, statementTimeoutMs: 1000 });
  await assert.rejects(db.query(sql`select 1`), Unavailable);
  await assert.rejects(
    db.transaction(tx => tx.query(sql`select 1`)),
    Unavailable,
  );
  await db.end();
});

test('connections are counted, and none stays taken after errors', async t => {
  const { db } = await testDatabase(t, []);
  const failures = Array.from({ length: 30 }, () => assert.rejects(db.transaction(tx => tx.query(sql`select 1 / 0`))));
  await Promise.all(failures);
  assert.equal(db.pool.total, db.pool.idle);
  assert.equal(db.pool.waiting, 0);
});
