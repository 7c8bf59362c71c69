// Goal: the embedded server keeps data, has one owner, and leaves nothing running. Method: real servers and real kills
// of real processes, each on a folder of its own.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readlink, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { lockFolder, processStart } from './folder-lock.ts';
import { ensureDatabase, FolderInUse, joinPostgres, startPostgres } from './postgres.ts';
import { blockedFolder, findBinaries, prepareBinaries } from './postgres-binaries.ts';

const quiet = { info() {}, warn() {} };

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorbuster-postgres-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Where the server itself is killed it must be durable: without, what was committed last is lost with it. */
async function start(t: TestContext, dataDir: string, options: { durable?: boolean; port?: number } = {}) {
  const server = await startPostgres({ dataDir, log: quiet, durable: false, ...options });
  t.after(() => server.stop());
  return server;
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query({ text, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

async function until(claim: () => Promise<boolean>, waitMs = 20_000): Promise<void> {
  const giveUpAt = Date.now() + waitMs;
  while (!(await claim().catch(() => false))) {
    assert.ok(Date.now() < giveUpAt, `still not true: ${claim}`);
    await sleep(25);
  }
}

/** Another shop: a Node process of its own that starts the server and tells its url and pid. */
async function startElsewhere(t: TestContext, dataDir: string, { durable = false } = {}) {
  const module = new URL('./postgres.ts', import.meta.url).href;
  const code = `
    const { startPostgres } = await import(${JSON.stringify(module)});
    const log = { info() {}, warn() {} };
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log, durable: ${durable} });
    console.log(JSON.stringify({ url: server.url, pid: server.pid }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child: child as ChildProcess, ...(JSON.parse(line.toString()) as { url: string; pid: number }) };
}

test('the first start makes a database, a restart keeps data, port and password', async t => {
  const dataDir = await temporaryFolder(t);
  const first = await start(t, dataDir, { durable: true });
  await ask(first.url, 'create table kept as select 42 as answer');
  assert.deepEqual(await ask(first.url, 'show fsync'), ['on']);
  assert.deepEqual(await ask(first.url, 'show synchronous_commit'), ['on']);
  assert.deepEqual(await ask(first.url, 'show listen_addresses'), ['127.0.0.1']);
  assert.deepEqual(await ask(first.url, 'show shared_preload_libraries'), ['pg_stat_statements']);
  assert.deepEqual(await ask(first.url, 'show server_encoding'), ['UTF8']);
  await first.stop();
  assert.equal(await processStart(first.pid), null);

  const second = await start(t, dataDir, { durable: true });
  assert.equal(second.url, first.url);
  assert.deepEqual(await ask(second.url, 'select answer from kept'), [42]);
});

test('only the password lets one in, and only its owner reads it', async t => {
  const dataDir = await temporaryFolder(t);
  const server = await start(t, dataDir);
  const url = new URL(server.url);
  url.password = 'another';
  await assert.rejects(ask(url.href, 'select 1'), /password authentication failed/);
  if (process.platform !== 'win32') assert.equal((await stat(join(dataDir, 'postgres.json'))).mode & 0o777, 0o600);
});

test('a port that was taken meanwhile is exchanged for a free one', async t => {
  const dataDir = await temporaryFolder(t);
  const first = await start(t, dataDir);
  await first.stop();
  const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
  await once(squatter, 'listening');
  t.after(() => void squatter.close());
  const second = await start(t, dataDir);
  assert.notEqual(new URL(second.url).port, new URL(first.url).port);
  assert.deepEqual(await ask(second.url, 'select 1'), [1]);
});

test('a second owner of the folder is refused by name, until the first has stopped', async t => {
  const dataDir = await temporaryFolder(t);
  const first = await startElsewhere(t, dataDir);
  await assert.rejects(startPostgres({ dataDir, log: quiet }), (error: unknown) => {
    assert.ok(error instanceof FolderInUse);
    assert.equal(error.pid, first.child.pid);
    assert.match(error.message, new RegExp(`process ${first.child.pid}: stop that shop first .* DATA_DIR`));
    return true;
  });
  assert.deepEqual(await ask(first.url, 'select 1'), [1]);
});

test('a server that is killed comes back by itself, on the same url, with what was committed', async t => {
  const server = await start(t, await temporaryFolder(t), { durable: true });
  await ask(server.url, 'create table kept as select 42 as answer');
  const killed = server.pid;
  process.kill(killed, 'SIGKILL');
  await until(async () => (await ask(server.url, 'select answer from kept'))[0] === 42 && server.pid !== killed);
  await server.stop();
  assert.equal(await processStart(server.pid), null);
});

test('when its shop is killed the server stops by itself, and the next shop starts', async t => {
  const dataDir = await temporaryFolder(t);
  const first = await startElsewhere(t, dataDir);
  await ask(first.url, 'create table kept as select 42 as answer');
  first.child.kill('SIGKILL');
  await until(async () => (await processStart(first.pid)) === null);
  const second = await start(t, dataDir);
  assert.deepEqual(await ask(second.url, 'select answer from kept'), [42]);
});

test('a shop that starts while the server of a killed one still runs stops that one first', async t => {
  const dataDir = await temporaryFolder(t);
  const first = await startElsewhere(t, dataDir);
  await ask(first.url, 'create table kept as select 42 as answer');
  first.child.kill('SIGKILL');
  const second = await start(t, dataDir);
  assert.notEqual(second.pid, first.pid);
  assert.deepEqual(await ask(second.url, 'select answer from kept'), [42]);
});

test('shop and server killed at once: recovery at the next start', async t => {
  const dataDir = await temporaryFolder(t);
  const first = await startElsewhere(t, dataDir, { durable: true });
  await ask(first.url, 'create table kept as select 42 as answer');
  process.kill(first.pid, 'SIGKILL');
  first.child.kill('SIGKILL');
  const second = await start(t, dataDir, { durable: true });
  assert.deepEqual(await ask(second.url, 'select answer from kept'), [42]);
});

test('an old pid that another program has now does not block the start', async t => {
  const dataDir = await temporaryFolder(t);
  const first = await start(t, dataDir);
  await ask(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  const foreign = spawn('sleep', ['60'], { stdio: 'ignore' });
  t.after(() => foreign.kill());
  await writeFile(
    join(dataDir, 'postgres', 'postmaster.pid'),
    `${foreign.pid}\n${dataDir}/postgres\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready   \n`,
    { mode: 0o644 },
  );
  await writeFile(join(dataDir, 'doorbuster.lock'), JSON.stringify({ pid: foreign.pid, started: 'long ago' }));
  const second = await start(t, dataDir);
  assert.deepEqual(await ask(second.url, 'select answer from kept'), [42]);
  assert.equal(foreign.exitCode, null);
});

test('a second process joins the running server without the lock, and finds none when none runs', async t => {
  const dataDir = await temporaryFolder(t);
  assert.equal(await joinPostgres({ dataDir }), null);
  assert.equal(await joinPostgres({ dataDir: join(dataDir, 'absent') }), null);
  const server = await start(t, dataDir);
  assert.deepEqual(await joinPostgres({ dataDir }), { url: server.url });
  await server.stop();
  assert.equal(await joinPostgres({ dataDir }), null);
});

test('a database is created once, also by several at once', async t => {
  const server = await start(t, await temporaryFolder(t));
  const url = new URL(server.url);
  url.pathname = '/another';
  await Promise.all([1, 2, 3].map(() => ensureDatabase(url.href)));
  assert.deepEqual(await ask(url.href, 'select current_database()'), ['another']);
});

test('an initialisation that was cut off is begun again', async t => {
  const dataDir = await temporaryFolder(t);
  await mkdir(join(dataDir, 'postgres.new', 'base'), { recursive: true });
  const server = await start(t, dataDir);
  assert.deepEqual(await ask(server.url, 'select 1'), [1]);
});

test('symlinks that npm did not make are made, by two at once as well', async t => {
  const { native } = await findBinaries();
  const copy = join(await temporaryFolder(t), 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  const list = JSON.parse(await readFile(join(copy, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  const before = await Promise.all(list.map(({ target }) => readlink(join(copy, '..', target))));
  for (const { target } of list) await unlink(join(copy, '..', target));
  await Promise.all([prepareBinaries(copy), prepareBinaries(copy)]);
  assert.deepEqual(await Promise.all(list.map(({ target }) => readlink(join(copy, '..', target)))), before);
});

test('of many that find the same stale lock one takes it', async t => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'doorbuster.lock'), JSON.stringify({ pid: 2 ** 22 + 1, started: 'long ago' }));
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
  const winners = outcomes.filter(outcome => outcome.status === 'fulfilled');
  assert.equal(winners.length, 1);
  for (const outcome of outcomes) if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof FolderInUse);
  await winners[0]!.value.release();
  await (await lockFolder(folder)).release();
});

test('the folder that an account may not pass is named', { skip: process.platform === 'win32' }, async t => {
  const folder = await temporaryFolder(t);
  const inner = join(folder, 'inner');
  await mkdir(inner, { mode: 0o755 });
  assert.equal(await blockedFolder(inner, { name: 'stranger', uid: 54321, gid: 54321 }), folder);
});

const isLinuxRoot = process.platform === 'linux' && process.getuid?.() === 0;
test('root may keep its data in a folder that is closed to the account of PostgreSQL', {
  skip: !isLinuxRoot,
}, async t => {
  const closed = await temporaryFolder(t);
  const told: string[] = [];
  const log = { info() {}, warn: (message: string) => void told.push(message) };
  const server = await startPostgres({ dataDir: join(closed, 'data'), log, durable: false });
  t.after(() => server.stop());
  assert.deepEqual(await ask(server.url, 'select 1'), [1]);
  assert.match(told.join('\n'), new RegExp(`${closed} is closed to .* chmod o\\+x`));
});
