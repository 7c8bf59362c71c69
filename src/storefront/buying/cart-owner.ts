import assert from 'node:assert/strict';
import type { CartOwner } from '#cart';
import type { Caller } from '#platform/identity';

/** Whose cart it is; null for whoever has none yet. */
export function cartOwnerOf(caller: Caller): CartOwner | null {
  const { kind } = caller;
  return kind === 'guest' || kind === 'user' ? { kind, person_id: caller.person_id } : null;
}

/** On a route with access `person`, whose callers all have one. */
export function ownCart(caller: Caller): CartOwner {
  const owner = cartOwnerOf(caller);
  assert(owner !== null, 'a route for persons lets nobody else in');
  return owner;
}
