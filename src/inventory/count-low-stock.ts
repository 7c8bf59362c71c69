import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/sql';
import { LOW_UNITS_MAX } from './contract.ts';
import { countProductsLow } from './stock-list-store.ts';

type Counted = { low: number; out: number };

/** In a shop so large that counting takes seconds, it still takes a tenth of the database's time at most. */
const PAUSE_FACTOR = 10;

/** Everybody who asks while a count is fresh, or runs, shares it; one that failed is asked anew. */
export function createLowStockCount({ db, clock }: { db: Database; clock: Clock }): { read(): Promise<Counted> } {
  let counting: Promise<Counted> | undefined;
  let freshUntilMs = 0;

  async function count(): Promise<Counted> {
    const startedMs = clock.nowMs();
    freshUntilMs = Number.POSITIVE_INFINITY;
    try {
      const counted = await countProductsLow(db, LOW_UNITS_MAX);
      const endedMs = clock.nowMs();
      freshUntilMs = endedMs + Math.max(limits.lowStockCachedMs, (endedMs - startedMs) * PAUSE_FACTOR);
      return counted;
    } catch (error) {
      freshUntilMs = 0;
      throw error;
    }
  }

  return {
    read() {
      if (counting === undefined || clock.nowMs() >= freshUntilMs) counting = count();
      return counting;
    },
  };
}
