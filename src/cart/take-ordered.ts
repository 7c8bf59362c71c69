import type { Static } from 'typebox';
import { timestamp } from '#platform/clock';
import type { CartOwner, TakeOrdered } from './contract.ts';
import { changeOpenCart, type Deps } from './open-cart.ts';
import { takeUnits } from './rules.ts';

/**
 * Answers when the backup knows it, so that what was ordered never comes back by a restore. A guest who logged in while
 * the order was being paid has the lines in the user's cart by now: what the guest's lacks is taken there.
 */
export async function takeOrdered(deps: Deps, input: Static<typeof TakeOrdered>): Promise<null> {
  const { owner, order_id } = input;
  const { cart, answer: missing } = await take(deps, owner, input);
  const user_id = cart.given.at(-1)?.user_id;
  if (missing.length > 0 && user_id !== undefined) {
    const user: CartOwner = { kind: 'user', person_id: user_id };
    await take(deps, user, { order_id, lines: [...missing] });
    await deps.hotCarts.durable(user);
  }
  await deps.hotCarts.durable(owner);
  return null;
}

function take(deps: Deps, owner: CartOwner, order: Parameters<typeof takeUnits>[1]) {
  const at = timestamp(deps.clock.nowMs());
  return changeOpenCart(deps, owner, cart => takeUnits(cart, order, at));
}
