import type { Catalog, Product } from '#catalog';
import type { View } from '#design/view';
import type { Search } from '#search';
import { chosenFilters } from './chosen-filters.ts';
import { countProducts, findProducts } from './find-products.ts';
import type { ListRoot } from './links.ts';
import { isFiltered, type Selection, withoutFilters } from './selection.ts';

/** Where a list leads in which there is nothing. */
export interface WaysOn {
  /** The selection without one of its filters, where that has products; most products first. */
  wider: WiderList[];
  /** The selection without any of its filters; null where it has none. */
  unfiltered: { selection: Selection; total: number } | null;
  /** Goods that are there, the best liked first. */
  inStock: Product[];
}

export interface WiderList {
  label: string;
  selection: Selection;
  total: number;
}

/** Each costs a search, so of many filters only the first ones are tried. */
const TRIED_MAX = 6;
const IN_STOCK_SHOWN = 6;

export async function findWaysOn(
  { search, catalog }: { search: Search; catalog: Catalog },
  { view, base, selection }: { view: View; base: ListRoot; selection: Selection },
): Promise<WaysOn> {
  const all = withoutFilters({ q: '', category: [] });
  const [wider, unfiltered, goods] = await Promise.all([
    Promise.all(widerThan(view, base, selection).map(async one => ({ ...one, total: await count(one.selection) }))),
    isFiltered(selection) ? countUnfiltered() : null,
    findProducts({ search, catalog }, { ...all, inStock: true }),
  ]);
  return {
    wider: wider.filter(({ total }) => total > 0).sort((a, b) => b.total - a.total),
    unfiltered,
    inStock: goods.products.filter(({ in_stock }) => in_stock).slice(0, IN_STOCK_SHOWN),
  };

  function count(wanted: Selection): Promise<number> {
    return countProducts(search, wanted);
  }

  /** Where even that has nothing within its category, everywhere. */
  async function countUnfiltered() {
    const within = withoutFilters(selection);
    const total = await count(within);
    if (total > 0 || base === 'category' || selection.category.length === 0) return { selection: within, total };
    const everywhere = withoutFilters({ q: selection.q, category: [] });
    return { selection: everywhere, total: await count(everywhere) };
  }
}

/** Without one filter each, of several: without the only one it is the list without filters. */
function widerThan(view: View, base: ListRoot, selection: Selection): Omit<WiderList, 'total'>[] {
  const { browse } = view.words;
  const chosen = chosenFilters(view, selection);
  const filters = chosen.length < 2 ? [] : chosen;
  const ways = filters.map(({ label, without }) => ({ label: browse.withoutOne(label), selection: without }));
  const isBelow = base === 'search' && selection.category.length > 0;
  const everywhere = { label: browse.inAllCategories, selection: { ...selection, category: [], page: 1 } };
  return [...(isBelow ? [everywhere] : []), ...ways].slice(0, TRIED_MAX);
}

/** What a page of a list shows, so that a change of it drops the page. */
export function tagsOfList(products: Product[], waysOn: WaysOn | null): string[] {
  const shown = [...products, ...(waysOn?.inStock ?? [])];
  return ['categories', ...shown.map(({ product_id }) => `product:${product_id}`)];
}
