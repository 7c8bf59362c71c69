import type { CartOwner } from './contract.ts';
import { type Deps, openCart } from './open-cart.ts';
import { unitsIn } from './stored-cart.ts';

export async function countItems(deps: Deps, { owner }: { owner: CartOwner }): Promise<{ cart_items: number }> {
  return { cart_items: unitsIn(await openCart(deps, owner)) };
}
