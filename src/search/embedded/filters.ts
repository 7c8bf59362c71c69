import { NO_CATEGORY } from '../category-tree.ts';
import type { SearchQuery } from '../contract.ts';
import type { Columns } from './columns.ts';

/** What a row misses: nothing, one facet's filter alone (and is counted by that facet), or it is out of the result. */
export const MISSES_NOTHING = 0;
export const MISSES_MORE = -1;
const BY_CATEGORY = 1;
export const BY_BRAND = 2;
export const BY_PRICE = 3;
export const BY_RATING = 4;
/** The first attribute that is chosen, the second one after it, and so on. */
export const BY_ATTRIBUTE = 5;

export interface ChosenAttribute {
  name: string;
  nameId: number;
  values: readonly string[];
  valueIds: Set<number>;
}

/** A query's filters in the numbers of the columns. */
export interface Filters {
  /** Undefined: a path that no product has. */
  categoryId: number | undefined;
  insideCategory: Uint8Array;
  brands: readonly string[];
  brandIds: Set<number> | null;
  priceMin: number;
  priceMax: number;
  ratingMin: number;
  prime: number | null;
  inStock: number | null;
  attributes: ChosenAttribute[];
}

export function readFilters(columns: Columns, query: SearchQuery): Filters {
  const { categories, brands, attributes } = columns;
  const categoryId = categories.find(query.category);
  return {
    categoryId,
    insideCategory: categoryId === undefined ? new Uint8Array(categories.size) : categories.below(categoryId),
    brands: query.brands,
    brandIds: query.brands.length === 0 ? null : new Set(query.brands.map(brand => brands.find(brand)).filter(isKnown)),
    priceMin: query.price_min ?? Number.NEGATIVE_INFINITY,
    priceMax: query.price_max ?? Number.POSITIVE_INFINITY,
    ratingMin: query.rating_min ?? Number.NEGATIVE_INFINITY,
    prime: query.prime === null ? null : Number(query.prime),
    inStock: query.in_stock === null ? null : Number(query.in_stock),
    attributes: Object.entries(query.attributes)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => ({
        name,
        nameId: attributes.names.find(name),
        values,
        valueIds: attributes.find(name, values),
      })),
  };
}

function isKnown(id: number): boolean {
  return id >= 0;
}

export function passesAll({ categoryId, brandIds, prime, inStock, attributes, ...range }: Filters): boolean {
  const isOpen = range.priceMin === -Infinity && range.priceMax === Infinity && range.ratingMin === -Infinity;
  const isFree = categoryId === NO_CATEGORY && brandIds === null && attributes.length === 0;
  return isOpen && isFree && prime === null && inStock === null;
}

export function missedBy(columns: Columns, filters: Filters, row: number): number {
  const { prime, inStock, brandIds, categoryId, insideCategory } = filters;
  if (prime !== null && columns.prime[row] !== prime) return MISSES_MORE;
  if (inStock !== null && columns.inStock[row] !== inStock) return MISSES_MORE;
  let missed = MISSES_NOTHING;
  if (categoryId !== NO_CATEGORY && insideCategory[columns.category[row]!] !== 1) missed = BY_CATEGORY;
  if (brandIds !== null && !brandIds.has(columns.brand[row]!)) {
    if (missed !== MISSES_NOTHING) return MISSES_MORE;
    missed = BY_BRAND;
  }
  const price = columns.price[row]!;
  if (price < filters.priceMin || price > filters.priceMax) {
    if (missed !== MISSES_NOTHING) return MISSES_MORE;
    missed = BY_PRICE;
  }
  if (columns.rating[row]! < filters.ratingMin) {
    if (missed !== MISSES_NOTHING) return MISSES_MORE;
    missed = BY_RATING;
  }
  for (let i = 0; i < filters.attributes.length; i++) {
    if (hasOneOf(columns, row, filters.attributes[i]!.valueIds)) continue;
    if (missed !== MISSES_NOTHING) return MISSES_MORE;
    missed = BY_ATTRIBUTE + i;
  }
  return missed;
}

function hasOneOf(columns: Columns, row: number, valueIds: Set<number>): boolean {
  const { ids, starts, lengths } = columns.attributes;
  const start = starts[row]!;
  for (let at = start; at < start + lengths[row]!; at++) if (valueIds.has(ids[at]!)) return true;
  return false;
}
