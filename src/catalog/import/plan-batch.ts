import { derivedId } from '#platform/ids';
import type { Connection } from '#platform/sql';
import { DEFAULT_SELLER } from '../contract.ts';
import type { CatalogParts } from '../deps.ts';
import type { ImportCounts, ImportRow, LineError } from '../import-store.ts';
import { shardOf } from '../product-id.ts';
import { hashContent, type ProductContent } from '../rules.ts';
import { findSellersNamed, insertSellers } from '../seller-store.ts';
import { findImported, type KnownProduct, type ProductRow } from '../store.ts';
import type { ImportedProduct } from './imported-product.ts';

/** Consecutive records of a file: those that can be written, and those that can't. Every key stands in it once. */
export interface Batch {
  items: { line: number; product: ImportedProduct }[];
  rejected: LineError[];
}

/** What a batch does to the catalogue as it is now. */
export interface Plan {
  created: { row: ProductRow; stock: number | null }[];
  changed: ProductRow[];
  unchanged: number;
  rejected: LineError[];
}

/** What a record means: by its external_id, or by the product_id in place of one. */
export function keyOf({ external_id, product_id }: ImportedProduct): string {
  return external_id ?? product_id!;
}

export function countBatch({ created, changed, unchanged, rejected }: Plan): ImportCounts {
  const counts = { created: created.length, updated: changed.length, unchanged, rejected: rejected.length };
  return { read: created.length + changed.length + unchanged + rejected.length, ...counts };
}

export async function planBatch(
  { ids }: CatalogParts,
  tx: Connection,
  row: ImportRow,
  batch: Batch,
  at: string,
): Promise<Plan> {
  const plan: Plan = { created: [], changed: [], unchanged: 0, rejected: [...batch.rejected] };
  const sellerOf = await resolveSellers(tx, row, batch, at);
  const own = batch.items.flatMap(({ line, product }) => {
    const seller_id = sellerOf(product);
    if (seller_id !== undefined) return [{ seller_id, key: keyOf(product), product }];
    plan.rejected.push({ line, message: `seller ${product.seller?.name} is not the one who imports` });
    return [];
  });
  const asked = own.map(({ seller_id, key, product }) => ({
    seller_id,
    key,
    product_id: product.external_id === null ? (product.product_id ?? null) : null,
  }));
  const known = new Map((await findImported(tx, asked)).map(one => [`${one.seller_id} ${one.key}`, one]));
  for (const { seller_id, key, product } of own) {
    const existing = known.get(`${seller_id} ${key}`);
    const content = contentOf(product, existing);
    const content_hash = hashContent(content);
    const product_id = existing?.product_id ?? ids.nextProduct(shardOf(content.category_path));
    const next = { product_id, seller_id, external_id: key, content_hash, ...content };
    if (existing === undefined) plan.created.push({ row: next, stock: product.stock ?? row.default_stock });
    else if (existing.content_hash !== content_hash) plan.changed.push(next);
    else plan.unchanged += 1;
  }
  return plan;
}

/** What few formats can say stays as it is where a record does not say it. */
function contentOf(product: ImportedProduct, existing: KnownProduct | undefined): ProductContent {
  const { title, description, category_path, brand, price, images, attributes } = product;
  return {
    title,
    description: description ?? '',
    category_path,
    brand: brand ?? null,
    price_amount: price.amount,
    currency: price.currency,
    images: images ?? [],
    attributes: attributes ?? {},
    prime: product.prime ?? existing?.prime ?? false,
    max_per_person: product.max_per_person !== undefined ? product.max_per_person : (existing?.max_per_person ?? null),
    released_at: product.released_at !== undefined ? product.released_at : (existing?.released_at ?? null),
  };
}

/**
 * Whose a record is. A seller imports its own and nothing else. Staff import for whoever the record names: a seller of
 * that id and name, else the oldest of that name, else a new one.
 */
async function resolveSellers(
  tx: Connection,
  row: ImportRow,
  batch: Batch,
  at: string,
): Promise<(product: ImportedProduct) => string | undefined> {
  const names = [...new Set(batch.items.flatMap(({ product }) => product.seller?.name ?? []))];
  const found = names.length === 0 ? [] : await findSellersNamed(tx, names);
  const { seller_id: own } = row;
  if (own !== null) {
    const isOwn = (name: string) => found.some(seller => seller.name === name && seller.seller_id === own);
    return ({ seller }) => (seller?.name === undefined || isOwn(seller.name) ? own : undefined);
  }
  const missing = names.filter(name => !found.some(seller => seller.name === name));
  const made = missing.map(name => ({
    seller_id: derivedId(DEFAULT_SELLER.seller_id, `seller ${name}`),
    name,
    created_at: at,
  }));
  if (made.length > 0) await insertSellers(tx, made);
  const sellers = [...found, ...made].reverse();
  const byName = new Map(sellers.map(seller => [seller.name, seller.seller_id]));
  const ids = new Set(sellers.map(seller => `${seller.seller_id} ${seller.name}`));
  return ({ seller }) => {
    if (!seller) return DEFAULT_SELLER.seller_id;
    const isNamed = seller.seller_id !== undefined && ids.has(`${seller.seller_id} ${seller.name}`);
    return isNamed ? seller.seller_id : byName.get(seller.name);
  };
}
