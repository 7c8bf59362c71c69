import type { SearchQuery } from '#search';
import type { SearchDocument } from '../../src/search/engine.ts';
import { readTokens } from '../../src/search/language/tokens.ts';
import { everything } from '../../test/support/everything.ts';
import { withSlip } from './slips.ts';

export type Asked = { search: SearchQuery } | { suggest: string };

export interface Kind {
  name: string;
  next(draw: () => number): Asked;
}

const COMMON = 40;
const RARE_MIN = 3;
const RARE_MAX = 40;
const DEEP_PAGE = 400;

/** What shoppers ask, of the catalogue's own words: a fixed mix, each kind as often as the others. */
export function searchMix(sample: SearchDocument[]): Kind[] {
  const times = new Map<string, number>();
  for (const { title } of sample) for (const word of wordsOf(title)) times.set(word, (times.get(word) ?? 0) + 1);
  const byTimes = [...times].sort((a, b) => b[1] - a[1]).map(([word]) => word);
  const common = byTimes.slice(0, COMMON);
  const rare = byTimes.filter(word => times.get(word)! >= RARE_MIN && times.get(word)! <= RARE_MAX);
  const pick = <Value>(values: Value[], draw: () => number) => values[Math.floor(draw() * values.length)]!;
  const several = (draw: () => number) => {
    const words = wordsOf(pick(sample, draw).title);
    return words.slice(0, 2 + Math.floor(draw() * 2)).join(' ');
  };
  const search = (fields: Partial<SearchQuery>): Asked => ({ search: { ...everything, ...fields } });
  return [
    { name: 'one common word', next: draw => search({ q: pick(common, draw) }) },
    { name: 'one rare word', next: draw => search({ q: pick(rare, draw) }) },
    { name: 'several words', next: draw => search({ q: several(draw) }) },
    { name: 'a slip', next: draw => search({ q: withSlip(several(draw), draw) }) },
    {
      name: 'filters',
      next: draw => {
        const { title, brand } = pick(sample, draw);
        const q = wordsOf(title)[0] ?? '';
        return search({ q, brands: brand === null ? [] : [brand], price_min: 1_000, price_max: 50_000 });
      },
    },
    { name: 'a category', next: draw => search({ category: pick(sample, draw).category_path }) },
    { name: 'sorted by price', next: draw => search({ q: pick(common, draw), sort: 'price_asc' }) },
    { name: 'a deep page', next: draw => search({ q: pick(common, draw), page: DEEP_PAGE, page_size: 24 }) },
    {
      name: 'suggest',
      next: draw => {
        const text = several(draw);
        return { suggest: text.slice(0, 2 + Math.floor(draw() * (text.length - 1))) };
      },
    },
  ];
}

function wordsOf(text: string): string[] {
  return readTokens(text)
    .filter(({ kind, text }) => kind === 'word' && text.length > 2)
    .map(({ text }) => text);
}
