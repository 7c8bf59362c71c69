import { limits } from '#limits';
import type { Orders, StuckOrder } from '#orders';
import { timestamp } from '#platform/clock';
import { type Route, routesOf } from '#platform/route';
import { advanceOrder } from './advance-order.ts';
import { type CheckoutRow, dropOldCheckouts, endForgottenCheckouts, readOldBuckets } from './checkout-store.ts';
import type { Deps } from './deps.ts';
import { reservationKey } from './release-hold.ts';
import { type OrderRow, readDueBuckets, readStuckOrders, setDeadline, takeDueOrders } from './store.ts';

/** Takes up what a crash or an outage left behind; each try that fails is counted and waits longer. */
export async function sweepOrders(deps: Deps, signal?: AbortSignal): Promise<number> {
  let swept = 0;
  const routes = await routesOf(deps.sharding, () => readDueBuckets(deps.db, timestamp(deps.clock.nowMs())));
  for (const route of routes) swept += await sweepRoute(deps, route, signal);
  return swept;
}

async function sweepRoute(deps: Deps, route: Route, signal?: AbortSignal): Promise<number> {
  let swept = 0;
  while (!signal?.aborted) {
    const nowMs = deps.clock.nowMs();
    const now = timestamp(nowMs);
    const next = timestamp(nowMs + limits.paymentDeadlineMs);
    const due = await takeDueOrders(deps.db, { now, next, limit: limits.sweepBatchMax }, route);
    await Promise.all(due.map(order => sweepOrder(deps, order)));
    swept += due.length;
    if (due.length < limits.sweepBatchMax) break;
  }
  return swept;
}

async function sweepOrder(deps: Deps, order: OrderRow): Promise<void> {
  try {
    await advanceOrder(deps, order);
  } catch (error) {
    const { order_id, status, tries } = order;
    deps.log.error({ err: error, order_id, tries }, 'an order could not be settled');
    const retryMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(tries, 20));
    await setDeadline(deps.db, { order_id, status, deadline_at: timestamp(deps.clock.nowMs() + retryMs) });
  }
}

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 60_000;

const CHECKOUTS_KEPT_MS = 7 * 24 * 3_600_000;
const CHECKOUTS_FORGOTTEN_MS = 3_600_000;

export async function dropCheckouts(deps: Deps): Promise<number> {
  const forgotten = timestamp(deps.clock.nowMs() - CHECKOUTS_FORGOTTEN_MS);
  const old = timestamp(deps.clock.nowMs() - CHECKOUTS_KEPT_MS);
  let dropped = 0;
  for (const route of await routesOf(deps.sharding, () => readOldBuckets(deps.db, forgotten))) {
    await endForgotten(deps, forgotten, route);
    dropped += await dropOld(deps, old, route);
  }
  return dropped;
}

async function dropOld(deps: Deps, before: string, route: Route): Promise<number> {
  let dropped = 0;
  for (;;) {
    const batch = await dropOldCheckouts(deps.db, before, limits.sweepBatchMax, route);
    dropped += batch;
    if (batch < limits.sweepBatchMax) return dropped;
  }
}

async function endForgotten(deps: Deps, before: string, route: Route): Promise<void> {
  for (;;) {
    const ended = await endForgottenCheckouts(deps.db, before, limits.sweepBatchMax, route);
    await Promise.all(ended.map(row => takeBack(deps, row)));
    if (ended.length < limits.sweepBatchMax) return;
  }
}

/** What the last order of a checkout that was given up may still have: see giveGoodsBack. */
async function takeBack(deps: Deps, checkout: CheckoutRow): Promise<void> {
  const key = reservationKey(checkout);
  await deps.inventory.unsellReservation({ ...key, order_id: checkout.order_id!, ttl_ms: 1 });
  await deps.inventory.releaseReservation(key);
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
