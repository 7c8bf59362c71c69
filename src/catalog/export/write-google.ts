import { csvCell } from '#platform/csv';
import { minorDigits } from '#platform/money';
import type { CatalogProduct } from '../contract.ts';

/** Attributes that the specification has columns for; it knows no others. */
const ATTRIBUTES = ['gtin', 'mpn', 'condition', 'color', 'size', 'material', 'pattern', 'gender', 'age_group'] as const;

const COLUMNS = [
  'id',
  'title',
  'description',
  'image_link',
  'additional_image_link',
  'price',
  'brand',
  'product_type',
  ...ATTRIBUTES,
] as const;

export const googleHeader = `${COLUMNS.join(',')}\n`;

/** A row of CSV by Google's product data specification. */
export function writeGoogle(product: CatalogProduct): string {
  const [image, ...images] = product.images;
  const attributes = ATTRIBUTES.map(name => product.attributes[name] ?? '');
  const cells = [
    product.external_id ?? product.product_id,
    product.title,
    product.description,
    image ?? '',
    images.join(','),
    writePrice(product.price),
    product.brand ?? '',
    product.category_path.join(' > '),
    ...attributes,
  ];
  return cells.map(cell => csvCell(String(cell))).join(',');
}

function writePrice({ amount, currency }: { amount: number; currency: string }): string {
  const digits = minorDigits(currency);
  if (digits === 0) return `${amount} ${currency}`;
  const text = String(amount).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)} ${currency}`;
}
