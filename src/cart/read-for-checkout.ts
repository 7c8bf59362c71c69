import type { CartModule, CartOwner } from './contract.ts';
import { type Deps, openCart } from './open-cart.ts';

type Answer = ReturnType<CartModule['readForCheckout']>;

/** The prices are those that the person has seen: whoever sells compares them with today's. */
export async function readForCheckout(deps: Deps, { owner }: { owner: CartOwner }): Answer {
  const { lines } = await openCart(deps, owner);
  return { lines: lines.map(({ product_id, quantity, shown_price }) => ({ product_id, quantity, shown_price })) };
}
