import { NO_CATEGORY } from '../category-tree.ts';
import type { Facets } from '../contract.ts';
import {
  byCount,
  CATEGORIES_MAX,
  RATINGS_FROM,
  SAMPLE_MAX,
  tellingOf,
  topValues,
  type ValueCount,
} from '../facet-values.ts';
import { priceRanges } from '../price-ranges.ts';
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
  passesAll,
} from './filters.ts';

/** Counts of one query; the arrays are used again, and what was touched is set back. */
export interface Tally {
  brands: Int32Array;
  /** Attribute values by number. */
  values: Int32Array;
  /** 1 for each row of the result. */
  marked: Uint8Array;
}

export function newTally(): Tally {
  return { brands: new Int32Array(0), values: new Int32Array(0), marked: new Uint8Array(0) };
}

interface Counted {
  categories: Int32Array;
  brands: ValueCount[];
  prices: Float64Array;
  ratings: number[];
  /** By attribute: each value that some product of the result has. */
  attributes: Map<number, ValueCount[]>;
}

/**
 * Those hits that pass all filters are the result; one that fails a single facet's filter counts in that facet alone.
 * So a value chosen alone in its facet, the other filters kept, gives exactly its count. Which attributes are worth
 * showing is told by a part of the result, and those are then counted over all of it.
 */
export function countFacets(
  columns: Columns,
  filters: Filters,
  hits: Uint32Array,
  tally: Tally,
): { rows: Uint32Array; facets: Facets } {
  const { brands, attributes } = columns;
  if (tally.brands.length < brands.size) tally.brands = new Int32Array(2 * brands.size);
  if (tally.values.length < attributes.size) tally.values = new Int32Array(2 * attributes.size);
  const { rows, missing, ...counted } = countFields(columns, filters, hits, tally);
  const names = shownAttributes(columns, filters, rows, tally);
  const values = countValues(columns, tally, { names, rows, missing: missingOf(filters, missing) });
  return { rows, facets: facetsOf(columns, filters, { ...counted, attributes: values }) };
}

/** `missing`: by chosen attribute, the rows that only its own filter keeps away. */
function countFields(columns: Columns, filters: Filters, hits: Uint32Array, tally: Tally) {
  const { brand, category, price, rating } = columns;
  const rows = new Uint32Array(hits.length);
  const missing = filters.attributes.map((): number[] => []);
  const categories = new Int32Array(columns.categories.size);
  const prices = new Float64Array(hits.length);
  const ratings = new Int32Array(RATINGS_FROM.length + 1);
  const isUnfiltered = passesAll(filters);
  let total = 0;
  let priced = 0;
  for (const row of hits) {
    const missed = isUnfiltered ? MISSES_NOTHING : missedBy(columns, filters, row);
    if (missed === MISSES_MORE) continue;
    const isIn = missed === MISSES_NOTHING;
    if (isIn) {
      rows[total++] = row;
      const id = category[row]!;
      if (id >= 0) categories[id]! += 1;
    }
    if (isIn || missed === BY_BRAND) {
      const id = brand[row]!;
      if (id >= 0) tally.brands[id]! += 1;
    }
    if (isIn || missed === BY_PRICE) prices[priced++] = price[row]!;
    if (isIn || missed === BY_RATING) ratings[starsOf(rating[row]!)]! += 1;
    if (missed >= BY_ATTRIBUTE) missing[missed - BY_ATTRIBUTE]!.push(row);
  }
  return {
    rows: rows.subarray(0, total),
    missing,
    categories,
    brands: takeBrands(columns, tally),
    prices: prices.subarray(0, priced),
    // By whole stars until here; "4 and more" are those of four and those of five.
    ratings: RATINGS_FROM.map(from => ratings.subarray(from).reduce((sum, count) => sum + count, 0)),
  };
}

/** Whole stars, as far as the facet tells them apart. */
function starsOf(rating: number): number {
  return Math.min(Math.trunc(rating), RATINGS_FROM.length);
}

