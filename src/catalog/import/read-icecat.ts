import { icecatCategory } from './icecat/icecat-category.ts';
import { type Candidate, toTimestamp } from './imported-product.ts';

/** All sizes of one picture: the largest that is there. */
const IMAGES = ['img_high', 'img_500x500', 'img_low', 'img_thumb'];
const KINDS: Record<string, string> = { t: 'text', n: 'number', b: 'boolean' };
const ATTRIBUTE = /^attr_([tnb])_(.+)$/;

/** Icecat's open catalogue: prices are US cents, attributes name their type, and there is no category. */
export function readIcecat(record: Record<string, unknown>): Candidate {
  const { id, name, title, supplier, short_description, price, date_released, ean, stock } = record;
  const attributes = readAttributes(record);
  return {
    external_id: typeof id === 'number' ? String(id) : (id ?? null),
    title,
    description: short_description ?? '',
    category_path: icecatCategory({ title: String(title ?? ''), brand: String(supplier ?? ''), attributes }),
    brand: supplier || null,
    price: { amount: price, currency: 'USD' },
    images: IMAGES.map(size => record[size])
      .filter(image => typeof image === 'string' && image !== '')
      .slice(0, 1),
    attributes: Object.fromEntries([
      ...(name === undefined ? [] : [['model', name]]),
      ...(Array.isArray(ean) && ean.length > 0 ? [['ean', ean.join(', ')]] : []),
      ...attributes,
    ]),
    released_at: toTimestamp(date_released),
    stock: stock ?? null,
  };
}

/** Under their own names without the prefix; where two types share a name, the later one says its type. */
function readAttributes(record: Record<string, unknown>): Map<string, unknown> {
  const attributes = new Map<string, unknown>();
  for (const [key, value] of Object.entries(record)) {
    const [, kind, name] = ATTRIBUTE.exec(key) ?? [];
    if (name !== undefined) attributes.set(attributes.has(name) ? `${name}_${KINDS[kind!]}` : name, value);
  }
  return attributes;
}
