import { randomBytes } from 'node:crypto';

/** An answer of the double: what Stripe's API would say. */
export interface StripeAnswer {
  status: number;
  body: object;
}

export interface StripeError {
  type: 'card_error' | 'invalid_request_error' | 'idempotency_error' | 'api_error';
  code?: string;
  decline_code?: string;
  param?: string;
  message: string;
  payment_intent?: object;
}

export interface Intent {
  id: string;
  object: 'payment_intent';
  status: 'requires_payment_method' | 'requires_action' | 'requires_capture' | 'succeeded' | 'processing' | 'canceled';
  amount: number;
  amount_capturable: number;
  amount_received: number;
  currency: string;
  capture_method: string;
  client_secret: string;
  created: number;
  last_payment_error: StripeError | null;
  latest_charge: string | null;
  livemode: boolean;
  metadata: Record<string, string>;
  next_action: object | null;
  payment_method: string | null;
  payment_method_types: string[];
}

export interface Charge {
  id: string;
  object: 'charge';
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  /** Once it is captured. */
  balance_transaction: string | null;
  billing_details: object;
  currency: string;
  livemode: boolean;
  metadata: Record<string, string>;
  payment_intent: string;
  payment_method_details: object;
}

/** What a capture comes to in the account that Stripe pays out. */
export interface BalanceTransaction {
  id: string;
  object: 'balance_transaction';
  amount: number;
  currency: string;
  fee: number;
  net: number;
}

export interface Refund {
  id: string;
  object: 'refund';
  amount: number;
  currency: string;
  metadata: Record<string, string>;
  payment_intent: string;
  status: string;
}

/** Stripe's own test cards, by what they do. */
const declines: Record<string, Pick<StripeError, 'code' | 'decline_code'>> = {
  chargeDeclined: { code: 'card_declined', decline_code: 'generic_decline' },
  chargeDeclinedInsufficientFunds: { code: 'card_declined', decline_code: 'insufficient_funds' },
  chargeDeclinedLostCard: { code: 'card_declined', decline_code: 'lost_card' },
  chargeDeclinedFraudulent: { code: 'card_declined', decline_code: 'fraudulent' },
  chargeDeclinedExpiredCard: { code: 'expired_card' },
  chargeDeclinedIncorrectCvc: { code: 'incorrect_cvc' },
  chargeDeclinedProcessingError: { code: 'processing_error' },
};
const PAYING = /^(pm_card_(visa|mastercard|amex)|ctoken_visa)$/;
const CHALLENGED = /^(pm_card_(threeDSecure2Required|authenticationRequired)|ctoken_challenged)$/;

/** What is told of a change, in the order in which it happened. */
export type Tell = (type: string, object: object) => void;
export type StripeBooks = ReturnType<typeof openStripeBooks>;

/** The double's own books: intents, their charges and refunds, and what may become of each. */
export function openStripeBooks(options: {
  livemode: boolean;
  challengeUrl: (id: string) => string;
  tell: Tell;
  /** Absent: each payment in its own currency. */
  paysOutIn?: string | undefined;
}) {
  const intents = new Map<string, Intent>();
  const charges = new Map<string, Charge>();
  const balances = new Map<string, BalanceTransaction>();
  const refunds: Refund[] = [];
  const till: Till = { ...options, intents, charges, balances, refunds };
  return {
    intents,
    charges,
    balances,
    refunds,
    create: (form: Map<string, string>) => createIntent(till, form),
    capture: (intent: Intent, form: Map<string, string>) => captureIntent(till, intent, form),
    cancel: (intent: Intent) => cancelIntent(till, intent),
    refund: (form: Map<string, string>) => refundIntent(till, form),
    settleChallenge: (intent: Intent, isConfirmed: boolean) => settleChallenge(till, intent, isConfirmed),
  };
}

