import { timestamp } from '#platform/clock';
import { type CheckoutRow, endOpenCheckouts, readOlderCheckouts } from './checkout-store.ts';
import type { Deps } from './deps.ts';
import { releaseHold } from './release-hold.ts';

/** In turn with the person's checkouts: one that is being made is found. */
export async function supersedeCheckouts(deps: Deps, { person_id }: { person_id: string }): Promise<null> {
  await deps.checkoutTurn(person_id, async () => {
    const older = await readOlderCheckouts(deps.db, person_id, timestamp(deps.clock.nowMs()));
    await supersede(deps, older);
  });
  return null;
}

/** Those that are still open, by compare-and-set: a payment that has begun keeps its own. */
export async function supersede(deps: Deps, older: CheckoutRow[]): Promise<void> {
  const open = older.filter(row => row.state === 'open');
  if (open.length === 0) return;
  const ended = await endOpenCheckouts(
    deps.db,
    open.map(row => row.checkout_id),
    'superseded',
  );
  await releaseHolds(deps, ended);
}

/** Whoever ended a checkout gives its hold back; should that fail, the hold ends when its time is up. */
export async function releaseHolds(deps: Deps, ended: CheckoutRow[]): Promise<void> {
  await Promise.all(ended.map(row => releaseHold(deps, row)));
}
