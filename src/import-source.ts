import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import type { Catalog, ImportEncoding, ImportFormat, ImportReport } from '#catalog';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Ids } from '#platform/ids';
import { Unavailable } from '#platform/outcome';
import { guessKind } from './catalog/import/import-file.ts';

export interface ImportSource {
  /** What people read in the progress. */
  name: string;
  /** The same for the same content, so that a start after a crash goes on with the import that it finds. */
  import_id: string;
  format: ImportFormat;
  encoding: ImportEncoding;
  default_stock: number | null;
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>;
  /** How many there are, where that can be known. */
  records: Promise<number | undefined> | number | undefined;
}

export interface ImportDeps {
  catalog: Pick<Catalog, 'startImport' | 'appendImport' | 'finishImport' | 'getImport'>;
  clock: Clock;
  ids: Ids;
  signal: AbortSignal;
  onProgress: (line: string) => void;
}

/** The catalog could not read the source: trying again would end the same way. */
export class ImportFailed extends Error {
  constructor(name: string, report: ImportReport) {
    const last = report.errors.at(-1);
    super(`The import of ${name} failed${last === undefined ? '' : ` at line ${last.line}: ${last.message}`}`);
    this.name = 'ImportFailed';
  }
}

const POLL_MS = 100;
const TELL_MS = 1_000;

/**
 * Sends a source through the catalog's contract, wherever the catalog runs, and waits for the end of its import.
 * Stopped in between, it answers with the import as it stands; the catalog goes on with what it has been given.
 */
export async function importSource(deps: ImportDeps, source: ImportSource): Promise<ImportReport> {
  const { catalog, ids, signal } = deps;
  const { format, encoding, default_stock } = source;
  const input = { seller_id: null, format, encoding, default_stock };
  let report = await catalog.startImport({ ...input, import_id: source.import_id });
  if (report.state === 'done') return report;
  // What failed before this start gets one more chance: the fault may have been ours.
  if (report.state === 'failed') report = await catalog.startImport({ ...input, import_id: ids.next() });
  const { import_id } = report;
  await upload(deps, import_id, source.chunks);
  if (signal.aborted) return report;
  await catalog.finishImport({ import_id });
  return await follow(deps, import_id, source);
}

async function upload(deps: ImportDeps, import_id: string, chunks: ImportSource['chunks']): Promise<void> {
  const { catalog, signal } = deps;
  let offset = 0;
  for await (const bytes of chunks) {
    if (signal.aborted) return;
    const end = offset + bytes.length;
    const answer = await catalog.appendImport({ import_id, offset, chunk: bytes.toString('base64') });
    if (answer.offset < end) throw new Unavailable('the catalog has lost a part of the upload');
    offset = end;
  }
}

async function follow(deps: ImportDeps, import_id: string, source: ImportSource): Promise<ImportReport> {
  const { catalog, clock, signal, onProgress } = deps;
  const startMs = clock.nowMs();
  let first: number | undefined;
  let toldMs = startMs;
  for (;;) {
    const report = await catalog.getImport({ import_id });
    if (report === null) throw new Unavailable('the catalog has lost an import');
    if (report.state === 'failed') throw new ImportFailed(source.name, report);
    if (report.state === 'done' || signal.aborted) return report;
    first ??= report.read;
    const nowMs = clock.nowMs();
    if (nowMs - toldMs >= TELL_MS) {
      const perSecond = ((report.read - first) * 1000) / (nowMs - startMs);
      onProgress(tellProgress(source.name, { read: report.read, records: await source.records, perSecond }));
      toldMs = nowMs;
    }
    await clock.sleep(POLL_MS, signal);
  }
}

const count = (value: number) => Math.round(value).toLocaleString('en');

export function tellProgress(
  name: string,
  { read, records, perSecond }: { read: number; records: number | undefined; perSecond: number },
): string {
  const rate = `${count(perSecond)} a second`;
  if (records === undefined || records === 0) return `${name}: ${count(read)} products, ${rate}`;
  const percent = Math.min(100, Math.floor((100 * read) / records));
  return `${name}: ${count(read)} of ${count(records)} products (${percent}%), ${rate}`;
}

export function tellReport(name: string, { read, created, updated, rejected, errors }: ImportReport): string[] {
  const rest = rejected === 0 ? '' : `, ${count(rejected)} rejected`;
  const products = `${count(created)} products created, ${count(updated)} updated${rest}`;
  const summary = `${name}: ${count(read)} records read, ${products}`;
  return [summary, ...errors.slice(0, 3).map(({ line, message }) => `  line ${line}: ${message}`)];
}

/** A file of this machine as a source: its kind is guessed from its beginning. */
export async function fileSource(
  path: string,
): Promise<Pick<ImportSource, 'format' | 'encoding' | 'chunks' | 'records'>> {
  const { head, isGzip, size } = await peek(path);
  const kind = guessKind(head);
  return {
    ...kind,
    chunks: createReadStream(path, { highWaterMark: limits.importChunkBytesMax }),
    records: kind.encoding === 'ndjson' && size <= COUNTED_BYTES_MAX ? countLines(path, isGzip) : undefined,
  };
}

const HEAD_BYTES = 65_536;
/** Reading a file once more only to tell percents is worth it for small ones. */
const COUNTED_BYTES_MAX = 100 * 1_048_576;

async function peek(path: string): Promise<{ head: string; isGzip: boolean; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return { head: (isGzip ? unpackHead(bytes) : bytes).toString(), isGzip, size };
  } finally {
    await file.close();
  }
}

function unpackHead(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Broken from the start: the import itself will say where.
    return Buffer.alloc(0);
  }
}

/** Undefined where the file can't be read to its end; the import will say why. */
async function countLines(path: string, isGzip: boolean): Promise<number | undefined> {
  const file = createReadStream(path, { highWaterMark: limits.importChunkBytesMax });
  const bytes = isGzip ? file.pipe(createGunzip({ chunkSize: 262_144 })) : file;
  file.on('error', error => bytes.destroy(error));
  let lines = 0;
  let isOpen = false;
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
      isOpen = chunk.at(-1) !== 10;
    }
  } catch {
    return undefined;
  }
  return lines + (isOpen ? 1 : 0);
}
