import assert from 'node:assert/strict';
import type { Static } from 'typebox';
import { limits } from '#limits';
import type { Orders, Placed, PlaceOrder } from '#orders';
import type { PaymentInput } from '#payments';
import { timestamp } from '#platform/clock';
import { bucketOf } from '#platform/ids';
import { accept, type Outcome, refuse, Unavailable } from '#platform/outcome';
import { type Advanced, advanceOrder, type Pay } from './advance-order.ts';
import { type CheckoutRow, readCheckouts } from './checkout-store.ts';
import type { Deps } from './deps.ts';
import { extendHold } from './extend-hold.ts';
import { accessTokenOf, presentOrder } from './present.ts';
import { type OrderRow, readOrders } from './store.ts';
import { endedCheckout } from './tell-ended.ts';

type Input = Static<typeof PlaceOrder>;

export async function placeOrder(deps: Deps, input: Input): ReturnType<Orders['placeOrder']> {
  const checkout = await deps.checkoutReads.read(input.checkout_id);
  if (checkout === undefined || checkout.person_id !== input.shopper.person_id) return refuse('CHECKOUT_NOT_FOUND');
  // A checkout keeps its last order, so that one without has had none.
  const existing = checkout.order_id === null ? undefined : await deps.orderReads.read(input.order_id);
  // The same command once more, perhaps after a crash: it goes on where it stopped.
  if (existing) return resumeOrder(deps, existing, input.payment);
  const ended = endedCheckout(checkout, deps.clock);
  if (ended) return ended;
  if (checkout.state === 'open') {
    assert.equal(bucketOf(input.order_id), bucketOf(checkout.checkout_id), 'an order lies with its checkout');
    if (!(await knowsGateway(deps, input.payment))) return refuse('GATEWAY_UNKNOWN');
    // Or the hold could end while the gateway thinks.
    const held = await extendHold(deps, checkout);
    if (!held.ok) return held;
    const order = orderOf(deps, checkout, input.order_id);
    const isCreated = await deps.writer.create(order, checkout.order_id);
    if (isCreated) return payFor(deps, order, { payment: input.payment, isFirst: true });
  }
  return joinCheckout(deps, checkout);
}

/** The place was not the first: another order has taken the checkout, or a newer checkout has superseded this one. */
async function joinCheckout(deps: Deps, seen: CheckoutRow): ReturnType<Orders['placeOrder']> {
  const [checkout] = await readCheckouts(deps.db, [seen.checkout_id]);
  if (checkout === undefined) return refuse('CHECKOUT_NOT_FOUND');
  const isTaken = checkout.state === 'paying' || checkout.state === 'ordered';
  // Open again since this place began: the order that had it was declined, and so is every place beside it.
  const wasTaken = seen.state === 'paying' || checkout.order_id !== seen.order_id;
  const isDeclined = checkout.state === 'open' && wasTaken;
  const [winner] = checkout.order_id === null ? [] : await readOrders(deps.db, [checkout.order_id]);
  if (winner && (isTaken || isDeclined)) return joinOrder(deps, winner);
  const ended = endedCheckout(checkout, deps.clock);
  assert(ended, 'a checkout that is as it was read can be taken');
  return ended;
}

/** Asked before anything is made of it: a word that nobody knows is bad input, and bad input changes nothing. */
export function knowsGateway(deps: Deps, { method, gateway }: PaymentInput): Promise<boolean> {
  return deps.payments.hasGateway({ method, gateway });
}

function orderOf(deps: Deps, checkout: CheckoutRow, orderId: string): OrderRow {
  const { state: _state, order_id: _orderId, expires_at: _expiresAt, created_at: _createdAt, ...frozen } = checkout;
  return newOrder(deps, { ...frozen, order_id: orderId, kind: 'checkout' });
}

type Life = 'status' | 'reason' | 'refunds' | 'refunded' | 'history' | 'version' | 'tries' | 'deadline_at';

