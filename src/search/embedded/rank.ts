import { NO_CATEGORY } from '../category-tree.ts';
import type { Explanation, SearchQuery } from '../contract.ts';
import { type NamedFactors, namedFactors } from '../named-factors.ts';
import { NAMED_BRAND_FACTOR, qualityOf } from '../ranking.ts';
import type { Order } from './best-rows.ts';
import type { Columns } from './columns.ts';
import type { Hits } from './hits.ts';
import type { Products } from './products.ts';
import type { ReadQuery } from './read-query.ts';

/** Above any text's relevance, and small enough that the order among several products of one title is kept. */
const EXACT_TITLE = 1e6;

/** Writes the relevance of each hit to `relevance`, by row; null where no words were asked for. */
export function weigh(
  columns: Columns,
  read: ReadQuery,
  rows: Uint32Array,
  relevance: Float64Array,
): NamedFactors | null {
  const { hits, exact } = read;
  const { quality, category, brand } = columns;
  if (hits === null) {
    for (const row of rows) relevance[row] = quality[row]!;
    return null;
  }
  const factors = namedFactors(columns, read.clauses, foundInTitles(columns, hits));
  const { accessory, category: named, brands } = factors;
  for (let at = 0; at < hits.size; at++) {
    const row = hits.rows[at]!;
    let weight = hits.scores[at]! * quality[row]!;
    const id = category[row]!;
    if (id !== NO_CATEGORY) weight *= accessory[id]! * named[id]!;
    if (brands.size > 0 && brands.has(brand[row]!)) weight *= NAMED_BRAND_FACTOR;
    relevance[row] = weight;
  }
  for (const { row, isLiteral } of exact) relevance[row] = (isLiteral ? 2 : 1) * EXACT_TITLE + quality[row]!;
  return factors;
}

/** By category. */
function foundInTitles({ categories, category }: Columns, hits: Hits): Int32Array {
  const found = new Int32Array(categories.size);
  for (let at = 0; at < hits.size; at++) {
    const id = category[hits.rows[at]!]!;
    if (hits.titles[at] === 1 && id !== NO_CATEGORY) found[id]! += 1;
  }
  return found;
}

export function explain(
  columns: Columns,
  { hits, exact }: ReadQuery,
  factors: NamedFactors | null,
  row: number,
): Explanation {
  const at = hits === null ? -1 : hits.rows.subarray(0, hits.size).indexOf(row);
  const id = columns.category[row]!;
  const isKnown = factors !== null && id !== NO_CATEGORY;
  return {
    text: at < 0 ? null : hits!.scores[at]!,
    exact_title: exact.some(each => each.row === row),
    named_category: isKnown ? factors.category[id]! : 1,
    named_brand: factors?.brands.has(columns.brand[row]!) ? NAMED_BRAND_FACTOR : 1,
    accessory: isKnown ? factors.accessory[id]! : 1,
    ...qualityOf(columns.factsOf(row)),
  };
}

/** Equals stand in the order in which the index met their products, so that pages don't overlap. */
export function orderBy(
  sort: SearchQuery['sort'],
  { columns, products, relevance }: { columns: Columns; products: Products; relevance: Float64Array },
): Order {
  const { price, rating, reviewCount, createdMs } = columns;
  const isEarlier = (a: number, b: number) => products.isEarlier(a, b);
  const byKey = (keyOf: Order['keyOf'], isFirstOfEquals = isEarlier): Order => ({
    keyOf,
    comesFirst(a, b) {
      const key = keyOf(a);
      const other = keyOf(b);
      return key < other || (key === other && isFirstOfEquals(a, b));
    },
  });
  if (sort === 'price_asc') return byKey(row => price[row]!);
  if (sort === 'price_desc') return byKey(row => -price[row]!);
  if (sort === 'newest') return byKey(row => -createdMs[row]!);
  if (sort === 'relevance') return byKey(row => -relevance[row]!);
  return byKey(
    row => -rating[row]!,
    (a, b) => (reviewCount[a] === reviewCount[b] ? isEarlier(a, b) : reviewCount[a]! > reviewCount[b]!),
  );
}
