import { limits } from '#limits';
import type { Orders, StuckOrder } from '#orders';
import { timestamp } from '#platform/clock';
import { advanceOrder, waitMs } from './advance-order.ts';
import type { Deps } from './deps.ts';
import { dropOldCheckouts, type OrderRow, readStuckOrders, setDeadline, takeDueOrders } from './store.ts';

/** Takes up what a crash or an outage left behind; each try that fails is counted and waits longer. */
export async function sweepOrders(deps: Deps, signal?: AbortSignal): Promise<number> {
  let swept = 0;
  while (!signal?.aborted) {
    const nowMs = deps.clock.nowMs();
    const due = await takeDueOrders(deps.db, {
      now: timestamp(nowMs),
      next: timestamp(nowMs + limits.paymentDeadlineMs),
      limit: limits.sweepBatchMax,
    });
    await Promise.all(due.map(order => sweepOrder(deps, order)));
    swept += due.length;
    if (due.length < limits.sweepBatchMax) break;
  }
  return swept;
}

async function sweepOrder(deps: Deps, order: OrderRow): Promise<void> {
  try {
    await setDeadline(deps.db, { ...nextTry(deps, order), tried: 1 });
    await advanceOrder(deps, order);
  } catch (error) {
    deps.log.error({ err: error, order_id: order.order_id, tries: order.tries + 1 }, 'an order could not be settled');
  }
}

function nextTry(deps: Deps, order: OrderRow) {
  const deadline = timestamp(deps.clock.nowMs() + waitMs(order));
  return { order_id: order.order_id, status: order.status, deadline_at: deadline };
}

const CHECKOUTS_KEPT_MS = 7 * 24 * 3_600_000;

export async function dropCheckouts(deps: Deps): Promise<number> {
  const before = timestamp(deps.clock.nowMs() - CHECKOUTS_KEPT_MS);
  let dropped = 0;
  for (;;) {
    const batch = await dropOldCheckouts(deps.db, before, limits.sweepBatchMax);
    dropped += batch;
    if (batch < limits.sweepBatchMax) return dropped;
  }
}

export async function listStuck(deps: Deps): ReturnType<Orders['listStuck']> {
  const rows = await readStuckOrders(deps.db, limits.stuckAfterTries);
  return rows.map(
    (row): StuckOrder => ({
      order_id: row.order_id,
      status: row.status,
      detail: `taken up ${row.tries} times since ${row.updated_at} and still not settled`,
      since: row.updated_at,
      what_to_do: advice[row.status] ?? 'Read the log for this order id, mend the cause, and it goes on by itself.',
    }),
  );
}

const advice: Partial<Record<OrderRow['status'], string>> = {
  PAYMENT_PENDING: 'Look the payment up at its gateway by the order id; its webhook or the next try settles it.',
  PAYMENT_FAILED: 'The payment could not be voided. Check the gateway, and void it there by hand if it is open.',
  CANCELLED: 'The refund or the return of stock failed. Check the gateway; the next try goes on where it stopped.',
};
