import type { Static } from 'typebox';
import type { Inventory, ReserveStock } from '#inventory';
import type { CreateCheckout, Orders } from '#orders';
import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import { accept, type Refusal, refuse } from '#platform/outcome';
import { type CheckoutRow, openCheckout, readCheckouts, readOlderCheckouts } from './checkout-store.ts';
import type { Deps } from './deps.ts';
import { presentCheckout } from './present.ts';
import { type Goods, readCartGoods } from './read-goods.ts';
import { isHeld } from './release-hold.ts';
import { countUnits, quote } from './rules.ts';
import { releaseHolds, supersede } from './supersede-checkouts.ts';

type Input = Static<typeof CreateCheckout>;
type Answer = Awaited<ReturnType<Orders['createCheckout']>>;

/**
 * A person's checkouts wait for each other: of two at once the later one finds what the earlier one holds. Between
 * processes the ledger alone decides, and of the last unit the later one may be told that it is gone.
 */
export function createCheckout(deps: Deps, input: Input): Promise<Answer> {
  return deps.checkoutTurn(input.shopper.person_id, () => checkOut(deps, input));
}

async function checkOut(deps: Deps, input: Input): Promise<Answer> {
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
  const reserveStock = () =>
    deps.inventory.reserveStock(reservationOf(deps, input, { reservationId, goods: goods.value }));
  const first = await reserveStock();
  // After the try, so that whoever was a moment faster is found.
  const older = await readOlder(deps, input);
  const reserved = first.ok ? first : await reserveInPlace(deps, { goods: goods.value, older, first, reserveStock });
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
    // When the hold began, also where a first try was cut off after it: see extendHold.
    created_at: timestamp(Date.parse(reserved.value.expires_at) - deps.reservationTtlMs),
  };
  const superseded = await openCheckout(deps.db, row, idsOf(older.live));
  await releaseHolds(deps, superseded);
  return accept(presentCheckout(row, deps.currency));
}

function reservationOf(
  { reservationTtlMs }: Deps,
  { shopper, shipping_address: { country, region } }: Input,
  { reservationId, goods }: { reservationId: string; goods: Goods[] },
): ReserveStock {
  return {
    reservation_id: reservationId,
    person_id: shopper.person_id,
    lines: goods.map(({ product: { product_id, max_per_person }, quantity }) => ({
      product_id,
      quantity,
      max_per_person,
    })),
    ship_to: { country, region },
    ttl_ms: reservationTtlMs,
  };
}

/** What a person's earlier checkouts may hold still. */
interface Older {
  /** The new one takes their place. */
  live: CheckoutRow[];
  /** Their time is over, and the sweeper has perhaps not come yet. */
  overdue: CheckoutRow[];
  /** They gave their place before; whoever took it may have stopped before it gave their goods back. */
  superseded: CheckoutRow[];
}

/** The sweeper comes each second, and after a restart a little later. */
const SWEPT_AFTER_MS = 60_000;

async function readOlder({ db, clock }: Deps, { checkout_id, shopper }: Input): Promise<Older> {
  const nowMs = clock.nowMs();
  const known = await readOlderCheckouts(db, shopper.person_id, timestamp(nowMs - SWEPT_AFTER_MS));
  // The same command, sent twice, may have made this very checkout meanwhile: it must not supersede itself.
  const older = known.filter(row => row.checkout_id !== checkout_id);
  const isOver = (row: CheckoutRow) => Date.parse(row.expires_at) <= nowMs;
  return {
    live: older.filter(row => row.state === 'open' && !isOver(row)),
    overdue: older.filter(row => row.state === 'open' && isOver(row)),
    superseded: older.filter(row => row.state === 'superseded'),
  };
}

type Refused = Refusal<'OUT_OF_STOCK' | 'LIMIT_PER_PERSON'>;

interface Refusing {
  goods: Goods[];
  older: Older;
  first: Refused;
  /** The refused try left no trace, so its id may be tried again. */
  reserveStock(): ReturnType<Inventory['reserveStock']>;
}

/**
 * Where the older checkouts hold what this one wants, they are superseded before it, but only when that makes it
 * possible: a checkout that fails takes nothing away from its person.
 */
async function reserveInPlace(deps: Deps, { goods, older, first, reserveStock }: Refusing) {
  const { live, overdue, superseded } = older;
  let refused = first;
  if (overdue.length + superseded.length > 0) {
    // Nobody loses anything by it.
    await supersede(deps, overdue);
    await releaseHolds(deps, superseded);
    const second = await reserveStock();
    if (second.ok) return second;
    refused = second;
  }
  if (!(await wouldFit(deps, goods, live, refused))) return refused;
  await supersede(deps, live);
  return reserveStock();
}

/** Whether a refused reservation would be granted if the open checkouts gave back what they hold. */
async function wouldFit(deps: Deps, goods: Goods[], open: CheckoutRow[], refused: Refused): Promise<boolean> {
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
function allowances({ code, detail }: Refused): Map<string, number> {
  if (code !== 'LIMIT_PER_PERSON') return new Map();
  const { lines } = detail as { lines: { product_id: string; allowed: number }[] };
  return new Map(lines.map(({ product_id, allowed }) => [product_id, allowed]));
}

function idsOf(checkouts: CheckoutRow[]): string[] {
  return checkouts.map(row => row.checkout_id);
}
