import { createHash } from 'node:crypto';
import { limits } from '#limits';
import type { Attributes, CatalogProduct, ProductPatch } from './contract.ts';

/** What a product says of itself: everything that a client or a file may set, and nothing that follows from it. */
export interface ProductContent {
  title: string;
  description: string;
  category_path: string[];
  brand: string | null;
  price_amount: number;
  currency: string;
  images: string[];
  attributes: Attributes;
  prime: boolean;
  max_per_person: number | null;
  released_at: string | null;
}

/** The same for the same content, whatever the order of its attributes. */
export function hashContent(content: ProductContent): string {
  const { attributes, ...rest } = content;
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  const fields = [
    rest.title,
    rest.description,
    rest.category_path,
    rest.brand,
    rest.price_amount,
    rest.currency,
    rest.images,
    rest.prime,
    rest.max_per_person,
    rest.released_at,
    sorted,
  ];
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 22);
}

export function contentOf(product: CatalogProduct): ProductContent {
  const { title, description, category_path, brand, price, images, attributes, prime } = product;
  const { max_per_person, released_at } = product;
  const { amount: price_amount, currency } = price;
  return {
    title,
    description,
    category_path,
    brand,
    price_amount,
    currency,
    images,
    attributes,
    prime,
    max_per_person,
    released_at,
  };
}

export function patched(content: ProductContent, patch: ProductPatch): ProductContent {
  const { price, ...rest } = patch;
  const priced = price === undefined ? {} : { price_amount: price.amount, currency: price.currency };
  return { ...content, ...rest, ...priced };
}

/** The rows that a page asks for; null where it begins beyond the last row that is listed. */
export function rowsOf(page: number, pageSize: number): { offset: number; limit: number } | null {
  const offset = (page - 1) * pageSize;
  if (offset >= limits.listedRowsMax) return null;
  return { offset, limit: Math.min(pageSize, limits.listedRowsMax - offset) };
}

/** The total of a list whose rows were counted no further than one beyond the last that is listed. */
export function totalOf(count: number): { total: number; total_relation: 'eq' | 'gte' } {
  const isMore = count > limits.listedRowsMax;
  return { total: Math.min(count, limits.listedRowsMax), total_relation: isMore ? 'gte' : 'eq' };
}

/** The pattern of `like` for what holds `text` somewhere. */
export function patternOf(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

/** A path and those above it, the deepest first. */
export function pathsUp(path: readonly string[]): string[][] {
  return path.map((_, index) => path.slice(0, path.length - index));
}
