import type { Clock } from '#platform/clock';
import { type Refusal, refuse } from '#platform/outcome';
import type { CheckoutRow } from './checkout-store.ts';

export type EndedCode = 'CHECKOUT_SUPERSEDED' | 'CHECKOUT_RELEASED' | 'RESERVATION_EXPIRED';

/** Why a checkout can no longer be paid, or undefined while it can (or while its order lives). */
export function endedCheckout(row: CheckoutRow, clock: Clock): Refusal<EndedCode> | undefined {
  if (row.state === 'superseded') return refuse('CHECKOUT_SUPERSEDED');
  if (row.state === 'released') return refuse('CHECKOUT_RELEASED');
  if (row.state === 'open' && Date.parse(row.expires_at) <= clock.nowMs()) return refuse('RESERVATION_EXPIRED');
  return undefined;
}
