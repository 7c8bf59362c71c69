import type { Static } from 'typebox';
import type { CatalogProduct } from '#catalog';
import type { CreateCheckout, Orders } from '#orders';
import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Deps } from './deps.ts';
import { presentCheckout } from './present.ts';
import { releaseHold } from './release-hold.ts';
import { quote } from './rules.ts';
import { type CheckoutRow, endOpenCheckouts, insertCheckout, readCheckouts, readOpenCheckouts } from './store.ts';

type Input = Static<typeof CreateCheckout>;
type Answer = Awaited<ReturnType<Orders['createCheckout']>>;

export async function createCheckout(deps: Deps, input: Input): Promise<Answer> {
  const { shopper } = input;
  const [existing] = await readCheckouts(deps.db, [input.checkout_id]);
  if (existing) return accept(presentCheckout(existing, deps.currency));

  const email = shopper.email ?? input.email ?? null;
  if (email === null) return refuse('EMAIL_REQUIRED', { errors: [{ path: '/email', message: 'is missing' }] });
  const goods = await readGoods(deps, shopper);
  if (!goods.ok) return goods;

  const reservationId = derivedId(input.checkout_id, 'reservation');
  const reserved = await reserve(deps, input, reservationId, goods.value);
  if (!reserved.ok) return reserved;
  // A repeat that comes so late that the first try's hold has ended.
  if (reserved.value.state !== 'held') return refuse('RESERVATION_EXPIRED');

  const totals = quote(
    goods.value,
    {
      country: input.shipping_address.country,
      region: input.shipping_address.region,
      method: input.shipping_method,
      prime: shopper.prime,
      currency: deps.currency,
      discount: 0,
    },
    deps,
  );
  const row: CheckoutRow = {
    checkout_id: input.checkout_id,
    person_id: shopper.person_id,
    person_kind: shopper.kind,
    email,
    state: 'open',
    order_id: null,
    reservation_id: reservationId,
    parts: reserved.value.parts,
    ...totals,
    shipping_address: input.shipping_address,
    billing_address: input.billing_address ?? input.shipping_address,
    shipping_method: input.shipping_method,
    expires_at: reserved.value.expires_at,
    created_at: timestamp(deps.clock.nowMs()),
  };
  await insertCheckout(deps.db, row);
  return accept(presentCheckout(row, deps.currency));
}

interface Goods {
  product: CatalogProduct;
  quantity: number;
}

type CartRefusal = 'CART_EMPTY' | 'OUT_OF_STOCK' | 'PRICE_CHANGED';

/** The cart's lines with today's products; a price that the shopper has not seen is refused with the cart as it is now. */
async function readGoods(deps: Deps, shopper: Input['shopper']): Promise<Outcome<Goods[], CartRefusal>> {
  const owner = { kind: shopper.kind, person_id: shopper.person_id };
  const { lines } = await deps.cart.readForCheckout({ owner });
  if (lines.length === 0) return refuse('CART_EMPTY');
  const products = await deps.catalog.getProducts({ product_ids: lines.map(line => line.product_id) });
  const byId = new Map(products.filter(product => !product.deleted).map(product => [product.product_id, product]));
  const gone = lines.filter(line => !byId.has(line.product_id));
  if (gone.length > 0) {
    const shortages = gone.map(line => ({ product_id: line.product_id, requested: line.quantity, available: 0 }));
    return refuse('OUT_OF_STOCK', { lines: shortages });
  }
  if (lines.some(line => byId.get(line.product_id)!.price.amount !== line.shown_price)) {
    return refuse('PRICE_CHANGED', { cart: await deps.cart.getCart({ owner }) });
  }
  return accept(lines.map(line => ({ product: byId.get(line.product_id)!, quantity: line.quantity })));
}

/**
 * Holds the goods, then supersedes the person's older checkouts. Where the older ones hold what this one wants, they are
 * superseded first, but only when that makes it possible: a checkout that fails takes nothing away from its person.
 */
async function reserve(deps: Deps, input: Input, reservationId: string, goods: Goods[]) {
  const request = {
    reservation_id: reservationId,
    person_id: input.shopper.person_id,
    lines: goods.map(({ product, quantity }) => ({
      product_id: product.product_id,
      quantity,
      max_per_person: product.max_per_person,
    })),
    ship_to: { country: input.shipping_address.country, region: input.shipping_address.region },
    ttl_ms: deps.reservationTtlMs,
  };
  const older = await readOpenCheckouts(deps.db, input.shopper.person_id);
  const first = await deps.inventory.reserveStock(request);
  if (first.ok || !(await wouldFit(deps, goods, older))) {
    if (first.ok) await supersede(deps, older);
    return first;
  }
  await supersede(deps, older);
  // The refused try left no trace, so its id may be tried again.
  return deps.inventory.reserveStock(request);
}

async function wouldFit(deps: Deps, goods: Goods[], older: CheckoutRow[]): Promise<boolean> {
  const held = new Map<string, number>();
  for (const line of older.flatMap(row => row.lines)) {
    held.set(line.product_id, (held.get(line.product_id) ?? 0) + line.quantity);
  }
  const wanted = goods.filter(({ product }) => held.has(product.product_id));
  if (wanted.length === 0) return false;
  const stock = await deps.inventory.getAvailability({ product_ids: goods.map(({ product }) => product.product_id) });
  const available = new Map(stock.map(entry => [entry.product_id, entry.available]));
  return goods.every(({ product, quantity }) => {
    const { product_id: id } = product;
    return (available.get(id) ?? 0) + (held.get(id) ?? 0) >= quantity;
  });
}

/** Whoever ends a checkout by compare-and-set gives its hold back; a checkout that began to be paid is left alone. */
async function supersede(deps: Deps, older: CheckoutRow[]): Promise<void> {
  if (older.length === 0) return;
  const ended = await endOpenCheckouts(
    deps.db,
    older.map(row => row.checkout_id),
    'superseded',
  );
  await Promise.all(ended.map(row => releaseHold(deps, row)));
}
