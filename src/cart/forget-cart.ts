import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { CartOwner } from './contract.ts';
import type { Deps } from './open-cart.ts';
import { emptyCart } from './stored-cart.ts';

/**
 * Leaves nothing in the cart or its backup. The empty cart stays for an hour and keeps with its version a late write of
 * another process from bringing the old one back; then it expires, and the next pruning removes its row.
 */
export async function forgetCart(deps: Deps, { owner }: { owner: CartOwner }): Promise<null> {
  const { version } = await deps.hotCarts.read(owner);
  if (version === 0) return null;
  const empty = emptyCart(timestamp(deps.clock.nowMs()));
  await deps.hotCarts.change(owner, () => ({ cart: empty, answer: null }), { ttlMs: limits.cartForgottenTtlMs });
  await deps.hotCarts.durable(owner);
  return null;
}
