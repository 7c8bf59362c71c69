import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '#platform/clock';
import type { Authorised, AuthoriseRequest, Declined, FoundPayment, Gateway } from '../../src/payments/gateway.ts';
import { type PaypalOptions, paypalGateway } from '../../src/payments/paypal/paypal-gateway.ts';
import { answerAtPaypal, credentials, type PaypalDouble, WEBHOOK_ID } from '../doubles/paypal.ts';
import { authority } from '../doubles/paypal-webhooks.ts';
import { SHOP_ID } from './gateway-world.ts';

/** From here on this process trusts the double's authority, as an operator would by `NODE_EXTRA_CA_CERTS`. */
export function trustTheDouble(): void {
  setDefaultCACertificates([...getCACertificates('default'), authority().root.pem]);
}

/** The adapter, with the double behind it. */
export function adapterOf(double: PaypalDouble, options: Partial<PaypalOptions> = {}): Gateway {
  return paypalGateway({
    ...{ url: double.url, ...credentials, webhookIds: [WEBHOOK_ID], clock: systemClock },
    returnUrl: order_id => `https://shop.example/orders/${order_id}`,
    shopId: SHOP_ID,
    ...options,
  });
}

/** What the payer does at PayPal's page, by the token that the contract of gateways pays with; else nothing. */
const payers: Readonly<Record<string, 'approve' | 'approve_without_money'>> = {
  pays: 'approve',
  declined: 'approve_without_money',
};

/**
 * PayPal as the contract of gateways sees one: with a payer who answers at once, and with the shop's row around it,
 * which remembers the reference and waits for the payment.
 */
export function withPayer(paypal: Gateway): Gateway {
  const refs = new Map<string, string>();
  const find: Gateway['find'] = ({ order_id, gateway_ref }, signal) =>
    paypal.find({ order_id, gateway_ref: gateway_ref ?? refs.get(order_id) ?? null, is_wanted: true }, signal);
  return {
    ...paypal,
    find,
    async authorise(request: AuthoriseRequest, signal) {
      const { order_id, token } = request;
      const answer = await paypal.authorise({ ...request, token: 'paypal' }, signal);
      if (answer.state !== 'pending' || answer.next_action.type !== 'redirect') return answer;
      refs.set(order_id, answer.gateway_ref);
      const payer = payers[token];
      if (payer === undefined) return answer;
      await answerAtPaypal(answer.next_action.url, payer);
      const found = await find({ order_id, gateway_ref: answer.gateway_ref }, signal);
      if (found.state !== 'found') return { state: 'unknown', problem: `${found.state} after the approval` };
      return standingOf(found.payment);
    },
  };
}

function standingOf({ state, reason, gateway_ref }: FoundPayment): Authorised | Declined {
  if (state === 'authorized') return { state, gateway_ref };
  return { state: 'declined', reason: reason ?? state, gateway_ref };
}
