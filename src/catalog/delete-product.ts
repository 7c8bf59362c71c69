import type { Static } from 'typebox';
import { timestamp } from '#platform/clock';
import { appendEvents } from '#platform/outbox';
import { accept, refuse } from '#platform/outcome';
import type { Catalog, DeleteProduct } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { lockProduct, markDeleted } from './store.ts';
import { isWithin } from './update-product.ts';

export async function deleteProduct(
  { db, clock, outbox, cache, categories }: CatalogParts,
  { product_id, seller_id }: Static<typeof DeleteProduct>,
): ReturnType<Catalog['deleteProduct']> {
  const version = await db.transaction(async tx => {
    const current = await lockProduct(tx, product_id);
    if (current === undefined || !isWithin(current, seller_id)) return undefined;
    const next = await markDeleted(tx, product_id, timestamp(clock.nowMs()));
    const deleted = { aggregate_id: product_id, version: next, type: 'product.deleted', data: { product_id } };
    await appendEvents(tx, 'catalog', [deleted]);
    return next;
  });
  if (version === undefined) return refuse('PRODUCT_NOT_FOUND');
  cache.outdate(product_id, version);
  categories.outdate();
  outbox.committed();
  return accept(null);
}
