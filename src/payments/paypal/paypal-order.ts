import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { NextAction } from '../contract.ts';
import type { AuthoriseRequest, FoundPayment } from '../gateway.ts';
import { readFee } from '../read-fee.ts';
import { fromPaypalMoney, toPaypalMoney } from './amounts.ts';
import { isOfShop, orderMarks, readOrderMarks } from './marks.ts';
import type { PaypalAnswer } from './paypal-client.ts';

const word = Type.String({ minLength: 1, maxLength: 255 });
const Amount = Type.Object({ currency_code: word, value: word });
const Movement = Type.Object({
  id: word,
  status: word,
  amount: Type.Optional(Amount),
  custom_id: Type.Optional(word),
  seller_receivable_breakdown: Type.Optional(Type.Unknown()),
});
const movements = Type.Optional(Type.Array(Movement));

/** What we read of an order of PayPal's Orders v2; it has more. */
const PaypalOrder = Type.Object({
  id: word,
  status: word,
  purchase_units: Type.Array(
    Type.Object({
      amount: Amount,
      custom_id: Type.Optional(word),
      invoice_id: Type.Optional(word),
      payments: Type.Optional(Type.Object({ authorizations: movements, captures: movements, refunds: movements })),
    }),
    { minItems: 1, maxItems: 1 },
  ),
  links: Type.Optional(Type.Array(Type.Object({ rel: Type.String(), href: Type.String() }))),
});
export type PaypalOrder = Static<typeof PaypalOrder>;
export type Movement = Static<typeof Movement>;

/** `APPROVED`: the payer has said yes, and nothing is set aside yet. */
export const isApproved = (order: PaypalOrder) => order.status === 'APPROVED';
export const isUnapproved = (order: PaypalOrder) =>
  order.status === 'CREATED' || order.status === 'PAYER_ACTION_REQUIRED';

export function readOrder({ body }: PaypalAnswer): PaypalOrder | null {
  return Value.Check(PaypalOrder, body) ? body : null;
}

/**
 * The order to create, or why PayPal can't have it. Our ids lie in `custom_id` and `invoice_id` (marks.ts). By the latter
 * an account that blocks double payments blocks a second one of the order.
 */
export function orderOf(request: AuthoriseRequest, shopId: string, returnUrl: string): object | string {
  const { method, token, amount, currency } = request;
  if (method !== 'wallet' || token !== 'paypal') return 'method_not_supported';
  const money = toPaypalMoney(amount, currency);
  if (money === null) return 'amount_not_supported';
  return {
    intent: 'AUTHORIZE',
    purchase_units: [{ ...orderMarks(shopId, request), amount: money }],
    payment_source: {
      paypal: {
        experience_context: {
          // No eCheck, which would clear days after the goods were sold.
          payment_method_preference: 'IMMEDIATE_PAYMENT_REQUIRED',
          user_action: 'PAY_NOW',
          shipping_preference: 'NO_SHIPPING',
          return_url: returnUrl,
          cancel_url: returnUrl,
        },
      },
    },
  };
}

/** Money of an order: it has one authorisation and, as that is captured once and finally, one capture that counts. */
export function moneyOf({ purchase_units: [unit] }: PaypalOrder) {
  const { authorizations = [], captures = [], refunds = [] } = unit?.payments ?? {};
  const capture = captures.find(isTaken) ?? captures.at(-1);
  return { authorization: authorizations.at(-1), capture, refunds };
}

export const isTaken = ({ status }: { status: string }) =>
  status === 'COMPLETED' || status === 'PARTIALLY_REFUNDED' || status === 'REFUNDED';

const isBack = ({ status }: Movement) => status === 'COMPLETED' || status === 'PENDING';

/** Of an account that is shared, another shop's orders are none of ours. */
export const isMadeBy = ({ purchase_units: [unit] }: PaypalOrder, shopId: string) => isOfShop(unit ?? {}, shopId);

/** The payment as PayPal's order has it; null where this shop has not made the order, or can't read it. */
export function paymentOf(order: PaypalOrder, shopId: string): FoundPayment | null {
  const [unit] = order.purchase_units;
  const ids = unit === undefined ? null : readOrderMarks(unit, shopId);
  const amount = unit === undefined ? null : fromPaypalMoney(unit.amount);
  if (unit === undefined || ids === null || amount === null) return null;
  const { capture, refunds } = moneyOf(order);
  const { state, reason } = stateOf(order);
  return {
    gateway_ref: order.id,
    ...ids,
    ...{ amount, currency: unit.amount.currency_code, method: 'wallet' },
    ...{ state, reason },
    captured: state === 'captured' && capture !== undefined ? minorOf(capture) : 0,
    ...(state === 'captured' && capture !== undefined && feeOf(capture)),
    refunded: refunds.filter(isBack).reduce((sum, refund) => sum + minorOf(refund), 0),
    next_action: state === 'pending' ? nextAction(order) : null,
  };
}

type State = Pick<FoundPayment, 'state' | 'reason'>;

/** By the authorisation's status; one that PayPal adds some day is waited for, not guessed. */
const authorizationStates: Readonly<Record<string, State>> = {
  CREATED: { state: 'authorized', reason: null },
  PARTIALLY_CAPTURED: { state: 'authorized', reason: null },
  DENIED: { state: 'failed', reason: 'declined' },
  VOIDED: { state: 'voided', reason: null },
  EXPIRED: { state: 'voided', reason: 'authorization_expired' },
};
const pending: State = { state: 'pending', reason: null };

function stateOf(order: PaypalOrder): State {
  const { authorization, capture } = moneyOf(order);
  if (capture !== undefined && isTaken(capture)) return { state: 'captured', reason: null };
  if (authorization?.status === 'CAPTURED') {
    // Taken from the payer, and not ours yet: PayPal looks at it. Or it was never taken.
    return capture?.status === 'PENDING'
      ? { state: 'authorized', reason: null }
      : { state: 'failed', reason: 'capture_failed' };
  }
  if (authorization !== undefined) return authorizationStates[authorization.status] ?? pending;
  return order.status === 'VOIDED' ? { state: 'voided', reason: null } : pending;
}

function nextAction(order: PaypalOrder): NextAction {
  const link = order.links?.find(({ rel }) => rel === 'payer-action' || rel === 'approve');
  return isUnapproved(order) && link !== undefined ? { type: 'redirect', url: link.href } : { type: 'wait' };
}

export function readCapture({ body }: PaypalAnswer): Movement | null {
  return Value.Check(Movement, body) ? body : null;
}

const Breakdown = Type.Object({ paypal_fee: Amount });

/** Told of a capture as soon as it is completed. */
export function feeOf(capture: Movement): { fee?: number } {
  const { seller_receivable_breakdown: breakdown, amount } = capture;
  if (!Value.Check(Breakdown, breakdown) || breakdown.paypal_fee.currency_code !== amount?.currency_code) return {};
  return readFee(fromPaypalMoney(breakdown.paypal_fee), minorOf(capture));
}

function minorOf({ amount }: Movement): number {
  return (amount && fromPaypalMoney(amount)) ?? 0;
}
