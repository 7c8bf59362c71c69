/**
 * cart: what a person has put aside, before anything is held or paid.
 *
 * Owns carts of guests (kept 7 days after the last use) and users (30 days). The truth is the hot store; each change is
 * backed up to PostgreSQL within a second, and restored from there on a miss, so that a restart loses no cart.
 * A cart stores quantities and the prices it last showed; titles, prices and stock are read afresh for each answer.
 * What the person's own open checkout holds counts as stock for them, since their next checkout takes its place.
 * Invariants: 1–999 units a line, at most 100 lines; one change of a cart at a time; a merge happens once per merge_id
 * and an order takes its quantities out once per order_id, however often it is told.
 * Notices stay until the next change of the cart. A product that is no longer sold keeps its line, not in stock and
 * with a notice, until the next change drops it, with the notice again.
 * After a crash: a merge that stopped half-way is finished by the next call for either cart. What an order took or an
 * erasure emptied is in the backup before it is answered.
 */
import assert from 'node:assert/strict';
import { type Static, Type } from 'typebox';
import { command, defineContract, query } from '#platform/contract';
import type { Caller } from '#platform/identity';
import { Money } from '#platform/money';
import type { Outcome } from '#platform/outcome';
import { Id, object, text } from '#platform/schema';

/** Whose cart: a guest's by session id, a user's by user id. The cart has the same id. */
export const CartOwner = object({ kind: Type.Union([Type.Literal('guest'), Type.Literal('user')]), person_id: Id });
export type CartOwner = Static<typeof CartOwner>;

/** Whose cart a request means; null for nobody and for the key. */
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

/** `from` and `to` are amounts in minor units for price_changed, units for quantity_reduced, 0 for unavailable. */
export const Notice = object({
  kind: Type.Union([Type.Literal('price_changed'), Type.Literal('quantity_reduced'), Type.Literal('unavailable')]),
  product_id: Id,
  from: Type.Integer(),
  to: Type.Integer(),
});
export type Notice = Static<typeof Notice>;

/** `price` is today's, `price_snapshot` the one of the moment the line was added. */
export const CartItem = object({
  product_id: Id,
  seller_id: Id,
  title: text(500),
  quantity: Type.Integer({ minimum: 1, maximum: 999 }),
  price: Money,
  price_snapshot: Money,
  added_at: Type.String({ format: 'date-time' }),
  in_stock: Type.Boolean(),
});
export const Cart = object({
  cart_id: Id,
  items: Type.Array(CartItem),
  subtotal: Money,
  notices: Type.Array(Notice),
  updated_at: Type.String({ format: 'date-time' }),
});
export type Cart = Static<typeof Cart>;

const quantity = (minimum: number) => Type.Integer({ minimum, maximum: 999 });
/** Sent twice with one command_id, it changes the cart once. */
const change = { owner: CartOwner, command_id: Id };
export const AddItem = object({ ...change, product_id: Id, quantity: quantity(1) });
export const SetItem = object({ ...change, product_id: Id, quantity: quantity(0) });
export const RemoveItem = object({ ...change, product_id: Id });
export const MergeCarts = object({ merge_id: Id, guest_id: Id, user_id: Id });
export const TakeOrdered = object({
  owner: CartOwner,
  order_id: Id,
  lines: Type.Array(object({ product_id: Id, quantity: Type.Integer({ minimum: 1 }) })),
});

type Change = Outcome<Cart, 'PRODUCT_NOT_FOUND' | 'OUT_OF_STOCK' | 'CART_FULL'>;

export interface CartModule {
  /** Shows today's prices; a price that differs from the one shown before leaves a notice. */
  getCart(input: { owner: CartOwner }): Promise<Cart>;
  /** Units in the cart, for the header of a page: reads the hot store alone, and does not count as a use. */
  countItems(input: { owner: CartOwner }): Promise<{ cart_items: number }>;
  /** Adds to the line. Above what can be sold or 999: the possible quantity and a notice; 0 possible is refused. */
  addItem(input: Static<typeof AddItem>): Promise<Change>;
  setItem(input: Static<typeof SetItem>): Promise<Change>;
  /** A product that is not in the cart is no error. */
  removeItem(input: Static<typeof RemoveItem>): Promise<Cart>;
  clearCart(input: { owner: CartOwner; command_id: string }): Promise<Cart>;
  /**
   * Login: sums quantities, clamps them to stock, refreshes prices, one notice a changed line; empties the guest's.
   * `merged` counts the guest's lines that the user's cart has now.
   */
  mergeCarts(input: Static<typeof MergeCarts>): Promise<{ merged: number; notices: Notice[] }>;
  /** What a checkout starts from: quantities and the unit price in minor units that the cart last showed. */
  readForCheckout(input: {
    owner: CartOwner;
  }): Promise<{ lines: { product_id: string; quantity: number; shown_price: number }[] }>;
  /** A placed order takes its quantities out; what was added meanwhile stays. Fails while the backup is away. */
  takeOrdered(input: Static<typeof TakeOrdered>): Promise<null>;
  /** Forgets the cart and its backup: erasure. */
  forgetCart(input: { owner: CartOwner }): Promise<null>;
}

const owned = object({ owner: CartOwner });

export const cartContract = defineContract<CartModule>({
  name: 'cart',
  operations: {
    getCart: query(owned),
    countItems: query(owned),
    addItem: command(AddItem),
    setItem: command(SetItem),
    removeItem: command(RemoveItem),
    clearCart: command(object(change)),
    mergeCarts: command(MergeCarts),
    readForCheckout: query(owned),
    takeOrdered: command(TakeOrdered),
    forgetCart: command(owned),
  },
  refusals: {
    PRODUCT_NOT_FOUND: { status: 404, meaning: 'There is no such product.' },
    OUT_OF_STOCK: { status: 409, meaning: 'There are no units left.' },
    CART_FULL: { status: 409, meaning: 'A cart has at most 100 lines.' },
  },
});
