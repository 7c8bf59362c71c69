import { type Connection, type Sql, sql } from '#platform/sql';
import type { ImportEncoding, ImportFormat } from './contract.ts';

export interface ImportCounts {
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

export interface LineError {
  line: number;
  message: string;
}

export interface ImportRow extends ImportCounts {
  import_id: string;
  seller_id: string | null;
  format: ImportFormat;
  encoding: ImportEncoding;
  default_stock: number | null;
  state: 'uploading' | 'running' | 'done' | 'failed';
  errors: LineError[];
}

type NewImport = Pick<ImportRow, 'import_id' | 'seller_id' | 'format' | 'encoding' | 'default_stock' | 'state'>;

const importColumns = sql`import_id, seller_id, format, encoding, default_stock, state, read, created, updated,
  unchanged, rejected, errors`;
const listedColumns = sql`import_id, seller_id, format, encoding, default_stock, state, read, created, updated,
  unchanged, rejected, created_at`;

/** Nothing where the id is known. */
export async function insertImport(db: Connection, row: NewImport & { spooled: boolean; at: string }): Promise<void> {
  await db.query(sql`
    insert into catalog.imports
      (import_id, seller_id, format, encoding, default_stock, state, spooled, created_at, updated_at)
    values (${row.import_id}, ${row.seller_id}, ${row.format}, ${row.encoding}, ${row.default_stock}, ${row.state},
      ${row.spooled}, ${row.at}, ${row.at})
    on conflict do nothing`);
}

export async function readImport(db: Connection, importId: string): Promise<ImportRow | undefined> {
  const rows = await db.query<ImportRow>(sql`
    select ${importColumns} from catalog.imports where import_id = ${importId}`);
  return rows[0];
}

export function importOf(sellerId: string): Sql {
  return sql`seller_id = ${sellerId}`;
}

/** Newest first, each with its last errors. */
export async function listImportRows(
  db: Connection,
  scope: Sql,
  rows: { offset: number; limit: number; errors: number },
): Promise<(ImportRow & { created_at: string })[]> {
  return await db.query<ImportRow & { created_at: string }>(sql`
    select ${listedColumns},
      jsonb_path_query_array(errors, '$[last - $before to last]', jsonb_build_object('before', ${rows.errors - 1}::int))
        as errors
    from catalog.imports where ${scope}
    order by created_at desc, import_id desc offset ${rows.offset} limit ${rows.limit}`);
}

/** Counts no further than `most`. */
export async function countImports(db: Connection, scope: Sql, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) as count from (select from catalog.imports where ${scope} limit ${most}) counted`);
  return rows[0]!.count;
}

/** Begins an import of a local file that ended before once more, from its first record. */
export async function restartImport(db: Connection, importId: string, at: string): Promise<void> {
  await db.query(sql`
    update catalog.imports set state = 'running', read = 0, created = 0, updated = 0, unchanged = 0, rejected = 0,
      errors = '[]', updated_at = ${at}
    where import_id = ${importId} and state in ('done', 'failed')`);
}

/** From one state to another, where it is in that state still; answers whether it was. */
export async function moveImport(
  db: Connection,
  importId: string,
  change: { from: ImportRow['state']; to: ImportRow['state']; error: LineError[]; at: string },
): Promise<boolean> {
  const rows = await db.query(sql`
    update catalog.imports set state = ${change.to}, updated_at = ${change.at},
      errors = errors || ${JSON.stringify(change.error)}::jsonb
    where import_id = ${importId} and state = ${change.from} returning import_id`);
  return rows.length === 1;
}

/**
 * Adds what a batch did, in the batch's own transaction. False where another runner has gone past `before`: then the
 * batch is not ours to write.
 */
export async function advanceImport(
  tx: Connection,
  importId: string,
  step: { before: number; counts: ImportCounts; errors: LineError[]; at: string },
): Promise<boolean> {
  const { before, counts, errors, at } = step;
  const rows = await tx.query(sql`
    update catalog.imports set read = read + ${counts.read}, created = created + ${counts.created},
      updated = updated + ${counts.updated}, unchanged = unchanged + ${counts.unchanged},
      rejected = rejected + ${counts.rejected}, errors = errors || ${JSON.stringify(errors)}::jsonb, updated_at = ${at}
    where import_id = ${importId} and state = 'running' and read = ${before} returning import_id`);
  return rows.length === 1;
}

/** Uploads that are complete and not yet done, oldest first. */
export async function listRunningImports(db: Connection): Promise<string[]> {
  const rows = await db.query<{ import_id: string }>(sql`
    select import_id from catalog.imports where state = 'running' and spooled order by created_at, import_id`);
  return rows.map(row => row.import_id);
}

/** Ends what nobody goes on with: uploads that stopped, files whose command was killed. */
export async function failStaleImports(db: Connection, before: string, error: LineError, at: string): Promise<void> {
  await db.query(sql`
    update catalog.imports set state = 'failed', updated_at = ${at},
      errors = errors || ${JSON.stringify([error])}::jsonb
    where state in ('uploading', 'running') and updated_at < ${before} and not (state = 'running' and spooled)`);
}

export async function listUnfinishedImports(db: Connection, importIds: string[]): Promise<string[]> {
  const rows = await db.query<{ import_id: string }>(sql`
    select import_id from catalog.imports
    where import_id = any(${importIds}::uuid[]) and state in ('uploading', 'running')`);
  return rows.map(row => row.import_id);
}
