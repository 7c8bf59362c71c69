import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { lockFolder } from '#platform/folder-lock';
import { migrate, readMigrations } from '#platform/migrate';
import { joinPostgres, startPostgres } from '#platform/postgres';
import { type Database, openDatabase, sql } from '#platform/sql';

const quiet = { info() {}, warn() {} };
const FOLDER_PREFIX = 'doorbuster-test-';
const MEMORY_NEEDED_BYTES = 2 * 1024 ** 3;
const ABANDONED_AFTER_MS = 10 * 60_000;
const POOL_MAX = 10;
const STATEMENT_TIMEOUT_MS = 30_000;

/** One server for a whole test run: `scripts/test.ts` starts it and hands its url on as TEST_DATABASE_URL. */
export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const parent = await fastFolder();
  await removeAbandoned(parent);
  const dataDir = await mkdtemp(join(parent, FOLDER_PREFIX));
  const server = await startPostgres({ dataDir, log: quiet, durable: false });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** In memory a clone takes 11 ms, on this machine's disk 130 ms. */
async function fastFolder(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => null);
  return memory !== null && memory.bavail * memory.bsize > MEMORY_NEEDED_BYTES ? '/dev/shm' : tmpdir();
}

/** A run that was killed could not remove its folder. One without a lock, and not just made, has no owner any more. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of (await readdir(parent)).filter(each => each.startsWith(FOLDER_PREFIX))) {
    const folder = join(parent, name);
    try {
      if (Date.now() - (await stat(folder)).mtimeMs < ABANDONED_AFTER_MS) continue;
      if ((await joinPostgres({ dataDir: folder })) !== null) continue;
      const lock = await lockFolder(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      await lock.release();
    } catch {
      // In use, another user's, or gone meanwhile: not ours to remove.
    }
  }
}

/**
 * A fresh database with the schemas of `modules` (folder names under `src/`), for one test alone: cloned from a
 * template that is made once for each state of their migrations. It is dropped after the test.
 */
export async function testDatabase(
  t: { after(work: () => Promise<void>): void },
  modules: string[],
): Promise<{ db: Database; url: string }> {
  const server = await serverUrl();
  const template = await ensureTemplate(server, modules);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(server, client => client.query(`create database ${name} template ${template} strategy file_copy`));
  const url = withDatabase(server, name);
  const db = openDatabase({ url, poolMax: POOL_MAX, statementTimeoutMs: STATEMENT_TIMEOUT_MS, applicationName: name });
  t.after(async () => {
    await db.end();
    // `force` ends what a worker of the tested module may have left open.
    await administer(server, client => client.query(`drop database if exists ${name} with (force)`));
  });
  return { db, url };
}

let started: Promise<string> | undefined;

/** A single test file run by hand has no TEST_DATABASE_URL: it starts a server of its own, which ends with it. */
function serverUrl(): Promise<string> {
  started ??= process.env.TEST_DATABASE_URL ? Promise.resolve(process.env.TEST_DATABASE_URL) : startOwnServer();
  return started;
}

async function startOwnServer(): Promise<string> {
  const server = await startTestPostgres();
  // Not `after`, which would belong to the test that happened to come first.
  process.once('beforeExit', () => void server.stop());
  return server.url;
}

const templates = new Map<string, Promise<string>>();

function ensureTemplate(server: string, modules: string[]): Promise<string> {
  const key = [...modules].sort().join(' ');
  const template = templates.get(key) ?? createTemplate(server, key === '' ? [] : key.split(' '));
  templates.set(key, template);
  return template;
}

async function createTemplate(server: string, modules: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const module of modules) {
    hash.update(`\0${module}`);
    for (const migration of await readMigrations(folderOf(module)))
      hash.update(`\0${migration.name} ${migration.sha256}`);
  }
  const name = `template_${hash.digest('hex').slice(0, 24)}`;
  await administer(server, async client => {
    // One lock for each template, so that parallel test files make different ones at once. It ends with the connection.
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    // Made under another name: a run that was stopped in the middle leaves no template that lacks half its tables.
    const draft = `draft_${name.slice('template_'.length)}`;
    await client.query(`drop database if exists ${draft} with (force)`);
    await client.query(`create database ${draft} template template0`);
    await migrateAll(withDatabase(server, draft), modules);
    await client.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

async function migrateAll(url: string, modules: string[]): Promise<void> {
  const db = openDatabase({ url, poolMax: 1, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  try {
    for (const module of modules) {
      await migrate({ db, schema: module.replaceAll('-', '_'), folder: folderOf(module), log: quiet });
    }
  } finally {
    await db.end();
  }
}

function folderOf(module: string): URL {
  return new URL(`../../src/${module}/migrations/`, import.meta.url);
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(server: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Waits until all events committed so far can be read, and answers the transaction id they lie below. A horizon is the
 * whole server's, and other test files have transactions of their own open there.
 */
export async function eventsReadable(db: Database): Promise<bigint> {
  const [mark] = await db.query<{ xid: string }>(sql`select pg_current_xact_id()::text as xid`);
  for (;;) {
    const [row] = await db.query<{ xmin: string }>(sql`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`);
    if (BigInt(row!.xmin) > BigInt(mark!.xid)) return BigInt(mark!.xid);
    await sleep(5);
  }
}
