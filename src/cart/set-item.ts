import type { Static } from 'typebox';
import { changeCart } from './change-cart.ts';
import type { SetItem } from './contract.ts';
import type { Deps } from './open-cart.ts';
import { setUnits } from './rules.ts';
import { hashOf } from './stored-cart.ts';

export function setItem(deps: Deps, { owner, command_id, product_id, quantity }: Static<typeof SetItem>) {
  return changeCart(deps, {
    owner,
    command_id,
    hash: hashOf('set', product_id, quantity),
    wants: [{ product_id, quantity }],
    apply: (cart, present) => setUnits(cart, { product_id, quantity }, present),
  });
}
