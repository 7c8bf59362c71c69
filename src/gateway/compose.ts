import type { Accounts } from '#accounts';
import { type CartModule, type CartOwner, cartOwnerOf } from '#cart';
import type { Catalog } from '#catalog';
import type { Fulfillment } from '#fulfillment';
import type { Inventory } from '#inventory';
import type { Orders } from '#orders';
import { edgeProblem } from '#platform/http';
import type { Caller } from '#platform/identity';
import { Unavailable } from '#platform/outcome';

interface Apis {
  accounts: Accounts;
  catalog: Catalog;
  cart: CartModule;
  fulfillment: Fulfillment;
  inventory: Inventory;
  orders: Orders;
}

/** What needs two modules that don't know each other: each a few lines, given to the routes of one of them. */
export function compose({ accounts, catalog, cart, fulfillment, inventory, orders }: Apis) {
  async function shipmentsOf(orderIds: string[]): Promise<Map<string, unknown[]>> {
    if (orderIds.length === 0) return new Map();
    const found = await fulfillment.listShipments({ order_ids: orderIds });
    return new Map(found.map(entry => [entry.order_id, entry.shipments]));
  }

  async function productOf(productId: string) {
    const [product] = await catalog.getProducts({ product_ids: [productId] });
    return product;
  }

  return {
    shipmentsOf,

    async availabilityOf(productIds: string[]): Promise<Map<string, number>> {
      if (productIds.length === 0) return new Map();
      const stock = await inventory.getAvailability({ product_ids: productIds });
      return new Map(stock.map(entry => [entry.product_id, entry.available]));
    },

    /** The name under a review. */
    authorOf: async (userId: string): Promise<string> => (await accounts.getUser({ user_id: userId }))?.name ?? '',

    productExists: async (productId: string): Promise<boolean> => (await productOf(productId)) !== undefined,

    /** Staff manage all products, a seller its own. */
    async mayManage(caller: Caller, productId: string): Promise<boolean> {
      if (caller.kind === 'key' || (caller.kind === 'user' && caller.role === 'staff')) return true;
      const isSeller = caller.kind === 'user' && caller.role === 'seller' && caller.seller_id !== null;
      return isSeller && (await productOf(productId))?.seller.seller_id === caller.seller_id;
    },

    async orderView(orderId: string): Promise<unknown> {
      const order = await orders.getOrder({ order_id: orderId, viewer: { kind: 'staff' } });
      if (order === null) throw edgeProblem('NOT_FOUND');
      return { ...order, shipments: (await shipmentsOf([orderId])).get(orderId) ?? [] };
    },

    account: {
      /** A guest who signs in goes on as the user: what their checkout held must not be missing in the user's cart. */
      async mergeCart(merge: Parameters<CartModule['mergeCarts']>[0]): ReturnType<CartModule['mergeCarts']> {
        await orders.supersedeCheckouts({ person_id: merge.guest_id }).catch(unlessAway);
        return cart.mergeCarts(merge);
      },

      async countItems(caller: Caller): Promise<number> {
        const owner = cartOwnerOf(caller);
        return owner === null ? 0 : (await cart.countItems({ owner })).cart_items;
      },

      async exportMore(userId: string): Promise<Record<string, unknown>> {
        const owner: CartOwner = { kind: 'user', person_id: userId };
        const [theirOrders, reviews, theirCart] = await Promise.all([
          orders.exportOrders({ person_id: userId }),
          catalog.listReviewsOf({ user_id: userId }),
          cart.getCart({ owner }),
        ]);
        return { orders: theirOrders, reviews, cart: theirCart };
      },

      /** Orders hear of it by `user.erased` and anonymise themselves. */
      async eraseMore(userId: string): Promise<void> {
        await cart.forgetCart({ owner: { kind: 'user', person_id: userId } });
        await catalog.anonymiseReviews({ user_id: userId });
      },
    },
  };
}

/** Somebody can sign in while orders don't answer; the hold ends by itself then. */
function unlessAway(error: unknown): void {
  if (!(error instanceof Unavailable)) throw error;
}
