import type { Static } from 'typebox';
import { changeCart } from './change-cart.ts';
import type { AddItem } from './contract.ts';
import type { Deps } from './open-cart.ts';
import { addUnits } from './rules.ts';
import { hashOf } from './stored-cart.ts';

export function addItem(deps: Deps, { owner, command_id, product_id, quantity }: Static<typeof AddItem>) {
  return changeCart(deps, {
    owner,
    command_id,
    hash: hashOf('add', product_id, quantity),
    wants: [{ product_id, quantity }],
    apply: (cart, present) => addUnits(cart, { product_id, quantity }, present),
  });
}
