import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { isId } from '#platform/ids';
import type { NextAction } from '../contract.ts';
import type { AuthoriseRequest, FoundPayment } from '../gateway.ts';
import { fromPaypalMoney, toPaypalMoney } from './amounts.ts';
import type { PaypalAnswer } from './paypal-client.ts';

const word = Type.String({ minLength: 1, maxLength: 255 });
const Amount = Type.Object({ currency_code: word, value: word });
const Movement = Type.Object({
  id: word,
  status: word,
  amount: Type.Optional(Amount),
  custom_id: Type.Optional(word),
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
      payments: Type.Optional(Type.Object({ authorizations: movements, captures: movements, refunds: movements })),
    }),
    { minItems: 1, maxItems: 1 },
  ),
  links: Type.Optional(Type.Array(Type.Object({ rel: Type.String(), href: Type.String() }))),
});
export type PaypalOrder = Static<typeof PaypalOrder>;
type Movement = Static<typeof Movement>;

/** `APPROVED`: the payer has said yes, and nothing is set aside yet. */
export const isApproved = (order: PaypalOrder) => order.status === 'APPROVED';
export const isUnapproved = (order: PaypalOrder) =>
  order.status === 'CREATED' || order.status === 'PAYER_ACTION_REQUIRED';

export function readOrder({ body }: PaypalAnswer): PaypalOrder | null {
  return Value.Check(PaypalOrder, body) ? body : null;
}

/**
 * The order to create, or why PayPal can't have it. Our ids lie in `custom_id`, which its authorisations and captures
 * inherit, and webhooks tell. By `invoice_id` an account that blocks double payments blocks a second one of the order.
 */
export function orderOf(request: AuthoriseRequest, returnUrl: string): object | string {
  const { order_id, payment_id, person_id, method, token, amount, currency } = request;
  if (method !== 'wallet' || token !== 'paypal') return 'method_not_supported';
  const money = toPaypalMoney(amount, currency);
  if (money === null) return 'amount_not_supported';
  const custom_id = [order_id, payment_id, person_id].join('.');
  return {
    intent: 'AUTHORIZE',
    purchase_units: [{ invoice_id: order_id, custom_id, amount: money }],
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

/** The payment as PayPal's order has it; null where the order was not made by us. */
export function paymentOf(order: PaypalOrder): FoundPayment | null {
  const [unit] = order.purchase_units;
  const [order_id, payment_id, person_id] = (unit?.custom_id ?? '').split('.');
  const amount = unit === undefined ? null : fromPaypalMoney(unit.amount);
  if (!order_id || !payment_id || !person_id || ![order_id, payment_id, person_id].every(isId)) return null;
  if (unit === undefined || amount === null) return null;
  const { capture, refunds } = moneyOf(order);
  const { state, reason } = stateOf(order);
  return {
    gateway_ref: order.id,
    ...{ order_id, payment_id, person_id, amount, currency: unit.amount.currency_code, method: 'wallet' },
    ...{ state, reason },
    captured: state === 'captured' && capture !== undefined ? minorOf(capture) : 0,
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

function minorOf({ amount }: Movement): number {
  return (amount && fromPaypalMoney(amount)) ?? 0;
}
