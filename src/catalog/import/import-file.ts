import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import { DEFAULT_SELLER, type ImportEncoding, type ImportFormat, type ImportReport } from '../contract.ts';
import type { CatalogParts } from '../deps.ts';
import { insertImport, readImport, restartImport } from '../import-store.ts';
import { readText } from './read-text.ts';
import { runImport } from './run-import.ts';
import { NotReadable } from './source-record.ts';
import { reportOf } from './upload-import.ts';

export interface ImportFileOptions {
  path: string;
  /** Guessed from the first record when absent. */
  format?: ImportFormat;
  /** Stock of products for which the file says none; null (the default) leaves them without. */
  defaultStock?: number | null;
  onProgress?: (progress: ImportProgress) => void;
  signal?: AbortSignal;
}

export interface ImportProgress extends ImportReport {
  bytes_read: number;
  bytes_total: number;
}

/** Imports a file of this machine, and goes on where an earlier run of the same file was killed. */
export async function importFile(parts: CatalogParts, options: ImportFileOptions): Promise<ImportReport> {
  const { db, clock } = parts;
  const { defaultStock = null, onProgress, signal } = options;
  const path = await realpath(options.path);
  const { size, mtimeMs } = await stat(path);
  const guess = guessKind(await readHead(path));
  const format = options.format ?? guess.format;
  const encoding = guess.encoding;
  const import_id = derivedId(DEFAULT_SELLER.seller_id, `${path} ${size} ${mtimeMs} ${format}`);
  const at = timestamp(clock.nowMs());
  const row = { import_id, seller_id: null, format, encoding, default_stock: defaultStock, state: 'running' } as const;
  await insertImport(db, { ...row, spooled: false, at });
  await restartImport(db, import_id, at);

  let bytesRead = 0;
  async function* counted() {
    for await (const bytes of createReadStream(path, { highWaterMark: 262_144 })) {
      bytesRead += (bytes as Buffer).length;
      yield bytes as Buffer;
    }
  }
  const current = (await readImport(db, import_id))!;
  await runImport(parts, {
    row: current,
    bytes: counted(),
    signal,
    onProgress: now => onProgress?.({ ...reportOf(now), bytes_read: bytesRead, bytes_total: size }),
  });
  return reportOf((await readImport(db, import_id))!);
}

const HEAD_LENGTH = 65_536;

async function readHead(path: string): Promise<string> {
  const file = createReadStream(path, { highWaterMark: HEAD_LENGTH });
  let head = '';
  try {
    for await (const text of readText(file as AsyncIterable<Buffer>)) {
      head += text;
      if (head.length >= HEAD_LENGTH) break;
    }
  } catch (error) {
    // Told by the import itself, which comes to the same place.
    if (!(error instanceof NotReadable)) throw error;
  }
  return head;
}

/** From the beginning of a file: how it is written, and whose names its fields have. */
export function guessKind(head: string): { format: ImportFormat; encoding: ImportEncoding } {
  const begin = head.trimStart();
  const firstLine = begin.split('\n', 1)[0]!;
  const encoding = begin.startsWith('[')
    ? 'json'
    : !begin.startsWith('{')
      ? 'csv'
      : isJson(firstLine)
        ? 'ndjson'
        : 'json';
  const fields = encoding === 'csv' ? firstLine : begin.slice(0, 8192);
  const has = (pattern: RegExp) => pattern.test(fields);
  if (has(/short_description|\battr_[tnb]_|\bimg_high\b/)) return { format: 'icecat', encoding };
  const isGoogle = has(/image[_ ]?link|google_product_category|\bproduct_type\b|\bavailability\b|\bofferId\b/i);
  return { format: isGoogle ? 'google-merchant' : 'doorbuster', encoding };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    // A line that is not whole: the object goes on over several lines.
    return false;
  }
}
