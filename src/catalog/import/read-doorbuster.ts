import { minorDigits } from '#platform/money';
import { type Candidate, parsePrice, toTimestamp } from './imported-product.ts';

/** Fields of our own answers that follow from other things; a file that was made of them may hold them. */
const DERIVED = new Set([
  'rating',
  'review_count',
  'in_stock',
  'available',
  'created_at',
  'updated_at',
  'deleted',
  'version',
]);

/** Our own shape, as `GET /api/admin/exports/products` writes it, with `stock` if it is to be received. */
export function readDoorbuster(record: Record<string, unknown>, currency: string): Candidate {
  const { seller, stock, available, ...rest } = record;
  const kept = Object.fromEntries(Object.entries(rest).filter(([name]) => !DERIVED.has(name)));
  return {
    description: '',
    brand: null,
    images: [],
    attributes: {},
    external_id: null,
    ...kept,
    ...(kept.released_at === undefined ? {} : { released_at: toTimestamp(kept.released_at) }),
    ...(typeof kept.price === 'string' ? { price: parsePrice(kept.price, currency, minorDigits) ?? kept.price } : {}),
    seller: typeof seller === 'string' ? { name: seller } : (seller ?? null),
    stock: stock ?? available ?? null,
  };
}

/** The same from a row of CSV: lists and attributes as JSON, or "A > B", and pictures apart by blanks. */
export function readDoorbusterRow(cells: Record<string, string>, currency: string): Candidate {
  const record: Record<string, unknown> = {};
  const own: [string, unknown][] = [];
  for (const [column, cell] of Object.entries(cells)) {
    const value = cell.trim();
    const attribute = /^attributes?\.(.+)$/.exec(column)?.[1];
    if (value === '' || column === 'currency') continue;
    if (attribute !== undefined) own.push([attribute, toScalar(value)]);
    else record[column] = Object.hasOwn(readCell, column) ? readCell[column]!(value) : value;
  }
  if (record.price !== undefined) record.price = readPrice(cells, currency);
  if (own.length > 0) record.attributes = Object.fromEntries([...Object.entries(record.attributes ?? {}), ...own]);
  return readDoorbuster(record, currency);
}

const readCell: Record<string, (cell: string) => unknown> = {
  category_path: cell => (cell.startsWith('[') ? toJson(cell) : cell.split('>').map(name => name.trim())),
  images: cell => (cell.startsWith('[') ? toJson(cell) : cell.split(/[\s|]+/)),
  attributes: toJson,
  prime: toScalar,
  max_per_person: toScalar,
  stock: toScalar,
  available: toScalar,
};

/** A whole number is minor units, as everywhere here; "29.99 USD" says what it is. */
function readPrice(cells: Record<string, string>, fallback: string): unknown {
  const price = cells.price!.trim();
  const currency = cells.currency?.trim() || fallback;
  if (/^\d{1,15}$/.test(price)) return { amount: Number(price), currency };
  return parsePrice(price, currency, minorDigits) ?? price;
}

function toJson(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    // Not JSON: the check tells which field is not what it must be.
    return cell;
  }
}

function toScalar(cell: string): unknown {
  if (/^-?\d{1,15}(\.\d{1,10})?$/.test(cell)) return Number(cell);
  return /^(true|false)$/i.test(cell) ? cell.toLowerCase() === 'true' : cell;
}
