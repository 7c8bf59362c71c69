import { derivedId } from '#platform/ids';
import { type Outcome, refuse } from '#platform/outcome';
import type { AdjustStock, Inventory, ReceiveStock, ReturnStock } from './contract.ts';
import type { Ledger } from './ledger.ts';
import type { Warehouses } from './warehouses.ts';

interface MoveDeps {
  ledger: Ledger;
  warehouses: Warehouses;
}

type Moved<Code extends string> = Promise<Outcome<null, Code>>;

export async function receiveStock(deps: MoveDeps, input: ReceiveStock): Moved<'WAREHOUSE_NOT_FOUND'> {
  const { movement_id, product_id, warehouse_id, quantity, reason } = input;
  if ((await deps.warehouses.find(warehouse_id)) === undefined) return refuse('WAREHOUSE_NOT_FOUND');
  const parts = [{ product_id, warehouse_id, delta: quantity }];
  const moved = await deps.ledger.move({ movement_id, kind: 'receive', parts, reason });
  if (!moved.ok) throw new Error('units that come can always be taken');
  return moved;
}

export async function adjustStock(deps: MoveDeps, input: AdjustStock): Moved<'WAREHOUSE_NOT_FOUND' | 'STOCK_RESERVED'> {
  const { movement_id, product_id, warehouse_id, delta, reason } = input;
  if ((await deps.warehouses.find(warehouse_id)) === undefined) return refuse('WAREHOUSE_NOT_FOUND');
  return await deps.ledger.move({ movement_id, kind: 'adjust', parts: [{ product_id, warehouse_id, delta }], reason });
}

/** Parts that name one shelf twice are added up, and sorted, so that the same return has the same ids in any order. */
export async function returnStock(deps: MoveDeps, input: ReturnStock): ReturnType<Inventory['returnStock']> {
  const shelves = new Map<string, { product_id: string; warehouse_id: string; delta: number }>();
  for (const { product_id, warehouse_id, quantity } of input.parts) {
    const key = `${product_id} ${warehouse_id}`;
    const delta = (shelves.get(key)?.delta ?? 0) + quantity;
    shelves.set(key, { product_id, warehouse_id, delta });
  }
  const parts = [...shelves].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
  if (parts.length === 0) return null;
  const movement_id = derivedId(parts[0]!.product_id, `return ${input.return_id}`);
  await deps.ledger.move({ movement_id, kind: 'return', parts, order_id: input.order_id });
  return null;
}
