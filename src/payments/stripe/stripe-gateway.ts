import type Stripe from 'stripe';
import type { Clock } from '#platform/clock';
import { isId } from '#platform/ids';
import type { AuthoriseRequest, Declined, FindRequest, Found, Gateway, NotFound, Unknown } from '../gateway.ts';
import { listIntents } from './list-intents.ts';
import { failureOf, feeOf, metadataOf, nextActionOf, readIntent, stateOf, WITH_FEE } from './read-intent.ts';
import { toStripeAmount } from './stripe-amounts.ts';
import { createStripeClient, type StripeClient } from './stripe-client.ts';
import { declinedOrUnknown, isMissing, refusedOrUnknown, unknownBy } from './stripe-errors.ts';
import { verifyStripeWebhook } from './stripe-webhooks.ts';

export interface StripeGatewayOptions {
  /** `sk_test_…` or `sk_live_…`, or a restricted key that may write payment intents and refunds. */
  secretKey: string;
  /** Of the endpoint: the one in use, and during a rotation the ones before it. */
  webhookSecrets: readonly string[];
  apiUrl: string;
  /** Where a person's bank leads back to: always the same for an order, since it is part of what its key stands for. */
  returnUrl(order_id: string): string;
  /** Of this shop: payments without it, or with another, are not seen here. */
  shopId: string;
  clock: Clock;
}

type Authorisation = Awaited<ReturnType<Gateway['authorise']>>;

/**
 * Stripe behind the gateways' port: a payment is a payment intent with manual capture, a token is a payment method
 * (`pm_…`) or a confirmation token (`ctoken_…`). Apple Pay and Google Pay are cards there, too. A bank transfer can't
 * be: Stripe sets no money aside that a person has to send.
 */
export function stripeGateway(options: StripeGatewayOptions): Gateway {
  const { shopId, secretKey, webhookSecrets: secrets } = options;
  const client = createStripeClient(options);
  const { ask } = client;
  const expected = { shopId, secrets, isLive: secretKey.includes('_live_') };
  return {
    name: 'stripe',
    methods: ['card', 'wallet'],
    async authorise(request, signal) {
      // Declined before Stripe is asked.
      if (request.method === 'bank_transfer') return declined('method_not_offered');
      if (!/^(pm|ctoken)_\w{1,255}$/.test(request.token)) return declined('invalid_token');
      const amount = toStripeAmount(request.amount, request.currency);
      if (amount === null) return declined('amount_not_accepted');
      const terms = intentTerms(options, request, amount);
      try {
        const key = { idempotencyKey: request.key };
        return answerOf(await ask(signal, stripe => stripe.paymentIntents.create(terms, key)));
      } catch (error) {
        return declinedOrUnknown(error);
      }
    },
    async capture({ key, gateway_ref, amount, currency }, signal) {
      const amount_to_capture = toStripeAmount(amount, currency);
      if (amount_to_capture === null) return { state: 'refused', reason: 'amount_not_accepted' };
      try {
        const intent = await ask(signal, stripe =>
          stripe.paymentIntents.capture(gateway_ref, { amount_to_capture, expand: WITH_FEE }, { idempotencyKey: key }),
        );
        return stateOf(intent) === 'captured' ? { state: 'captured', ...feeOf(intent) } : unexpected(intent.status);
      } catch (error) {
        return refusedOrUnknown(error);
      }
    },
    async void({ key, gateway_ref }, signal) {
      try {
        const intent = await ask(signal, stripe =>
          stripe.paymentIntents.cancel(gateway_ref, {}, { idempotencyKey: key }),
        );
        return stateOf(intent) === 'voided' ? { state: 'voided' } : unexpected(intent.status);
      } catch (error) {
        return refusedOrUnknown(error);
      }
    },
    async refund({ key, refund_id, order_id, gateway_ref, amount: ours, currency }, signal) {
      const amount = toStripeAmount(ours, currency);
      if (amount === null) return { state: 'refused', reason: 'amount_not_accepted' };
      const refund = { payment_intent: gateway_ref, amount, metadata: { shop_id: shopId, refund_id, order_id } };
      try {
        const { id, status, failure_reason } = await ask(signal, stripe =>
          stripe.refunds.create(refund, { idempotencyKey: key }),
        );
        // `pending` is on its way to the bank; should it fail there, a webhook tells.
        if (status === 'succeeded' || status === 'pending') return { state: 'refunded', gateway_ref: id };
        if (status !== 'failed' && status !== 'canceled') return unexpected(status);
        return { state: 'refused', reason: failure_reason ?? 'refund_failed' };
      } catch (error) {
        return refusedOrUnknown(error);
      }
    },
    find: (request, signal) => findIntent(client, options, request, signal),
    list: (request, signal) => listIntents(client, shopId, request, signal),
    verifyWebhook: async webhook => verifyStripeWebhook(client, expected, webhook),
  };
}

