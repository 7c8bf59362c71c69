import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** Rows and a sum of their hashes, by table: equal twice means that nothing was added, removed or changed between. */
export type Fingerprint = Record<string, string>;

/**
 * Bookkeeping that goes on while nobody asks for anything: how far readers of events are, kept answers of keys (a
 * refusal by state is kept too), and the job queue's own tables.
 */
const VOLATILE = /^graphile_worker\.|\.(outbox_readers|event_cursors|idempotency_keys|migrations)$/;
/** A changed cart is in its backup after 250 ms, and events are applied within 500 ms: a second look comes later. */
const QUIET_MS = 600;
const LOOKS_MAX = 50;

/** The whole database once it has come to rest: what follows from earlier requests is waited for. */
export async function fingerprint({ databaseUrl }: { databaseUrl: string }): Promise<Fingerprint> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    let last = await look(client);
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      await pause(QUIET_MS);
      const next = await look(client);
      if (JSON.stringify(next) === JSON.stringify(last)) return next;
      last = next;
    }
    throw new Error('the database does not come to rest');
  } finally {
    await client.end();
  }
}

async function look(client: pg.Client): Promise<Fingerprint> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: Fingerprint = {};
  for (const { name } of tables.filter(table => !VOLATILE.test(table.name))) {
    const { rows } = await client.query<{ mark: string }>(
      `select count(*) || ' rows, ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as mark from ${name} t`,
    );
    found[name] = rows[0]!.mark;
  }
  return found;
}
