import type { Inventory } from '#inventory';

/** Gives a hold back unless it is pinned by a payment or has ended; the sweeper would, when its time is up. */
export async function releaseHold(
  deps: { inventory: Inventory },
  row: { reservation_id: string; lines: { product_id: string }[] },
): Promise<void> {
  await deps.inventory.releaseReservation({ ...reservationKey(row), pinned: false });
}

/** A reservation by its id, and the products whose buckets its holds lie in. */
export function reservationKey(row: { reservation_id: string; lines: { product_id: string }[] }) {
  return { reservation_id: row.reservation_id, product_ids: [...new Set(row.lines.map(line => line.product_id))] };
}
