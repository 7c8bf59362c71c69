import type { Static } from 'typebox';
import { changeCartFreely } from './change-cart.ts';
import type { Cart, RemoveItem } from './contract.ts';
import type { Deps } from './open-cart.ts';
import { removeLine } from './rules.ts';
import { hashOf } from './stored-cart.ts';

export function removeItem(deps: Deps, { owner, command_id, product_id }: Static<typeof RemoveItem>): Promise<Cart> {
  return changeCartFreely(deps, {
    owner,
    command_id,
    hash: hashOf('remove', product_id),
    apply: (cart, present) => removeLine(cart, product_id, present),
  });
}
