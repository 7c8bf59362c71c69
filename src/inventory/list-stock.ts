import { limits } from '#limits';
import { accept, refuse } from '#platform/outcome';
import type { Database } from '#platform/sql';
import type { Inventory, ListStock } from './contract.ts';
import { readStockSums } from './stock-list-store.ts';

export async function listStock(db: Database, input: ListStock): ReturnType<Inventory['listStock']> {
  const { available_max, warehouse_id, page, page_size } = input;
  if (page * page_size > limits.listedRowsMax) return refuse('PAGE_TOO_DEEP');
  const { items, counted } = await readStockSums(
    db,
    { availableMax: available_max ?? null, warehouseId: warehouse_id ?? null },
    { offset: (page - 1) * page_size, limit: page_size, most: limits.listedRowsMax + 1 },
  );
  const isMore = counted > limits.listedRowsMax;
  return accept({
    items,
    total: Math.min(counted, limits.listedRowsMax),
    total_relation: isMore ? 'gte' : 'eq',
    page,
    page_size,
  });
}
