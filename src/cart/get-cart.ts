import { limits } from '#limits';
import type { Cart, CartOwner } from './contract.ts';
import { changeOpenCart, type Deps, openCart } from './open-cart.ts';
import { presentCart } from './present-cart.ts';
import { type Facts, readFacts } from './product-facts.ts';
import { refresh } from './rules.ts';
import type { StoredCart } from './stored-cart.ts';

/** Writes only what the look changes: a price that is shown anew, and once an hour the renewed life of the cart. */
export async function getCart(deps: Deps, { owner }: { owner: CartOwner }): Promise<Cart> {
  const stored = await openCart(deps, owner);
  const facts = await readFacts(deps, owner, stored.lines);
  if (refresh(stored, { facts }) === stored && !isDue(stored, deps)) return showCart(deps, owner, stored, facts);
  const { cart } = await changeOpenCart(deps, owner, before => ({
    cart: isDue(before, deps) ? { ...refresh(before, { facts }) } : refresh(before, { facts }),
    answer: null,
  }));
  return showCart(deps, owner, cart, facts);
}

function isDue({ lines, used_at }: StoredCart, { clock }: Deps): boolean {
  return lines.length > 0 && clock.nowMs() - Date.parse(used_at) >= limits.cartRenewMs;
}

/** The cart with today's products; those that another request put into it since `facts` were read are looked up. */
export async function showCart(deps: Deps, owner: CartOwner, cart: StoredCart, facts: Facts): Promise<Cart> {
  const lacking = cart.lines.filter(line => !facts.has(line.product_id));
  const all = lacking.length === 0 ? facts : new Map([...facts, ...(await readFacts(deps, owner, lacking))]);
  return presentCart({ owner, cart, facts: all, currency: deps.currency });
}
