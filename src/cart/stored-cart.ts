import { createHash } from 'node:crypto';
import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { CartOwner, Notice } from './contract.ts';

/** What the hot store keeps under a cart's key, and a backup in its `data`. Never changed in place. */
export interface StoredCart {
  /**
   * Rises with each change, and is never below the millisecond of the change: so it rises too when the hot store lost
   * the last changes, and a backup of the time before cannot stand above what came after.
   */
  version: number;
  lines: readonly Line[];
  notices: readonly Notice[];
  /** The last commands that were applied, with a hash of their input. */
  commands: readonly (readonly [command_id: string, hash: string])[];
  /** The last orders that took their quantities out, with what they did not find here. */
  orders: readonly { order_id: string; missing: readonly Units[] }[];
  /** A user's: merges that were begun and are not applied yet. */
  incoming: readonly { merge_id: string; guest_id: string }[];
  /** A user's: the last merges that were applied, with their answers. */
  merges: readonly { merge_id: string; merged: number; notices: readonly Notice[] }[];
  /** A guest's: the merge for which its lines stand still until the user's cart has them. */
  frozen: { merge_id: string; user_id: string } | null;
  /** A guest's: the last merges that took its lines away. */
  given: readonly { merge_id: string; user_id: string }[];
  updated_at: string;
  /** When its life was last renewed. */
  used_at: string;
}

export interface Line extends Units {
  seller_id: string;
  /** Minor units, when it was added. */
  price_snapshot: number;
  /** Minor units, when it was last shown. */
  shown_price: number;
  added_at: string;
}

export interface Units {
  product_id: string;
  quantity: number;
}

/** Version 0: there never was such a cart. */
export function emptyCart(at: string): StoredCart {
  return {
    version: 0,
    lines: [],
    notices: [],
    commands: [],
    orders: [],
    incoming: [],
    merges: [],
    frozen: null,
    given: [],
    updated_at: at,
    used_at: at,
  };
}

/** A user's cart and a guest's may lie on two nodes: nothing touches both keys at once. */
export function keyOf({ kind, person_id }: CartOwner): string {
  return kind === 'user' ? `cart:${person_id}` : `cart:guest:${person_id}`;
}

export function ownerOf(key: string): CartOwner {
  const [, kind, person_id] = key.split(':') as [string, string, string?];
  return person_id === undefined ? { kind: 'user', person_id: kind } : { kind: 'guest', person_id };
}

export type Changed<Answer> = { cart: StoredCart; answer: Answer };
export type Decide<Answer> = (cart: StoredCart) => Changed<Answer>;

/** What is kept of a change: its version, and that the cart was used. */
export function changedCart(before: StoredCart, after: StoredCart, nowMs: number): StoredCart {
  return { ...after, version: Math.max(before.version + 1, nowMs), used_at: timestamp(nowMs) };
}

export function ttlOf({ kind }: CartOwner): number {
  return (kind === 'user' ? limits.cartUserTtlMs : limits.cartGuestTtlMs) + limits.cartRenewMs;
}

export function unitsIn(cart: StoredCart): number {
  return cart.lines.reduce((sum, line) => sum + line.quantity, 0);
}

/** Tells whether a repeated command_id repeats its input. */
export function hashOf(...input: (string | number)[]): string {
  return createHash('sha256').update(input.join(' ')).digest('base64url').slice(0, 12);
}

/** `list` with `item` at its end, without its oldest beyond `most`. */
export function keepLast<Item>(list: readonly Item[], item: Item, most: number): Item[] {
  return [...list, item].slice(-most);
}