interface Till {
  livemode: boolean;
  challengeUrl: (id: string) => string;
  tell: Tell;
  paysOutIn?: string | undefined;
  intents: Map<string, Intent>;
  charges: Map<string, Charge>;
  balances: Map<string, BalanceTransaction>;
  refunds: Refund[];
}

function createIntent(till: Till, form: Map<string, string>): StripeAnswer {
  const method = form.get('payment_method') ?? form.get('confirmation_token') ?? '';
  const decline = declines[/^pm_card_(?:visa_)?(\w+)$/.exec(method)?.[1] ?? ''];
  if (decline === undefined && !PAYING.test(method) && !CHALLENGED.test(method)) {
    const param = form.has('payment_method') ? 'payment_method' : 'confirmation_token';
    return refusal({ code: 'resource_missing', param, message: `No such PaymentMethod: '${method}'` });
  }
  const amount = Number(form.get('amount'));
  if (amount < 50) return refusal({ code: 'amount_too_small', param: 'amount', message: 'Amount must be at least 50' });
  const id = `pi_${random()}`;
  const intent: Intent = {
    ...{ id, object: 'payment_intent', status: 'requires_payment_method', amount },
    ...{ amount_capturable: 0, amount_received: 0, last_payment_error: null, latest_charge: null, next_action: null },
    currency: form.get('currency')!,
    capture_method: form.get('capture_method')!,
    client_secret: `${id}_secret_${random()}`,
    created: Math.floor(Date.now() / 1000),
    livemode: till.livemode,
    metadata: metadataIn(form),
    payment_method: method,
    payment_method_types: ['card'],
  };
  till.intents.set(id, intent);
  if (decline !== undefined) return decline402(till, intent, decline);
  if (!CHALLENGED.test(method)) return holdMoney(till, intent);
  intent.status = 'requires_action';
  const return_url = form.get('return_url')!;
  intent.next_action = { type: 'redirect_to_url', redirect_to_url: { url: till.challengeUrl(id), return_url } };
  till.tell('payment_intent.requires_action', intent);
  return { status: 200, body: intent };
}

function decline402(till: Till, intent: Intent, decline: Pick<StripeError, 'code' | 'decline_code'>): StripeAnswer {
  const message = `The card ${intent.payment_method} was declined.`;
  intent.last_payment_error = { type: 'card_error', ...decline, message };
  till.tell('payment_intent.payment_failed', intent);
  return failure(402, { ...intent.last_payment_error, payment_intent: intent });
}

function holdMoney(till: Till, intent: Intent): StripeAnswer {
  const charge: Charge = {
    ...{ id: `ch_${random()}`, object: 'charge', amount: intent.amount, amount_captured: 0, amount_refunded: 0 },
    balance_transaction: null,
    billing_details: { name: 'Ada Example', email: 'ada@example.com' },
    currency: intent.currency,
    livemode: till.livemode,
    metadata: intent.metadata,
    payment_intent: intent.id,
    payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242', fingerprint: random() } },
  };
  till.charges.set(charge.id, charge);
  Object.assign(intent, { status: 'requires_capture', amount_capturable: intent.amount, next_action: null });
  intent.latest_charge = charge.id;
  till.tell('payment_intent.amount_capturable_updated', intent);
  return { status: 200, body: intent };
}

function captureIntent(till: Till, intent: Intent, form: Map<string, string>): StripeAnswer {
  if (intent.status !== 'requires_capture') return unexpectedState(intent);
  const amount = Number(form.get('amount_to_capture') ?? intent.amount);
  if (amount > intent.amount_capturable) {
    return refusal({ code: 'amount_too_large', param: 'amount_to_capture', message: 'More than can be captured' });
  }
  Object.assign(intent, { status: 'succeeded', amount_capturable: 0, amount_received: amount });
  bookCapture(till, till.charges.get(intent.latest_charge!)!, amount);
  till.tell('payment_intent.succeeded', intent);
  return { status: 200, body: intent };
}

