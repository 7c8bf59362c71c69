import type { Accounts } from '#accounts';
import type { Fulfillment } from '#fulfillment';
import type { Orders } from '#orders';
import type { Payments } from '#payments';
import type { ModuleDeps } from '#platform/module';
import type { Smtp } from './smtp.ts';

/** What the composition root gives to notifications. */
export interface NotificationsOptions extends ModuleDeps {
  orders: Orders;
  payments: Payments;
  fulfillment: Fulfillment;
  accounts: Accounts;
  /** Where the links of mails lead. */
  publicUrl: string;
  /** Absent: mails stay in the developer's mailbox. */
  smtpUrl: string | undefined;
  mailFrom: string;
}

/** What the operations of this module share. */
export interface Deps extends NotificationsOptions {
  smtp: Smtp | undefined;
  /** Wakes the one who sends. */
  pokeSender(): void;
}
