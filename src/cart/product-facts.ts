import type { Catalog } from '#catalog';
import type { Inventory } from '#inventory';

/** What the shop knows now of a product that stands in a cart. */
export type Fact =
  | { isSold: true; title: string; seller_id: string; price: number; available: number }
  /** Deleted, or not known at all (then without a title). */
  | { isSold: false; title: string | undefined };

/** Holds every product that was asked for: one without a fact was put into the cart after the asking. */
export type Facts = ReadonlyMap<string, Fact>;

export async function readFacts(
  { catalog, inventory }: { catalog: Catalog; inventory: Inventory },
  productIds: readonly string[],
): Promise<Facts> {
  const product_ids = [...new Set(productIds)];
  if (product_ids.length === 0) return new Map();
  const [products, stock] = await Promise.all([
    catalog.getProducts({ product_ids }),
    inventory.getAvailability({ product_ids }),
  ]);
  const facts = new Map<string, Fact>(product_ids.map(id => [id, { isSold: false, title: undefined }]));
  const available = new Map(stock.map(entry => [entry.product_id, Math.max(0, entry.available)]));
  for (const { product_id, deleted, title, seller, price } of products) {
    const sold = { title, seller_id: seller.seller_id, price: price.amount, available: available.get(product_id) ?? 0 };
    facts.set(product_id, deleted ? { isSold: false, title } : { isSold: true, ...sold });
  }
  return facts;
}
