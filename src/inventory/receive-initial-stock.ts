import type { CatalogEvent } from '#catalog';
import { derivedId } from '#platform/ids';
import type { DomainEvent } from '#platform/outbox';
import type { Ledger } from './ledger.ts';
import { spreadStock } from './rules.ts';
import type { Warehouses } from './warehouses.ts';

type ProductCreated = Extract<CatalogEvent, { type: 'product.created' }>;

/**
 * Receives the stock that new products bring. The movement's id follows from the product, so an event that comes twice
 * counts once, even where a new warehouse would spread the units differently by then. One group takes the whole batch.
 */
export async function receiveInitialStock(
  { ledger, warehouses }: { ledger: Ledger; warehouses: Warehouses },
  events: readonly DomainEvent[],
): Promise<void> {
  const places = await warehouses.list();
  const created = events.filter((event): event is ProductCreated => event.type === 'product.created');
  const received = created.map(async ({ data: { product_id, stock } }) => {
    const parts = spreadStock(product_id, stock ?? 0, places).map(({ warehouse_id, quantity }) => ({
      product_id,
      warehouse_id,
      delta: quantity,
    }));
    if (parts.length === 0) return;
    const movement_id = derivedId(product_id, 'initial stock');
    await ledger.move({ movement_id, kind: 'receive', parts, reason: 'initial stock' });
  });
  await Promise.all(received);
}
