import { type CatalogProduct, ProductInput } from '#catalog';
import { limits } from '#limits';
import type { Fields } from '#platform/form';
import { minorDigits } from '#platform/money';
import { compileCheck, findBadText } from '#platform/validate';
import { readPrice, writePrice } from './price-text.ts';

export type AttributeType = 'text' | 'number' | 'boolean';

export interface AttributeRow {
  name: string;
  value: string;
  type: AttributeType;
}

/** A product as it stands in the editor: texts, not yet understood. */
export interface ProductDraft {
  title: string;
  description: string;
  category: string;
  brand: string;
  price: string;
  max_per_person: string;
  external_id: string;
  seller_id: string;
  prime: boolean;
  images: string[];
  attributes: AttributeRow[];
}

/** What is wrong, by field; a word of `words.goods.wrong`, or `required` or `invalid`. */
export type DraftErrors = Record<string, DraftError>;
export type DraftError =
  | 'required'
  | 'invalid'
  | 'price'
  | 'category'
  | 'pictureAddress'
  | 'tooManyPictures'
  | 'attributeName'
  | 'attributeTwice'
  | 'attributeNumber'
  | 'attributeBoolean'
  | 'tooManyAttributes'
  | 'maxPerPerson'
  | 'externalIdTaken'
  | 'sellerGone';

export const emptyDraft: ProductDraft = {
  title: '',
  description: '',
  category: '',
  brand: '',
  price: '',
  max_per_person: '',
  external_id: '',
  seller_id: '',
  prime: false,
  images: [],
  attributes: [],
};

export function pathText(path: readonly string[]): string {
  return path.join(' > ');
}

export function readPath(text: string): string[] {
  return text
    .split('>')
    .map(name => name.trim())
    .filter(name => name !== '');
}

/** `yes` and `no` are those of the language in which the product is edited. */
export function draftOf(
  product: CatalogProduct,
  language: string,
  booleans: { yes: string; no: string },
): ProductDraft {
  const { price, attributes } = product;
  return {
    title: product.title,
    description: product.description,
    category: pathText(product.category_path),
    brand: product.brand ?? '',
    price: writePrice(price.amount, minorDigits(price.currency), language),
    max_per_person: product.max_per_person === null ? '' : String(product.max_per_person),
    external_id: product.external_id ?? '',
    seller_id: product.seller.seller_id,
    prime: product.prime,
    images: product.images,
    attributes: Object.entries(attributes).map(([name, value]) => {
      if (typeof value === 'boolean') return { name, value: value ? booleans.yes : booleans.no, type: 'boolean' };
      return { name, value: String(value), type: typeof value === 'number' ? 'number' : 'text' };
    }),
  };
}

/** The form as it was sent. Pictures come in the order of their numbers, without those that were to go. */
export function draftOfFields(fields: Fields): ProductDraft {
  const text = (name: string) => (fields[name] ?? '').trim();
  return {
    title: text('title'),
    description: text('description'),
    category: text('category'),
    brand: text('brand'),
    price: text('price'),
    max_per_person: text('max_per_person'),
    external_id: text('external_id'),
    seller_id: text('seller_id'),
    prime: fields.prime === 'on',
    images: imagesOf(fields),
    attributes: rowsOf(fields, /^attribute_(\d+)_name$/)
      .map((row): AttributeRow => {
        const type = fields[`attribute_${row}_type`];
        return {
          name: text(`attribute_${row}_name`),
          value: text(`attribute_${row}_value`),
          type: type === 'number' || type === 'boolean' ? type : 'text',
        };
      })
      .filter(({ value, name }) => value !== '' || name !== ''),
  };
}

function imagesOf(fields: Fields): string[] {
  return rowsOf(fields, /^image_(\d+)_url$/)
    .filter(row => fields[`image_${row}_remove`] !== 'on')
    .map(row => ({ url: fields[`image_${row}_url`]!.trim(), order: Number(fields[`image_${row}_order`] || row) }))
    .filter(({ url }) => url !== '')
    .sort((a, b) => a.order - b.order || 0)
    .map(({ url }) => url);
}

function rowsOf(fields: Fields, pattern: RegExp): number[] {
  const rows = Object.keys(fields).map(name => pattern.exec(name)?.[1]);
  return rows.flatMap(row => (row === undefined ? [] : [Number(row)])).sort((a, b) => a - b);
}

