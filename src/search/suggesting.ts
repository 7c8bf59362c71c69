import type { Suggestion } from './contract.ts';
import type { Names } from './named-factors.ts';

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
