import type { Orders } from '#orders';
import type { Clock } from '#platform/clock';
import { accept, type Refusal, refuse } from '#platform/outcome';
import { type CheckoutRow, endOpenCheckouts, readCheckouts } from './checkout-store.ts';
import type { Deps } from './deps.ts';
import { presentCheckout } from './present.ts';
import { releaseHold } from './release-hold.ts';

type Ended = Refusal<'CHECKOUT_SUPERSEDED' | 'CHECKOUT_RELEASED' | 'RESERVATION_EXPIRED'>;

/** Why a checkout can no longer be paid, or undefined while it can (or while its order lives). */
export function endedCheckout(row: CheckoutRow, clock: Clock): Ended | undefined {
  if (row.state === 'superseded') return refuse('CHECKOUT_SUPERSEDED');
  if (row.state === 'released') return refuse('CHECKOUT_RELEASED');
  if (row.state === 'open' && Date.parse(row.expires_at) <= clock.nowMs()) return refuse('RESERVATION_EXPIRED');
  return undefined;
}

export async function getCheckout(
  deps: Deps,
  input: { checkout_id: string; person_id: string },
): ReturnType<Orders['getCheckout']> {
  const [row] = await readCheckouts(deps.db, [input.checkout_id]);
  if (row === undefined || row.person_id !== input.person_id) return refuse('CHECKOUT_NOT_FOUND');
  return endedCheckout(row, deps.clock) ?? accept(presentCheckout(row, deps.currency));
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
