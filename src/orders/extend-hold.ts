import { accept, type Outcome, refuse } from '#platform/outcome';
import { type CheckoutRow, moveExpiry, readCheckouts } from './checkout-store.ts';
import type { Deps } from './deps.ts';
import { reservationKey } from './release-hold.ts';
import { type EndedCode, endedCheckout } from './tell-ended.ts';

/**
 * Who comes back to an open checkout in the last third of its hold has that third once more: five minutes of fifteen.
 * Once without anybody counting, since the new end follows from the beginning: another time it is where it is already.
 * Expiry or extension is decided by the ledger under its lock; what it says is what the checkout tells.
 */
export async function extendHold(deps: Deps, row: CheckoutRow): Promise<Outcome<CheckoutRow, EndedCode>> {
  const { clock, inventory, reservationTtlMs } = deps;
  const nowMs = clock.nowMs();
  const endsMs = Date.parse(row.expires_at);
  const moreMs = Math.ceil(reservationTtlMs / 3);
  const lastMs = Date.parse(row.created_at) + reservationTtlMs + moreMs;
  if (endsMs - nowMs > moreMs || endsMs >= lastMs) return accept(row);
  const extended = await inventory.extendReservation({ ...reservationKey(row), ttl_ms: lastMs - nowMs });
  if (!extended.ok) {
    const [now] = await readCheckouts(deps.db, [row.checkout_id]);
    return (now && endedCheckout(now, clock)) ?? refuse('RESERVATION_EXPIRED');
  }
  const { expires_at } = extended.value;
  await moveExpiry(deps.db, row.checkout_id, expires_at);
  return accept({ ...row, expires_at });
}