function takeBrands({ brands }: Columns, tally: Tally): ValueCount[] {
  const counted: ValueCount[] = [];
  for (let id = 0; id < brands.size; id++) {
    if (tally.brands[id]! > 0) counted.push({ value: brands.texts[id]!, count: tally.brands[id]! });
  }
  tally.brands.fill(0, 0, brands.size);
  return counted;
}

/** The numbers of the attributes to count: the chosen ones, and those that tell this result's products apart. */
function shownAttributes({ attributes }: Columns, filters: Filters, rows: Uint32Array, tally: Tally): Set<number> {
  const { ids, nameIds, starts, lengths, names } = attributes;
  const coverage = new Int32Array(names.size);
  const distinct = new Int32Array(names.size);
  const seen: number[] = [];
  const seenNames: number[] = [];
  const stride = Math.max(1, Math.floor(rows.length / SAMPLE_MAX));
  for (let at = 0; at < rows.length; at += stride) {
    const row = rows[at]!;
    const end = starts[row]! + lengths[row]!;
    for (let i = starts[row]!; i < end; i++) {
      const nameId = nameIds[i]!;
      const id = ids[i]!;
      if (coverage[nameId] === 0) seenNames.push(nameId);
      coverage[nameId]! += 1;
      if (tally.values[id] !== 0) continue;
      tally.values[id] = 1;
      seen.push(id);
      distinct[nameId]! += 1;
    }
  }
  for (const id of seen) tally.values[id] = 0;
  const chosen = filters.attributes.filter(({ nameId }) => nameId >= 0);
  const telling = tellingOf(
    seenNames.map(nameId => ({
      nameId,
      name: names.texts[nameId]!,
      coverage: coverage[nameId]!,
      distinct: distinct[nameId]!,
    })),
    chosen.map(({ name }) => name),
  );
  return new Set([...chosen, ...telling].map(({ nameId }) => nameId));
}

function missingOf({ attributes }: Filters, missing: number[][]): [nameId: number, rows: number[]][] {
  return attributes
    .map(({ nameId }, at): [number, number[]] => [nameId, missing[at]!])
    .filter(([nameId]) => nameId >= 0);
}

interface ToCount {
  names: Set<number>;
  rows: Uint32Array;
  missing: [nameId: number, rows: number[]][];
}

/** Of a large result the rows of each value are looked up in it, of a small one the values of each row are counted. */
function countValues(columns: Columns, tally: Tally, { names, rows, missing }: ToCount): Map<number, ValueCount[]> {
  const listed = [...names].filter(nameId => isListed(columns, nameId));
  const entries = listed.reduce((sum, nameId) => sum + entriesOf(columns, nameId), 0);
  const isLarge = entries < ROW_COST * rows.length;
  const byList = new Set(isLarge ? listed : []);
  const byRow = [...names].filter(nameId => !byList.has(nameId));
  const counts = new Map([...countLists(columns, tally, byList, rows), ...countRows(columns, tally, byRow, rows)]);
  // Rows that only the attribute's own filter keeps away are few or many; they count in it alone.
  for (const [nameId, others] of missing) {
    const more = countRows(columns, tally, [nameId], others).get(nameId)!;
    counts.set(nameId, added(counts.get(nameId)!, more));
  }
  return new Map([...counts].map(([nameId, counted]) => [nameId, told(columns, counted)]));
}

/** By the number of a value. */
type Counts = Map<number, number>;

/** What it costs to read a row's values, in entries of a list. */
const ROW_COST = 60;

function isListed({ attributes }: Columns, nameId: number): boolean {
  return attributes.valuesOf(nameId) !== undefined;
}

function entriesOf({ attributes }: Columns, nameId: number): number {
  let entries = 0;
  for (const id of attributes.valuesOf(nameId) ?? []) entries += attributes.rowsOfValue.countOf(id);
  return entries;
}

