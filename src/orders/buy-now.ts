import assert from 'node:assert/strict';
import type { Static } from 'typebox';
import type { BuyNow, Orders } from '#orders';
import { derivedId } from '#platform/ids';
import { accept, refuse } from '#platform/outcome';
import type { Deps } from './deps.ts';
import { knowsGateway, newOrder, payFor, resumeOrder } from './place-order.ts';
import { isHeld } from './release-hold.ts';
import { quote } from './rules.ts';

type Input = Static<typeof BuyNow>;

/**
 * From wish to confirmed order: the goods are held before the order is made, and the order before it is paid. Only
 * where it can't be made is looked whether it is there already: the same command once more, perhaps after a crash, goes
 * on where it stopped.
 */
export async function buyNow(deps: Deps, input: Input): ReturnType<Orders['buyNow']> {
  const prepared = await prepareOrder(deps, input);
  if (prepared.ok && (await deps.writer.create(prepared.value, null))) {
    return payFor(deps, prepared.value, { payment: input.payment, isFirst: true });
  }
  const existing = await deps.orderReads.read(input.order_id);
  if (existing) return resumeOrder(deps, existing, input.payment);
  assert(!prepared.ok, 'an order that is not created is there already: nothing is paid without one');
  return prepared;
}

/** The order as it is to be, with its goods held. */
async function prepareOrder(deps: Deps, input: Input) {
  const { shopper, order_id: orderId, quantity } = input;
  const email = shopper.email ?? input.email ?? null;
  if (email === null) return refuse('EMAIL_REQUIRED', { errors: [{ path: '/email', message: 'is missing' }] });
  if (input.expected_price && input.expected_price.currency !== deps.currency) return refuse('CURRENCY_MISMATCH');
  const [product] = await deps.catalog.getProducts({ product_ids: [input.product_id] });
  if (product === undefined || product.deleted) return refuse('PRODUCT_NOT_FOUND');
  if (input.expected_price && input.expected_price.amount !== product.price.amount) {
    return refuse('PRICE_CHANGED', { product_id: product.product_id, price: product.price });
  }

  if (!(await knowsGateway(deps, input.payment))) return refuse('GATEWAY_UNKNOWN');

  const { prime, kind, person_id } = shopper;
  const { country, region } = input.shipping_address;
  const method = input.shipping_method;
  // Before anything is held: where the tax is not known, nothing is sold.
  const totals = quote(
    [{ product, quantity }],
    { country, region, method, prime, currency: deps.currency, discount: 0 },
    deps,
  );
  const reservationId = derivedId(orderId, 'reservation');
  const reserved = await deps.inventory.reserveStock({
    reservation_id: reservationId,
    person_id,
    lines: [{ product_id: product.product_id, quantity, max_per_person: product.max_per_person }],
    ship_to: { country, region },
    ttl_ms: deps.reservationTtlMs,
  });
  if (!reserved.ok) return reserved;
  if (!isHeld(reserved.value, deps.clock)) return refuse('RESERVATION_EXPIRED');

  const order = newOrder(deps, {
    order_id: orderId,
    checkout_id: orderId,
    kind: 'buy_now',
    person_id,
    person_kind: kind,
    email,
    reservation_id: reservationId,
    parts: reserved.value.parts,
    ...totals,
    shipping_address: input.shipping_address,
    billing_address: input.billing_address ?? input.shipping_address,
    shipping_method: method,
  });
  return accept(order);
}
