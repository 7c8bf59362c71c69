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
import { limits } from '#limits';
import { defineContract, query } from '#platform/contract';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, oneOf, text } from '#platform/schema';

export const MailKind = Type.Union([
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
]);
export type MailKind = Static<typeof MailKind>;

/** `waiting`: to be sent, or to be tried again. */
export const MailState = oneOf('waiting', 'sent', 'failed');
export type MailState = Static<typeof MailState>;

export const Mail = object({
  to: text(254),
  subject: text(500),
  text: Type.String(),
  html: Type.String(),
  kind: MailKind,
  order_id: nullable(Id),
  sent_at: nullable(Type.String({ format: 'date-time' })),
});
export type Mail = Static<typeof Mail>;

/** A mail as staff see it: without its body, whose links carry tokens that open what is not theirs. */
export const SentMail = object({
  mail_id: Id,
  to: text(254),
  subject: text(500),
  kind: MailKind,
  order_id: nullable(Id),
  state: MailState,
  tries: Type.Integer({ minimum: 0 }),
  /** Of the last try, in the words of the mail server. */
  last_error: nullable(text(500)),
  created_at: Type.String({ format: 'date-time' }),
  sent_at: nullable(Type.String({ format: 'date-time' })),
});
export type SentMail = Static<typeof SentMail>;

/** `to` is a whole address, in any case. */
export const MailFilter = object({
  to: Type.Optional(text(254)),
  kind: Type.Optional(MailKind),
  state: Type.Optional(MailState),
});
export type MailFilter = Static<typeof MailFilter>;

export interface MailPage {
  items: SentMail[];
  total: number;
  total_relation: 'eq' | 'gte';
  page: number;
  page_size: number;
}

export interface Notifications {
  /** Newest first, at most 200. For the mailbox at /dev/mail. */
  listMails(input: { to?: string }): Promise<Mail[]>;
  /** Mails of the last seven days, newest first, without their bodies. For staff. */
  listSentMails(input: MailFilter & { page: number; page_size: number }): Promise<Outcome<MailPage, 'PAGE_TOO_DEEP'>>;
}

export const notificationsContract = defineContract<Notifications>({
  name: 'notifications',
  operations: {
    listMails: query(object({ to: Type.Optional(text(254)) })),
    listSentMails: query(
      object({
        ...MailFilter.properties,
        page: Type.Integer({ minimum: 1 }),
        page_size: Type.Integer({ minimum: 1, maximum: limits.pageSizeMax }),
      }),
    ),
  },
  refusals: {
    PAGE_TOO_DEEP: { status: 400, meaning: 'Lists end at row 10,000.' },
  },
});
