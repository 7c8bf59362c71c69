import type { Site } from '#design/routes';
import { importRoutes } from './import-routes.tsx';
import { type ProductDeps, productRoutes } from './product-routes.tsx';
import { staffDesk } from './staff-desk.ts';

/** The pages below `/admin/products` and `/admin/imports`: a seller's, about everybody's products. */
export function staffGoodsRoutes(deps: ProductDeps & { site: Site }): void {
  const desk = staffDesk(deps.site);
  productRoutes(desk, deps);
  importRoutes(desk, deps);
}
