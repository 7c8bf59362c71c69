import type { Accounts } from '#accounts';
import type { CartModule } from '#cart';
import type { Catalog } from '#catalog';
import type { Inventory } from '#inventory';
import type { Payments } from '#payments';
import type { ModuleDeps } from '#platform/module';
import type { Outbox } from '#platform/outbox';
import type { ReadTogether } from '#platform/read-together';
import type { CheckoutRow } from './checkout-store.ts';
import type { InTurn } from './in-turn.ts';
import type { ShippingTable } from './shipping.ts';
import type { OrderRow } from './store.ts';
import type { TaxTable } from './tax.ts';
import type { OrderWriter } from './write-orders.ts';
import type { WrittenOrders } from './written-orders.ts';

/** What the composition root gives to orders. */
export interface OrdersOptions extends ModuleDeps {
  cart: CartModule;
  catalog: Catalog;
  inventory: Inventory;
  payments: Payments;
  /** Its events of erased people. */
  accounts: Accounts;
  currency: string;
  reservationTtlMs: number;
  /** Makes the access tokens of guests' orders. */
  orderAccessSecret: string;
  tax?: TaxTable;
  shipping?: ShippingTable;
}

export interface Units {
  product_id: string;
  quantity: number;
}

/** What the operations of this module share. */
export interface Deps extends OrdersOptions {
  outbox: Outbox;
  writer: OrderWriter;
  /** On the way to an order, where hundreds read one row each. */
  orderReads: ReadTogether<OrderRow>;
  checkoutReads: ReadTogether<CheckoutRow>;
  /** What this process has just confirmed, for those who follow its events here. */
  written: WrittenOrders;
  tax: TaxTable;
  shipping: ShippingTable;
  /** What the persons' open checkouts hold. */
  openLines: ReadTogether<Units[]>;
  /** The checkouts of one person: the later one finds the earlier one's hold and takes its place. */
  checkoutTurn: InTurn;
  /** Advances under way in this process by order id: parallel calls for one order share one. */
  advancing: Map<string, Promise<unknown>>;
}
