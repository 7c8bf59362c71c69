import type { AuthoriseRequest, FoundPayment, Gateway } from '../../src/payments/gateway.ts';

type Charge = { request: AuthoriseRequest; state: FoundPayment['state'] };

/**
 * A gateway in this process that says yes at once and keeps books, so that a benchmark measures what the shop does and
 * can compare it with what was charged.
 */
export function createInstantGateway(): Gateway & { captured(): number } {
  const charges = new Map<string, Charge>();
  const chargeOf = (gatewayRef: string) => charges.get(gatewayRef.slice('instant_'.length));
  let captured = 0;
  return {
    name: 'instant',
    methods: ['card', 'wallet', 'bank_transfer'],
    captured: () => captured,
    async authorise(request) {
      if (!charges.has(request.order_id)) charges.set(request.order_id, { request, state: 'authorized' });
      return { state: 'authorized', gateway_ref: `instant_${request.order_id}` };
    },
    async capture({ gateway_ref }) {
      const charge = chargeOf(gateway_ref);
      if (charge === undefined) return { state: 'refused', reason: 'there is no such charge' };
      if (charge.state !== 'captured') captured += 1;
      charge.state = 'captured';
      return { state: 'captured' };
    },
    async void({ gateway_ref }) {
      const charge = chargeOf(gateway_ref);
      if (charge === undefined || charge.state === 'captured') return { state: 'refused', reason: 'it was captured' };
      charge.state = 'voided';
      return { state: 'voided' };
    },
    refund: async ({ key, gateway_ref }) => ({ state: 'refunded', gateway_ref: `${gateway_ref}_${key}` }),
    async find({ order_id }) {
      const charge = charges.get(order_id);
      if (charge === undefined) return { state: 'not_found' };
      const { key: _key, token: _token, ...terms } = charge.request;
      const taken = charge.state === 'captured' ? terms.amount : 0;
      const known = { ...terms, gateway_ref: `instant_${order_id}`, state: charge.state };
      return { state: 'found', payment: { ...known, captured: taken, refunded: 0, reason: null, next_action: null } };
    },
    verifyWebhook: async () => ({ state: 'bad_signature' }),
  };
}
