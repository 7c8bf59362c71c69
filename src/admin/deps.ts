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
import type { RunningShop } from './staff/running-shop.ts';

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
