import type { Suggestion } from './contract.ts';
import { formOf } from './language/terms.ts';
import { readTokens } from './language/tokens.ts';
import type { Names } from './named-factors.ts';
import { indexText } from './words.ts';

export const SUGGESTIONS_MAX = 10;
export const QUERIES_MAX = 4;
/** Of what is typed, so many words are read. */
export const WORDS_MAX = 8;
/** What a word that is being typed may become. */
export const COMPLETIONS_MAX = 6;
/** The best products whose titles are looked at. */
export const TITLES_MAX = 30;
const CATEGORIES_MAX = 2;
const BRANDS_MAX = 2;

/** The largest categories in whose names one of these beginnings begins a word. */
export function suggestCategories({ categories, categorySizes }: Names, starts: string[]): Suggestion[] {
  const found = idsWithPrefix(categories.keys, starts);
  if (found.length === 0) return [];
  const counts = Array.from({ length: categories.size }, (_, id) => categorySizes[id] ?? 0);
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

export function suggestBrands({ brands, brandSizes }: Names, starts: string[]): Suggestion[] {
  const size = (id: number) => brandSizes[id] ?? 0;
  const found = idsWithPrefix(brands.keys, starts).filter(id => size(id) > 0);
  const shown = found.sort((a, b) => size(b) - size(a) || a - b);
  return shown.slice(0, BRANDS_MAX).map(id => ({ text: brands.texts[id]!, kind: 'brand' as const }));
}

/** The numbers of those names in which a prefix begins a word. */
function idsWithPrefix(keys: readonly string[], starts: string[]): number[] {
  const sought = starts.map(prefix => ` ${prefix}`);
  const ids: number[] = [];
  for (let id = 0; id < keys.length; id++) if (sought.some(prefix => keys[id]!.includes(prefix))) ids.push(id);
  return ids;
}

/** The terms of the word that is being typed and of what it may become. */
export function termsOfTyped(typed: string, words: string[]): string[] {
  return [...new Set([typed, ...words].map(formOfWord))];
}

function formOfWord(word: string): string {
  const [token] = readTokens(word);
  return token === undefined ? word : formOf(token);
}

/** `found`, best first: each title once, those that begin as the text does before the others. */
export function suggestTitles<Found extends { title: string }>(found: Found[], text: string, most: number): Found[] {
  const prefix = indexText(text);
  const begins = ({ title }: Found) => indexText(title).startsWith(prefix);
  const byTitle = new Map<string, Found>();
  for (const each of [...found.filter(begins), ...found]) if (!byTitle.has(each.title)) byTitle.set(each.title, each);
  return [...byTitle.values()].slice(0, most);
}
