import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { Deps } from './deps.ts';
import { sweepMailTokens, sweepSessions } from './store.ts';

/** Removes what has expired, in batches that hold few locks. Nothing depends on it: what has expired opens nothing. */
export async function sweepExpired({ db, clock }: Deps, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (const remove of [sweepSessions, sweepMailTokens]) {
    let removed: number = limits.sweepBatchMax;
    while (removed === limits.sweepBatchMax && !signal.aborted) {
      removed = await remove(db, { now: timestamp(clock.nowMs()), limit: limits.sweepBatchMax });
      total += removed;
    }
  }
  return total;
}
