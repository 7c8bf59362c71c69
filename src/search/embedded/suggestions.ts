import type { Suggestion } from '../contract.ts';
import { indexText, readWords } from '../words.ts';
import type { Columns } from './columns.ts';
import type { IndexStore } from './index-store.ts';
import type { PastQueries } from './past-queries.ts';
import { qualityOf } from './ranking.ts';

const SUGGESTIONS_MAX = 10;
const QUERIES_MAX = 4;
const CATEGORIES_MAX = 2;
const BRANDS_MAX = 2;
/** Of a prefix with very many titles the first ones are looked at. */
const TITLES_READ_MAX = 200;
const TITLES_SHOWN_MAX = 50;
const WORDS_MAX = 8;

/** Past queries, categories, brands and titles that begin as the text does. */
export function suggest(
  parts: { store: IndexStore; columns: Columns; queries: PastQueries },
  text: string,
): Suggestion[] {
  const words = readWords(text)
    .slice(0, WORDS_MAX)
    .map(word => word.text);
  if (words.length === 0) return [];
  const prefix = words.join(' ');
  const some: Suggestion[] = [
    ...parts.queries.beginningWith(prefix, QUERIES_MAX).map(query => ({ text: query, kind: 'query' as const })),
    ...suggestCategories(parts.columns, prefix),
    ...suggestBrands(parts.columns, prefix),
  ];
  return [...some, ...suggestProducts(parts, words, SUGGESTIONS_MAX - some.length)];
}

function suggestCategories({ categories, category, alive, rowsEnd }: Columns, prefix: string): Suggestion[] {
  const found = idsWithPrefix(categories.keys, prefix);
  if (found.length === 0) return [];
  const counts = new Int32Array(categories.size);
  for (let row = 0; row < rowsEnd; row++) if (alive[row] === 1 && category[row]! >= 0) counts[category[row]!]! += 1;
  // A parent's number is below its children's, so one pass from the end sums up whole branches.
  for (let id = categories.size - 1; id >= 0; id--) {
    if (categories.parents[id]! >= 0) counts[categories.parents[id]!]! += counts[id]!;
  }
  const shown = found.filter(id => counts[id]! > 0).sort((a, b) => counts[b]! - counts[a]! || a - b);
  return shown.slice(0, CATEGORIES_MAX).map(id => ({
    text: categories.names[id]!,
    kind: 'category' as const,
    path: categories.pathOf(id),
  }));
}

function suggestBrands({ brands, brand, alive, rowsEnd }: Columns, prefix: string): Suggestion[] {
  const found = idsWithPrefix(brands.keys, prefix);
  if (found.length === 0) return [];
  const counts = new Int32Array(brands.size);
  for (let row = 0; row < rowsEnd; row++) if (alive[row] === 1 && brand[row]! >= 0) counts[brand[row]!]! += 1;
  const shown = found.filter(id => counts[id]! > 0).sort((a, b) => counts[b]! - counts[a]! || a - b);
  return shown.slice(0, BRANDS_MAX).map(id => ({ text: brands.texts[id]!, kind: 'brand' as const }));
}

/** The numbers of those names in which the prefix begins a word. */
function idsWithPrefix(keys: readonly string[], prefix: string): number[] {
  const ids: number[] = [];
  for (let id = 0; id < keys.length; id++) if (keys[id]!.includes(` ${prefix}`)) ids.push(id);
  return ids;
}

function suggestProducts(
  { store, columns }: { store: IndexStore; columns: Columns },
  words: string[],
  most: number,
): Suggestion[] {
  const expression = words.map((word, index) => `"${word}"${index === words.length - 1 ? ' *' : ''}`).join(' AND ');
  const rows = store.matchTitles(expression, TITLES_READ_MAX);
  rows.sort((a, b) => qualityOf(columns, b) - qualityOf(columns, a) || byId(columns, a, b));
  const prefix = words.join(' ');
  const shown = rows.slice(0, TITLES_SHOWN_MAX).map(row => {
    const title = store.readTitle(row);
    return { row, title, begins: indexText(title).startsWith(prefix) };
  });
  shown.sort((a, b) => Number(b.begins) - Number(a.begins));
  const byTitle = new Map(shown.toReversed().map(one => [one.title, one]));
  return shown
    .filter(one => byTitle.get(one.title) === one)
    .slice(0, most)
    .map(({ row, title }) => ({ text: title, kind: 'product' as const, product_id: columns.productIds[row]! }));
}

function byId({ productIds }: Columns, a: number, b: number): number {
  return productIds[a]! < productIds[b]! ? -1 : 1;
}
