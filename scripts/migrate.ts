/**
 * `npm run migrate`: brings the schemas of the database of DATABASE_URL, or of the embedded one in DATA_DIR, to this
 * version, as a start would, and says what it did. `-- --citus` then distributes the hot tables (docs/runbook.md);
 * where that is not possible it says why and exits 1. A second run changes nothing.
 */
import { moduleNames, readConfig } from '#config';
import { limits } from '#limits';
import { distribute, NotDistributable } from '#platform/distribute';
import { createLog } from '#platform/log';
import { ensureDatabase, joinPostgres, startPostgres } from '#platform/postgres';
import { openDatabase } from '#platform/sql';
import { hotTables } from '../src/hot-tables.ts';
import { migrateSchemas } from '../src/migrate-schemas.ts';

const tell = (line: string) => void process.stdout.write(`${line}\n`);
const unknown = process.argv.slice(2).filter(argument => argument !== '--citus');
if (unknown.length > 0) {
  process.stderr.write(`npm run migrate knows --citus and nothing else, not ${unknown.join(' ')}.\n`);
  process.exitCode = 1;
} else {
  process.exitCode = await main({ isCitus: process.argv.includes('--citus') });
}

async function main({ isCitus }: { isCitus: boolean }): Promise<number> {
  const started = await database();
  const db = openDatabase({ url: started.url, poolMax: 2, statementTimeoutMs: limits.statementTimeoutMs });
  try {
    let applied = 0;
    const count = (line: string) => {
      applied += 1;
      tell(line);
    };
    await migrateSchemas(db, moduleNames, { info: count, warn: tell });
    tell(applied === 0 ? 'All schemas are of this version already.' : `${applied} migrations were applied.`);
    if (isCitus) tellDistributed(await distribute(db, hotTables));
    return 0;
  } catch (error) {
    if (!(error instanceof NotDistributable)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    await db.end();
    await started.stop();
  }
}

function tellDistributed(names: string[]): void {
  for (const name of names) tell(`distributed ${name}`);
  if (names.length === 0) tell('All hot tables are distributed already.');
}

/** The server that runs already, or one for the length of the migration. */
async function database(): Promise<{ url: string; stop(): Promise<void> }> {
  const config = readConfig();
  const stop = async () => {};
  if (config.databaseUrl !== undefined) return { url: await ensureDatabase(config.databaseUrl), stop };
  const running = await joinPostgres({ dataDir: config.dataDir });
  return running ? { url: running.url, stop } : startPostgres({ ...config, log: createLog({ level: 'error' }) });
}
