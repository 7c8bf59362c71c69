import type { Static } from 'typebox';
import type { CreateCheckout, Orders } from '#orders';
import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import { accept, type Refusal, refuse } from '#platform/outcome';
import {
  type CheckoutRow,
  endOpenCheckouts,
  openCheckout,
  readCheckouts,
  readOlderCheckouts,
} from './checkout-store.ts';
import type { Deps } from './deps.ts';
import { presentCheckout } from './present.ts';
import { type Goods, readCartGoods } from './read-goods.ts';
import { isHeld, releaseHold } from './release-hold.ts';
import { countUnits, quote } from './rules.ts';

type Input = Static<typeof CreateCheckout>;
type Answer = Awaited<ReturnType<Orders['createCheckout']>>;

export async function createCheckout(deps: Deps, input: Input): Promise<Answer> {
  const { shopper } = input;
  const [existing] = await readCheckouts(deps.db, [input.checkout_id]);
  if (existing) return accept(presentCheckout(existing, deps.currency));

  const email = shopper.email ?? input.email ?? null;
  if (email === null) return refuse('EMAIL_REQUIRED', { errors: [{ path: '/email', message: 'is missing' }] });
  const goods = await readCartGoods(deps, shopper);
  if (!goods.ok) return goods;

  // Before anything is held: where the tax is not known, nothing is sold.
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
  const reservationId = derivedId(input.checkout_id, 'reservation');
  const known = await readOlderCheckouts(deps.db, shopper.person_id, timestamp(deps.clock.nowMs()));
  // The same command, sent twice, may have made this very checkout meanwhile: it must not supersede itself.
  const older = known.filter(row => row.checkout_id !== input.checkout_id);
  const reserved = await reserve(deps, input, { reservationId, goods: goods.value, older });
  if (!reserved.ok) return reserved;
  if (!isHeld(reserved.value, deps.clock)) return refuse('RESERVATION_EXPIRED');

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
  const superseded = await openCheckout(deps.db, row, idsOf(older));
  await releaseHolds(deps, superseded);
  return accept(presentCheckout(row, deps.currency));
}

interface Wish {
  reservationId: string;
  goods: Goods[];
  /** The person's open checkouts, which the new one supersedes, and those that were superseded before. */
  older: CheckoutRow[];
}

/**
 * Holds the goods. Where the older checkouts hold what this one wants, they are superseded before it, but only when
 * that makes it possible: a checkout that fails takes nothing away from its person.
 */
async function reserve(deps: Deps, input: Input, { reservationId, goods, older }: Wish) {
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
  const reserveStock = () => deps.inventory.reserveStock(request);
  let first = await reserveStock();
  // A try that stopped between ending a checkout and giving its goods back would keep them from their own person.
  const left = older.filter(row => row.state === 'superseded');
  if (!first.ok && left.length > 0) {
    await releaseHolds(deps, left);
    // The refused try left no trace, so its id may be tried again.
    first = await reserveStock();
  }
  const open = older.filter(row => row.state === 'open');
  if (first.ok || !(await wouldFit(deps, goods, open, first))) return first;
  await releaseHolds(deps, await endOpenCheckouts(deps.db, idsOf(open), 'superseded'));
  return reserveStock();
}

/** Whether a refused reservation would be granted if the open checkouts gave back what they hold. */
async function wouldFit(
  deps: Deps,
  goods: Goods[],
  open: CheckoutRow[],
  refused: Refusal<'OUT_OF_STOCK' | 'LIMIT_PER_PERSON'>,
): Promise<boolean> {
  const held = countUnits(open.flatMap(row => row.lines));
  if (!goods.some(({ product }) => held.has(product.product_id))) return false;
  const stock = await deps.inventory.getAvailability({ product_ids: goods.map(({ product }) => product.product_id) });
  const free = new Map(stock.map(({ product_id, available }) => [product_id, available]));
  const allowed = allowances(refused);
  return goods.every(({ product: { product_id: id }, quantity }) => {
    const most = Math.min(free.get(id) ?? 0, allowed.get(id) ?? Number.POSITIVE_INFINITY);
    return most + (held.get(id) ?? 0) >= quantity;
  });
}

/** What LIMIT_PER_PERSON tells of each product: how many more this person may hold. */
function allowances({ code, detail }: Refusal<'OUT_OF_STOCK' | 'LIMIT_PER_PERSON'>): Map<string, number> {
  if (code !== 'LIMIT_PER_PERSON') return new Map();
  const { lines } = detail as { lines: { product_id: string; allowed: number }[] };
  return new Map(lines.map(({ product_id, allowed }) => [product_id, allowed]));
}

/** Whoever ended a checkout gives its hold back; should that fail, the hold ends when its time is up. */
async function releaseHolds(deps: Deps, ended: CheckoutRow[]): Promise<void> {
  await Promise.all(ended.map(row => releaseHold(deps, row)));
}

function idsOf(checkouts: CheckoutRow[]): string[] {
  return checkouts.map(row => row.checkout_id);
}