function intentTerms(
  { returnUrl, shopId }: Pick<StripeGatewayOptions, 'returnUrl' | 'shopId'>,
  request: AuthoriseRequest,
  amount: number,
): Stripe.PaymentIntentCreateParams {
  const { token, currency } = request;
  return {
    amount,
    currency: currency.toLowerCase(),
    capture_method: 'manual',
    confirm: true,
    ...(token.startsWith('ctoken_') ? { confirmation_token: token } : { payment_method: token }),
    allowed_payment_method_types: ['card'],
    return_url: returnUrl(request.order_id),
    metadata: metadataOf(shopId, request),
  };
}

function answerOf(intent: Stripe.PaymentIntent): Authorisation {
  const gateway_ref = intent.id;
  const state = stateOf(intent);
  if (state === 'pending') return { state, gateway_ref, next_action: nextActionOf(intent) };
  if (state === 'failed' || state === 'voided') return { ...declined(failureOf(intent)), gateway_ref };
  return { state: 'authorized', gateway_ref };
}

function declined(reason: string): Declined {
  return { state: 'declined', reason, gateway_ref: null };
}

function unexpected(status: string | null): Unknown {
  return { state: 'unknown', problem: `Stripe answered with the status ${status}` };
}

/** Stripe finds by metadata what is older than this, as long as nothing is wrong there. */
const SEARCHABLE_AFTER_MS = 60_000;
const notYet: Unknown = { state: 'unknown', problem: 'not searchable yet' };

/**
 * By Stripe's id at once and for certain. By ours through its search, which lags: that a young order is not found there
 * means nothing, so it is `unknown`. During an outage of Stripe's the lag may be an hour. Whoever gave the order up
 * meanwhile has left a void behind: the money is let go when the search, or a webhook, brings it to light. The search
 * tells only the id, since what else it tells may be old.
 */
async function findIntent(
  { ask }: StripeClient,
  { shopId, clock }: Pick<StripeGatewayOptions, 'shopId' | 'clock'>,
  { order_id, gateway_ref }: FindRequest,
  signal: AbortSignal,
): Promise<Found | NotFound | Unknown> {
  if (!isId(order_id)) return { state: 'not_found' };
  try {
    const id = gateway_ref ?? (await searchIntent());
    if (id === null) return isSearchable() ? { state: 'not_found' } : notYet;
    const intent = await ask(signal, stripe => stripe.paymentIntents.retrieve(id, { expand: WITH_FEE }));
    const payment = readIntent(intent, shopId);
    return payment === null || payment.order_id !== order_id ? { state: 'not_found' } : { state: 'found', payment };
  } catch (error) {
    return isMissing(error) ? { state: 'not_found' } : unknownBy(error);
  }

  async function searchIntent(): Promise<string | null> {
    const query = `metadata['order_id']:'${order_id}' AND metadata['shop_id']:'${shopId}'`;
    const { data } = await ask(signal, stripe => stripe.paymentIntents.search({ query, limit: 100 }));
    return data.sort(byMoney)[0]?.id ?? null;
  }

  function isSearchable(): boolean {
    // A UUID v7 begins with the time at which it was made.
    const madeMs = Number.parseInt(order_id.slice(0, 8) + order_id.slice(9, 13), 16);
    return clock.nowMs() - madeMs >= SEARCHABLE_AFTER_MS;
  }
}

/** The one with money first, then the newest: under a key that Stripe has forgotten after a day there may be two. */
function byMoney(a: Stripe.PaymentIntent, b: Stripe.PaymentIntent): number {
  return moneyIn(a) - moneyIn(b) || b.created - a.created;
}

const byState = ['captured', 'authorized', 'pending', 'voided', 'failed'] as const;

function moneyIn(intent: Stripe.PaymentIntent): number {
  return byState.indexOf(stateOf(intent));
}
