// Goal: what gets lost on the way is `unknown`, never a yes or a no, and the same request under its key then settles it
// with one effect. Method: each operation meets each way in which a network fails, once.
import assert from 'node:assert/strict';
import {
  AMOUNT,
  askerOf,
  authorised,
  type Booked,
  booked,
  captured,
  type GatewayWorld,
  ids,
  newRequest,
  type Proof,
} from '../../test/support/gateway-world.ts';
import { networkFaults } from '../../test/support/network-faults.ts';

/** Long for a server on the same machine, short for whoever waits for an answer that never comes. */
const PATIENCE_MS = 700;

interface Operation {
  /** Everything that has to be there first, and the call itself. */
  begin(world: GatewayWorld): Promise<{ order_id: string; call: (withinMs?: number) => Promise<{ state: string }> }>;
  done: string;
  booked: Omit<Booked, 'gateway_ref'>;
}

const operations: Record<string, Operation> = {
  authorisation: {
    async begin(world) {
      const request = newRequest(world.tokens.pays);
      return { order_id: request.order_id, call: withinMs => askerOf(world, withinMs).authorise(request) };
    },
    done: 'authorized',
    booked: { state: 'authorized', amount: AMOUNT, captured: 0, refunded: 0 },
  },
  capture: {
    async begin(world) {
      const { request, ref } = await authorised(world);
      return { order_id: request.order_id, call: withinMs => askerOf(world, withinMs).capture(request, ref) };
    },
    done: 'captured',
    booked: { state: 'captured', amount: AMOUNT, captured: AMOUNT, refunded: 0 },
  },
  void: {
    async begin(world) {
      const { request, ref } = await authorised(world);
      return { order_id: request.order_id, call: withinMs => askerOf(world, withinMs).void(request, ref) };
    },
    done: 'voided',
    booked: { state: 'voided', amount: AMOUNT, captured: 0, refunded: 0 },
  },
  refund: {
    async begin(world) {
      const { request, ref } = await captured(world);
      const refund = { amount: 1000, refund_id: ids.next() };
      return { order_id: request.order_id, call: withinMs => askerOf(world, withinMs).refund(request, ref, refund) };
    },
    done: 'refunded',
    booked: { state: 'captured', amount: AMOUNT, captured: AMOUNT, refunded: 1000 },
  },
};

export const outages: Record<string, Proof> = {};

for (const [name, operation] of Object.entries(operations)) {
  for (const fault of networkFaults) {
    outages[`${fault.replace('_', ' ')}: the ${name} is unknown, and its repeat settles it with one effect`] =
      async world => {
        const { order_id, call } = await operation.begin(world);
        world.failNext(fault);
        const lost = await call(fault === 'silence' ? PATIENCE_MS : undefined);
        assert.equal(lost.state, 'unknown', JSON.stringify(lost));
        const settled = await call();
        assert.equal(settled.state, operation.done, JSON.stringify(settled));
        const [only, ...more] = await world.booked(order_id);
        assert.deepEqual(more, [], 'one payment');
        const { gateway_ref, ...effect } = only!;
        assert.deepEqual(effect, operation.booked);
      };
  }
}

outages['a payment whose answer was lost is found by our order id'] = async world => {
  const request = newRequest(world.tokens.pays);
  world.failNext('cut_answer');
  assert.equal((await askerOf(world).authorise(request)).state, 'unknown');
  const [only] = await world.booked(request.order_id);
  const found = await askerOf(world).find(request.order_id);
  assert.ok(found.state === 'found' && only !== undefined);
  assert.deepEqual([found.payment.gateway_ref, found.payment.state], [only.gateway_ref, 'authorized']);
  assert.deepEqual([found.payment.payment_id, found.payment.person_id], [request.payment_id, request.person_id]);
  assert.deepEqual(await world.booked(request.order_id), booked(only.gateway_ref, 'authorized'));
};
