import { type CatalogProduct, type Product, presentProduct } from '#catalog';
import type { Inventory } from '#inventory';

/** Products as lists show them: in stock or not, without a count, which would be old before it is read. */
export async function withStock(inventory: Inventory, products: CatalogProduct[]): Promise<Product[]> {
  if (products.length === 0) return [];
  const stock = await inventory.getAvailability({ product_ids: products.map(product => product.product_id) });
  const available = new Map(stock.map(entry => [entry.product_id, entry.available]));
  return products.map(product =>
    presentProduct(product, { in_stock: (available.get(product.product_id) ?? 0) > 0, available: null }),
  );
}
