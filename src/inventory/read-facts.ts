import type { Database } from '#platform/sql';
import type { InventoryFact } from './contract.ts';
import { readHoldFacts, readSaleFacts, readStockFacts } from './facts-store.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Keys sort as text: a stock row's is `bucket/product/warehouse/pool` with the bucket as two hexadecimal digits. */
export async function readFacts(
  db: Database,
  { kind, after, limit }: { kind: 'stock' | 'holds' | 'sales'; after: string | null; limit: number },
): Promise<InventoryFact[]> {
  if (kind === 'stock') {
    const rows = await readStockFacts(db, stockKey(after), limit);
    return rows.map(({ bucket, ...row }) => ({ key: keyText(bucket, row), ...row }));
  }
  if (kind === 'holds') {
    const rows = await readHoldFacts(db, after ?? FIRST_ID, limit);
    return rows.map(({ reservation_id, units, ...row }) => ({
      key: reservation_id,
      ...row,
      units: JSON.stringify(units),
    }));
  }
  const rows = await readSaleFacts(db, after ?? FIRST_ID, limit);
  return rows.map(({ order_id, units }) => ({ key: order_id, units: JSON.stringify(units) }));
}

function keyText(bucket: number, row: { product_id: string; warehouse_id: string; pool: string }): string {
  const { product_id, warehouse_id, pool } = row;
  return [bucket.toString(16).padStart(2, '0'), product_id, warehouse_id, pool].join('/');
}

function stockKey(after: string | null) {
  const [bucket = '00', product_id = FIRST_ID, warehouse_id = FIRST_ID, pool = ''] = after?.split('/') ?? [];
  return { bucket: Number.parseInt(bucket, 16), product_id, warehouse_id, pool };
}
