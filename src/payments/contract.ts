/**
 * payments: money, moved once.
 *
 * Owns payments, refunds and the inbox of gateways' webhooks; the gateways (simulator first) are adapters behind one
 * port. One payment an order: authorise under the key `order_{order_id}`, then `capture_{order_id}` or a void, then
 * `refund_{refund_id}`. No key is ever reused with other input.
 * Invariants, guarded in the table: captured ≤ authorised, refunded ≤ captured, a captured payment is never voided.
 * An unknown outcome (time-out, cut) is not a failure: the identical request is repeated under its key, and after that
 * the payment is looked up at the gateway by our order id, until it is known. Tokens of cards are passed on and never
 * stored or logged.
 * The row is written after the gateway has answered, of a payment that goes well once, as captured: a caller therefore
 * owns a durable order before it authorises, and asks `settlePayment` of an order whose payment it doesn't know. Money that comes after its payment's
 * end is voided. Repeats: every command is keyed by order_id or refund_id and answers again as it did first.
 */
import { type Static, Type } from 'typebox';
import { command, defineContract, Nothing, query } from '#platform/contract';
import type { EventFacts } from '#platform/event-facts';
import { FACTS_TIMEOUT_MS, FactSpan, FactsWanted } from '#platform/facts';
import { Money } from '#platform/money';
import { type DomainEvent, type EventBatch, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, oneOf, PageQuery, Timestamp, text } from '#platform/schema';
import {
  type LedgerBalance,
  type LedgerEntry,
  LedgerPeriod,
  type ReconciliationReport,
  StartReconciliation,
} from './books-parts.ts';
import { type LoggedWebhook, type ReadWebhook, WebhookFilter, WebhookName, type WebhookPage } from './webhook-log.ts';

export {
  LoggedWebhook,
  ReadWebhook,
  WebhookFilter,
  WebhookName,
  type WebhookPage,
  WebhookState,
} from './webhook-log.ts';

const amount = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 });

export {
  DifferenceKind,
  LedgerBalance,
  LedgerEntry,
  LedgerPeriod,
  Reconciliation,
  ReconciliationReport,
  StartReconciliation,
} from './books-parts.ts';

export const PaymentMethod = Type.Union([Type.Literal('card'), Type.Literal('wallet'), Type.Literal('bank_transfer')]);
export type PaymentMethod = Static<typeof PaymentMethod>;

export const PaymentStatus = Type.Union([
  Type.Literal('pending'),
  Type.Literal('authorized'),
  Type.Literal('captured'),
  Type.Literal('failed'),
  Type.Literal('voided'),
  Type.Literal('partially_refunded'),
  Type.Literal('refunded'),
]);
export type PaymentStatus = Static<typeof PaymentStatus>;

/** What a shopper sends to pay. `token` stands for a card or wallet at the gateway; it is never kept. */
export const PaymentInput = object({
  method: PaymentMethod,
  gateway: Type.Optional(text(40)),
  token: text(500),
});
export type PaymentInput = Static<typeof PaymentInput>;

/** A way to pay. Not available: its gateway doesn't answer just now, and may all the same be tried. */
export const OfferedMethod = object({ method: PaymentMethod, gateway: text(40), is_available: Type.Boolean() });
export type OfferedMethod = Static<typeof OfferedMethod>;

export const NextAction = Type.Union([
  object({ type: Type.Literal('wait') }),
  object({ type: Type.Literal('redirect'), url: text(2000) }),
]);
export type NextAction = Static<typeof NextAction>;

/**
 * Amounts are minor units of `currency`. `reason` is a decline in one word: declined, insufficient_funds,
 * capture_failed …
 */
export interface Payment {
  payment_id: string;
  order_id: string;
  person_id: string;
  amount: number;
  currency: string;
  method: PaymentMethod;
  gateway: string;
  gateway_ref: string | null;
  status: PaymentStatus;
  captured: number;
  refunded: number;
  reason: string | null;
  next_action: NextAction | null;
  created_at: string;
  captured_at: string | null;
}

