// Goal: the simulator's adapter keeps the contract of gateways at both of its doors. Method: the contract, on a real
// simulator with books of its own; over HTTP with a network that fails between them, and in the same process.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createLog } from '#platform/log';
import { signWebhook } from '#platform/webhook-signature';
import type { Booked, GatewayWorld, Signer } from '../../../test/support/gateway-world.ts';
import { type NetworkFault, startNetworkFaults } from '../../../test/support/network-faults.ts';
import { temporaryFolder } from '../../../test/support/payment-shop.ts';
import { catchWebhooks } from '../../../test/support/webhook-catcher.ts';
import { gatewayContract } from '../gateway.contract.ts';
import type { SimulatorBooks } from './books.ts';
import { simulatorGateway } from './simulator-gateway.ts';
import { type Simulator, startSimulator } from './start-simulator.ts';

const secrets: Record<Signer, string> = { current: 'a newer secret', older: 'an older secret', stranger: 'no secret' };
const rotated = { secret: secrets.current, olderSecrets: [secrets.older] };

async function start(t: TestContext) {
  const webhooks = await catchWebhooks(t);
  const simulator = await startSimulator({
    dataDir: await temporaryFolder(t),
    port: 0,
    secret: secrets.current,
    settleMs: 20,
    log: createLog({ level: 'silent' }),
    webhookUrl: webhooks.url,
    webhooks: 'all',
  });
  t.after(() => simulator.stop());
  const world: Omit<GatewayWorld, 'gateway' | 'failNext'> = {
    fee: null,
    tokens: {
      pays: 'tok_visa',
      declined: 'tok_declined',
      insufficientFunds: 'tok_insufficient_funds',
      challenged: 'tok_3ds',
    },
    booked: order_id => bookedBy(simulator, order_id),
    async answerChallenge(url, { isConfirmed }) {
      const body = new URLSearchParams({ answer: isConfirmed ? 'confirm' : 'decline' });
      const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
      assert.equal(answer.status, 303);
    },
    told: async order_id => webhooks.caught.filter(({ rawBody }) => rawBody.includes(order_id)),
    async sign(rawBody, { by = 'current', ageMs = 0 } = {}) {
      const nowMs = Date.now();
      const signature = signWebhook({ secret: secrets[by], rawBody, nowMs: nowMs - ageMs });
      return { headers: { signature }, rawBody, nowMs };
    },
  };
  return { simulator, world };
}

async function bookedBy({ books }: Simulator, order_id: string): Promise<Booked[]> {
  const charges = await books.list({ order_id });
  return charges.map(({ charge_id, state, amount, captured, refunded }) => {
    const is = state === 'refunded' ? 'captured' : state;
    return { gateway_ref: charge_id, state: is, amount, captured, refunded };
  });
}

/** The door in the process has no network, but what is asked there may get lost all the same. */
function losing(books: SimulatorBooks): { books: SimulatorBooks; failNext(fault: NetworkFault): void } {
  let next: NetworkFault | null = null;
  return {
    books: {
      ...books,
      async ask(request) {
        const fault = request.operation === 'find' ? null : next;
        if (fault !== null) next = null;
        if (fault === 'lost_request') throw new Error('the request was lost');
        if (fault === 'server_error') return { status: 503, body: { reason: 'out_of_order' } };
        const answer = await books.ask(request);
        if (fault === 'silence') return await new Promise(() => {});
        if (fault === 'cut_answer') throw new Error('the answer was lost');
        return answer;
      },
    },
    failNext(fault) {
      next = fault;
    },
  };
}

describe('the simulator keeps the contract of gateways', () => {
  test('over HTTP, with a network between', async t => {
    await gatewayContract(t, async t => {
      const { simulator, world } = await start(t);
      const { url, failNext } = await startNetworkFaults(t, simulator.url);
      return { ...world, gateway: simulatorGateway({ url, ...rotated }), failNext };
    });
  });

  test('at its door in the process', async t => {
    await gatewayContract(t, async t => {
      const { simulator, world } = await start(t);
      const { books, failNext } = losing(simulator.books);
      return { ...world, gateway: simulatorGateway({ books, ...rotated }), failNext };
    });
  });
});
