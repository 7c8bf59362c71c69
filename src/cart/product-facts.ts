import type { Catalog } from '#catalog';
import type { Inventory } from '#inventory';
import { Unavailable } from '#platform/outcome';
import type { CartOwner } from './contract.ts';
import type { Units } from './stored-cart.ts';

/** What the shop knows now of a product that stands in a cart. */
export type Fact =
  | { isSold: true; title: string; seller_id: string; price: number; available: number }
  /** Deleted, or not known at all (then without a title). */
  | { isSold: false; title: string | undefined };

/** Holds every product that was asked for: one without a fact was put into the cart after the asking. */
export type Facts = ReadonlyMap<string, Fact>;

/** Units that the person's own open checkout holds, and a newer one would take over: for them they are not gone. */
export type HeldUnits = (person: { person_id: string }) => Promise<readonly Units[]>;

export interface FactDeps {
  catalog: Catalog;
  inventory: Inventory;
  heldUnits: HeldUnits;
}

/** `wants` says how much: only where there is too little for it, the person's own holds are asked for. */
export async function readFacts(deps: FactDeps, owner: CartOwner, wants: readonly Units[]): Promise<Facts> {
  const wanted = addUp(wants);
  const product_ids = [...wanted.keys()];
  if (product_ids.length === 0) return new Map();
  const [products, stock] = await Promise.all([
    deps.catalog.getProducts({ product_ids }),
    deps.inventory.getAvailability({ product_ids }),
  ]);
  const free = new Map(stock.map(entry => [entry.product_id, Math.max(0, entry.available)]));
  const isShort = product_ids.some(id => (free.get(id) ?? 0) < wanted.get(id)!);
  const held = addUp(isShort ? await readHeld(deps, owner) : []);
  const facts = new Map<string, Fact>(product_ids.map(id => [id, { isSold: false, title: undefined }]));
  for (const { product_id, deleted, title, seller, price } of products) {
    const available = (free.get(product_id) ?? 0) + (held.get(product_id) ?? 0);
    const sold = { title, seller_id: seller.seller_id, price: price.amount, available };
    facts.set(product_id, deleted ? { isSold: false, title } : { isSold: true, ...sold });
  }
  return facts;
}

/** A cart does not fail because orders are away: then it shows what everybody is shown. */
async function readHeld({ heldUnits }: FactDeps, { person_id }: CartOwner): Promise<readonly Units[]> {
  try {
    return await heldUnits({ person_id });
  } catch (error) {
    if (error instanceof Unavailable) return [];
    throw error;
  }
}

function addUp(units: readonly Units[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { product_id, quantity } of units) sums.set(product_id, (sums.get(product_id) ?? 0) + quantity);
  return sums;
}
