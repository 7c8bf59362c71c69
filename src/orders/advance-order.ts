/**
 * An order's life, in one resumable switch. Each arm is one idempotent step keyed by the order id, with its
 * compensation in the arm it leads to: run it again at any time, after any crash, and it continues.
 *
 *   PAYMENT_PENDING: pay → sell → capture → confirm     (any no: → PAYMENT_FAILED)
 *   CONFIRMED …:     finish refunds that were begun
 *   PAYMENT_FAILED, CANCELLED: give the money back, then the goods
 *
 * A failed order leaves its hold to its checkout, whose next order may take it at once: a sale is taken back before the
 * checkout opens again, and only from the order that it was made to.
 */
import assert from 'node:assert/strict';
import { limits } from '#limits';
import type { Authorised, Payment, PaymentInput } from '#payments';
import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import { readCheckouts } from './checkout-store.ts';
import type { Deps } from './deps.ts';
import { finishRefunds } from './refund-order.ts';
import { reservationKey } from './release-hold.ts';
import { returnMoney } from './return-money.ts';
import { partsOf, remainingItems, splitOf } from './rules.ts';
import { clearDeadline, type OrderRow, readOrders, setDeadline } from './store.ts';

/** `reason` says why an order failed, for the one who pays; `payment` is what is known of it. */
export interface Advanced {
  order: OrderRow;
  payment: Payment | undefined;
}

/** What the shopper's request brings; `isFirst`: in the very call that has made the order. */
export type Pay = { payment: PaymentInput; isFirst: boolean };

/** Parallel calls for one order share one advance. `pay` is there only while the shopper's request is. */
export function advanceOrder(deps: Deps, order: OrderRow, pay?: Pay): Promise<Advanced> {
  const running = deps.advancing.get(order.order_id) as Promise<Advanced> | undefined;
  if (running) return running;
  const advance = advanceSteps(deps, order, pay).finally(() => deps.advancing.delete(order.order_id));
  deps.advancing.set(order.order_id, advance);
  return advance;
}

async function advanceSteps(deps: Deps, start: OrderRow, pay?: Pay): Promise<Advanced> {
  let order = start;
  let payment: Payment | undefined;
  // Each turn either ends or moves the order to a later status, and there are three of those at most.
  for (let turn = 0; turn < 4; turn += 1) {
    switch (order.status) {
      case 'CREATED':
      case 'PAYMENT_PENDING': {
        const paid = await takePayment(deps, order, pay);
        payment = paid.payment;
        if (paid.next === undefined) return { order, payment };
        order = paid.next;
        break;
      }
      case 'PAYMENT_FAILED':
      case 'CANCELLED':
        payment = await undo(deps, order);
        return { order, payment };
      case 'CONFIRMED':
      case 'SHIPPED':
      case 'DELIVERED':
        if (order.deadline_at !== null) await clearDeadline(deps.db, await finishRefunds(deps, order));
        return { order, payment };
    }
  }
  assert.fail(`order ${order.order_id} goes in circles`);
}

/** `next` is the order in its next status; without it the order waits for its payment. */
type Paid = { payment: Payment | undefined; next: OrderRow | undefined };

async function takePayment(deps: Deps, order: OrderRow, pay: Pay | undefined): Promise<Paid> {
  // pay: authorise, or without a shopper ask the gateway what became of it.
  const payment = await authorise(deps, order, pay);
  if (payment === 'GATEWAY_UNKNOWN') return failed(deps, order, undefined, payment);
  if (payment === undefined) return failed(deps, order, undefined, 'not_paid');
  if (payment.status === 'failed' || payment.status === 'voided') {
    return failed(deps, order, payment, payment.reason ?? 'declined');
  }
  if (payment.status === 'pending') {
    return isAbandoned(deps, order, payment)
      ? failed(deps, order, payment, 'not_completed')
      : waiting(deps, order, payment);
  }

  // sell: from here expiry loses, and the money may be taken.
  const { order_id } = order;
  const sold = await deps.inventory.sellReservation({ ...reservationKey(order), order_id });
  if (!sold.ok) return failed(deps, order, payment, 'RESERVATION_EXPIRED');

  // capture
  const authorised = pay?.isFirst ? authorisedOf(payment) : undefined;
  // Also of what was captured already, by whoever found it at the gateway: only the order knows whose money it is.
  const captured = await deps.payments.capture({ order_id, authorised, split: splitOf(order) });
  if (!captured.ok) return failed(deps, order, payment, 'capture_failed');
  const paid = captured.value;
  if (paid.status === 'authorized') return waiting(deps, order, paid);

  // confirm
  return { payment: paid, next: await confirm(deps, order) };
}

