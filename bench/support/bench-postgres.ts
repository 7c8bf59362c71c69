import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '#platform/log';
import { migrate } from '#platform/migrate';
import { type EmbeddedPostgres, startPostgres } from '#platform/postgres';
import { type Database, openDatabase } from '#platform/sql';
import type { BenchScope } from './benchmark.ts';

export interface BenchPostgres {
  postgres: EmbeddedPostgres;
  db: Database;
}

/** An embedded PostgreSQL of its own that keeps what it has told, with the schemas of these modules, and a pool. */
export async function openBenchPostgres(
  scope: BenchScope,
  { schemas, log, ...pool }: { schemas: string[]; log: Log; poolMax: number; statementTimeoutMs: number },
): Promise<BenchPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-bench-'));
  scope.after(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const postgres = await startPostgres({ dataDir, log });
  scope.after(() => postgres.stop());
  const db = openDatabase({ url: postgres.url, ...pool });
  scope.after(() => db.end());
  for (const schema of schemas) {
    await migrate({ db, schema, folder: new URL(`../../src/${schema}/migrations/`, import.meta.url), log });
  }
  return { postgres, db };
}
