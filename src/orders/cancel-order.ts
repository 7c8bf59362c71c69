import { limits } from '#limits';
import type { Orders, Viewer } from '#orders';
import { timestamp } from '#platform/clock';
import { accept, refuse } from '#platform/outcome';
import { advanceOrder } from './advance-order.ts';
import type { Deps } from './deps.ts';
import { findVisible, viewOrder } from './read-orders.ts';
import type { OrderRow } from './store.ts';

/** The status decides first, by compare-and-set; then money and goods go back, now or by the sweeper. */
export async function cancelOrder(
  deps: Deps,
  input: { order_id: string; viewer: Viewer },
): ReturnType<Orders['cancelOrder']> {
  const order = await findVisible(deps, input.order_id, input.viewer);
  if (order === undefined) return refuse('ORDER_NOT_FOUND');
  const nowMs = deps.clock.nowMs();
  const cancelled = await deps.writer.move(
    {
      order_id: order.order_id,
      from: ['CREATED', 'PAYMENT_PENDING', 'CONFIRMED'],
      to: 'CANCELLED',
      at: timestamp(nowMs),
      reason: 'cancelled',
      deadline_at: timestamp(nowMs + limits.undoDeadlineMs),
      checkout_state: 'released',
    },
    row => [
      {
        aggregate_id: row.order_id,
        version: row.version,
        type: 'order.cancelled',
        data: { order_id: row.order_id, person_id: row.person_id },
      },
    ],
  );
  const now = cancelled ?? (await findVisible(deps, input.order_id, { kind: 'staff' }));
  if (now?.status !== 'CANCELLED') return refuse('NOT_CANCELLABLE');
  // An advance that is under way ends by itself, sees the cancellation, and gives back what it took.
  const running = deps.advancing.get(now.order_id);
  if (running) await running.catch(() => undefined);
  if (now.deadline_at !== null) await giveBack(deps, now);
  return accept(await viewOrder(deps, now));
}

/** The order is cancelled whatever happens here: the sweeper takes up what an outage interrupts. */
async function giveBack(deps: Deps, order: OrderRow): Promise<void> {
  try {
    await advanceOrder(deps, order);
  } catch (error) {
    deps.log.warn({ err: error, order_id: order.order_id }, 'a cancelled order gives back what it took later');
  }
}
