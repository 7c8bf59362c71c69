import type { Catalog } from '#catalog';
import type { Site } from '#design/routes';
import type { Inventory } from '#inventory';
import type { Orders } from '#orders';
import type { Clock } from '#platform/clock';
import { importRoutes } from '../products/import-routes.tsx';
import { productRoutes } from '../products/product-routes.tsx';
import { orderRoutes } from './order-routes.tsx';
import { salesRoutes } from './sales-routes.tsx';
import { sellerDesk } from './seller-desk.ts';
import { stockRoutes } from './stock-routes.tsx';

export interface SellerPagesDeps {
  site: Site;
  clock: Clock;
  catalog: Catalog;
  inventory: Inventory;
  orders: Orders;
}

/** Every page below `/seller`. */
export function sellerPages(deps: SellerPagesDeps): void {
  const desk = sellerDesk(deps.site);
  salesRoutes(desk, deps);
  productRoutes(desk, deps);
  importRoutes(desk, deps);
  stockRoutes(desk, deps);
  orderRoutes(desk, deps);
}
