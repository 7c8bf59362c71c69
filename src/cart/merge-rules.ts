import { limits } from '#limits';
import type { Notice } from './contract.ts';
import type { Fact } from './product-facts.ts';
import { type Present, possibleUnits } from './rules.ts';
import { keepLast, type Line, type StoredCart } from './stored-cart.ts';

export interface Merge {
  merge_id: string;
  guest_id: string;
  user_id: string;
}

/** The user's cart names the merge, so that whoever reads it next can finish it. */
export function beginMerge(user: StoredCart, { merge_id, guest_id }: Merge): StoredCart {
  const isKnown = [...user.incoming, ...user.merges].some(known => known.merge_id === merge_id);
  return isKnown ? user : { ...user, incoming: [...user.incoming, { merge_id, guest_id }] };
}

export type Frozen = { lines: readonly Line[] } | { inTheWay: { merge_id: string; user_id: string } };

/**
 * The guest's lines stand still for this merge. A merge that has had them gets none: what was added since belongs to
 * the next one. So does an empty cart, and is marked like it.
 */
export function freezeLines(guest: StoredCart, merge: Merge): { cart: StoredCart; answer: Frozen } {
  const { merge_id, user_id } = merge;
  if (guest.given.some(given => given.merge_id === merge_id)) return { cart: guest, answer: { lines: [] } };
  if (guest.frozen !== null && guest.frozen.merge_id !== merge_id)
    return { cart: guest, answer: { inTheWay: guest.frozen } };
  if (guest.frozen !== null) return { cart: guest, answer: { lines: guest.lines } };
  const frozen = { ...guest, frozen: { merge_id, user_id } };
  if (guest.lines.length === 0) return { cart: giveLines(frozen, merge, guest.updated_at), answer: { lines: [] } };
  return { cart: frozen, answer: { lines: guest.lines } };
}

/** The user's cart has the lines: the guest's is emptied. */
export function giveLines(guest: StoredCart, { merge_id, user_id }: Merge, at: string): StoredCart {
  if (guest.frozen?.merge_id !== merge_id) return guest;
  const given = keepLast(guest.given, { merge_id, user_id }, limits.cartMergesKept);
  return { ...guest, lines: [], notices: [], frozen: null, given, updated_at: at };
}

/** Once per merge_id. A guest without lines leaves the user's cart, its notices included, as it was. */
export function receiveLines(
  user: StoredCart,
  { merge_id }: Merge,
  lines: readonly Line[],
  present: Present,
): StoredCart {
  const incoming = user.incoming.filter(known => known.merge_id !== merge_id);
  if (user.merges.some(known => known.merge_id === merge_id))
    return incoming.length === user.incoming.length ? user : { ...user, incoming };
  const joined = lines.length === 0 ? { ...user, merged: 0, told: [] } : joinLines(user, lines, present);
  const merges = keepLast(
    user.merges,
    { merge_id, merged: joined.merged, notices: joined.told },
    limits.cartMergesKept,
  );
  const { merged: _merged, told: _told, ...cart } = joined;
  return { ...cart, incoming, merges };
}

type Joined = StoredCart & { merged: number; told: Notice[] };

/**
 * Quantities are summed and clamped to stock, 999 and 100 lines; each changed line gets one notice. Where the quantity
 * has one, a changed price stays untold and unshown, and gets its own at the next look.
 */
function joinLines(user: StoredCart, guestLines: readonly Line[], { facts, at }: Present): Joined {
  const own = new Set(user.lines.map(line => line.product_id));
  const brought = new Map(guestLines.map(line => [line.product_id, line]));
  const wanted = [
    ...user.lines.map(line => sumLines(line, brought.get(line.product_id), facts.get(line.product_id))),
    ...guestLines.filter(line => !own.has(line.product_id)),
  ];
  const lines: Line[] = [];
  const notices: Notice[] = [];
  for (const line of wanted) {
    const isBrought = brought.has(line.product_id);
    const hasRoom = lines.length < limits.cartLinesMax;
    const { kept, notice } = clampLine(line, { fact: facts.get(line.product_id), isBrought, hasRoom });
    if (kept !== undefined) lines.push(kept);
    if (notice !== undefined) notices.push(notice);
  }
  const merged = lines.filter(line => brought.has(line.product_id)).length;
  return { ...user, lines, notices, updated_at: at, merged, told: notices };
}

/** Of two prices that the person has seen, the one that is no longer true is remembered, so that it is told. */
function sumLines(own: Line, brought: Line | undefined, fact: Fact | undefined): Line {
  if (brought === undefined) return own;
  const isOwnTrue = fact?.isSold === true && fact.price === own.shown_price;
  const shown_price = isOwnTrue ? brought.shown_price : own.shown_price;
  return { ...own, quantity: own.quantity + brought.quantity, shown_price };
}

function clampLine(
  line: Line,
  { fact, isBrought, hasRoom }: { fact: Fact | undefined; isBrought: boolean; hasRoom: boolean },
): { kept?: Line; notice?: Notice } {
  const { product_id, quantity: from, shown_price } = line;
  if (fact === undefined) return { kept: line };
  if (!fact.isSold) return { notice: { kind: 'unavailable', product_id, from: 0, to: 0 } };
  const to = isBrought ? possibleUnits(from, hasRoom ? fact.available : 0) : from;
  const kept = to > 0 ? { ...line, quantity: to } : undefined;
  if (to < from) return { kept, notice: { kind: 'quantity_reduced', product_id, from, to } };
  if (fact.price === shown_price) return { kept };
  const notice: Notice = { kind: 'price_changed', product_id, from: shown_price, to: fact.price };
  return { kept: { ...line, shown_price: fact.price }, notice };
}
