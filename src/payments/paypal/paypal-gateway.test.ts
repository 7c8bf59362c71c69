// Goal: PayPal's adapter keeps the contract of gateways. Method: the contract, against the double of PayPal with books of
// its own and a network that fails between them; the payer answers at once, and the shop's row remembers the reference.
import { test } from 'node:test';
import { makeCertificate } from '../../../test/doubles/certificates.ts';
import { answerAtPaypal, type BookedOrder, startPaypal, WEBHOOK_ID } from '../../../test/doubles/paypal.ts';
import { SIGNER, signTransmission } from '../../../test/doubles/paypal-webhooks.ts';
import type { Booked, GatewayWorld } from '../../../test/support/gateway-world.ts';
import { startNetworkFaults } from '../../../test/support/network-faults.ts';
import { adapterOf, trustTheDouble, withPayer } from '../../../test/support/paypal-world.ts';
import { catchWebhooks } from '../../../test/support/webhook-catcher.ts';
import { gatewayContract, type OpenWorld } from '../gateway.contract.ts';

const OLDER_ID = '8PT597110X687430L';
const stranger = makeCertificate({ name: SIGNER });

/** Other promises take their place: see paypal-payments.test.ts. */
const without = {
  'a payment whose answer was lost is found by our order id':
    'PayPal has no search by our ids; the lost order is one that nobody can approve',
  'a challenge that its person refuses is found as failed, and no money is set aside':
    'a payer who turns back may come again, as long as PayPal keeps the order',
  'a payment that is voided while its challenge waits takes no money, whatever its person answers':
    'PayPal can not cancel such an order: it stays pending there, and is never authorised',
};

const world: OpenWorld = async t => {
  const webhooks = await catchWebhooks(t);
  const double = await startPaypal(t);
  double.webhooks.sendTo(webhooks.url);
  const isHit = (request: { method?: string; url?: string }) =>
    request.method === 'POST' && request.url !== '/v1/oauth2/token';
  const { url, failNext } = await startNetworkFaults(t, double.url, isHit);
  double.reachedAt(url);
  const byWallet = (token: string) => ({ method: 'wallet', token }) as const;
  const opened: GatewayWorld = {
    gateway: withPayer(adapterOf(double, { url, webhookIds: [WEBHOOK_ID, OLDER_ID] })),
    tokens: {
      pays: byWallet('pays'),
      declined: byWallet('declined'),
      insufficientFunds: null,
      challenged: byWallet('challenged'),
    },
    booked: async order_id => double.bookedOf(order_id).flatMap(booked),
    async answerChallenge(page, { isConfirmed }) {
      await answerAtPaypal(page, isConfirmed ? 'approve' : 'cancel');
    },
    fee: 117,
    failNext,
    told: async order_id => webhooks.caught.filter(({ rawBody }) => rawBody.includes(order_id)),
    async sign(rawBody, { by = 'current', ageMs = 0 } = {}) {
      const nowMs = Date.now();
      const webhookId = by === 'older' ? OLDER_ID : WEBHOOK_ID;
      const signer = by === 'stranger' ? stranger : undefined;
      const headers = signTransmission(rawBody, {
        webhookId,
        certUrl: double.certUrl(),
        atMs: nowMs - ageMs,
        by: signer,
      });
      return { headers, rawBody, nowMs };
    },
  };
  return opened;
};

function booked({ id, authorization, amount, captures, refunded }: BookedOrder): Booked[] {
  if (authorization === null) return [];
  const captured = captures.reduce((sum, capture) => sum + capture, 0);
  const state = authorization === 'VOIDED' ? 'voided' : captured > 0 ? 'captured' : 'authorized';
  return [{ gateway_ref: id, state, amount, captured, refunded }];
}

test('PayPal keeps the contract of gateways', async t => {
  trustTheDouble();
  await gatewayContract(t, world, without);
});
