import assert from 'node:assert/strict';
import { limits } from '#limits';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Notice } from './contract.ts';
import type { Fact, Facts } from './product-facts.ts';
import { keepLast, type Line, type StoredCart, type Units } from './stored-cart.ts';

/** The products as they are now, and the time. */
export interface Present {
  facts: Facts;
  at: string;
}

type Refused = 'PRODUCT_NOT_FOUND' | 'OUT_OF_STOCK' | 'CART_FULL';
export type Decided = Outcome<StoredCart, Refused>;

/** Runs `change` unless this command has changed the cart before. A refused one leaves no trace: it may come again. */
export function applyOnce(
  cart: StoredCart,
  command: { command_id: string; hash: string },
  change: (cart: StoredCart) => Decided,
): Decided {
  const known = cart.commands.find(([id]) => id === command.command_id);
  if (known !== undefined) {
    assert.equal(known[1], command.hash, 'a command_id stands for one input');
    return accept(cart);
  }
  const outcome = change(cart);
  if (!outcome.ok) return outcome;
  const entry = [command.command_id, command.hash] as const;
  return accept({ ...outcome.value, commands: keepLast(cart.commands, entry, limits.cartCommandsKept) });
}

export function addUnits(cart: StoredCart, { product_id, quantity }: Units, present: Present): Decided {
  const held = cart.lines.find(line => line.product_id === product_id)?.quantity ?? 0;
  return putUnits(cart, { product_id, quantity: held + quantity }, present);
}

/** 0 removes; that needs the product only where it isn't in the cart. */
export function setUnits(cart: StoredCart, { product_id, quantity }: Units, present: Present): Decided {
  if (quantity > 0) return putUnits(cart, { product_id, quantity }, present);
  const isKnown = cart.lines.some(line => line.product_id === product_id) || present.facts.get(product_id)?.isSold;
  return isKnown ? accept(removeLine(cart, product_id, present)) : refuse('PRODUCT_NOT_FOUND');
}

export function removeLine(cart: StoredCart, product_id: string, present: Present): StoredCart {
  return settle({ ...cart, lines: cart.lines.filter(line => line.product_id !== product_id) }, present);
}

export function clearLines(cart: StoredCart, at: string): StoredCart {
  return { ...cart, lines: [], notices: [], updated_at: at };
}

/** The most that can stand in a line of which `requested` are wanted. */
export function possibleUnits(requested: number, available: number): number {
  return Math.min(requested, available, limits.cartQuantityMax);
}

function putUnits(cart: StoredCart, { product_id, quantity: requested }: Units, present: Present): Decided {
  const fact = present.facts.get(product_id);
  if (!fact?.isSold) return refuse('PRODUCT_NOT_FOUND');
  const quantity = possibleUnits(requested, fact.available);
  if (quantity === 0) return refuse('OUT_OF_STOCK', { lines: [{ product_id, requested, available: 0 }] });
  const settled = settle(cart, present);
  const notices = [...settled.notices];
  if (quantity < requested) notices.push({ kind: 'quantity_reduced', product_id, from: requested, to: quantity });
  const index = settled.lines.findIndex(line => line.product_id === product_id);
  if (index >= 0)
    return accept({ ...settled, lines: settled.lines.with(index, { ...settled.lines[index]!, quantity }), notices });
  if (settled.lines.length >= limits.cartLinesMax) return refuse('CART_FULL');
  const { seller_id, price } = fact;
  const line = { product_id, seller_id, quantity, price_snapshot: price, shown_price: price, added_at: present.at };
  return accept({ ...settled, lines: [...settled.lines, line], notices });
}

/**
 * What every change of a cart begins with: the old notices go, and so do the lines of products that are no longer sold;
 * today's prices are shown, each that differs with a notice.
 */
function settle(cart: StoredCart, { facts, at }: Present): StoredCart {
  const seen = cart.lines.map(line => lookAt(line, facts.get(line.product_id)));
  const lines = seen.filter(({ isGone }) => !isGone).map(({ line }) => line);
  const notices = seen.flatMap(({ notice }) => notice ?? []);
  return { ...cart, lines, notices, updated_at: at };
}

/**
 * What a look at the cart changes: a price that differs is shown from now on, with a notice; a product that is no
 * longer sold keeps its line, with a notice, until the next change. The same cart where nothing is new.
 */
export function refresh(cart: StoredCart, { facts }: Pick<Present, 'facts'>): StoredCart {
  const seen = cart.lines.map(line => lookAt(line, facts.get(line.product_id)));
  const fresh = seen.flatMap(({ notice }) => notice ?? []).filter(notice => !isTold(cart, notice));
  if (fresh.length === 0) return cart;
  const kept = cart.notices.filter(old => !fresh.some(notice => isAbout(notice, old)));
  return { ...cart, lines: seen.map(({ line }) => line), notices: [...kept, ...fresh] };
}

/** A price is told each time it changes; that a product is gone is told once. */
function isTold(cart: StoredCart, notice: Notice): boolean {
  return notice.kind === 'unavailable' && cart.notices.some(old => isAbout(old, notice));
}

function isAbout(a: Notice, b: Notice): boolean {
  return a.kind === b.kind && a.product_id === b.product_id;
}

/** A line without a fact was added after the facts were read: it is as new as they are. */
function lookAt(line: Line, fact: Fact | undefined): { line: Line; isGone: boolean; notice?: Notice } {
  const { product_id, shown_price: from } = line;
  if (fact === undefined) return { line, isGone: false };
  if (!fact.isSold) return { line, isGone: true, notice: { kind: 'unavailable', product_id, from: 0, to: 0 } };
  const { price: to } = fact;
  if (from === to) return { line, isGone: false };
  const notice: Notice = { kind: 'price_changed', product_id, from, to };
  return { line: { ...line, shown_price: to }, isGone: false, notice };
}

/**
 * A placed order takes its quantities out, never below none, and once. Answers what it did not find. Notices about what
 * is still in the cart stay: the order is no change that the person made to it.
 */
export function takeUnits(
  cart: StoredCart,
  order: { order_id: string; lines: readonly Units[] },
  at: string,
): { cart: StoredCart; answer: readonly Units[] } {
  const known = cart.orders.find(({ order_id }) => order_id === order.order_id);
  if (known !== undefined) return { cart, answer: known.missing };
  const held = new Map(cart.lines.map(line => [line.product_id, line.quantity]));
  const missing: Units[] = [];
  for (const { product_id, quantity } of order.lines) {
    const taken = Math.min(quantity, held.get(product_id) ?? 0);
    if (taken > 0) held.set(product_id, held.get(product_id)! - taken);
    if (taken < quantity) missing.push({ product_id, quantity: quantity - taken });
  }
  const lines = cart.lines
    .map(line => ({ ...line, quantity: held.get(line.product_id)! }))
    .filter(({ quantity }) => quantity > 0);
  const notices = cart.notices.filter(({ product_id }) => (held.get(product_id) ?? 0) > 0);
  const orders = keepLast(cart.orders, { order_id: order.order_id, missing }, limits.cartCommandsKept);
  return { cart: { ...cart, lines, notices, orders, updated_at: at }, answer: missing };
}
