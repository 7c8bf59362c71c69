import { type Static, Type } from 'typebox';
import type { Json } from '#platform/outcome';
import { nullable, object, oneOf, Timestamp, text } from '#platform/schema';

/** `received`: still to be looked at; `done`: it agreed with our record; `stuck`: it contradicts it. */
export const WebhookState = oneOf('received', 'done', 'stuck');
export type WebhookState = Static<typeof WebhookState>;

export const WebhookFilter = object({
  gateway: Type.Optional(text(40)),
  state: Type.Optional(WebhookState),
  order_id: Type.Optional(text(200)),
});
export type WebhookFilter = Static<typeof WebhookFilter>;

/** A webhook by its gateway's own name for it. */
export const WebhookName = object({ gateway: text(40), event_id: text(200) });
export type WebhookName = Static<typeof WebhookName>;

/** What a webhook says, as far as it is matched with our record; null is what it doesn't say. */
const Claim = object({
  about: oneOf('payment', 'other'),
  /** The gateway's own name for the payment. */
  payment_there: nullable(text(500)),
  amount: nullable(Type.Integer()),
  currency: nullable(text(200)),
  refund_id: nullable(text(200)),
});

/** A webhook of the inbox. `order_id` is what it claims, an id or not; `tries` counts replays too. */
export const LoggedWebhook = object({
  ...WebhookName.properties,
  type: text(200),
  order_id: nullable(text(200)),
  claim: Claim,
  state: WebhookState,
  problem: nullable(oneOf('webhook_mismatch', 'webhook_unknown_order')),
  detail: nullable(text(2000)),
  tries: Type.Integer({ minimum: 0 }),
  received_at: Timestamp,
  processed_at: nullable(Timestamp),
});
export type LoggedWebhook = Static<typeof LoggedWebhook>;

/** With its body, of which only what is certainly nobody's is left: see `tell-body.ts`. */
export const ReadWebhook = object({
  ...LoggedWebhook.properties,
  body: Type.Unsafe<Json>({ description: "The gateway's event without what may be personal" }),
});
export type ReadWebhook = Static<typeof ReadWebhook>;

export interface WebhookPage {
  items: LoggedWebhook[];
  total: number;
  total_relation: 'eq' | 'gte';
  page: number;
  page_size: number;
}