function countLists(
  { attributes, rowsEnd }: Columns,
  tally: Tally,
  names: Set<number>,
  rows: Uint32Array,
): Map<number, Counts> {
  if (names.size === 0) return new Map();
  if (tally.marked.length < rowsEnd) tally.marked = new Uint8Array(2 * rowsEnd);
  for (const row of rows) tally.marked[row] = 1;
  const counts = new Map<number, Counts>();
  for (const nameId of names) {
    const ofName: Counts = new Map();
    for (const id of attributes.valuesOf(nameId)!) {
      const count = attributes.rowsOfValue.countIn(id, tally.marked);
      if (count > 0) ofName.set(id, count);
    }
    counts.set(nameId, ofName);
  }
  for (const row of rows) tally.marked[row] = 0;
  return counts;
}

function countRows(
  { attributes }: Columns,
  tally: Tally,
  names: number[],
  rows: Iterable<number>,
): Map<number, Counts> {
  const touched = new Map(names.map((nameId): [number, number[]] => [nameId, []]));
  if (names.length > 0) tallyRows(attributes, tally, touched, rows);
  return new Map(
    [...touched].map(([nameId, ids]) => {
      const counts: Counts = new Map(ids.map(id => [id, tally.values[id]!]));
      for (const id of ids) tally.values[id] = 0;
      return [nameId, counts];
    }),
  );
}

function tallyRows(
  { ids, nameIds, starts, lengths, names }: Columns['attributes'],
  tally: Tally,
  touched: Map<number, number[]>,
  rows: Iterable<number>,
): void {
  const isCounted = new Uint8Array(names.size);
  for (const nameId of touched.keys()) isCounted[nameId] = 1;
  for (const row of rows) {
    const end = starts[row]! + lengths[row]!;
    for (let at = starts[row]!; at < end; at++) {
      const nameId = nameIds[at]!;
      if (isCounted[nameId] === 0) continue;
      const id = ids[at]!;
      if (tally.values[id]! === 0) touched.get(nameId)!.push(id);
      tally.values[id]! += 1;
    }
  }
}

function added(counts: Counts, more: Counts): Counts {
  const sum = new Map(counts);
  for (const [id, count] of more) sum.set(id, (sum.get(id) ?? 0) + count);
  return sum;
}

function told({ attributes }: Columns, counts: Counts): ValueCount[] {
  return Array.from(counts, ([id, count]) => ({ value: attributes.textOf(id), count }));
}

function facetsOf(columns: Columns, filters: Filters, counted: Counted): Facets {
  return {
    categories: categoryFacet(columns, filters, counted),
    brands: topValues(counted.brands, filters.brandIds === null ? [] : filters.brands),
    price_ranges: priceRanges(counted.prices),
    ratings: RATINGS_FROM.map((from, index) => ({ from, count: counted.ratings[index]! })),
    attributes: attributeFacets(columns, filters, counted),
  };
}

/** The children of the chosen path. They lie inside it, so the path's own filter takes nothing from their counts. */
function categoryFacet({ categories }: Columns, { categoryId }: Filters, counted: Counted): Facets['categories'] {
  if (categoryId === undefined) return [];
  const children = categories.rollUp(categoryId, counted.categories);
  const parent = categoryId === NO_CATEGORY ? [] : categories.pathOf(categoryId);
  return children
    .map(({ id, count }) => ({ value: categories.names[id]!, path: [...parent, categories.names[id]!], count }))
    .sort(byCount)
    .slice(0, CATEGORIES_MAX);
}

function attributeFacets({ attributes }: Columns, filters: Filters, counted: Counted): Facets['attributes'] {
  const chosen = new Set(filters.attributes.map(({ nameId }) => nameId));
  const { texts: names } = attributes.names;
  return Object.fromEntries([
    ...filters.attributes.map(({ name, nameId, values }) => [
      name,
      topValues(counted.attributes.get(nameId) ?? [], values),
    ]),
    ...[...counted.attributes]
      .filter(([nameId]) => !chosen.has(nameId))
      .map(([nameId, values]) => [names[nameId]!, topValues(values, [])]),
  ]);
}
