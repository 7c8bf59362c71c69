import type { ImportEncoding, ImportFormat } from '../contract.ts';
import { type Candidate, checkImported, type ImportedProduct } from './imported-product.ts';
import { readDoorbuster, readDoorbusterRow } from './read-doorbuster.ts';
import { readGoogle } from './read-google.ts';
import { readIcecat } from './read-icecat.ts';
import type { SourceRecord, Splitter } from './source-record.ts';
import { splitCsv } from './split-csv.ts';
import { splitJson } from './split-json.ts';
import { splitLines } from './split-lines.ts';

export const splitters: Record<ImportEncoding, Splitter> = { ndjson: splitLines, json: splitJson, csv: splitCsv };

type Read = (record: Record<string, unknown>, currency: string) => Candidate;
type ReadRow = (cells: Record<string, string>, currency: string) => Candidate;

const formats: Record<ImportFormat, { read: Read; readRow: ReadRow }> = {
  doorbuster: { read: readDoorbuster, readRow: readDoorbusterRow },
  'google-merchant': { read: readGoogle, readRow: readGoogle },
  icecat: { read: readIcecat, readRow: cells => readIcecat({ ...cells, price: toWhole(cells.price) }) },
};

/** A record as a product that may be written, or why not. */
export function readRecord(
  record: SourceRecord,
  format: ImportFormat,
  currency: string,
): { product: ImportedProduct } | { error: string } {
  if ('error' in record) return record;
  const { read, readRow } = formats[format];
  if ('cells' in record) return finish(readRow(record.cells, currency), currency);
  let value: unknown;
  try {
    value = JSON.parse(record.json);
  } catch (error) {
    return { error: `is not JSON: ${(error as SyntaxError).message}`.slice(0, 1000) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { error: 'is not an object' };
  return finish(read(value as Record<string, unknown>, currency), currency);
}

function finish(candidate: Candidate, currency: string): { product: ImportedProduct } | { error: string } {
  const { title, price } = candidate;
  if (typeof title === 'string') candidate.title = title.trim();
  if (typeof price === 'string') {
    return { error: `price is ${JSON.stringify(price.slice(0, 40))}, not an amount such as "15.00 ${currency}"` };
  }
  const checked = checkImported(candidate);
  if ('error' in checked) return checked;
  const { product } = checked;
  if (product.external_id === null && !product.product_id) {
    return { error: 'external_id is required: by it a second import finds the product' };
  }
  if (product.price.currency !== currency) {
    return { error: `price.currency is ${product.price.currency}, and this shop sells in ${currency}` };
  }
  const isBroken = product.title.includes('\ufffd') || product.description?.includes('\ufffd');
  return isBroken ? { error: 'holds characters that are not UTF-8' } : checked;
}

function toWhole(cell: string | undefined): number | undefined {
  return cell !== undefined && /^\d{1,12}$/.test(cell) ? Number(cell) : undefined;
}
