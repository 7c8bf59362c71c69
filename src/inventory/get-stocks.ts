import type { Database } from '#platform/sql';
import type { StockSum } from './contract.ts';
import { readStockSumsOf } from './stock-list-store.ts';

export async function getStocks(db: Database, productIds: string[]): Promise<StockSum[]> {
  if (productIds.length === 0) return [];
  const rows = await readStockSumsOf(db, [...new Set(productIds)]);
  const known = new Map(rows.map(row => [row.product_id, row]));
  return productIds.map(
    product_id => known.get(product_id) ?? { product_id, total_quantity: 0, reserved: 0, available: 0, warehouses: 0 },
  );
}
