import { accept, refuse } from '#platform/outcome';
import type { Catalog } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { listReviewRows, reviewOrders } from './review-store.ts';
import { rowsOf } from './rules.ts';

export async function listReviews(
  { db, cache }: CatalogParts,
  { product_id, sort = 'newest', page, page_size }: Parameters<Catalog['listReviews']>[0],
): ReturnType<Catalog['listReviews']> {
  const rows = rowsOf(page, page_size);
  if (rows === null) return refuse('PAGE_TOO_DEEP');
  const [product] = await cache.get([product_id]);
  if (product === undefined || product.deleted) return refuse('PRODUCT_NOT_FOUND');
  const items = await listReviewRows(db, product_id, { order: reviewOrders[sort], ...rows });
  return accept({ items, total: product.review_count, page, page_size });
}
