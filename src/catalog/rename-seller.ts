import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import { appendEvents } from '#platform/outbox';
import { accept, refuse } from '#platform/outcome';
import type { Catalog } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { listProductIdsOf, listRenamedSellers, lockRename, moveRename, writeName } from './seller-store.ts';
import { lockForChange, type RewrittenProduct, raiseVersions } from './store.ts';

/**
 * The name stands in one row; each product is then told of it by a version of its own. How far that has come is
 * committed with each batch, so that it goes on after a crash.
 */
export async function renameSeller(
  parts: CatalogParts,
  { seller_id, name }: Parameters<Catalog['renameSeller']>[0],
): ReturnType<Catalog['renameSeller']> {
  const seller = await writeName(parts.db, seller_id, name);
  if (seller === undefined) return refuse('SELLER_NOT_FOUND');
  for (let batches = 0; batches < limits.renameBatchesMax; batches += 1) {
    if (await tellBatch(parts, seller_id)) break;
  }
  return accept(seller);
}

/** Goes on with what a crash has left, and with sellers of too many products to be told before an answer. */
export async function tellRenames(parts: CatalogParts, signal: AbortSignal): Promise<void> {
  for (const sellerId of await listRenamedSellers(parts.db, limits.sweepBatchMax)) {
    while (!signal.aborted && !(await tellBatch(parts, sellerId))) {
      // The next batch.
    }
  }
}

/** Answers whether it was the last one. */
async function tellBatch({ db, clock, cache, outbox }: CatalogParts, sellerId: string): Promise<boolean> {
  const limit = limits.renameBatchMax;
  const { told, isLast } = await db.transaction(async tx => {
    const after = await lockRename(tx, sellerId);
    if (after === null) return { told: [] as RewrittenProduct[], isLast: true };
    const ids = await listProductIdsOf(tx, sellerId, { after, limit });
    // In the order in which imports lock them too.
    await lockForChange(tx, ids);
    const told = await raiseVersions(tx, ids, timestamp(clock.nowMs()));
    const events = told.map(({ product_id, version }) => {
      return { aggregate_id: product_id, version, type: 'product.updated', data: { product_id } };
    });
    await appendEvents(tx, 'catalog', events);
    await moveRename(tx, sellerId, ids.length < limit ? null : ids.at(-1)!);
    return { told, isLast: ids.length < limit };
  });
  for (const { product_id, version } of told) cache.outdate(product_id, version);
  if (told.length > 0) outbox.committed();
  return isLast;
}
