import type { DeskDeps } from './deps.ts';
import { staffGoodsRoutes } from './products/staff-goods.ts';
import { sellerPages } from './seller/seller-pages.ts';
import { auditRoutes } from './staff/audit.tsx';
import { booksRoutes } from './staff/books.tsx';
import { dashboardRoutes } from './staff/dashboard.tsx';
import { mailPages } from './staff/mails.tsx';
import { operationsRoutes } from './staff/operations.tsx';
import { orderRoutes } from './staff/order-routes.tsx';
import { ordersBoardRoutes } from './staff/orders-board.tsx';
import { peopleRoutes } from './staff/people.tsx';
import { reviewsRoutes } from './staff/reviews.tsx';
import { sellersRoutes } from './staff/sellers.tsx';
import { stockListRoutes } from './staff/stock-list.tsx';
import { stockRoutes } from './staff/stock-routes.tsx';
import { stuckRoutes } from './staff/stuck.tsx';
import { synonymPages } from './staff/synonyms.tsx';
import { warehouseRoutes } from './staff/warehouses.tsx';
import { webhookRoutes } from './staff/webhook.tsx';
import { webhookListRoutes } from './staff/webhooks.tsx';

/** Every page of the staff, a line each: the file is named for the page. All of them ask for access `staff`. */
export function staffRoutes(deps: DeskDeps): void {
  dashboardRoutes(deps);
  mailPages(deps);
  operationsRoutes(deps);
  stuckRoutes(deps);
  webhookListRoutes(deps);
  webhookRoutes(deps);
  auditRoutes(deps);
  booksRoutes(deps);
  ordersBoardRoutes(deps);
  orderRoutes(deps);
  reviewsRoutes(deps);
  stockListRoutes(deps);
  stockRoutes(deps);
  warehouseRoutes(deps);
  synonymPages(deps);
  sellersRoutes(deps);
  peopleRoutes(deps);
  staffGoodsRoutes(deps);
}

/** Every page of a seller's desk, likewise: access `seller`, and nothing of another seller exists there. */
export function sellerRoutes(deps: DeskDeps): void {
  sellerPages(deps);
}