async function authorise(
  deps: Deps,
  order: OrderRow,
  pay: Pay | undefined,
): Promise<Payment | 'GATEWAY_UNKNOWN' | undefined> {
  if (pay === undefined) return (await deps.payments.settlePayment({ order_id: order.order_id })) ?? undefined;
  const answer = await deps.payments.authorise({
    payment_id: derivedId(order.order_id, 'payment'),
    order_id: order.order_id,
    person_id: order.person_id,
    amount: order.total,
    currency: deps.currency,
    payment: pay.payment,
    is_first: pay.isFirst,
  });
  if (answer.ok) return answer.value;
  if (answer.code === 'GATEWAY_UNKNOWN') return answer.code;
  const [declined] = await deps.payments.getPayments({ order_ids: [order.order_id] });
  return declined;
}

/** The answer to a first authorisation, as the capture takes it back: only there it is written down. */
function authorisedOf(payment: Payment): Authorised {
  const { payment_id, order_id, person_id, amount, currency, method, gateway, gateway_ref, created_at } = payment;
  assert(gateway_ref !== null, 'what a gateway has authorised has its reference');
  return { payment_id, order_id, person_id, amount, currency, method, gateway, gateway_ref, created_at };
}

/**
 * A shopper who was sent to a challenge and never ends it must not keep the goods from others for longer than a hold.
 */
function isAbandoned(deps: Deps, order: OrderRow, payment: Payment): boolean {
  return payment.next_action?.type === 'redirect' && deps.clock.nowMs() >= challengeEndMs(deps, order);
}

function challengeEndMs(deps: Deps, order: OrderRow): number {
  return Date.parse(order.created_at) + deps.reservationTtlMs;
}

/** The outcome is not known yet: the hold lives on as long as it is asked for, and the sweeper looks again. */
async function waiting(deps: Deps, order: OrderRow, payment: Payment): Promise<Paid> {
  const nowMs = deps.clock.nowMs();
  const isChallenged = payment.next_action?.type === 'redirect';
  // A little longer than the challenge, so that the end of the challenge comes first.
  const ttlMs = isChallenged ? challengeEndMs(deps, order) - nowMs + limits.paymentDeadlineMs : deps.reservationTtlMs;
  const extended = await deps.inventory.extendReservation({ ...reservationKey(order), ttl_ms: ttlMs });
  if (!extended.ok) return failed(deps, order, payment, 'RESERVATION_EXPIRED');
  // A challenge and a bank take their time: that alone is nothing for a person to look at.
  const isUsual = isChallenged || payment.method === 'bank_transfer';
  await setDeadline(deps.db, {
    order_id: order.order_id,
    status: order.status,
    deadline_at: timestamp(nowMs + pauseMs(nowMs - Date.parse(order.created_at))),
    tries: isUsual ? 0 : undefined,
  });
  return { payment, next: undefined };
}

/** Growing pauses: as long again as it has lasted, from 2 s to a minute. The gateway's word mostly comes before. */
function pauseMs(ageMs: number): number {
  return Math.min(60_000, Math.max(2_000, ageMs));
}

async function confirm(deps: Deps, order: OrderRow): Promise<OrderRow> {
  const confirmed = await deps.writer.confirm(order);
  if (confirmed === null) return currentOf(deps, order);
  deps.written.add(confirmed);
  return confirmed;
}

