import { limits } from '#limits';
import type { Database } from '#platform/sql';
import type { StockExplanation } from './contract.ts';
import { readExplanation } from './store.ts';

export async function explainStock(db: Database, productId: string): Promise<StockExplanation> {
  const row = await readExplanation(db, productId, limits.idsPerReadMax);
  const { moved_total, moved_reserved, held, open_holds, ...figures } = row;
  const { total_quantity, reserved } = figures;
  return {
    product_id: productId,
    ...figures,
    available: total_quantity - reserved,
    open_holds: open_holds.map(hold => ({ ...hold, expires_at: new Date(hold.expires_at).toISOString() })),
    balanced: moved_total === total_quantity && moved_reserved === reserved && held === reserved,
  };
}
