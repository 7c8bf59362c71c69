import { isDeepStrictEqual } from 'node:util';
import type { Static } from 'typebox';
import { timestamp } from '#platform/clock';
import { appendEvents, type NewEvent } from '#platform/outbox';
import { accept, refuse } from '#platform/outcome';
import type { Catalog, CatalogProduct, UpdateProduct } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { contentOf, hashContent, patched } from './rules.ts';
import { lockProduct, type ProductRow, readProducts, rewriteProducts } from './store.ts';

export async function updateProduct(
  parts: CatalogParts,
  input: Static<typeof UpdateProduct>,
): ReturnType<Catalog['updateProduct']> {
  const { db, clock, outbox, cache, categories } = parts;
  const { product_id, seller_id, patch } = input;
  if (patch.price !== undefined && patch.price.currency !== parts.currency) return refuse('CURRENCY_MISMATCH');

  const isFound = await db.transaction(async tx => {
    const current = await lockProduct(tx, product_id);
    if (current === undefined || !isWithin(current, seller_id)) return false;
    const row = toRow(current, patch);
    if (row.content_hash === hashContent(contentOf(current))) return true;
    const [written] = await rewriteProducts(tx, [row], timestamp(clock.nowMs()));
    await appendEvents(tx, 'catalog', changeEvents(written!.version, current, row));
    return true;
  });
  if (!isFound) return refuse('PRODUCT_NOT_FOUND');
  const [product] = await readProducts(db, [product_id]);
  cache.put(product!);
  categories.outdate();
  outbox.committed();
  return accept(product!);
}

/** A seller's command finds only the seller's own; staff name no seller. */
export function isWithin(product: CatalogProduct, sellerId: string | undefined): boolean {
  return sellerId === undefined || product.seller.seller_id === sellerId;
}

function toRow(current: CatalogProduct, patch: Static<typeof UpdateProduct>['patch']): ProductRow {
  const content = patched(contentOf(current), patch);
  const { product_id, external_id, seller } = current;
  return { product_id, external_id, seller_id: seller.seller_id, content_hash: hashContent(content), ...content };
}

/** Of `current` it needs its price and category, and an import knows no more. */
export function changeEvents(
  version: number,
  current: Pick<CatalogProduct, 'price' | 'category_path'>,
  row: ProductRow,
): NewEvent[] {
  const { product_id } = row;
  const to = { amount: row.price_amount, currency: row.currency };
  const isPriced = to.amount === current.price.amount && to.currency === current.price.currency;
  const isMoved = !isDeepStrictEqual(row.category_path, current.category_path);
  const moved = isMoved ? { product_id, moved: true } : { product_id };
  const updated = { aggregate_id: product_id, version, type: 'product.updated', data: moved };
  const data = { product_id, from: current.price, to };
  return isPriced ? [updated] : [updated, { aggregate_id: product_id, version, type: 'product.price_changed', data }];
}
