import type { Database } from '#platform/sql';
import type { StockView } from './contract.ts';
import { readStock, type StockRow } from './store.ts';

export async function getStock(db: Database, productId: string): Promise<StockView> {
  const rows = await readStock(db, productId);
  const open = rows.filter(row => row.pool === '');
  const sales = Map.groupBy(
    rows.filter(row => row.pool !== ''),
    row => row.pool,
  );
  return {
    product_id: productId,
    ...sums(open),
    warehouses: open.map(({ pool: _pool, ...row }) => row),
    pools: [...sales].map(([sale_id, own]) => ({ sale_id, ...sums(own) })),
  };
}

function sums(rows: readonly StockRow[]) {
  const sum = (field: 'total_quantity' | 'reserved' | 'available') => rows.reduce((all, row) => all + row[field], 0);
  return { total_quantity: sum('total_quantity'), reserved: sum('reserved'), available: sum('available') };
}
