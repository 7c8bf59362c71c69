import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import { finishDelivery } from './deliver-order.ts';
import type { Deps } from './deps.ts';
import { finishShipping } from './ship-order.ts';
import { type ErrandRow, removeErrand, takeDueErrands } from './store.ts';

const RETRY = { firstMs: 30_000, mostMs: 3_600_000 };

/** Finishes what a crash or an outage left between fulfillment, orders and a carrier. */
export async function runErrands(deps: Deps, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const now = timestamp(deps.clock.nowMs());
    const due = await takeDueErrands(deps.db, { ...RETRY, now, limit: limits.sweepBatchMax });
    await Promise.all(due.map(errand => runErrand(deps, errand)));
    if (due.length < limits.sweepBatchMax) return;
  }
}

async function runErrand(deps: Deps, errand: ErrandRow): Promise<void> {
  const { order_id, kind, tries } = errand;
  try {
    const done = kind === 'ship' ? await resumeShipping(deps, errand) : await finishDelivery(deps, order_id);
    // An order that was cancelled before its first parcel left is not shipped after all; nothing else is refused here.
    if (!done.ok) deps.log.warn({ order_id, kind, code: done.code }, 'an errand was refused and is dropped');
  } catch (error) {
    // Its next time is set already, and one order must not hold up the others.
    deps.log.error({ err: error, order_id, kind, tries }, 'an errand could not be finished; it is tried again');
  }
}

async function resumeShipping(deps: Deps, errand: ErrandRow) {
  const [delivery] = await deps.orders.getDeliveries({ order_ids: [errand.order_id] });
  if (delivery !== undefined) return finishShipping(deps, errand, delivery);
  await removeErrand(deps.db, errand);
  return { ok: false as const, code: 'ORDER_NOT_FOUND' as const };
}
