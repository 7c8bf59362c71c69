import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { PopularityDeps } from './count-popularity.ts';
import { dropCountedOrders, halvePopularity } from './popularity-store.ts';

/**
 * Old interest fades: a month after it was first counted, and each month from then on, half of what a product has is
 * taken away, of views and orders alike. So a bestseller of a year ago does not stand above what sells now; its rate
 * stays, and only weighs less against the usual one. A day would be too short for products that a few people a day look
 * at. Each product has its own time, so a run that comes twice, or late, halves nothing twice.
 */
export async function fadePopularity({ db, clock, changes }: PopularityDeps, signal: AbortSignal): Promise<void> {
  const nowMs = clock.nowMs();
  const before = timestamp(nowMs - limits.popularityHalfLifeMs);
  const most: number = limits.popularityBatchMax;
  for (let count = most; count === most && !signal.aborted; ) {
    const faded = await halvePopularity(db, { before, at: timestamp(nowMs), most });
    count = faded.length;
    changes.note(faded.map(level => level.product_id));
    await changes.passOn();
  }
  const keptSince = timestamp(nowMs - limits.countedOrdersKeptMs);
  for (let count = most; count === most && !signal.aborted; ) {
    count = await dropCountedOrders(db, { before: keptSince, most });
  }
}
