import type { Static } from 'typebox';
import { timestamp } from '#platform/clock';
import { appendEvents } from '#platform/outbox';
import { accept, refuse } from '#platform/outcome';
import type { AddReview, Catalog, Review } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { countReview, insertReview, readReview } from './review-store.ts';
import { lockProduct } from './store.ts';

type Result = { review: Review; version?: number } | 'PRODUCT_NOT_FOUND' | 'ALREADY_REVIEWED';

/** The review and the figures that follow from it are written together, under the product's lock. */
export async function addReview(
  { db, clock, outbox, cache }: CatalogParts,
  input: Static<typeof AddReview>,
): ReturnType<Catalog['addReview']> {
  const { review_id, product_id, user_id, author, review } = input;
  const row: Review = { review_id, product_id, author, ...review, created_at: timestamp(clock.nowMs()) };
  const result = await db.transaction<Result>(async tx => {
    if ((await lockProduct(tx, product_id)) === undefined) return 'PRODUCT_NOT_FOUND';
    if (!(await insertReview(tx, { ...row, user_id }))) {
      const first = await readReview(tx, product_id, review_id);
      return first === undefined ? 'ALREADY_REVIEWED' : { review: first };
    }
    const { version, rating, review_count } = await countReview(tx, product_id, {
      rating: row.rating,
      count: 1,
      at: row.created_at,
    });
    const data = { product_id, rating, review_count };
    await appendEvents(tx, 'catalog', [{ aggregate_id: product_id, version, type: 'product.reviewed', data }]);
    return { review: row, version };
  });
  if (typeof result === 'string') return refuse(result);
  if (result.version !== undefined) {
    cache.outdate(product_id, result.version);
    outbox.committed();
  }
  return accept(result.review);
}
