import { changeCartFreely } from './change-cart.ts';
import type { Cart, CartOwner } from './contract.ts';
import type { Deps } from './open-cart.ts';
import { clearLines } from './rules.ts';
import { hashOf } from './stored-cart.ts';

export function clearCart(deps: Deps, input: { owner: CartOwner; command_id: string }): Promise<Cart> {
  const apply: Parameters<typeof changeCartFreely>[1]['apply'] = (cart, { at }) => clearLines(cart, at);
  return changeCartFreely(deps, { ...input, hash: hashOf('clear'), apply });
}
