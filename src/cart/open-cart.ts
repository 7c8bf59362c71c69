import type { Clock } from '#platform/clock';
import { Unavailable } from '#platform/outcome';
import type { CartOwner } from './contract.ts';
import { finishMerge } from './finish-merge.ts';
import type { HotCarts } from './hot-carts.ts';
import type { Merge } from './merge-rules.ts';
import type { FactDeps } from './product-facts.ts';
import type { Changed, Decide, StoredCart } from './stored-cart.ts';

/** What the operations of this module share. */
export interface Deps extends FactDeps {
  hotCarts: HotCarts;
  clock: Clock;
  currency: string;
}

/** How often a new merge may begin while one is being finished, before the person is asked to come again. */
const TRIES_MAX = 8;

/** The cart, after finishing a merge in which someone stopped half-way. Every operation begins with it. */
export async function openCart(deps: Deps, owner: CartOwner): Promise<StoredCart> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const cart = await deps.hotCarts.read(owner);
    const unfinished = mergesIn(owner, cart);
    if (unfinished.length === 0) return cart;
    for (const merge of unfinished) await finishMerge(deps, merge);
  }
  throw new Unavailable('the cart is being merged again and again');
}

/** A change of an open cart: one whose lines have just been frozen is opened first. */
export async function changeOpenCart<Answer>(
  deps: Deps,
  owner: CartOwner,
  decide: Decide<Answer>,
): Promise<Changed<Answer>> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const { cart, answer } = await deps.hotCarts.change<{ decided: Answer } | 'frozen'>(owner, before => {
      if (before.frozen !== null) return { cart: before, answer: 'frozen' };
      const { cart: after, answer: decided } = decide(before);
      return { cart: after, answer: { decided } };
    });
    if (answer !== 'frozen') return { cart, answer: answer.decided };
    await openCart(deps, owner);
  }
  throw new Unavailable('the cart is being merged again and again');
}

function mergesIn({ person_id }: CartOwner, { frozen, incoming }: StoredCart): Merge[] {
  const outgoing = frozen === null ? [] : [{ ...frozen, guest_id: person_id }];
  return [...outgoing, ...incoming.map(merge => ({ ...merge, user_id: person_id }))];
}
