import type { Orders } from '#orders';
import { timestamp } from '#platform/clock';
import { accept, refuse } from '#platform/outcome';
import { endOpenCheckouts, readCheckouts, readOpenLines } from './checkout-store.ts';
import type { Deps, Units } from './deps.ts';
import { extendHold } from './extend-hold.ts';
import { presentCheckout } from './present.ts';
import { releaseHold } from './release-hold.ts';
import { countUnits } from './rules.ts';
import { readOrders } from './store.ts';
import { endedCheckout } from './tell-ended.ts';

export async function getCheckout(
  deps: Deps,
  input: { checkout_id: string; person_id: string },
): ReturnType<Orders['getCheckout']> {
  const [row] = await readCheckouts(deps.db, [input.checkout_id]);
  if (row === undefined || row.person_id !== input.person_id) return refuse('CHECKOUT_NOT_FOUND');
  const ended = endedCheckout(row, deps.clock);
  if (ended) return ended;
  const held = row.state === 'open' ? await extendHold(deps, row) : accept(row);
  return held.ok ? accept(presentCheckout(held.value, deps.currency)) : held;
}

export async function getCheckoutEntry(
  deps: Deps,
  input: { checkout_id: string; person_id: string },
): ReturnType<Orders['getCheckoutEntry']> {
  const [row] = await readCheckouts(deps.db, [input.checkout_id]);
  if (row === undefined || row.person_id !== input.person_id) return null;
  const { shipping_address, billing_address, shipping_method, email, state } = row;
  // Of a person who was erased since.
  if (shipping_address === null || billing_address === null) return null;
  const entered = { shipping_address, billing_address, shipping_method, ...(email !== null && { email }) };
  const isTaken = state === 'paying' || state === 'ordered';
  return { entered, order_id: isTaken ? row.order_id : null };
}

export async function findOpenCheckout(
  deps: Deps,
  { order_id, person_id }: { order_id: string; person_id: string },
): ReturnType<Orders['findOpenCheckout']> {
  const [order] = await readOrders(deps.db, [order_id]);
  if (order === undefined || order.person_id !== person_id) return null;
  // A buy-now has no checkout of that id.
  const [row] = await readCheckouts(deps.db, [order.checkout_id]);
  if (row === undefined || row.state !== 'open' || endedCheckout(row, deps.clock)) return null;
  return { checkout_id: row.checkout_id, expires_at: row.expires_at };
}

export async function releaseCheckout(
  deps: Deps,
  input: { checkout_id: string; person_id: string },
): ReturnType<Orders['releaseCheckout']> {
  const [row] = await readCheckouts(deps.db, [input.checkout_id]);
  if (row === undefined || row.person_id !== input.person_id) return refuse('CHECKOUT_NOT_FOUND');
  const [ended] = await endOpenCheckouts(deps.db, [input.checkout_id], 'released');
  if (ended) await releaseHold(deps, ended);
  if (ended || row.state === 'released' || row.state === 'superseded') return accept(null);
  const [now] = await readCheckouts(deps.db, [input.checkout_id]);
  return now?.state === 'released' ? accept(null) : refuse('CHECKOUT_PAID');
}

export async function readHeldUnits(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  personIds: string[],
): Promise<Map<string, Units[]>> {
  const rows = await readOpenLines(db, personIds, timestamp(clock.nowMs()));
  const persons = Map.groupBy(rows, row => row.person_id);
  return new Map([...persons].map(([personId, own]) => [personId, unitsIn(own.flatMap(row => row.lines))]));
}

function unitsIn(lines: Units[]): Units[] {
  return [...countUnits(lines)].map(([product_id, quantity]) => ({ product_id, quantity }));
}
