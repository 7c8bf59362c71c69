import type { FactsWanted } from '#platform/facts';
import { bucketOf } from '#platform/ids';
import type { Connection, Database } from '#platform/sql';
import type { GateFact } from './contract.ts';
import type { GateCounts, GateView } from './gate-counts.ts';
import { type ProductKey, readLedgerCounts, readStockedProducts } from './gate-store.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * What the gate counts of each product beside what the ledger has. It is viewed before and after the ledger: where
 * nothing has changed in between, the two figures are of one moment.
 */
export async function readGateFacts(
  { db, counts }: { db: Database; counts: GateCounts },
  wanted: FactsWanted,
): Promise<GateFact[]> {
  const page = await productsIn(db, wanted);
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

async function productsIn(db: Connection, wanted: FactsWanted): Promise<ProductKey[]> {
  if ('ids' in wanted) return wanted.ids.map(product_id => ({ bucket: bucketOf(product_id), product_id }));
  const [bucket = '-1', product_id = FIRST_ID] = wanted.after?.split('/') ?? [];
  return await readStockedProducts(db, { bucket: Number.parseInt(bucket, 16), product_id }, wanted.limit);
}

function viewAll(counts: GateCounts, ids: string[]): Promise<(GateView | null)[]> {
  return Promise.all(ids.map(id => counts.view(id).catch(() => null)));
}
