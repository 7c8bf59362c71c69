import { limits } from '#limits';
import { type Clock, timestamp } from '#platform/clock';
import type { Database } from '#platform/sql';
import type { Ledger } from './ledger.ts';
import { readOverdue } from './ledger-store.ts';

/**
 * Ends what is overdue, in bounded batches until none is left. Nothing is locked while it looks: the ledger decides
 * again under its lock, so two sweepers, or a payment that was faster, do no harm.
 */
export async function sweepHolds(
  { db, clock, ledger }: { db: Database; clock: Clock; ledger: Ledger },
  signal?: AbortSignal,
): Promise<number> {
  let swept = 0;
  for (;;) {
    const overdue = await readOverdue(db, timestamp(clock.nowMs()), limits.sweepBatchMax);
    if (overdue.length === 0 || signal?.aborted) return swept;
    await Promise.all(overdue.map(reservation => ledger.expire(reservation)));
    swept += overdue.length;
  }
}
