import assert from 'node:assert/strict';
import type { Static } from 'typebox';
import { limits } from '#limits';
import type { Orders, RefundOrder } from '#orders';
import { timestamp } from '#platform/clock';
import { bucketOf } from '#platform/ids';
import { money } from '#platform/money';
import { appendEvents, type NewEvent } from '#platform/outbox';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Deps } from './deps.ts';
import { viewOrder } from './read-orders.ts';
import { reservationKey } from './release-hold.ts';
import { partsOf, type RefundRecord, refundOfItems, remainingItems } from './rules.ts';
import { lockOrder, type OrderRow, readOrders, writeRefunds } from './store.ts';

type Input = Static<typeof RefundOrder>;
type Refused = 'ORDER_NOT_FOUND' | 'NOT_REFUNDABLE' | 'REFUND_EXCEEDS_CAPTURED' | 'REFUND_ITEMS_INVALID';

/**
 * The refund is written into the order under its row's lock before the gateway is asked, so that parallel refunds never
 * promise more than the order; payments guards the captured amount a second time. The last step marks it done.
 */
export async function refundOrder(deps: Deps, input: Input): ReturnType<Orders['refundOrder']> {
  if (input.amount && input.amount.currency !== deps.currency) return refuse('CURRENCY_MISMATCH');
  if (input.amount && input.items)
    return refuse('REFUND_ITEMS_INVALID', { detail: 'give an amount or items, not both' });
  const begun = await deps.db.transaction(async tx => {
    const order = await lockOrder(tx, input.order_id);
    const record = decideRefund(order, input, timestamp(deps.clock.nowMs()));
    if (!record.ok || record.value.state === 'done') return record;
    const { refunds } = order!;
    if (refunds.some(refund => refund.refund_id === input.refund_id)) return record;
    await writeRefunds(tx, {
      order_id: input.order_id,
      refunds: [...refunds, record.value],
      refunded: order!.refunded + record.value.amount,
      at: record.value.at,
      // Should the process end here, the sweeper takes it up.
      deadline_at: timestamp(deps.clock.nowMs() + limits.paymentDeadlineMs),
    });
    return record;
  });
  if (!begun.ok) return begun;
  const finished = await finishRefund(deps, input.order_id, begun.value);
  if (!finished.ok) return finished;
  const amount = money(begun.value.amount, deps.currency);
  return accept({ refund_id: input.refund_id, amount, order: await viewOrder(deps, finished.value) });
}

/** A refund that was begun before, under the same id, is taken up as it is. */
function decideRefund(order: OrderRow | undefined, input: Input, at: string): Outcome<RefundRecord, Refused> {
  if (order === undefined) return refuse('ORDER_NOT_FOUND');
  const begun = order.refunds.find(refund => refund.refund_id === input.refund_id);
  if (begun) return accept(begun);
  if (!['CONFIRMED', 'SHIPPED', 'DELIVERED'].includes(order.status)) return refuse('NOT_REFUNDABLE');
  const rest = order.total - order.refunded;
  if (rest === 0) return refuse('NOT_REFUNDABLE');
  const restItems = remainingItems(order.lines, order.refunds);
  const items = input.items ?? (input.amount ? [] : restItems);
  const ofItems = input.items && refundOfItems(order.lines, order.refunds, input.items);
  if (ofItems === null) return refuse('REFUND_ITEMS_INVALID');
  const amount = ofItems?.amount ?? input.amount?.amount ?? rest;
  if (amount > rest) return refuse('REFUND_EXCEEDS_CAPTURED', { refundable: rest });
  if (amount === 0) return refuse('REFUND_ITEMS_INVALID', { detail: 'nothing would be refunded' });
  const { refund_id, reason, restock = false } = input;
  return accept({ refund_id, amount, items, reason, restock, split: ofItems?.split, state: 'pending', at });
}