/** The order ends, and its checkout is open again for another try while the hold lasts. */
async function failed(deps: Deps, order: OrderRow, payment: Payment | undefined, reason: string): Promise<Paid> {
  const holdEndsAt = order.kind === 'checkout' ? await takeSaleBack(deps, order) : null;
  const nowMs = deps.clock.nowMs();
  const moved = await deps.writer.move(
    {
      order_id: order.order_id,
      from: ['PAYMENT_PENDING'],
      to: 'PAYMENT_FAILED',
      at: timestamp(nowMs),
      reason,
      deadline_at: timestamp(nowMs + limits.undoDeadlineMs),
      checkout_state: 'open',
      checkout_expires_at: holdEndsAt,
    },
    row => [
      {
        aggregate_id: row.order_id,
        version: row.version,
        type: 'order.payment_failed',
        data: { order_id: row.order_id, person_id: row.person_id, reason },
      },
    ],
  );
  return { payment, next: moved ?? (await currentOf(deps, order)) };
}

/** Answers when the hold ends now: never earlier than it would have, and not before another card can be tried. */
async function takeSaleBack(deps: Deps, order: OrderRow): Promise<string | null> {
  const [checkout] = await readCheckouts(deps.db, [order.checkout_id]);
  if (checkout?.order_id !== order.order_id) return null;
  const key = reservationKey(order);
  const leftMs = Date.parse(checkout.expires_at) - deps.clock.nowMs();
  const ttl_ms = Math.max(leftMs, limits.holdAfterDeclineMs);
  await deps.inventory.unsellReservation({ ...key, order_id: order.order_id, ttl_ms });
  const hold = await deps.inventory.getReservation(key);
  return hold?.state === 'held' ? hold.expires_at : null;
}

/** Somebody else moved it: a cancellation, or another process that advances it too. */
async function currentOf(deps: Deps, order: OrderRow): Promise<OrderRow> {
  const [row] = await readOrders(deps.db, [order.order_id]);
  assert(row !== undefined, 'an order is never deleted');
  return row;
}

/** Money first: goods that go back to the shelf while the money stays would be a sale lost and a customer cheated. */
async function undo(deps: Deps, start: OrderRow): Promise<Payment | undefined> {
  // What a refund has begun it ends, so that the rest is the rest.
  const order = await finishRefunds(deps, start);
  const payment = await giveMoneyBack(deps, order);
  await giveGoodsBack(deps, order);
  const isOpen = payment?.status === 'pending' || payment?.status === 'authorized';
  if (isOpen) {
    // It may yet turn out to have been captured, and is then to be refunded.
    const nowMs = deps.clock.nowMs();
    const deadline_at = timestamp(nowMs + pauseMs(nowMs - Date.parse(order.updated_at)));
    await setDeadline(deps.db, { order_id: order.order_id, status: order.status, deadline_at });
  } else {
    await clearDeadline(deps.db, order);
  }
  return payment;
}

async function giveMoneyBack(deps: Deps, order: OrderRow): Promise<Payment | undefined> {
  const { order_id } = order;
  return (await returnMoney(deps, { order_id, reason: order.reason ?? order.status.toLowerCase() })).payment;
}

async function giveGoodsBack(deps: Deps, order: OrderRow): Promise<void> {
  const key = reservationKey(order);
  if (order.status === 'PAYMENT_FAILED') {
    // Again, for a sale that another process was about to make when the order failed.
    await deps.inventory.unsellReservation({ ...key, order_id: order.order_id, ttl_ms: limits.holdAfterDeclineMs });
    // A failed payment leaves the hold to its checkout, for another try.
    if (order.kind === 'buy_now') await deps.inventory.releaseReservation(key);
    return;
  }
  await deps.inventory.releaseReservation(key);
  const reservation = await deps.inventory.getReservation(key);
  if (reservation?.state !== 'sold') return;
  const restocked = order.refunds.filter(refund => refund.restock);
  await deps.inventory.returnStock({
    return_id: derivedId(order.order_id, 'return'),
    order_id: order.order_id,
    parts: partsOf(
      remainingItems(order.lines, restocked),
      order.parts,
      restocked.flatMap(refund => refund.items),
    ),
  });
}
