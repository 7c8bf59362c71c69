import type { Facets } from '../contract.ts';

const RANGES = 5;
const SAMPLE_MAX = 4096;
/** What a price tag is rounded to within a power of ten. */
const ROUND_STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10];

/** Ranges that part the prices about evenly at round figures, each with what it holds; none where all cost the same. */
export function priceRanges(prices: Float64Array): Facets['price_ranges'] {
  const bounds = roundBounds(prices);
  if (bounds.length === 0) return [];
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const price of prices) {
    let range = 0;
    while (range < bounds.length && price >= bounds[range]!) range++;
    counts[range]! += 1;
  }
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

function roundBounds(prices: Float64Array): number[] {
  if (prices.length === 0) return [];
  // A sample with an even stride: the quantiles of many prices need no sorting of all of them.
  const stride = Math.ceil(prices.length / SAMPLE_MAX);
  const sample = new Float64Array(Math.ceil(prices.length / stride));
  for (let at = 0; at < sample.length; at++) sample[at] = prices[at * stride]!;
  sample.sort();
  const bounds = new Set<number>();
  for (let part = 1; part < RANGES; part++) {
    bounds.add(rounded(sample[Math.floor((part * sample.length) / RANGES)]!));
  }
  const [least, most] = [sample[0]!, sample[sample.length - 1]!];
  return [...bounds].filter(bound => bound > least && bound <= most).sort((a, b) => a - b);
}

function rounded(price: number): number {
  if (price < 10) return Math.round(price);
  const power = 10 ** Math.floor(Math.log10(price));
  const steps = ROUND_STEPS.map(step => Math.round(step * power));
  return steps.reduce((best, step) => (Math.abs(step - price) < Math.abs(best - price) ? step : best));
}
