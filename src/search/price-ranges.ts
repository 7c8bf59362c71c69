import type { Facets } from './contract.ts';

export const PARTS = [0.2, 0.4, 0.6, 0.8];
const SAMPLE_MAX = 4096;
/** What a price tag is rounded to within a power of ten. */
const ROUND_STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10];

/** Ranges that part the prices about evenly at round figures, each with what it holds; none where all cost the same. */
export function priceRanges(prices: Float64Array): Facets['price_ranges'] {
  const bounds = boundsOf(prices);
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const price of prices) {
    let range = 0;
    while (range < bounds.length && price >= bounds[range]!) range++;
    counts[range]! += 1;
  }
  return rangesOf(bounds, counts);
}

/** `counts`: below the first bound, between each and the next, and from the last one on. */
export function rangesOf(bounds: readonly number[], counts: readonly number[]): Facets['price_ranges'] {
  if (bounds.length === 0) return [];
  const ranges = counts.map((count, range) => ({
    from: bounds[range - 1] ?? null,
    to: bounds[range] ?? null,
    count,
  }));
  // An empty one joins the range before it; the first and the last hold the cheapest and the dearest.
  return ranges
    .filter(({ count }) => count > 0)
    .map((range, index, filled) => ({ ...range, to: filled[index + 1]?.from ?? null }));
}

function boundsOf(prices: Float64Array): number[] {
  // A sample with an even stride: the quantiles of many prices need no sorting of all of them.
  const stride = Math.max(1, Math.ceil(prices.length / SAMPLE_MAX));
  const sample = new Float64Array(Math.ceil(prices.length / stride));
  for (let at = 0; at < sample.length; at++) sample[at] = prices[at * stride]!;
  sample.sort();
  return roundBounds(
    PARTS.map(part => sample[Math.floor(part * sample.length)]!),
    sample.at(0),
    sample.at(-1),
  );
}

/** `at`: the prices below which each of `PARTS` of all prices lies; then the lowest and the highest price. */
export function roundBounds(at: readonly number[], least: number | undefined, most: number | undefined): number[] {
  if (least === undefined || most === undefined) return [];
  const bounds = new Set(at.map(rounded));
  return [...bounds].filter(bound => bound > least && bound <= most).sort((a, b) => a - b);
}

function rounded(price: number): number {
  if (price < 10) return Math.round(price);
  const power = 10 ** Math.floor(Math.log10(price));
  const steps = ROUND_STEPS.map(step => Math.round(step * power));
  return steps.reduce((best, step) => (Math.abs(step - price) < Math.abs(best - price) ? step : best));
}
