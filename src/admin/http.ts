import type { Accounts } from '#accounts';
import type { Audit } from '#audit';
import type { Catalog } from '#catalog';
import type { Site } from '#design/routes';
import type { Fulfillment } from '#fulfillment';
import type { Inventory } from '#inventory';
import type { Notifications } from '#notifications';
import type { Orders } from '#orders';
import type { Payments } from '#payments';
import type { Clock } from '#platform/clock';
import type { Ids } from '#platform/ids';
import type { Search } from '#search';
import { auditRoutes } from './staff/audit.tsx';
import { dashboardRoutes } from './staff/dashboard.tsx';
import { mailPages } from './staff/mails.tsx';
import { operationsRoutes } from './staff/operations.tsx';
import { orderRoutes } from './staff/order-routes.tsx';
import { ordersBoardRoutes } from './staff/orders-board.tsx';
import { peopleRoutes } from './staff/people.tsx';
import { reviewsRoutes } from './staff/reviews.tsx';
import type { RunningShop } from './staff/running-shop.ts';
import { sellersRoutes } from './staff/sellers.tsx';
import { stockListRoutes } from './staff/stock-list.tsx';
import { stockRoutes } from './staff/stock-routes.tsx';
import { stuckRoutes } from './staff/stuck.tsx';
import { warehouseRoutes } from './staff/warehouses.tsx';

/** What the pages of staff and sellers are made of. */
export interface DeskDeps {
  site: Site;
  clock: Clock;
  ids: Ids;
  accounts: Accounts;
  audit: Audit;
  catalog: Catalog;
  fulfillment: Fulfillment;
  inventory: Inventory;
  notifications: Notifications;
  orders: Orders;
  payments: Payments;
  search: Search;
  running: RunningShop;
}

/** Every page of the staff, a line each: the file is named for the page. All of them ask for access `staff`. */
export function staffRoutes(deps: DeskDeps): void {
  dashboardRoutes(deps);
  mailPages(deps);
  operationsRoutes(deps);
  stuckRoutes(deps);
  auditRoutes(deps);
  ordersBoardRoutes(deps);
  orderRoutes(deps);
  reviewsRoutes(deps);
  stockListRoutes(deps);
  stockRoutes(deps);
  warehouseRoutes(deps);
  sellersRoutes(deps);
  peopleRoutes(deps);
}

/** Every page of a seller's desk, likewise: access `seller`, and nothing of another seller exists there. */
export function sellerRoutes(_deps: DeskDeps): void {}