export const Authorise = object({
  payment_id: Id,
  order_id: Id,
  person_id: Id,
  amount,
  currency: text(3),
  payment: PaymentInput,
  /** The caller has just made this order: nothing can be known of its payment. */
  is_first: Type.Optional(Type.Boolean()),
});
/** A gateway's yes that is not written down yet: the answer to a first authorisation, as `capture` takes it back. */
export const Authorised = object({
  payment_id: Id,
  order_id: Id,
  person_id: Id,
  amount,
  currency: text(3),
  method: PaymentMethod,
  gateway: text(40),
  gateway_ref: text(500),
  created_at: Timestamp,
});
export type Authorised = Static<typeof Authorised>;
/** Whose the money of an order is, or who bears a refund; the parts sum to the amount. */
export const Split = object({
  sellers: Type.Array(object({ seller_id: Id, amount }), { maxItems: 100 }),
  tax: amount,
  shipping: amount,
});
export type Split = Static<typeof Split>;

export const Capture = object({
  order_id: Id,
  authorised: Type.Optional(Authorised),
  /** Absent: the money stands with the customer in the ledger until a repeat says whose it is. */
  split: Type.Optional(Split),
});
export const Refund = object({
  refund_id: Id,
  order_id: Id,
  amount: Type.Integer({ minimum: 1 }),
  reason: text(500, { min: 0 }),
  /** Absent: borne by all who were owed the order's money, by what is left with each. */
  split: Type.Optional(Split),
});

export const SimulatorCharge = object({
  charge_id: text(100),
  order_id: Id,
  amount: Type.Integer(),
  state: Type.Union([
    Type.Literal('authorized'),
    Type.Literal('captured'),
    Type.Literal('voided'),
    Type.Literal('refunded'),
  ]),
  captured: Type.Integer(),
  refunded: Type.Integer(),
});
export type SimulatorCharge = Static<typeof SimulatorCharge>;

