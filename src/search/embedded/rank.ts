import type { Explanation, SearchQuery } from '../contract.ts';
import { categoryFactor, coverOf, NAMED_CATEGORY_FACTOR, qualityOf } from '../ranking.ts';
import { NO_CATEGORY } from './category-tree.ts';
import type { Columns } from './columns.ts';
import type { Products } from './products.ts';
import type { ReadQuery } from './read-query.ts';

/** Above any text's relevance, and small enough that the order among several products of one title is kept. */
const EXACT_TITLE = 1e6;

/** What a category adds or takes for this query, by category; null: nothing. */
export interface CategoryFactors {
  cover: Float32Array;
  named: Uint8Array;
}

/** Writes the relevance of each hit to `relevance`, by row. */
export function weigh(
  columns: Columns,
  read: ReadQuery,
  rows: Uint32Array,
  relevance: Float64Array,
): CategoryFactors | null {
  const { hits, exact } = read;
  const { quality, category } = columns;
  if (hits === null) {
    for (const row of rows) relevance[row] = quality[row]!;
    return null;
  }
  const factors = categoryFactors(columns, read);
  for (let at = 0; at < hits.size; at++) {
    const row = hits.rows[at]!;
    relevance[row] = hits.scores[at]! * quality[row]! * ofCategory(factors, category[row]!);
  }
  for (const { row, isLiteral } of exact) relevance[row] = (isLiteral ? 2 : 1) * EXACT_TITLE + quality[row]!;
  return factors;
}

function ofCategory({ cover, named }: CategoryFactors, category: number): number {
  if (category === NO_CATEGORY) return 1;
  return cover[category]! * (named[category] === 1 ? NAMED_CATEGORY_FACTOR : 1);
}

function categoryFactors(columns: Columns, read: ReadQuery): CategoryFactors {
  const { categories, category, categorySizes } = columns;
  const hits = read.hits!;
  const found = new Int32Array(categories.size);
  for (let at = 0; at < hits.size; at++) {
    const id = category[hits.rows[at]!]!;
    if (hits.titles[at] === 1 && id !== NO_CATEGORY) found[id]! += 1;
  }
  const cover = Float32Array.from(found, (count, id) => coverOf(count, categorySizes[id] ?? 0));
  const best = cover.reduce((most, each) => Math.max(most, each), 0);
  return { cover: cover.map(each => categoryFactor(each, best)), named: namedCategories(columns, read) };
}

/** Categories whose name the query's last word ends, with what lies below them. */
function namedCategories({ categories, brands }: Columns, { clauses }: ReadQuery): Uint8Array {
  const named = new Uint8Array(categories.size);
  const forms = clauses.map(({ ways }) => new Set(ways.flatMap(({ terms }) => (terms.length === 1 ? terms : []))));
  const isBrand = (terms: Set<string>) => [...terms].some(term => brands.hasWord(term));
  const head = forms.findLast((terms, at) => !clauses[at]!.isPrecise && !isBrand(terms));
  if (head === undefined) return named;
  for (let id = 0; id < categories.size; id++) {
    const parent = categories.parents[id]!;
    const isNamed = categories.things[id]!.some(
      thing => head.has(thing.at(-1)!) && thing.every(word => forms.some(terms => terms.has(word))),
    );
    if (isNamed || (parent !== NO_CATEGORY && named[parent] === 1)) named[id] = 1;
  }
  return named;
}

export function explain(
  columns: Columns,
  { hits, exact }: ReadQuery,
  factors: CategoryFactors | null,
  row: number,
): Explanation {
  const at = hits === null ? -1 : hits.rows.subarray(0, hits.size).indexOf(row);
  const id = columns.category[row]!;
  const isKnown = factors !== null && id !== NO_CATEGORY;
  return {
    text: at < 0 ? null : hits!.scores[at]!,
    exact_title: exact.some(each => each.row === row),
    named_category: isKnown && factors.named[id] === 1 ? NAMED_CATEGORY_FACTOR : 1,
    accessory: isKnown ? factors.cover[id]! : 1,
    ...qualityOf(columns.factsOf(row)),
  };
}

/** Whether one row stands before another in an order. Equals stand by product id, so that pages don't overlap. */
export function orderBy(
  sort: SearchQuery['sort'],
  { columns, products, relevance }: { columns: Columns; products: Products; relevance: Float64Array },
): (a: number, b: number) => boolean {
  const { price, rating, reviewCount, createdMs } = columns;
  const isFirst = (a: number, b: number) => products.isFirst(a, b);
  if (sort === 'price_asc') return (a, b) => price[a]! < price[b]! || (price[a] === price[b] && isFirst(a, b));
  if (sort === 'price_desc') return (a, b) => price[a]! > price[b]! || (price[a] === price[b] && isFirst(a, b));
  if (sort === 'newest') {
    return (a, b) => createdMs[a]! > createdMs[b]! || (createdMs[a] === createdMs[b] && isFirst(a, b));
  }
  if (sort === 'rating') {
    return (a, b) => {
      if (rating[a] !== rating[b]) return rating[a]! > rating[b]!;
      if (reviewCount[a] !== reviewCount[b]) return reviewCount[a]! > reviewCount[b]!;
      return isFirst(a, b);
    };
  }
  return (a, b) => relevance[a]! > relevance[b]! || (relevance[a] === relevance[b] && isFirst(a, b));
}