/** Money, then goods, then the record: each step may be taken again. */
async function finishRefund(
  deps: Deps,
  orderId: string,
  record: RefundRecord,
): Promise<Outcome<OrderRow, 'NOT_REFUNDABLE' | 'REFUND_EXCEEDS_CAPTURED'>> {
  const { refund_id, amount, reason, split } = record;
  if (record.state === 'done') return accept((await readOrders(deps.db, [orderId]))[0]!);
  const given = await deps.payments.refund({ refund_id, order_id: orderId, amount, reason, split });
  if (!given.ok) {
    await settleRecord(deps, orderId, record, 'withdrawn');
    return refuse(given.code === 'REFUND_EXCEEDS_CAPTURED' ? given.code : 'NOT_REFUNDABLE');
  }
  if (record.restock && record.items.length > 0) await restock(deps, orderId, record);
  return accept(await settleRecord(deps, orderId, record, 'done'));
}

/** What a crash or an outage left pending. Answers the order as it is then, with no more to do than was begun since. */
export async function finishRefunds(deps: Deps, order: OrderRow): Promise<OrderRow> {
  const pending = order.refunds.filter(refund => refund.state === 'pending');
  for (const record of pending) await finishRefund(deps, order.order_id, record);
  return pending.length === 0 ? order : (await readOrders(deps.db, [order.order_id]))[0]!;
}

async function settleRecord(
  deps: Deps,
  orderId: string,
  record: RefundRecord,
  as: 'done' | 'withdrawn',
): Promise<OrderRow> {
  const settled = await deps.db.transaction(async tx => {
    const order = (await lockOrder(tx, orderId))!;
    const standing = order.refunds.find(refund => refund.refund_id === record.refund_id);
    if (standing === undefined || standing.state === 'done') return order;
    const refunds =
      as === 'done'
        ? order.refunds.map(refund => (refund === standing ? { ...refund, state: 'done' as const } : refund))
        : order.refunds.filter(refund => refund !== standing);
    const row = await writeRefunds(tx, {
      order_id: orderId,
      refunds,
      refunded: as === 'done' ? order.refunded : order.refunded - record.amount,
      at: timestamp(deps.clock.nowMs()),
      deadline_at: isMoreToDo({ ...order, refunds }) ? order.deadline_at : null,
    });
    if (as === 'done') await appendEvents(tx, 'orders', [refundedEvent(row, record, deps.currency)], bucketOf(orderId));
    return row;
  });
  deps.outbox.committed();
  return settled;
}

/** Of a cancelled order this refund was only a part of what goes back, which is not at its end with it. */
function isMoreToDo({ status, refunds }: Pick<OrderRow, 'status' | 'refunds'>): boolean {
  return status === 'CANCELLED' || refunds.some(refund => refund.state === 'pending');
}

function refundedEvent(row: OrderRow, record: RefundRecord, currency: string): NewEvent {
  const { order_id, person_id, version } = row;
  const { refund_id, amount } = record;
  return {
    aggregate_id: order_id,
    version,
    type: 'order.refunded',
    data: { order_id, person_id, refund_id, amount, currency },
  };
}

/**
 * Only what was sold can go back to the shelf, so the sale comes first where it is still to come: a cancellation after
 * it would release the whole hold besides. Back to the warehouses the units came from; restocked refunds before this
 * one have used up the first parts.
 */
async function restock(deps: Deps, orderId: string, record: RefundRecord): Promise<void> {
  const order = (await readOrders(deps.db, [orderId]))[0]!;
  const sold = await deps.inventory.sellReservation({ ...reservationKey(order), order_id: orderId });
  assert(sold.ok, 'a paid order has its hold until it is sold');
  const index = order.refunds.findIndex(refund => refund.refund_id === record.refund_id);
  const before = order.refunds.slice(0, index).filter(refund => refund.restock);
  await deps.inventory.returnStock({
    return_id: record.refund_id,
    order_id: orderId,
    parts: partsOf(
      record.items,
      order.parts,
      before.flatMap(refund => refund.items),
    ),
  });
}