export type DraftRead = { ok: true; value: ProductInput } | { ok: false; errors: DraftErrors };

const check = compileCheck(ProductInput);

/** Where a field of a product stands in the form. */
const fieldOf: Record<string, string> = { category_path: 'category' };
const TRUE = /^(yes|true|ja|wahr|1)$/i;
const FALSE = /^(no|false|nein|falsch|0)$/i;

/**
 * What a draft means. A category that stands as it stood stays as it is, whatever its names hold; the price's currency
 * is the shop's.
 */
export function readDraft(draft: ProductDraft, currency: string, current?: CatalogProduct): DraftRead {
  const errors: DraftErrors = {};
  const isSameCategory = current !== undefined && draft.category === pathText(current.category_path);
  const amount = readPrice(draft.price, minorDigits(currency));
  if (draft.price !== '' && amount === undefined) errors.price = 'price';
  const max = draft.max_per_person === '' ? null : Number(draft.max_per_person);
  for (const name of ['title', 'category', 'price'] as const) if (draft[name] === '') errors[name] = 'required';
  draft.images.forEach((url, index) => {
    if (!/^(https?:\/\/|\/images\/)\S+$/.test(url) || url.length > 2000) {
      errors[`image_${index + 1}_url`] = 'pictureAddress';
    }
  });
  if (draft.images.length > limits.imagesMax) errors.pictures = 'tooManyPictures';
  const value = {
    title: draft.title,
    description: draft.description,
    category_path: isSameCategory ? current.category_path : readPath(draft.category),
    brand: draft.brand === '' ? null : draft.brand,
    price: { amount: amount ?? 0, currency },
    images: draft.images,
    attributes: readAttributes(draft.attributes, errors),
    prime: draft.prime,
    max_per_person: max,
    external_id: draft.external_id === '' ? null : draft.external_id,
    ...(draft.seller_id !== '' && { seller_id: draft.seller_id }),
  };
  const bad = findBadText(value);
  const found = check(value);
  const paths = [...(bad === undefined ? [] : [bad]), ...(found === 'valid' ? [] : found.map(({ path }) => path))];
  for (const path of paths) {
    const name = path.split('/')[1] ?? '';
    const field = fieldOf[name] ?? name;
    if (isToldBelow(errors, field)) continue;
    errors[field] ??= wordsOfField[field] ?? 'invalid';
  }
  return Object.keys(errors).length === 0 ? { ok: true, value: value as ProductInput } : { ok: false, errors };
}

const wordsOfField: Record<string, DraftError> = {
  category: 'category',
  max_per_person: 'maxPerPerson',
  seller_id: 'sellerGone',
};

/** Rows say themselves what is wrong with them. */
function isToldBelow(errors: DraftErrors, field: string): boolean {
  const names = Object.keys(errors);
  if (field === 'images') return names.some(name => name === 'pictures' || name.startsWith('image_'));
  return field === 'attributes' && names.some(name => name.startsWith('attribute'));
}

function readAttributes(rows: AttributeRow[], errors: DraftErrors): Record<string, string | number | boolean> {
  const read = new Map<string, string | number | boolean>();
  rows.forEach(({ name, value, type }, index) => {
    if (value === '') return;
    const at = `attribute_${index + 1}`;
    if (name === '') errors[`${at}_name`] = 'attributeName';
    else if (name.length > limits.attributeNameMax || /[\r\n]/.test(name)) errors[`${at}_name`] = 'invalid';
    else if (read.has(name)) errors[`${at}_name`] = 'attributeTwice';
    const meant = readValue(value, type);
    if (meant === undefined) errors[`${at}_value`] = type === 'number' ? 'attributeNumber' : 'attributeBoolean';
    else if (value.length > limits.attributeValueMax) errors[`${at}_value`] = 'invalid';
    else read.set(name, meant);
  });
  if (read.size > limits.attributesMax) errors.attributes = 'tooManyAttributes';
  return Object.fromEntries(read);
}

function readValue(value: string, type: AttributeType): string | number | boolean | undefined {
  if (type === 'text') return value;
  if (type === 'boolean') return TRUE.test(value) ? true : FALSE.test(value) ? false : undefined;
  const plain = value.replace(',', '.');
  const number = /^[+-]?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,3})?$/i.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
