import assert from 'node:assert/strict';
import type { Static } from 'typebox';
import type { CartOwner, MergeCarts, Notice } from './contract.ts';
import { finishMerge } from './finish-merge.ts';
import { type Deps, openCart } from './open-cart.ts';
import type { StoredCart } from './stored-cart.ts';

type Merged = { merged: number; notices: Notice[] };

export async function mergeCarts(deps: Deps, merge: Static<typeof MergeCarts>): Promise<Merged> {
  const guest: CartOwner = { kind: 'guest', person_id: merge.guest_id };
  const user: CartOwner = { kind: 'user', person_id: merge.user_id };
  // Opening the guest's cart finishes this merge too, should an earlier try have stopped half-way.
  const { lines } = await openCart(deps, guest);
  const known = answerOf(await openCart(deps, user), merge.merge_id);
  if (known !== undefined) return known;
  if (lines.length === 0) return { merged: 0, notices: [] };
  const answer = answerOf(await finishMerge(deps, merge), merge.merge_id);
  assert(answer !== undefined, 'a finished merge has an answer');
  return answer;
}

function answerOf({ merges }: StoredCart, merge_id: string): Merged | undefined {
  const known = merges.find(merge => merge.merge_id === merge_id);
  return known && { merged: known.merged, notices: [...known.notices] };
}
