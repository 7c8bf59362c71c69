import type { SearchQuery } from '../contract.ts';
import { conversionFactor } from '../conversion.ts';
import type { Columns } from './columns.ts';

/** What can't be bought now, and what buyers liked less, steps back a little: relevance stays the first word. */
const OUT_OF_STOCK_FACTOR = 0.85;
const RATING_STEP = 0.04;
const RATING_NEUTRAL = 3;

/** About 1: what multiplies a text's relevance. A product without reviews is neither praised nor blamed. */
export function qualityOf({ inStock, rating, reviewCount, views, orders }: Columns, row: number): number {
  const stock = inStock[row] === 1 ? 1 : OUT_OF_STOCK_FACTOR;
  const wanted = stock * conversionFactor({ views: views[row]!, orders: orders[row]! });
  return reviewCount[row] === 0 ? wanted : wanted * (1 + RATING_STEP * (rating[row]! - RATING_NEUTRAL));
}

/** Whether one row stands before another in an order. Equals stand by product id, so that pages don't overlap. */
export function orderBy(
  sort: SearchQuery['sort'],
  columns: Columns,
  relevance: Float64Array,
): (a: number, b: number) => boolean {
  const { price, rating, reviewCount, createdMs, productIds } = columns;
  const isFirstId = (a: number, b: number) => productIds[a]! < productIds[b]!;
  if (sort === 'price_asc') return (a, b) => price[a]! < price[b]! || (price[a] === price[b] && isFirstId(a, b));
  if (sort === 'price_desc') return (a, b) => price[a]! > price[b]! || (price[a] === price[b] && isFirstId(a, b));
  if (sort === 'newest') {
    return (a, b) => createdMs[a]! > createdMs[b]! || (createdMs[a] === createdMs[b] && isFirstId(a, b));
  }
  if (sort === 'rating') {
    return (a, b) => {
      if (rating[a] !== rating[b]) return rating[a]! > rating[b]!;
      if (reviewCount[a] !== reviewCount[b]) return reviewCount[a]! > reviewCount[b]!;
      return isFirstId(a, b);
    };
  }
  return (a, b) => relevance[a]! > relevance[b]! || (relevance[a] === relevance[b] && isFirstId(a, b));
}