export function newOrder(deps: Deps, frozen: Omit<OrderRow, Life | 'created_at' | 'updated_at'>): OrderRow {
  const nowMs = deps.clock.nowMs();
  const at = timestamp(nowMs);
  return {
    ...frozen,
    status: 'PAYMENT_PENDING',
    reason: null,
    refunds: [],
    refunded: 0,
    history: [
      { status: 'CREATED', at },
      { status: 'PAYMENT_PENDING', at },
    ],
    version: 1,
    tries: 0,
    // After this the sweeper takes it for left behind by a crash.
    deadline_at: timestamp(nowMs + limits.paymentDeadlineMs),
    created_at: at,
    updated_at: at,
  };
}

export async function payFor(
  deps: Deps,
  order: OrderRow,
  pay: Pay,
): Promise<Outcome<Placed, 'PAYMENT_DECLINED' | 'GATEWAY_UNKNOWN' | 'RESERVATION_EXPIRED'>> {
  return tellPlaced(deps, await advanceOrder(deps, order, pay));
}

export function resumeOrder(deps: Deps, order: OrderRow, payment: PaymentInput) {
  if (order.status !== 'PAYMENT_PENDING') return joinOrder(deps, order);
  return payFor(deps, order, { payment, isFirst: false });
}

/**
 * The answer to a place whose order exists: of the advance that is under way, here or in another process, or as it is.
 */
async function joinOrder(deps: Deps, order: OrderRow) {
  const running = deps.advancing.get(order.order_id) as Promise<Advanced> | undefined;
  if (running) return tellPlaced(deps, await running);
  const deadlineMs = deps.clock.nowMs() + limits.joinOrderMs;
  for (let row = order; ; ) {
    const [payment] = await deps.payments.getPayments({ order_ids: [row.order_id] });
    if (row.status !== 'PAYMENT_PENDING' || payment?.next_action) return tellPlaced(deps, { order: row, payment });
    if (deps.clock.nowMs() >= deadlineMs) throw new Unavailable('the order is being paid; ask again');
    await deps.clock.sleep(limits.joinOrderPollMs);
    row = (await readOrders(deps.db, [row.order_id]))[0] ?? row;
  }
}

async function tellPlaced(
  deps: Deps,
  { order, payment }: Advanced,
): Promise<Outcome<Placed, 'PAYMENT_DECLINED' | 'GATEWAY_UNKNOWN' | 'RESERVATION_EXPIRED'>> {
  if (order.status === 'PAYMENT_FAILED') {
    const { reason, order_id } = order;
    if (reason === 'RESERVATION_EXPIRED' || reason === 'GATEWAY_UNKNOWN') return refuse(reason, { order_id });
    return refuse('PAYMENT_DECLINED', { reason: reason ?? 'declined', order_id });
  }
  if (order.status === 'CONFIRMED' && order.kind === 'checkout') await emptyCart(deps, order);
  const isWaiting = order.status === 'PAYMENT_PENDING';
  return accept({
    order: presentOrder(order, payment, deps.currency),
    access_token: accessTokenOf(order.order_id, deps.orderAccessSecret),
    next_action: isWaiting ? (payment?.next_action ?? { type: 'wait' as const }) : null,
  });
}

/** The shopper sees an empty cart with the answer; should it fail here, follow-events.ts does it once more. */
async function emptyCart(deps: Deps, order: OrderRow): Promise<void> {
  try {
    await takeFromCart(deps, order);
  } catch (error) {
    deps.log.warn({ err: error, order_id: order.order_id }, 'the cart keeps an ordered line for a moment');
  }
}

export async function takeFromCart(deps: Pick<Deps, 'cart'>, order: OrderRow): Promise<void> {
  await deps.cart.takeOrdered({
    owner: { kind: order.person_kind, person_id: order.person_id },
    order_id: order.order_id,
    lines: order.lines.map(({ product_id, quantity }) => ({ product_id, quantity })),
  });
}
