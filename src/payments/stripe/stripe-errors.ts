import Stripe from 'stripe';
import type { Declined, Refused, Unknown } from '../gateway.ts';

/**
 * A no of Stripe's that ends the request: it has looked at it and will do nothing. All else leaves open what became of
 * it, also a wrong key or too many requests: an earlier try under the same key may have been done.
 */
function definite(error: unknown): Stripe.errors.StripeError | null {
  const isNo =
    error instanceof Stripe.errors.StripeCardError || error instanceof Stripe.errors.StripeInvalidRequestError;
  return isNo ? error : null;
}

export function declinedOrUnknown(error: unknown): Declined | Unknown {
  const no = definite(error);
  if (no === null) return unknownBy(error);
  return { state: 'declined', reason: declineReason(no), gateway_ref: no.payment_intent?.id ?? null };
}

export function refusedOrUnknown(error: unknown): Refused | Unknown {
  const no = definite(error);
  return no === null ? unknownBy(error) : { state: 'refused', reason: codeOf(no) };
}

/** Stripe has nothing by that id. */
export function isMissing(error: unknown): boolean {
  const no = definite(error);
  return no !== null && no.statusCode === 404 && no.code === 'resource_missing';
}

/** Never its message: it repeats ids of payment methods and parts of the key. */
export function unknownBy(error: unknown): Unknown {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  if (error instanceof Stripe.errors.StripeConnectionError) {
    const detail = error.detail instanceof Error ? error.detail.message : 'the connection failed';
    return { state: 'unknown', problem: `no answer of Stripe: ${detail}` };
  }
  const request = /^req_\w{1,60}$/.test(error.requestId ?? '') ? ` (${error.requestId})` : '';
  return { state: 'unknown', problem: `Stripe answered ${error.statusCode} ${codeOf(error)}${request}` };
}

/**
 * What a shopper may be told. Of a card that is lost, stolen or looks like a fraud Stripe asks to say no more than that
 * it was declined.
 */
const TELLABLE = new Set([
  'authentication_required',
  'card_not_supported',
  'currency_not_supported',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'insufficient_funds',
  'invalid_cvc',
  'invalid_expiry_month',
  'invalid_expiry_year',
  'processing_error',
]);

/** Of an error, or of the last error that a payment intent remembers. */
export function declineReason(failure: {
  code?: string;
  decline_code?: string;
  param?: string;
  type?: string;
}): string {
  const { code, decline_code, param } = failure;
  if (code === 'payment_intent_authentication_failure') return 'challenge_declined';
  if (code === 'resource_missing' && /^(payment_method|confirmation_token)$/.test(param ?? '')) return 'invalid_token';
  const told = [decline_code, code].find(word => word !== undefined && TELLABLE.has(word));
  if (told !== undefined) return told;
  const isCard = code === 'card_declined' || failure.type === 'StripeCardError' || failure.type === 'card_error';
  // Stripe doesn't take what we have asked for: nothing that another card could mend.
  return isCard ? 'declined' : codeOf(failure);
}

function codeOf({ code, type }: { code?: string; type?: string }): string {
  return [code, type].find(word => /^\w{1,60}$/.test(word ?? '')) ?? 'not_accepted';
}
