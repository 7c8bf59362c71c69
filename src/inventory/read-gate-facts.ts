import type { Database } from '#platform/sql';
import type { InventoryFact } from './contract.ts';
import type { GateCounts, GateView } from './gate-counts.ts';
import { readLedgerCounts, readStockedProducts } from './gate-store.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * What the gate counts of each product beside what the ledger has. Viewed twice, before and after the ledger: `settled`
 * says that nothing has changed in between, so that the two figures are of one moment. `counted` is null where the gate
 * does not count the product, or Redis is away.
 */
export async function readGateFacts(
  { db, counts }: { db: Database; counts: GateCounts },
  { after, limit }: { after: string | null; limit: number },
): Promise<InventoryFact[]> {
  const [bucket = '-1', product_id = FIRST_ID] = after?.split('/') ?? [];
  const page = await readStockedProducts(db, { bucket: Number.parseInt(bucket, 16), product_id }, limit);
  const ids = page.map(key => key.product_id);
  const views = await viewAll(counts, ids);
  const onWay = ids.flatMap((product_id, i) =>
    (views[i]?.onWayIds ?? []).map(reservation_id => ({ product_id, reservation_id })),
  );
  const ledger = new Map((await readLedgerCounts(db, ids, onWay)).map(count => [count.product_id, count]));
  const again = await viewAll(counts, ids);
  return page.map(({ bucket, product_id }, i) => {
    const { available, seen } = ledger.get(product_id)!;
    const view = views[i] ?? null;
    return {
      key: `${bucket.toString(16).padStart(2, '0')}/${product_id}`,
      available,
      counted: view === null ? null : view.left + view.onWay - seen,
      settled: view !== null && view.changes !== -1 && view.changes === again[i]?.changes,
    };
  });
}

function viewAll(counts: GateCounts, ids: string[]): Promise<(GateView | null)[]> {
  return Promise.all(ids.map(id => counts.view(id).catch(() => null)));
}