/** One thing that happened to an order's payment. `amount` is null where none was told. */
export const TimelineEntry = object({
  at: Timestamp,
  kind: oneOf(
    'created',
    'authorised',
    'captured',
    'failed',
    'voided',
    'refund_requested',
    'refund_done',
    'refund_failed',
    'webhook',
    'webhook_mismatch',
  ),
  amount: nullable(Money),
  detail: text(2000, { min: 0 }),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

/** What the audit is told of payments. */
export interface PaymentFact {
  /** Of the stream: `bucket order_id`. */
  key: string;
  order_id: string;
  payment_id: string;
  status: PaymentStatus;
  amount: number;
  captured: number;
  refunded: number;
  refunds_sum: number;
  /** Of its entries in the ledger: all accounts; what gateways hold and kept; what stands with the customer. */
  ledger_sum: number;
  ledger_held: number;
  ledger_customer: number;
  age_ms: number;
}

export interface Payments {
  /**
   * Authorises once an order, at the first available gateway of its method where none is named. `pending` carries
   * `next_action`: `wait` (outcome unknown, or a bank transfer under way) or `redirect` (3-D Secure); its end is told
   * by `payment.authorized` or `payment.failed`. PAYMENT_DECLINED has `reason`. With `is_first` a plain yes is not
   * written down yet: the caller goes on at once and hands the answer to `capture` as `authorised`; if it stops in
   * between, `settlePayment` or `voidPayment` finds the money at the gateway.
   */
  authorise(input: Static<typeof Authorise>): Promise<Outcome<Payment, 'PAYMENT_DECLINED' | 'GATEWAY_UNKNOWN'>>;
  /**
   * Takes the authorised amount. A refused capture voids the authorisation: status failed, reason capture_failed. Where
   * the outcome stays unknown the answer is accepted with status `authorized`: nothing is captured for certain yet, the
   * sweeper goes on under the same key, and `payment.captured` or `payment.failed` tells the end.
   */
  capture(input: Static<typeof Capture>): Promise<Outcome<Payment, 'CAPTURE_FAILED' | 'PAYMENT_NOT_AUTHORIZED'>>;
  /**
   * Gives back what is authorised but not captured; a pending one is voided as soon as it is authorised, and status
   * `pending` or `authorized` in the answer says that `payment.voided` or `payment.failed` is still to come. An order
   * without a payment is remembered (null), so that an authorisation under way is voided when it arrives.
   */
  voidPayment(input: { order_id: string; reason: string }): Promise<Outcome<Payment | null, 'PAYMENT_CAPTURED'>>;
  /**
   * Never more than captured, also in parallel: one statement checks and takes. Accepted means that it is reserved and
   * will be given back; `payment.refunded` tells when the gateway has done it, at once in the usual case. A gateway
   * that refuses for good (REFUND_REFUSED, with `reason`) frees the reserved amount; where it does so after an unknown
   * outcome, the refund is listed as stuck.
   */
  refund(
    input: Static<typeof Refund>,
  ): Promise<
    Outcome<{ payment: Payment; amount: number }, 'REFUND_EXCEEDS_CAPTURED' | 'PAYMENT_NOT_CAPTURED' | 'REFUND_REFUSED'>
  >;
  /**
   * The double-entry ledger: sums of each account by gateway over a time, or the entries of one order. Debits are
   * positive, credits negative; all accounts together are always 0.
   */
  getLedger(input: Static<typeof LedgerPeriod>): Promise<LedgerBalance[]>;
  getLedgerEntries(input: { order_id: string }): Promise<LedgerEntry[]>;
  /**
   * Compares gateways' records with ours in the background. What is found there and not here is recorded, so that its
   * order takes it up or it is given back; what was moved there by hand is caught up with; all else is a difference for
   * a person to see. A schedule does the same every five minutes for what came since.
   */
  startReconciliation(
    input: Static<typeof StartReconciliation>,
  ): Promise<Outcome<{ run_ids: string[] }, 'GATEWAY_UNKNOWN' | 'PERIOD_INVALID'>>;
  getReconciliation(input: Record<string, never>): Promise<ReconciliationReport>;
  /** Whether `authorise` has a gateway for this, the named one or any. Its caller writes nothing for bad input. */
  hasGateway(input: Pick<PaymentInput, 'method' | 'gateway'>): Promise<boolean>;
  /** The ways to pay, best first: those whose gateway doesn't answer just now come last. */
  listMethods(input: Record<string, never>): Promise<OfferedMethod[]>;
  /** In no order; orders without a payment are left out. At most 500 ids. */
  getPayments(input: { order_ids: string[] }): Promise<Payment[]>;
  /**
   * Asks the gateway what became of a pending payment, and every gateway where we have none on record; answers what is
   * known then, null when no gateway knows the order. A caller that gives the order up then calls `voidPayment`. Throws
   * `Unavailable` where there is no record and a gateway doesn't answer.
   */
  settlePayment(input: { order_id: string }): Promise<Payment | null>;
  /** Verifies and stores a webhook durably, once per event id; processing follows. `body` is the raw body in base64. */
  receiveWebhook(input: {
    gateway: string;
    headers: Record<string, string>;
    body: string;
  }): Promise<Outcome<null, 'SIGNATURE_INVALID' | 'GATEWAY_UNKNOWN' | 'WEBHOOK_INVALID'>>;
  /**
   * What became of an order's payment, in order of time, from the payment, its refunds and the inbox of webhooks (those
   * that agreed with us are kept for a month). Empty where there is no payment. A payment that ended before its steps
   * were kept says so in the detail of `created` instead of guessing when.
   */
  getTimeline(input: { order_id: string }): Promise<TimelineEntry[]>;
  /** The log of webhooks, newest first. Those that agreed with us are kept for a month, those that are stuck stay. */
  listWebhooks(
    input: WebhookFilter & { page: number; page_size: number },
  ): Promise<Outcome<WebhookPage, 'PAGE_TOO_DEEP'>>;
  /** With its body, without anything personal; null where there is no such webhook. */
  getWebhook(input: WebhookName): Promise<ReadWebhook | null>;
  /**
   * Puts a webhook back to `received` and looks at it once more, however often: it makes us ask the gateway, whose
   * books decide, so what has had its effect has no other. Answers what became of it; `received` where the gateway
   * doesn't answer, and the inbox goes on by itself.
   */
  replayWebhook(input: WebhookName): Promise<Outcome<LoggedWebhook, 'WEBHOOK_NOT_FOUND'>>;
  /** The simulator's own books: to compare with ours. */
  listSimulatorCharges(input: { order_id?: string }): Promise<SimulatorCharge[]>;
  /** Payments whose outcome is unknown or whose webhook contradicts our record, with what to do. */
  listStuck(input: Record<string, never>): Promise<StuckPayment[]>;
  readFacts(input: FactsWanted): Promise<PaymentFact[]>;
  readEventFacts(input: FactSpan): Promise<EventFacts>;
  readEvents(input: ReadEvents): Promise<EventBatch>;
}

export interface StuckPayment {
  order_id: string | null;
  payment_id: string | null;
  /** Where a webhook is what is stuck. */
  webhook: WebhookName | null;
  kind: 'outcome_unknown' | 'refund_refused' | 'webhook_mismatch' | 'webhook_unknown_order' | 'books_differ';
  detail: string;
  since: string;
  what_to_do: string;
}

type PaymentData = { order_id: string; payment_id: string; amount: number; reason: string | null };
export type PaymentsEvent =
  | DomainEvent<'payment.authorized', PaymentData>
  | DomainEvent<'payment.captured', PaymentData>
  | DomainEvent<'payment.failed', PaymentData>
  | DomainEvent<'payment.voided', PaymentData>
  | DomainEvent<'payment.refunded', PaymentData & { refund_id: string }>;

const ofOrder = object({ order_id: Id });

export const paymentsContract = defineContract<Payments>({
  name: 'payments',
  operations: {
    authorise: command(Authorise, 30_000),
    capture: command(Capture, 30_000),
    voidPayment: command(object({ order_id: Id, reason: text(200) }), 30_000),
    refund: command(Refund, 30_000),
    getLedger: query(LedgerPeriod, 30_000),
    getLedgerEntries: query(ofOrder),
    startReconciliation: command(StartReconciliation),
    getReconciliation: query(Nothing),
    hasGateway: query(object({ method: PaymentMethod, gateway: Type.Optional(text(40)) })),
    listMethods: query(Nothing),
    getPayments: query(object({ order_ids: Type.Array(Id, { maxItems: 500 }) })),
    settlePayment: query(ofOrder, 30_000),
    receiveWebhook: command(
      object({ gateway: text(40), headers: Type.Record(Type.String(), Type.String()), body: Type.String() }),
    ),
    getTimeline: query(ofOrder),
    listWebhooks: query(object({ ...WebhookFilter.properties, ...PageQuery })),
    getWebhook: query(WebhookName),
    replayWebhook: command(WebhookName, 30_000),
    listSimulatorCharges: query(object({ order_id: Type.Optional(Id) })),
    listStuck: query(Nothing),
    readFacts: query(FactsWanted, FACTS_TIMEOUT_MS),
    readEventFacts: query(FactSpan, FACTS_TIMEOUT_MS),
    readEvents: query(ReadEvents),
  },
  refusals: {
    PAYMENT_DECLINED: { status: 402, meaning: 'The payment was declined. Another card or method may work.' },
    PERIOD_INVALID: { status: 400, meaning: 'The period ends before it begins, or is too long.' },
    GATEWAY_UNKNOWN: { status: 400, meaning: 'There is no such payment gateway here, or none that takes this method.' },
    CAPTURE_FAILED: { status: 402, meaning: 'The payment could not be captured and was given back.' },
    PAYMENT_NOT_AUTHORIZED: { status: 409, meaning: 'There is no authorised payment to capture.' },
    PAYMENT_NOT_CAPTURED: { status: 409, meaning: 'Nothing was captured, so nothing can be refunded.' },
    PAYMENT_CAPTURED: { status: 409, meaning: 'A captured payment is refunded, not voided.' },
    REFUND_EXCEEDS_CAPTURED: { status: 409, meaning: 'More would be refunded than was captured.' },
    REFUND_REFUSED: { status: 409, meaning: 'The payment gateway refused the refund; nothing was given back.' },
    SIGNATURE_INVALID: { status: 401, meaning: 'The signature does not match the body, or is too old.' },
    WEBHOOK_INVALID: { status: 400, meaning: 'The body is not a webhook of this gateway.' },
    WEBHOOK_NOT_FOUND: { status: 404, meaning: 'There is no such webhook in the log.' },
    PAGE_TOO_DEEP: { status: 400, meaning: 'Lists end at row 10,000. Narrow the list instead.' },
  },
});
