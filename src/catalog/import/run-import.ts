import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { CatalogParts } from '../deps.ts';
import { type ImportRow, moveImport } from '../import-store.ts';
import { type Batch, keyOf } from './plan-batch.ts';
import { readRecord, splitters } from './read-record.ts';
import { readText } from './read-text.ts';
import { NotReadable } from './source-record.ts';
import { writeBatch } from './write-batch.ts';

/** So many records are read before other work of this process gets its turn. */
const TURN_RECORDS = 50;

export interface ImportRun {
  row: ImportRow;
  bytes: AsyncIterable<Buffer>;
  /** After each batch, with the counts so far in `row`. */
  onProgress?: (row: ImportRow) => void;
  signal?: AbortSignal;
}

/** Runs an import to its end, from where it stood; false when it was stopped between two batches. */
export async function runImport(parts: CatalogParts, run: ImportRun): Promise<boolean> {
  const { row, signal } = run;
  try {
    await writeRecords(parts, run);
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    await endImport(parts, row, 'failed', { line: error.line, message: error.message });
    return true;
  }
  if (signal?.aborted) return false;
  await endImport(parts, row, 'done');
  return true;
}

export async function endImport(
  { db, clock }: CatalogParts,
  row: ImportRow,
  to: 'done' | 'failed',
  error?: { line: number; message: string },
): Promise<void> {
  const change = { from: row.state, to, error: error === undefined ? [] : [error], at: timestamp(clock.nowMs()) };
  await moveImport(db, row.import_id, change);
}

/** While one batch is written, the next one is read: the two take about the same time, on two cores. */
async function writeRecords(parts: CatalogParts, run: ImportRun): Promise<void> {
  const { row, bytes, signal } = run;
  const writer = batchWriter(parts, run);
  let toSkip = row.read;
  let count = 0;
  for await (const records of readable(splitters[row.encoding](readText(bytes)), writer.flushItems)) {
    for (const record of records) {
      if (toSkip > 0) {
        toSkip -= 1;
        continue;
      }
      if (signal?.aborted) return await writer.settled();
      const read = readRecord(record, row.format, parts.currency);
      await writer.add('error' in read ? { line: record.line, message: read.error } : { line: record.line, ...read });
      count += 1;
      if (count % TURN_RECORDS === 0) await new Promise(resolve => setImmediate(resolve));
    }
  }
  await writer.flush();
  await writer.settled();
}

/** Where reading ends with a fault, the products that came before it are kept. */
async function* readable<Value>(source: AsyncIterable<Value>, keep: () => Promise<void>): AsyncGenerator<Value> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof NotReadable) await keep();
    throw error;
  }
}

type Item = Batch['items'][number] | Batch['rejected'][number];

function batchWriter(parts: CatalogParts, { row, onProgress }: ImportRun) {
  let batch: Batch = { items: [], rejected: [] };
  let keys = new Set<string>();
  let writing: Promise<void> = Promise.resolve();

  async function write(full: Batch): Promise<void> {
    const counts = await writeBatch(parts, row, full);
    for (const name of ['read', 'created', 'updated', 'unchanged', 'rejected'] as const) row[name] += counts[name];
    onProgress?.(row);
  }

  async function flush(): Promise<void> {
    if (batch.items.length + batch.rejected.length === 0) return;
    await writing;
    writing = write(batch);
    // Awaited before the next batch; without this line a failure would end the process until then.
    writing.catch(() => {});
    batch = { items: [], rejected: [] };
    keys = new Set();
  }

  return {
    flush,
    settled: () => writing,
    /** Lines of a file that turns out to be something else are not worth telling one by one. */
    async flushItems(): Promise<void> {
      if (batch.items.length > 0) await flush();
      await writing;
    },
    async add(item: Item): Promise<void> {
      if ('message' in item) batch.rejected.push(item);
      else {
        const key = keyOf(item.product);
        // The same product twice in a file: the later record is written after the earlier one, not beside it.
        if (keys.has(key)) await flush();
        keys.add(key);
        batch.items.push(item);
      }
      if (batch.items.length + batch.rejected.length >= limits.importBatchMax) await flush();
    },
  };
}
