// Goal: migrations run once, in order, whole or not at all. Method: files in a temporary folder against a real
// database.
import assert from 'node:assert/strict';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { testDatabase } from '../../test/support/postgres.ts';
import { migrate, splitStatements } from './migrate.ts';
import { openDatabase, sql } from './sql.ts';

async function prepare(t: TestContext, files: Record<string, string>) {
  const { db, url } = await testDatabase(t, []);
  const folder = await mkdtemp(join(tmpdir(), 'doorbuster-migrate-'));
  t.after(() => rm(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const told: string[] = [];
  const log = { info: (message: string) => void told.push(message), warn() {} };
  return { db, url, folder, write, told, log, run: () => migrate({ db, schema: 'shop', folder, log }) };
}

const first = {
  '0001-table.sql': 'create table shop.things (id int primary key); insert into shop.things values (1);',
};
const second = { '0002-more.sql': 'insert into shop.things values (2);' };

test('files run in order and once; later ones follow', async t => {
  const { db, run, told, write } = await prepare(t, { ...second, ...first });
  await run();
  assert.deepEqual(told, ['shop: applied 0001-table.sql', 'shop: applied 0002-more.sql']);
  await run();
  assert.equal(told.length, 2);
  await write('0003-last.sql', 'insert into shop.things values (3)');
  await run();
  assert.deepEqual(await db.query(sql`select id from shop.things order by id`), [{ id: 1 }, { id: 2 }, { id: 3 }]);
  const rows = await db.query<{ name: string; sha256: string }>(
    sql`select name, sha256 from shop.migrations order by name`,
  );
  assert.deepEqual(
    rows.map(row => [row.name, row.sha256.length]),
    [
      ['0001-table.sql', 64],
      ['0002-more.sql', 64],
      ['0003-last.sql', 64],
    ],
  );
});

test('two at once apply each file once, also one that indexes concurrently', async t => {
  const { db, url, folder, log, told } = await prepare(t, {
    ...first,
    '0002-index.sql': '-- no-transaction\ncreate index concurrently if not exists things_id on shop.things (id);\n',
  });
  const others = [1, 2, 3].map(() => openDatabase({ url, poolMax: 1, statementTimeoutMs: 5000 }));
  await Promise.all([db, ...others].map(each => migrate({ db: each, schema: 'shop', folder, log })));
  await Promise.all(others.map(each => each.end()));
  assert.equal(told.length, 2);
  assert.deepEqual(
    await db.query(sql`select indisvalid as valid from pg_index where indexrelid = 'shop.things_id'::regclass`),
    [{ valid: true }],
  );
});

test('an applied file that was edited is refused', async t => {
  const { run, write } = await prepare(t, first);
  await run();
  await write('0001-table.sql', 'create table shop.things (id bigint primary key);');
  await assert.rejects(run(), /0001-table\.sql was edited after it had run/);
});

test('line ends of another system are the same file', async t => {
  const { run, write } = await prepare(t, { '0001-table.sql': 'create table\n  shop.things ();\n' });
  await run();
  await write('0001-table.sql', 'create table\r\n  shop.things ();\r\n');
  await run();
});

test('an applied file that this code lacks is refused: the database is newer', async t => {
  const { run, folder } = await prepare(t, { ...first, ...second });
  await run();
  await unlink(join(folder, '0002-more.sql'));
  await assert.rejects(run(), /0002-more\.sql, which this version lacks: it is newer/);
});

test('a file slipped in before an applied one is refused', async t => {
  const { run, write } = await prepare(t, { ...first, '0003-last.sql': 'select 1' });
  await run();
  await write('0002-more.sql', 'insert into shop.things values (2)');
  await assert.rejects(run(), /0002-more\.sql comes before 0003-last\.sql/);
});

test('a failing file leaves nothing of itself, keeps those before it, and runs once it is mended', async t => {
  const { db, run, write } = await prepare(t, {
    ...first,
    '0002-more.sql': 'insert into shop.things values (2); create table shop.other (); select 1 / 0;',
  });
  await assert.rejects(run(), /shop\/0002-more\.sql: division by zero/);
  assert.deepEqual(await db.query(sql`select id from shop.things`), [{ id: 1 }]);
  assert.deepEqual(await db.query(sql`select to_regclass('shop.other') as other`), [{ other: null }]);
  assert.deepEqual(await db.query(sql`select name from shop.migrations`), [{ name: '0001-table.sql' }]);
  await write('0002-more.sql', 'insert into shop.things values (2)');
  await run();
  assert.deepEqual(await db.query(sql`select id from shop.things order by id`), [{ id: 1 }, { id: 2 }]);
});

test('no lock and no setting stays behind on the connection', async t => {
  const { url, folder, log } = await prepare(t, { '0001-bad.sql': 'select 1 / 0' });
  const db = openDatabase({ url, poolMax: 1, statementTimeoutMs: 4321 });
  t.after(() => db.end());
  await assert.rejects(migrate({ db, schema: 'shop', folder, log }));
  assert.deepEqual(
    await db.query(sql`select count(*) as held from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`),
    [{ held: 0 }],
  );
  assert.deepEqual(await db.query(sql`show statement_timeout`), [{ statement_timeout: '4321ms' }]);
});

test('statements are split at semicolons outside quotes and comments', () => {
  const script = `-- no-transaction; really
    select ';' as "a;b"; /* ; */ do $body$ begin perform 1; end $body$;
    select $$;$$, 5 - 3, 4 / 2, 'it''s;'`;
  assert.deepEqual(splitStatements(script), [
    `select ';' as "a;b"`,
    'do $body$ begin perform 1; end $body$',
    `select $$;$$, 5 - 3, 4 / 2, 'it''s;'`,
  ]);
});
