import type { Inventory } from '#inventory';
import type { Orders } from '#orders';
import type { GroupCommit } from '#platform/group-commit';
import type { ModuleDeps } from '#platform/module';
import type { Outbox } from '#platform/outbox';
import type { ReadTogether } from '#platform/read-together';
import type { Carrier } from './carrier.ts';
import type { ShipmentRow } from './store.ts';
import type { WebhookRow } from './webhook-store.ts';

/** What the composition root gives to fulfillment. */
export interface FulfillmentOptions extends ModuleDeps {
  orders: Orders;
  inventory: Inventory;
  /** The first one takes what is shipped without a word about the carrier. */
  carriers: Carrier[];
  /** By carrier, whether it has an adapter or not: all secrets in use, the newest and those being retired. */
  webhookSecrets: Record<string, readonly string[]>;
}

/** What the operations of this module share. */
export interface Deps extends FulfillmentOptions {
  outbox: Outbox;
  /** Of an order, in the order of their making: every answer that shows an order asks for them. */
  parcelReads: ReadTogether<ShipmentRow[]>;
  inbox: GroupCommit<WebhookRow, null>;
  /** Wakes the one who applies webhooks. */
  pokeInbox(): void;
}
