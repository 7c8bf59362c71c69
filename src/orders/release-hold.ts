import type { Inventory, Reservation } from '#inventory';
import type { Clock } from '#platform/clock';

/** Gives a hold back unless it has ended; the sweeper would, when its time is up. */
export async function releaseHold(
  deps: { inventory: Inventory },
  row: { reservation_id: string; lines: { product_id: string }[] },
): Promise<void> {
  await deps.inventory.releaseReservation(reservationKey(row));
}

/** A reservation by its id, and the products whose buckets its holds lie in. */
export function reservationKey(row: { reservation_id: string; lines: { product_id: string }[] }) {
  return { reservation_id: row.reservation_id, product_ids: [...new Set(row.lines.map(line => line.product_id))] };
}

/** Not so for a repeat that comes so late that its first try's hold has ended, swept or not. */
export function isHeld({ state, expires_at }: Reservation, clock: Clock): boolean {
  return state === 'held' && Date.parse(expires_at) > clock.nowMs();
}
