import type { Static } from 'typebox';
import { timestamp } from '#platform/clock';
import { appendEvents } from '#platform/outbox';
import { accept, refuse } from '#platform/outcome';
import type { Catalog, ModerateReview } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { countReview, findReview, lockReviewed, setHidden } from './review-store.ts';

/** The state and the figures that follow from it are written together, under the product's lock. */
export async function moderateReview(
  { db, clock, outbox, cache }: CatalogParts,
  input: Static<typeof ModerateReview>,
): ReturnType<Catalog['moderateReview']> {
  const { review_id, hidden, reason = null } = input;
  const found = await findReview(db, review_id);
  const isMeant = found !== undefined && (input.product_id === undefined || input.product_id === found.product_id);
  if (!isMeant) return refuse('REVIEW_NOT_FOUND');
  const { product_id } = found;
  const at = timestamp(clock.nowMs());
  const version = await db.transaction(async tx => {
    await lockReviewed(tx, product_id);
    const stars = await setHidden(tx, found, { hidden, reason, at });
    if (stars === undefined) return undefined;
    const change = hidden ? { rating: -stars, count: -1, at } : { rating: stars, count: 1, at };
    const { version, rating, review_count } = await countReview(tx, product_id, change);
    const data = { product_id, rating, review_count };
    await appendEvents(tx, 'catalog', [{ aggregate_id: product_id, version, type: 'product.reviewed', data }]);
    return version;
  });
  if (version !== undefined) {
    cache.outdate(product_id, version);
    outbox.committed();
  }
  return accept((await findReview(db, review_id))!);
}
