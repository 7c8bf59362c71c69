import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Log } from './postgres-binaries.ts';
import type { Database } from './sql.ts';

const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;
const OUTSIDE_TRANSACTION = /^-- no-transaction\s*$/m;
const LOCK_POLL_MS = 50;
const LOCK_WAIT_MAX_MS = 10 * 60_000;

interface Migration {
  name: string;
  text: string;
  sha256: string;
}

/**
 * Brings one module's schema up to date: runs the `NNNN-name.sql` files of `folder` that `<schema>.migrations` does not
 * list yet, in order, each in a transaction of its own. A file beginning with the line `-- no-transaction` runs
 * statement by statement outside one (`create index concurrently if not exists`), so it must bear being run again.
 */
export async function migrate(options: {
  db: Database;
  schema: string;
  folder: string | URL;
  log: Log;
}): Promise<void> {
  const { db, schema, log } = options;
  assert(/^[a-z][a-z0-9_]*$/.test(schema), 'a schema has a plain name');
  const migrations = await readMigrations(options.folder);
  await db.session(async client => {
    // The pool's bound is for the shop's statements; a migration of a large table takes as long as it takes.
    await client.query('set statement_timeout = 0');
    await lockSchema(client, schema);
    try {
      await createSchema(client, schema);
      const applied = await readApplied(client, schema);
      for (const migration of pending({ migrations, applied, schema })) {
        await apply(client, schema, migration);
        log.info(`${schema}: applied ${migration.name}`);
      }
    } finally {
      await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lockName(schema)]);
      await client.query('reset statement_timeout');
    }
  });
}

/** The migrations of a folder in order; an absent folder is one without any. */
export async function readMigrations(folder: string | URL): Promise<Migration[]> {
  const path = folder instanceof URL || folder.startsWith('file:') ? fileURLToPath(folder) : folder;
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const sorted = names.filter(name => name.endsWith('.sql')).sort();
  for (const [index, name] of sorted.entries()) {
    assert(FILE_NAME.test(name), `${join(path, name)} is not named NNNN-name.sql`);
    assert(name.slice(0, 4) !== sorted[index - 1]?.slice(0, 4), `two migrations in ${path} have the number of ${name}`);
  }
  return await Promise.all(
    sorted.map(async name => {
      // A clone on Windows may have other line ends: they don't make another migration.
      const text = (await readFile(join(path, name), 'utf8')).replaceAll('\r\n', '\n');
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Polls instead of waiting inside `pg_advisory_lock`: a statement that waits holds a snapshot, and the process that has
 * the lock would wait for that snapshot in `create index concurrently`, for ever.
 */
async function lockSchema(client: pg.PoolClient, schema: string): Promise<void> {
  const giveUpAt = Date.now() + LOCK_WAIT_MAX_MS;
  while (Date.now() < giveUpAt) {
    const { rows } = await client.query<{ locked: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
      [lockName(schema)],
    );
    if (rows[0]!.locked) return;
    await sleep(LOCK_POLL_MS);
  }
  throw new Error(`another process has been migrating the schema ${schema} for too long`);
}

function lockName(schema: string): string {
  return `doorbuster migrates ${schema}`;
}

/** Asked first, so that a role which may not create schemas can still start on a finished one. */
async function createSchema(client: pg.PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query<{ found: string | null }>('select to_regclass($1)::text as found', [
    `${schema}.migrations`,
  ]);
  if (rows[0]!.found !== null) return;
  await client.query(`
    create schema if not exists ${schema};
    create table if not exists ${schema}.migrations (
      name text primary key,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`);
}

async function readApplied(client: pg.PoolClient, schema: string): Promise<{ name: string; sha256: string }[]> {
  const result = await client.query(`select name, sha256 from ${schema}.migrations order by name collate "C"`);
  return result.rows as { name: string; sha256: string }[];
}

/** Forward only: what has run is never changed, never missing, and nothing is slipped in before it. */
function pending(options: {
  migrations: Migration[];
  applied: { name: string; sha256: string }[];
  schema: string;
}): Migration[] {
  const { migrations, applied, schema } = options;
  const byName = new Map(migrations.map(migration => [migration.name, migration]));
  for (const { name, sha256 } of applied) {
    const migration = byName.get(name);
    if (migration === undefined) {
      throw new Error(`the database has run ${schema}/${name}, which this version lacks: it is newer than this code`);
    }
    if (migration.sha256 !== sha256) {
      throw new Error(
        `${schema}/${name} was edited after it had run here: undo that, and write a new migration instead`,
      );
    }
    byName.delete(name);
  }
  const last = applied.at(-1)?.name ?? '';
  const left = [...byName.values()];
  const early = left.find(migration => migration.name < last);
  if (early !== undefined)
    throw new Error(`${schema}/${early.name} comes before ${last}, which has run: give it a higher number`);
  return left;
}

async function apply(client: pg.PoolClient, schema: string, { name, text, sha256 }: Migration): Promise<void> {
  const record = () => client.query(`insert into ${schema}.migrations (name, sha256) values ($1, $2)`, [name, sha256]);
  try {
    if (OUTSIDE_TRANSACTION.test(text.slice(0, text.indexOf('\n') + 1))) {
      for (const statement of splitStatements(text)) await client.query(statement);
      await record();
      return;
    }
    await client.query('begin');
    try {
      await client.query(text);
      await record();
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  } catch (error) {
    if (error instanceof Error) error.message = `${schema}/${name}: ${error.message}`;
    throw error;
  }
}

/**
 * The statements of a script: several in one message would run as one transaction. Quoted text, dollar quotes and
 * comments may hold semicolons.
 */
export function splitStatements(text: string): string[] {
  const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|(\$[A-Za-z_]*\$)[\s\S]*?\1|;|[^;'"$/-]+|[\s\S]/g;
  const statements: string[] = [];
  let current = '';
  for (const [part] of text.matchAll(token)) {
    if (part === ';') {
      statements.push(current);
      current = '';
    } else if (!part.startsWith('--') && !part.startsWith('/*')) {
      current += part;
    }
  }
  return [...statements, current].map(statement => statement.trim()).filter(statement => statement !== '');
}
