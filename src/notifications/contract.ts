/**
 * notifications: the messages a person receives.
 *
 * Owns outgoing mail: written once per event and kind (so that an event delivered twice makes one mail), sent by SMTP,
 * or kept in the developer's mailbox. A mail that can't be sent is retried with growing pauses for a day. A crash after
 * the mail server took a mail can send it again: under the same Message-ID, by which mail programs know it.
 * Mail bodies carry tokens, so they are readable at `/dev/mail` outside production only, and kept for seven days.
 * Nobody who was erased gets mail, and mail to them is erased with them.
 */
import { type Static, Type } from 'typebox';
import { defineContract, query } from '#platform/contract';
import { Id, nullable, object, text } from '#platform/schema';

export const Mail = object({
  to: text(254),
  subject: text(500),
  text: Type.String(),
  html: Type.String(),
  kind: Type.Union([
    Type.Literal('verification'),
    Type.Literal('password_reset'),
    Type.Literal('password_changed'),
    Type.Literal('email_changed'),
    Type.Literal('order_confirmed'),
    Type.Literal('order_shipped'),
    Type.Literal('order_delivered'),
    Type.Literal('payment_failed'),
    Type.Literal('order_cancelled'),
    Type.Literal('order_refunded'),
  ]),
  order_id: nullable(Id),
  sent_at: nullable(Type.String({ format: 'date-time' })),
});
export type Mail = Static<typeof Mail>;

export interface Notifications {
  /** Newest first, at most 200. For the mailbox at /dev/mail. */
  listMails(input: { to?: string }): Promise<Mail[]>;
}

export const notificationsContract = defineContract<Notifications>({
  name: 'notifications',
  operations: { listMails: query(object({ to: Type.Optional(text(254)) })) },
  refusals: {},
});
