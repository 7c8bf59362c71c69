import type { Static } from 'typebox';
import { timestamp } from '#platform/clock';
import { appendEvents } from '#platform/outbox';
import { accept, refuse } from '#platform/outcome';
import { type Catalog, type CreateProduct, DEFAULT_SELLER, type ProductInput } from './contract.ts';
import type { CatalogParts } from './deps.ts';
import { shardOf } from './product-id.ts';
import { hashContent, type ProductContent } from './rules.ts';
import { readSeller } from './seller-store.ts';
import { insertProducts, readProducts } from './store.ts';

export async function createProduct(
  parts: CatalogParts,
  input: Static<typeof CreateProduct>,
): ReturnType<Catalog['createProduct']> {
  const { db, clock, ids, outbox, cache, categories } = parts;
  const { product, stock = null } = input;
  if (product.price.currency !== parts.currency) return refuse('CURRENCY_MISMATCH');
  const seller = await readSeller(db, product.seller_id ?? DEFAULT_SELLER.seller_id);
  if (seller === undefined) return refuse('SELLER_NOT_FOUND');

  const product_id = input.product_id ?? ids.nextProduct(shardOf(product.category_path));
  const content = toContent(product);
  const row = {
    product_id,
    seller_id: seller.seller_id,
    external_id: product.external_id ?? null,
    content_hash: hashContent(content),
    ...content,
  };
  const isNew = await db.transaction(async tx => {
    const inserted = await insertProducts(tx, [row], timestamp(clock.nowMs()));
    const created = { aggregate_id: product_id, version: 1, type: 'product.created', data: { product_id, stock } };
    await appendEvents(tx, 'catalog', inserted.length === 1 ? [created] : []);
    return inserted.length === 1;
  });
  const [written] = await readProducts(db, [product_id]);
  // Neither ours nor an earlier try of ours: then it was the external_id that was taken.
  if (written === undefined) return refuse('EXTERNAL_ID_TAKEN');
  if (isNew) {
    cache.put(written);
    categories.outdate();
    outbox.committed();
  }
  return accept(written);
}

function toContent(product: ProductInput): ProductContent {
  return {
    title: product.title,
    description: product.description ?? '',
    category_path: product.category_path,
    brand: product.brand ?? null,
    price_amount: product.price.amount,
    currency: product.price.currency,
    images: product.images ?? [],
    attributes: product.attributes ?? {},
    prime: product.prime ?? false,
    max_per_person: product.max_per_person ?? null,
    released_at: null,
  };
}