/** Stripe keeps 2.9 % and 30 of the smallest unit. */
function bookCapture({ balances, paysOutIn }: Till, charge: Charge, amount: number): void {
  const fee = Math.round(amount * 0.029) + 30;
  const currency = paysOutIn ?? charge.currency;
  const id = `txn_${random()}`;
  balances.set(id, { id, object: 'balance_transaction', amount, currency, fee, net: amount - fee });
  Object.assign(charge, { amount_captured: amount, balance_transaction: id });
}

/** What was held is booked as given back, by a refund of Stripe's own. */
function cancelIntent(till: Till, intent: Intent): StripeAnswer {
  if (intent.status === 'succeeded' || intent.status === 'canceled') return unexpectedState(intent);
  Object.assign(intent, { status: 'canceled', amount_capturable: 0, next_action: null });
  const charge = intent.latest_charge === null ? undefined : till.charges.get(intent.latest_charge);
  if (charge !== undefined) {
    charge.amount_refunded = charge.amount;
    till.tell('charge.refunded', charge);
    till.tell('refund.created', newRefund(intent, charge.amount, {}));
  }
  till.tell('payment_intent.canceled', intent);
  return { status: 200, body: intent };
}

function refundIntent(till: Till, form: Map<string, string>): StripeAnswer {
  const intent = till.intents.get(form.get('payment_intent') ?? '');
  if (intent === undefined) return missing('payment_intent');
  const charge = till.charges.get(intent.latest_charge ?? '');
  if (intent.status !== 'succeeded' || charge === undefined) return unexpectedState(intent);
  const amount = Number(form.get('amount'));
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) return refusal({ code: 'charge_already_refunded', message: 'The charge has been refunded' });
  if (amount > left) {
    const message = `Refund amount is greater than the unrefunded amount (${left})`;
    return refusal({ code: 'amount_too_large', param: 'amount', message });
  }
  charge.amount_refunded += amount;
  const refund = newRefund(intent, amount, metadataIn(form));
  till.refunds.push(refund);
  till.tell('charge.refunded', charge);
  till.tell('refund.created', refund);
  return { status: 200, body: refund };
}

function newRefund({ id, currency }: Intent, amount: number, metadata: Record<string, string>): Refund {
  const of = { currency, metadata, payment_intent: id, status: 'succeeded' };
  return { id: `re_${random()}`, object: 'refund', amount, ...of };
}

/** The person's answer at the bank's page; a second one changes nothing. */
function settleChallenge(till: Till, intent: Intent, isConfirmed: boolean): void {
  if (intent.status !== 'requires_action') return;
  if (isConfirmed) return void holdMoney(till, intent);
  Object.assign(intent, { status: 'requires_payment_method', next_action: null });
  intent.last_payment_error = {
    type: 'invalid_request_error',
    code: 'payment_intent_authentication_failure',
    message: 'The provided PaymentMethod has failed authentication.',
  };
  till.tell('payment_intent.payment_failed', intent);
}

function metadataIn(form: Map<string, string>): Record<string, string> {
  const entries = [...form].map(([name, value]) => [/^metadata\[(\w+)\]$/.exec(name)?.[1], value] as const);
  return Object.fromEntries(entries.filter(([name]) => name !== undefined));
}

export function failure(status: number, error: StripeError): StripeAnswer {
  return { status, body: { error } };
}

export function refusal(error: Omit<StripeError, 'type'>): StripeAnswer {
  return failure(400, { type: 'invalid_request_error', ...error });
}

export function missing(param: string): StripeAnswer {
  const error = { code: 'resource_missing', param, message: `No such ${param}` };
  return failure(404, { type: 'invalid_request_error', ...error });
}

function unexpectedState(intent: Intent): StripeAnswer {
  const message = `This PaymentIntent has a status of ${intent.status}.`;
  return refusal({ code: 'payment_intent_unexpected_state', message, payment_intent: intent });
}

export function random(): string {
  return randomBytes(12).toString('hex');
}
