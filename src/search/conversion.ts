/**
 * Of a hundred people who look at a product's page about three buy it: shops tell of two to four. Only how a product
 * compares with it counts, so a shop where more or fewer do moves all products alike, and their order stays.
 */
const RATE_USUAL = 0.03;
/**
 * As many views of the usual rate are added to a product's own: three orders more or less, which chance alone makes of
 * so few, then move it little.
 */
const VIEWS_PRIOR = 100;
/** What sells four times as well as usual, or four times as badly, has gone as far as it can. */
const TIMES_MAX = 4;
const FACTOR_MAX = 1.25;
const EXPONENT = Math.log(FACTOR_MAX) / Math.log(TIMES_MAX);

/**
 * What multiplies a product's relevance for how many of those who look at it buy it: from 0.8 to 1.25, and 1 where
 * nothing is known. Orders beyond the views come from people whose views were not counted, so they say nothing of how
 * many look.
 */
export function conversionFactor({ views, orders }: { views: number; orders: number }): number {
  const rate = (Math.min(orders, views) + RATE_USUAL * VIEWS_PRIOR) / (views + VIEWS_PRIOR);
  return Math.min(FACTOR_MAX, Math.max(1 / FACTOR_MAX, (rate / RATE_USUAL) ** EXPONENT));
}
