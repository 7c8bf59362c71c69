import type { Cart, CartOwner } from '#cart';
import type { CatalogProduct } from '#catalog';
import type { ShippingOffer } from '#orders';
import type { StorefrontDeps } from '../deps.ts';

/** A cart with what its page shows beside it. */
export interface CartView {
  /** Null: nothing is in it. */
  cart: Cart | null;
  products: Map<string, CatalogProduct>;
  available: Map<string, number>;
  /** Standard delivery of these goods, to where the warehouses are. */
  shipping: ShippingOffer | undefined;
  isPrime: boolean;
}

export async function readCartView(
  { cart, catalog, inventory, orders }: StorefrontDeps,
  { owner, isPrime }: { owner: CartOwner | null; isPrime: boolean },
): Promise<CartView> {
  const found = owner === null ? null : await cart.getCart({ owner });
  if (found === null || found.items.length === 0) {
    return { cart: null, products: new Map(), available: new Map(), shipping: undefined, isPrime };
  }
  const product_ids = found.items.map(item => item.product_id);
  const [products, stock, held, [shipping]] = await Promise.all([
    catalog.getProducts({ product_ids }),
    inventory.getAvailability({ product_ids }),
    orders.getHeldUnits({ person_id: found.cart_id }),
    orders.quoteShipping({ goods: found.subtotal.amount, prime: isPrime }),
  ]);
  // As the cart itself counts: what their own open checkout holds is not gone for them.
  const own = new Map(held.map(({ product_id, quantity }) => [product_id, quantity]));
  return {
    cart: found,
    products: new Map(products.map(product => [product.product_id, product])),
    available: new Map(stock.map(({ product_id, available }) => [product_id, available + (own.get(product_id) ?? 0)])),
    shipping,
    isPrime,
  };
}
