import { migrate } from '#platform/migrate';
import type { Log } from '#platform/postgres';
import type { Database } from '#platform/sql';
import type { ModuleName } from './config.ts';

/** audit keeps nothing. */
const withoutSchema = new Set<ModuleName>(['audit']);

/** The schemas of these modules, and the gateway's own. Safe when several processes start at once. */
export async function migrateSchemas(db: Database, names: Iterable<ModuleName>, log: Log): Promise<void> {
  for (const schema of names) {
    if (withoutSchema.has(schema)) continue;
    await migrate({ db, schema, folder: new URL(`./${schema}/migrations/`, import.meta.url), log });
  }
}
