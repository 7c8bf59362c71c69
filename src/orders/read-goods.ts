import type { CatalogProduct } from '#catalog';
import type { Shopper } from '#orders';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Deps } from './deps.ts';

/** A product as it is now, and how many of it are wanted. */
export interface Goods {
  product: CatalogProduct;
  quantity: number;
}

type CartRefusal = 'CART_EMPTY' | 'OUT_OF_STOCK' | 'PRICE_CHANGED';

/**
 * The cart's lines with today's products; a price that the shopper has not seen is refused with the cart as it is now.
 */
export async function readCartGoods(deps: Deps, shopper: Shopper): Promise<Outcome<Goods[], CartRefusal>> {
  const owner = { kind: shopper.kind, person_id: shopper.person_id };
  const { lines } = await deps.cart.readForCheckout({ owner });
  if (lines.length === 0) return refuse('CART_EMPTY');
  const products = await deps.catalog.getProducts({ product_ids: lines.map(line => line.product_id) });
  const byId = new Map(products.filter(product => !product.deleted).map(product => [product.product_id, product]));
  const gone = lines.filter(line => !byId.has(line.product_id));
  if (gone.length > 0) {
    const shortages = gone.map(line => ({ product_id: line.product_id, requested: line.quantity, available: 0 }));
    return refuse('OUT_OF_STOCK', { lines: shortages });
  }
  if (lines.some(line => byId.get(line.product_id)!.price.amount !== line.shown_price)) {
    return refuse('PRICE_CHANGED', { cart: await deps.cart.getCart({ owner }) });
  }
  return accept(lines.map(line => ({ product: byId.get(line.product_id)!, quantity: line.quantity })));
}

/** What buy-now would buy. */
export async function readProductGoods(
  deps: Deps,
  { product_id, quantity }: { product_id: string; quantity: number },
): Promise<Outcome<Goods[], 'PRODUCT_NOT_FOUND'>> {
  const [product] = await deps.catalog.getProducts({ product_ids: [product_id] });
  return product === undefined || product.deleted ? refuse('PRODUCT_NOT_FOUND') : accept([{ product, quantity }]);
}
