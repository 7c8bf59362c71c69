import type { Static } from 'typebox';
import type { BuyNow, Orders } from '#orders';
import { derivedId } from '#platform/ids';
import { refuse } from '#platform/outcome';
import type { Deps } from './deps.ts';
import { newOrder, payFor, resumeOrder } from './place-order.ts';
import { quote } from './rules.ts';
import { readOrders } from './store.ts';

/** From wish to confirmed order: the goods are held before the order is made, and the order before it is paid. */
export async function buyNow(deps: Deps, input: Static<typeof BuyNow>): ReturnType<Orders['buyNow']> {
  const { shopper, order_id: orderId, quantity } = input;
  const [existing] = await readOrders(deps.db, [orderId]);
  if (existing) return resumeOrder(deps, existing, input.payment);

  const email = shopper.email ?? input.email ?? null;
  if (email === null) return refuse('EMAIL_REQUIRED', { errors: [{ path: '/email', message: 'is missing' }] });
  if (input.expected_price && input.expected_price.currency !== deps.currency) return refuse('CURRENCY_MISMATCH');
  const [product] = await deps.catalog.getProducts({ product_ids: [input.product_id] });
  if (product === undefined || product.deleted) return refuse('PRODUCT_NOT_FOUND');
  if (input.expected_price && input.expected_price.amount !== product.price.amount) {
    return refuse('PRICE_CHANGED', { product_id: product.product_id, price: product.price });
  }

  const reservationId = derivedId(orderId, 'reservation');
  const { country, region } = input.shipping_address;
  const reserved = await deps.inventory.reserveStock({
    reservation_id: reservationId,
    person_id: shopper.person_id,
    lines: [{ product_id: product.product_id, quantity, max_per_person: product.max_per_person }],
    ship_to: { country, region },
    ttl_ms: deps.reservationTtlMs,
  });
  if (!reserved.ok) return reserved;
  // A repeat that comes so late that the first try's hold has ended.
  if (reserved.value.state !== 'held') return refuse('RESERVATION_EXPIRED');

  const { prime, kind, person_id } = shopper;
  const method = input.shipping_method;
  const totals = quote(
    [{ product, quantity }],
    { country, region, method, prime, currency: deps.currency, discount: 0 },
    deps,
  );
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
  if (await deps.writer.create(order)) return payFor(deps, order, input.payment);
  const [winner] = await readOrders(deps.db, [orderId]);
  return resumeOrder(deps, winner ?? order, input.payment);
}
