import { minorDigits } from '#platform/money';
import { type Candidate, parsePrice } from './imported-product.ts';

const CATEGORY_DEPTH_MAX = 6;
const NAME_LENGTH_MAX = 100;
const UNSORTED = ['Other'];

/** Columns of the product data specification that describe the product and are fields of ours by no other name. */
const ATTRIBUTES = [
  'gtin',
  'mpn',
  'condition',
  'color',
  'size',
  'size_type',
  'size_system',
  'material',
  'pattern',
  'gender',
  'age_group',
  'adult',
  'multipack',
  'is_bundle',
  'item_group_id',
  'energy_efficiency_class',
  'unit_pricing_measure',
  'product_length',
  'product_width',
  'product_height',
  'product_weight',
  'product_highlight',
  'shipping_weight',
];

/**
 * A record by Google's product data specification: a row of a feed, or JSON with its names in any of their spellings
 * (`image_link`, `image link`, `g:image_link`, `imageLink`). Columns that a shop has no use for are passed over.
 */
export function readGoogle(record: Record<string, unknown>, currency: string): Candidate {
  const fields = new Map(Object.entries(record).map(([name, value]) => [spell(name), value]));
  const text = (name: string) => toText(fields.get(name));
  return {
    external_id: text('id') ?? text('offer_id') ?? null,
    title: text('title'),
    description: text('description') ?? '',
    category_path: readCategory(
      text('product_type') ?? first(fields.get('product_types')),
      text('google_product_category'),
    ),
    brand: text('brand') ?? null,
    price: readPrice(fields, currency),
    images: [
      text('image_link'),
      ...readImages(fields.get('additional_image_link') ?? fields.get('additional_image_links')),
    ]
      .filter(image => image !== undefined)
      .slice(0, 30),
    attributes: readAttributes(fields),
    stock: readStock(fields),
  };
}

function spell(name: string): string {
  return name
    .trim()
    .replace(/^g:/i, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[\s-]+/g, '_')
    .toLowerCase();
}

function toText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String).join(', ');
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  // Our own export marks what a spreadsheet would run as a formula.
  const text = String(value)
    .trim()
    .replace(/^'(?=[=+\-@\t\r])/, '');
  return text === '' ? undefined : text;
}

function first(value: unknown): string | undefined {
  return toText(Array.isArray(value) ? value[0] : value);
}

/** The seller's own path, else Google's in words; a bare number of Google's tree says nothing to a shopper. */
function readCategory(own: string | undefined, google: string | undefined): string[] {
  const path = own ?? (google === undefined || /^\d+$/.test(google) ? undefined : google);
  const names = (path ?? '')
    .split('>')
    .map(name => name.trim().slice(0, NAME_LENGTH_MAX))
    .filter(name => name !== '');
  return names.length === 0 ? UNSORTED : names.slice(0, CATEGORY_DEPTH_MAX);
}

/** The sale price where it holds without dates: a price that begins and ends by itself is no price of a catalogue. */
function readPrice(fields: Map<string, unknown>, currency: string): unknown {
  const isDated = toText(fields.get('sale_price_effective_date')) !== undefined;
  const sale = isDated ? undefined : toPriceText(fields.get('sale_price'));
  const price = sale ?? toPriceText(fields.get('price'));
  return price === undefined ? undefined : (parsePrice(price, currency, minorDigits) ?? price);
}

/** "15.00 USD", or `{value, currency}` of the Content API. */
function toPriceText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return toText(value);
  const { value: amount, currency } = value as { value?: unknown; currency?: unknown };
  return `${toText(amount) ?? ''} ${toText(currency) ?? ''}`.trim();
}

function readImages(value: unknown): string[] {
  const texts = Array.isArray(value) ? value.map(String) : (toText(value) ?? '').split(',');
  return texts.map(text => text.trim()).filter(text => text !== '');
}

function readAttributes(fields: Map<string, unknown>): Record<string, string> {
  const known = ATTRIBUTES.flatMap(name => {
    const value = toText(fields.get(name));
    return value === undefined ? [] : [[name, value] as const];
  });
  // section:name:value, several of them apart by commas
  const details = (toText(fields.get('product_detail')) ?? '').split(',').flatMap(detail => {
    const [, name, value] = /^[^:]*:([^:]+):(.+)$/.exec(detail.trim()) ?? [];
    return name === undefined ? [] : [[name.trim().toLowerCase(), value!.trim()] as const];
  });
  return Object.fromEntries([...details, ...known]);
}

function readStock(fields: Map<string, unknown>): unknown {
  const quantity = toText(
    fields.get('quantity') ?? fields.get('sell_on_google_quantity') ?? fields.get('inventory') ?? fields.get('stock'),
  );
  if (quantity !== undefined) return /^\d{1,10}$/.test(quantity) ? Number(quantity) : quantity;
  const isOut = /^out.of.stock$/i.test(toText(fields.get('availability')) ?? '');
  return isOut ? 0 : null;
}
