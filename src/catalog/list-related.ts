import { limits } from '#limits';
import type { Catalog } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { listBestIds } from './related-store.ts';
import { pathsUp } from './rules.ts';

/** One statement a level, and seldom more than one level: most categories hold enough of their own. */
export async function listRelated(
  { db, cache }: CatalogParts,
  { product_id, limit }: Parameters<Catalog['listRelated']>[0],
): ReturnType<Catalog['listRelated']> {
  const [product] = await cache.get([product_id]);
  if (product === undefined || product.deleted) return [];
  // The product itself is met first, and is left out at the end.
  const found = new Set([product_id]);
  for (const path of pathsUp(product.category_path)) {
    if (found.size > limit) break;
    const categoriesMax = limits.relatedCategoriesMax;
    // As many more as were found further down, which are met again.
    const best = await listBestIds(db, path, { categoriesMax, limit: limit + found.size });
    for (const id of best) found.add(id);
  }
  const shown = await cache.get([...found].slice(1, limit + 1));
  return shown.filter(one => !one.deleted);
}
