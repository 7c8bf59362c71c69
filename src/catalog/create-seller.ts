import { timestamp } from '#platform/clock';
import type { Catalog, Seller } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { insertSellers, readSeller } from './seller-store.ts';

export async function createSeller(
  { db, clock }: Pick<CatalogParts, 'db' | 'clock'>,
  input: Parameters<Catalog['createSeller']>[0],
): Promise<Seller> {
  await insertSellers(db, [{ ...input, created_at: timestamp(clock.nowMs()) }]);
  return (await readSeller(db, input.seller_id))!;
}
