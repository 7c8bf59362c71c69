import { timestamp } from '#platform/clock';
import { accept, type Outcome, type Refusal } from '#platform/outcome';
import type { Cart, CartOwner } from './contract.ts';
import { getCart, showCart } from './get-cart.ts';
import { changeOpenCart, type Deps, openCart } from './open-cart.ts';
import { readFacts } from './product-facts.ts';
import { applyOnce, type Decided, type Present } from './rules.ts';
import type { StoredCart, Units } from './stored-cart.ts';

type Refused = Extract<Decided, { ok: false }>;

interface Change {
  owner: CartOwner;
  command_id: string;
  /** Of the input: a repeat has the same. */
  hash: string;
  /** Units that the change asks for, beside those in the cart. */
  wants: Units[];
  apply(cart: StoredCart, present: Present): Decided;
}

/**
 * How a person changes a cart: once per command, decided in the hot store's one step on products that were read before
 * it. What is refused at the first look is not written.
 */
export async function changeCart(deps: Deps, change: Change): Promise<Outcome<Cart, Refused['code']>> {
  const { owner, wants } = change;
  const seen = await openCart(deps, owner);
  const facts = await readFacts(deps, owner, [...seen.lines, ...wants]);
  const present = { facts, at: timestamp(deps.clock.nowMs()) };
  const decide = (cart: StoredCart) => applyOnce(cart, change, before => change.apply(before, present));
  const first = decide(seen);
  if (!first.ok) return first;
  if (first.value === seen) return accept(await getCart(deps, { owner }));
  const { cart, answer } = await changeOpenCart<Refusal<Refused['code']> | null>(deps, owner, before => {
    const decided = decide(before);
    return decided.ok ? { cart: decided.value, answer: null } : { cart: before, answer: decided };
  });
  return answer ?? accept(await showCart(deps, owner, cart, facts));
}

/** The same for a change that nothing can refuse. */
export async function changeCartFreely(
  deps: Deps,
  change: Omit<Change, 'apply' | 'wants'> & { apply(cart: StoredCart, present: Present): StoredCart },
): Promise<Cart> {
  const apply: Change['apply'] = (cart, present) => accept(change.apply(cart, present));
  const outcome = await changeCart(deps, { ...change, wants: [], apply });
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.code} refuses what cannot be refused`);
}
