import { type Static, Type } from 'typebox';
import { Id, nullable, object, text } from '#platform/schema';
import { compileCheck, findBadText } from '#platform/validate';
import { ProductInput } from '../contract.ts';

const { title, description, category_path, brand, price, images, attributes } = ProductInput.properties;
const { prime, max_per_person } = ProductInput.properties;

/**
 * A record of any format, understood. What `prime`, `max_per_person` and `released_at` leave out stays as it is: most
 * formats can't say it. Everything else is as the file says, and empty where it says nothing.
 */
const ImportedProduct = object({
  external_id: nullable(text(200)),
  product_id: Type.Optional(nullable(Id)),
  seller: Type.Optional(nullable(object({ seller_id: Type.Optional(Id), name: text(200) }))),
  title,
  description,
  category_path,
  brand,
  price,
  images,
  attributes,
  prime,
  max_per_person,
  released_at: Type.Optional(nullable(text(24, { pattern: '^(19|20|21)\\d\\d-\\d\\d-\\d\\dT' }))),
  stock: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 1_000_000_000 }))),
});
export type ImportedProduct = Static<typeof ImportedProduct>;

/** What a format makes of a record: fields as they will be, not yet checked. */
export type Candidate = { [Field in keyof ImportedProduct]?: unknown } & Record<string, unknown>;

const check = compileCheck(ImportedProduct);
const TOLD_ERRORS_MAX = 3;

export function checkImported(candidate: Candidate): { product: ImportedProduct } | { error: string } {
  const bad = findBadText(candidate);
  if (bad !== undefined) return { error: `${nameOf(bad)} holds a NUL, half a character, or is nested too deep` };
  const given = Object.fromEntries(Object.entries(candidate).filter(([, value]) => value !== undefined));
  const errors = check(given);
  if (errors === 'valid') return { product: given as ImportedProduct };
  const told = errors.map(
    ({ path, message }) => `${nameOf(path)} ${message.replace('of this request', 'of a product')}`,
  );
  return { error: [...new Set(told)].slice(0, TOLD_ERRORS_MAX).join('; ').slice(0, 1000) };
}

/** `/price/amount` → `price.amount` */
function nameOf(path: string): string {
  const name = path.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
  return name === '' ? 'the record' : name;
}

/** A time in any common form as RFC 3339; what is none stays, and the check refuses it. */
export function toTimestamp(value: unknown): unknown {
  if (value === null || value === undefined || value === '') return null;
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? value : new Date(at).toISOString();
}

/** "15.00 USD" or "USD 15,00" as minor units; undefined where it is no price. */
export function parsePrice(
  textOfPrice: string,
  fallbackCurrency: string,
  digitsOf: (currency: string) => number,
): { amount: number; currency: string } | undefined {
  const pattern = /^([A-Z]{3})?\s*(\d{1,12})(?:[.,](\d{1,4}))?\s*([A-Z]{3})?$/;
  const [, before, whole, fraction = '', after] = pattern.exec(textOfPrice.trim()) ?? [];
  if (whole === undefined || (before !== undefined && after !== undefined)) return undefined;
  const currency = before ?? after ?? fallbackCurrency;
  const digits = digitsOf(currency);
  const minor = fraction.padEnd(digits, '0');
  if (/[1-9]/.test(minor.slice(digits))) return undefined;
  return { amount: Number(`${whole}${minor.slice(0, digits)}`), currency };
}
