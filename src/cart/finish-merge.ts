import { type Clock, timestamp } from '#platform/clock';
import type { CartOwner } from './contract.ts';
import type { HotCarts } from './hot-carts.ts';
import { beginMerge, type Frozen, freezeLines, giveLines, type Merge, receiveLines } from './merge-rules.ts';
import { type FactDeps, readFacts } from './product-facts.ts';
import type { StoredCart } from './stored-cart.ts';

type MergeDeps = FactDeps & { hotCarts: HotCarts; clock: Clock };

/**
 * The steps of a merge, each safe to repeat, so that whoever finds a merge half-way runs them all: the user's cart
 * names the merge, the guest's lines are frozen, the user's cart receives them once, the guest's is emptied. Between
 * steps the backup catches up: were the hot store lost, carts restored out of step would lose or double lines.
 */
export async function finishMerge(deps: MergeDeps, merge: Merge): Promise<StoredCart> {
  const { hotCarts } = deps;
  const guest: CartOwner = { kind: 'guest', person_id: merge.guest_id };
  const user: CartOwner = { kind: 'user', person_id: merge.user_id };
  await hotCarts.change(user, cart => ({ cart: beginMerge(cart, merge), answer: null }));
  const lines = await freeze(deps, guest, merge);
  await Promise.all([backUp(deps, user), backUp(deps, guest)]);
  const before = await hotCarts.read(user);
  const facts = await readFacts(deps, user, [...before.lines, ...lines]);
  const at = timestamp(deps.clock.nowMs());
  const received = await hotCarts.change(user, cart => ({
    cart: receiveLines(cart, merge, lines, { facts, at }),
    answer: null,
  }));
  await backUp(deps, user);
  await hotCarts.change(guest, cart => ({ cart: giveLines(cart, merge, at), answer: null }));
  return received.cart;
}

/** Another login's merge that has frozen the guest's cart before us is finished first, and leaves it empty for ours. */
async function freeze(deps: MergeDeps, guest: CartOwner, merge: Merge) {
  for (;;) {
    const { answer } = await deps.hotCarts.change<Frozen>(guest, cart => freezeLines(cart, merge));
    if ('lines' in answer) return answer.lines;
    await finishMerge(deps, { ...answer.inTheWay, guest_id: merge.guest_id });
  }
}

/** The hot store has the truth, and a login must not fail for a backup that is away: the merge goes on without it. */
async function backUp({ hotCarts }: MergeDeps, owner: CartOwner): Promise<void> {
  await hotCarts.durable(owner).catch(() => {});
}
