import type { Facets } from '../contract.ts';
import type { AttributeColumn } from './attribute-column.ts';
import { NO_CATEGORY } from './category-tree.ts';
import type { Columns } from './columns.ts';
import {
  BY_ATTRIBUTE,
  BY_BRAND,
  BY_PRICE,
  BY_RATING,
  type Filters,
  MISSES_MORE,
  MISSES_NOTHING,
  missedBy,
} from './filters.ts';
import { priceRanges } from './price-ranges.ts';

const CATEGORIES_MAX = 100;
const VALUES_MAX = 50;
const ATTRIBUTES_MAX = 12;
const RATINGS_FROM = [4, 3, 2, 1];

type ValueCount = { value: string; count: number };

interface Tally {
  brands: Int32Array;
  categories: Int32Array;
  /** Attribute values by number, and those of them that are above 0. */
  values: Int32Array;
  touched: number[];
  prices: Float64Array;
  priced: number;
  ratings: number[];
}

/**
 * One pass over the hits: those that pass all filters are the result; one that fails a single facet's filter counts in
 * that facet alone. So a value chosen alone in its facet, the other filters kept, gives exactly its count.
 */
export function countFacets(
  columns: Columns,
  filters: Filters,
  hits: Uint32Array,
): { rows: Uint32Array; facets: Facets } {
  const tally: Tally = {
    brands: new Int32Array(columns.brands.size),
    categories: new Int32Array(columns.categories.size),
    values: new Int32Array(columns.attributes.size),
    touched: [],
    prices: new Float64Array(hits.length),
    priced: 0,
    ratings: RATINGS_FROM.map(() => 0),
  };
  const rows = new Uint32Array(hits.length);
  let total = 0;
  for (const row of hits) {
    const missed = missedBy(columns, filters, row);
    if (missed === MISSES_MORE) continue;
    if (missed === MISSES_NOTHING) {
      rows[total++] = row;
      if (columns.category[row]! >= 0) tally.categories[columns.category[row]!]! += 1;
      tallyAttributes(columns, tally, row, undefined);
    }
    const isBranded = columns.brand[row]! >= 0;
    if (isBranded && (missed === MISSES_NOTHING || missed === BY_BRAND)) tally.brands[columns.brand[row]!]! += 1;
    if (missed === MISSES_NOTHING || missed === BY_PRICE) tally.prices[tally.priced++] = columns.price[row]!;
    if (missed === MISSES_NOTHING || missed === BY_RATING) tallyRating(tally, columns.rating[row]!);
    if (missed >= BY_ATTRIBUTE) {
      tallyAttributes(columns, tally, row, filters.attributes[missed - BY_ATTRIBUTE]!.nameId);
    }
  }
  return { rows: rows.subarray(0, total), facets: facetsOf(columns, filters, tally) };
}

function tallyRating(tally: Tally, rating: number): void {
  for (let i = 0; i < RATINGS_FROM.length; i++) if (rating >= RATINGS_FROM[i]!) tally.ratings[i]! += 1;
}

function tallyAttributes(columns: Columns, tally: Tally, row: number, onlyNameId: number | undefined): void {
  const { pool, starts, lengths, nameOf } = columns.attributes;
  const start = starts[row]!;
  for (let at = start; at < start + lengths[row]!; at++) {
    const id = pool[at]!;
    if (onlyNameId !== undefined && nameOf[id] !== onlyNameId) continue;
    const count = tally.values[id]! + 1;
    tally.values[id] = count;
    if (count === 1) tally.touched.push(id);
  }
}

function facetsOf(columns: Columns, filters: Filters, tally: Tally): Facets {
  return {
    categories: categoryFacet(columns, filters, tally),
    brands: brandFacet(columns, filters, tally),
    price_ranges: priceRanges(tally.prices.subarray(0, tally.priced)),
    ratings: RATINGS_FROM.map((from, index) => ({ from, count: tally.ratings[index]! })),
    attributes: attributeFacets(columns, filters, tally),
  };
}

/** The children of the chosen path. They lie inside it, so the path's own filter takes nothing from their counts. */
function categoryFacet({ categories }: Columns, { categoryId }: Filters, tally: Tally): Facets['categories'] {
  if (categoryId === undefined) return [];
  const children = categories.rollUp(categoryId, tally.categories);
  const parent = categoryId === NO_CATEGORY ? [] : categories.pathOf(categoryId);
  return children
    .map(({ id, count }) => ({ value: categories.names[id]!, path: [...parent, categories.names[id]!], count }))
    .sort(byCount)
    .slice(0, CATEGORIES_MAX);
}

function brandFacet({ brands }: Columns, { brandIds, brands: chosen }: Filters, tally: Tally): Facets['brands'] {
  const counted: ValueCount[] = [];
  for (let id = 0; id < tally.brands.length; id++) {
    if (tally.brands[id]! > 0) counted.push({ value: brands.texts[id]!, count: tally.brands[id]! });
  }
  return topValues(counted, brandIds === null ? [] : chosen);
}

/** Attributes that tell this result's products apart: on many of them, with some values. Chosen ones always. */
function attributeFacets({ attributes }: Columns, filters: Filters, tally: Tally): Facets['attributes'] {
  const chosenIds = new Set(filters.attributes.map(({ nameId }) => nameId));
  const telling = tellingAttributes(attributes, tally).filter(nameId => !chosenIds.has(nameId));
  const shown = new Map<number, ValueCount[]>();
  for (const nameId of [...chosenIds, ...telling.slice(0, ATTRIBUTES_MAX)]) shown.set(nameId, []);
  for (const id of tally.touched) {
    shown.get(attributes.nameOf[id]!)?.push({ value: attributes.texts[id]!, count: tally.values[id]! });
  }
  const { texts: names } = attributes.names;
  return Object.fromEntries([
    ...filters.attributes.map(({ name, nameId, values }) => [name, topValues(shown.get(nameId)!, values)]),
    ...[...shown]
      .filter(([nameId]) => !chosenIds.has(nameId))
      .map(([nameId, values]) => [names[nameId]!, topValues(values, [])]),
  ]);
}

/** Those with neither one value nor very many, by how many products have them. */
function tellingAttributes(attributes: AttributeColumn, tally: Tally): number[] {
  const { texts: names } = attributes.names;
  const coverage = new Int32Array(names.length);
  const distinct = new Int32Array(names.length);
  for (const id of tally.touched) {
    const nameId = attributes.nameOf[id]!;
    coverage[nameId]! += tally.values[id]!;
    distinct[nameId]! += 1;
  }
  return Array.from(names.keys())
    .filter(nameId => distinct[nameId]! >= 2 && distinct[nameId]! <= VALUES_MAX)
    .sort((a, b) => coverage[b]! - coverage[a]! || (names[a]! < names[b]! ? -1 : 1));
}

/** The most frequent values and all chosen ones, in a stable order. */
function topValues(counted: ValueCount[], chosen: readonly string[]): ValueCount[] {
  const sorted = counted.sort(byCount);
  const shown = sorted.slice(0, VALUES_MAX);
  for (const value of new Set(chosen)) {
    if (shown.some(one => one.value === value)) continue;
    shown.push(sorted.find(one => one.value === value) ?? { value, count: 0 });
  }
  return shown;
}

function byCount(a: ValueCount, b: ValueCount): number {
  return b.count - a.count || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0);
}
