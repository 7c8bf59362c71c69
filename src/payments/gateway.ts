import type { NextAction, PaymentMethod } from './contract.ts';

/**
 * The port of payment gateways. An adapter makes one HTTP call an operation and says what the answer means; repeats,
 * time limits and the circuit breaker stand before it in `gateway-call.ts`. Whatever it throws counts as `unknown`.
 * Keys are the gateway's idempotency keys: the same key comes with the same input only.
 */
export interface Gateway {
  readonly name: string;
  /** Of one try of a call, where the gateway needs longer than others do. */
  readonly timeoutMs?: number;
  /** What it takes, in the order in which it is offered. */
  readonly methods: readonly PaymentMethod[];
  authorise(request: AuthoriseRequest, signal: AbortSignal): Promise<Authorised | Declined | Pending | Unknown>;
  capture(request: KeyedRequest & { amount: number }, signal: AbortSignal): Promise<Captured | Refused | Unknown>;
  void(request: KeyedRequest, signal: AbortSignal): Promise<Voided | Refused | Unknown>;
  refund(request: RefundRequest, signal: AbortSignal): Promise<Refunded | Refused | Unknown>;
  /**
   * Looks the order's payment up: by the gateway's reference where we have it, else by ours, which `authorise` left in
   * its metadata. What another shop has made on the same account is not found; a webhook of it is `about: 'other'`.
   */
  find(request: FindRequest, signal: AbortSignal): Promise<Found | NotFound | Unknown>;
  /**
   * What was made there in a time, from inclusive to exclusive, in the gateway's own order and a page at a time; only
   * what this shop has made, so that a page may be empty. Absent where the gateway has no such list.
   */
  list?(request: ListRequest, signal: AbortSignal): Promise<Listed | Unknown>;
  /** Against every secret in use, in constant time. */
  verifyWebhook(webhook: RawWebhook): Promise<WebhookVerdict>;
}

/** All but `token` is kept by the gateway as metadata, so that `find` can rebuild a row that was never written. */
export interface AuthoriseRequest {
  key: string;
  order_id: string;
  payment_id: string;
  person_id: string;
  amount: number;
  currency: string;
  method: PaymentMethod;
  token: string;
}

export interface KeyedRequest {
  key: string;
  gateway_ref: string;
  currency: string;
}

/** Both ids are left with the refund at the gateway, so that its webhooks can name them. */
export interface RefundRequest extends KeyedRequest {
  refund_id: string;
  order_id: string;
  amount: number;
}

export interface FindRequest {
  order_id: string;
  gateway_ref: string | null;
  /**
   * The payment is still waited for. Where a payer's approval alone sets no money aside (PayPal), the look-up that sees
   * it then does so, once. Without this word `find` changes nothing.
   */
  is_wanted?: boolean;
}

export interface ListRequest {
  from: string;
  to: string;
  /** `next` of the page before. */
  after: string | null;
}

export type Listed = { state: 'listed'; payments: FoundPayment[]; next: string | null };

export type Authorised = { state: 'authorized'; gateway_ref: string };
export type Declined = { state: 'declined'; reason: string; gateway_ref: string | null };
export type Pending = { state: 'pending'; gateway_ref: string; next_action: NextAction };
/** `fee`: what the gateway keeps of it, where it says so at once and in the payment's own currency. */
export type Captured = { state: 'captured'; fee?: number };
export type Voided = { state: 'voided' };
export type Refunded = { state: 'refunded'; gateway_ref: string };
export type Refused = { state: 'refused'; reason: string };
export type NotFound = { state: 'not_found' };
/** A time-out, a 5xx, a cut: it may or may not have happened. */
export type Unknown = { state: 'unknown'; problem: string };

export type Found = { state: 'found'; payment: FoundPayment };

/** A payment as the gateway's books have it. */
export interface FoundPayment {
  gateway_ref: string;
  order_id: string;
  payment_id: string;
  person_id: string;
  amount: number;
  currency: string;
  method: PaymentMethod;
  state: 'pending' | 'authorized' | 'captured' | 'voided' | 'failed';
  captured: number;
  refunded: number;
  /** What the gateway has kept of what was captured, where it says so in the payment's own currency. */
  fee?: number;
  reason: string | null;
  next_action: NextAction | null;
}

export interface RawWebhook {
  headers: Record<string, string>;
  rawBody: Buffer;
  nowMs: number;
}

export type WebhookVerdict =
  | { state: 'genuine'; event: GatewayEvent }
  | { state: 'bad_signature' }
  | { state: 'malformed' };

/**
 * What a webhook claims. It is matched with our record and then only makes us ask the gateway: what `find` answers is
 * newer than any webhook, so that duplicates and odd orders of arrival change nothing. `about: 'other'` is kept and
 * done.
 */
export interface GatewayEvent {
  event_id: string;
  type: string;
  about: 'payment' | 'other';
  order_id: string | null;
  gateway_ref: string | null;
  /** Of the payment, or of the one refund that it tells of. */
  amount: number | null;
  currency: string | null;
  refund_id: string | null;
  body: Record<string, unknown>;
}
