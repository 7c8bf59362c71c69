import type Stripe from 'stripe';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { Id } from '#platform/schema';
import { type NextAction, PaymentMethod } from '../contract.ts';
import type { AuthoriseRequest, FoundPayment } from '../gateway.ts';
import { readFee } from '../read-fee.ts';
import { fromStripeAmount } from './stripe-amounts.ts';
import { declineReason } from './stripe-errors.ts';

const Terms = Type.Object({ shop_id: Id, order_id: Id, payment_id: Id, person_id: Id, method: PaymentMethod });

/** What an intent carries of ours, beside its amount and currency: all that a row is rebuilt from. */
export function metadataOf(shop_id: string, request: AuthoriseRequest): Record<string, string> {
  const { order_id, payment_id, person_id, method } = request;
  return { shop_id, order_id, payment_id, person_id, method };
}

/** A payment intent as our books would have it; null where it is not one of this shop's. */
export function readIntent(intent: Stripe.PaymentIntent, shopId: string): FoundPayment | null {
  const { metadata, latest_charge } = intent;
  if (!Value.Check(Terms, metadata) || metadata.shop_id !== shopId) return null;
  const { order_id, payment_id, person_id, method } = metadata;
  const currency = intent.currency.toUpperCase();
  const state = stateOf(intent);
  const given = typeof latest_charge === 'object' && latest_charge !== null ? latest_charge.amount_refunded : 0;
  const isTaken = state === 'captured';
  return {
    gateway_ref: intent.id,
    ...{ order_id, payment_id, person_id, method, currency, state },
    amount: fromStripeAmount(intent.amount, currency),
    captured: isTaken ? fromStripeAmount(intent.amount_received, currency) : 0,
    // Stripe books what it lets go of as given back, too.
    refunded: isTaken ? fromStripeAmount(given, currency) : 0,
    ...feeOf(intent),
    reason: state === 'failed' ? failureOf(intent) : null,
    next_action: state === 'pending' ? nextActionOf(intent) : null,
  };
}

/** What `feeOf` needs expanded. */
export const WITH_FEE = ['latest_charge.balance_transaction'];

/** Stripe tells its fee in the currency in which it pays out: of another one it is no amount of this payment. */
export function feeOf({ latest_charge, currency, amount_received }: Stripe.PaymentIntent): { fee?: number } {
  const charge = typeof latest_charge === 'string' ? null : latest_charge;
  const balance = charge?.balance_transaction;
  if (typeof balance !== 'object' || balance === null || balance.currency !== currency) return {};
  const ours = (amount: number) => fromStripeAmount(amount, currency.toUpperCase());
  return readFee(ours(balance.fee), ours(amount_received));
}

/** An intent that waits for another payment method has failed here: an order that is paid anew is a new order. */
export function stateOf({ status }: Pick<Stripe.PaymentIntent, 'status'>): FoundPayment['state'] {
  switch (status) {
    case 'requires_capture':
      return 'authorized';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return 'voided';
    case 'requires_payment_method':
      return 'failed';
    default:
      return 'pending';
  }
}

export function nextActionOf({ next_action }: Stripe.PaymentIntent): NextAction {
  const url = next_action?.redirect_to_url?.url;
  return typeof url === 'string' ? { type: 'redirect', url } : { type: 'wait' };
}

export function failureOf({ last_payment_error }: Stripe.PaymentIntent): string {
  return last_payment_error === null ? 'not_paid' : declineReason(last_payment_error);
}
