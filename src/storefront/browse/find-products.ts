import assert from 'node:assert/strict';
import { type Catalog, type Product, presentProduct } from '#catalog';
import { limits } from '#limits';
import type { Search, SearchQuery, SearchResult } from '#search';
import type { Selection } from './selection.ts';

export interface FoundProducts {
  products: Product[];
  total: number;
  /** How many pages can be looked at. */
  pages: number;
  query: SearchResult['query'];
  facets: SearchResult['facets'];
}

const PAGE_SIZE = limits.pageSizeDefault;
/** The last page that search answers. */
export const PAGES_MAX = Math.ceil(limits.listedRowsMax / PAGE_SIZE);

/** The products of a selection. The index may be a moment behind: what was deleted meanwhile is left out. */
export async function findProducts(
  { search, catalog }: { search: Search; catalog: Catalog },
  selection: Selection,
): Promise<FoundProducts> {
  const { hits, total, query, facets } = await searchFor(search, selection, PAGE_SIZE);
  const found = hits.length === 0 ? [] : await catalog.getProducts({ product_ids: hits.map(hit => hit.product_id) });
  const byId = new Map(found.map(product => [product.product_id, product]));
  const products = hits.flatMap(({ product_id, in_stock }) => {
    const product = byId.get(product_id);
    if (product === undefined || product.deleted) return [];
    return [presentProduct(product, { in_stock, available: null })];
  });
  return { products, total, pages: Math.min(Math.ceil(total / PAGE_SIZE), PAGES_MAX), query, facets };
}

/** How many products a selection has. */
export async function countProducts(search: Search, selection: Selection): Promise<number> {
  const { total } = await searchFor(search, selection, 1);
  return total;
}

async function searchFor(search: Search, selection: Selection, pageSize: number): Promise<SearchResult> {
  const query: SearchQuery = {
    q: selection.q,
    category: selection.category,
    brands: selection.brands,
    price_min: selection.priceMin,
    price_max: selection.priceMax,
    rating_min: selection.ratingMin,
    prime: selection.prime || null,
    in_stock: selection.inStock || null,
    attributes: selection.attributes,
    sort: selection.sort,
    page: selection.page,
    page_size: pageSize,
  };
  const outcome = await search.search(query);
  assert(outcome.ok, 'a selection is within what search takes');
  return outcome.value;
}
