// Goal: what the gateway tells is taken as what it is about, and nothing that anybody else tells. Method: webhooks that
// the other side has really sent, and the same bytes altered, signed by others, or kept too long.
import assert from 'node:assert/strict';
import {
  AMOUNT,
  askerOf,
  authorised,
  captured,
  type GatewayWorld,
  ids,
  type Proof,
} from '../../test/support/gateway-world.ts';
import { until } from '../../test/support/payment-shop.ts';
import type { GatewayEvent, RawWebhook } from './gateway.ts';

/** The events of all that was told of an order so far. */
async function eventsOf(world: GatewayWorld, order_id: string): Promise<GatewayEvent[]> {
  const verdicts = (await world.told(order_id)).map(webhook => world.gateway.verifyWebhook(webhook));
  return (await Promise.all(verdicts)).map(verdict => {
    assert.equal(verdict.state, 'genuine', JSON.stringify(verdict));
    return (verdict as Extract<typeof verdict, { state: 'genuine' }>).event;
  });
}

/** A webhook that the gateway has really sent. */
async function oneTold(world: GatewayWorld): Promise<RawWebhook> {
  const { request } = await authorised(world);
  await until(async () => (await world.told(request.order_id)).length > 0);
  const [first] = await world.told(request.order_id);
  return first!;
}

async function stateOf({ gateway }: GatewayWorld, webhook: RawWebhook): Promise<string> {
  return (await gateway.verifyWebhook(webhook)).state;
}

/** The same body with another amount in it, of the same length: in minor units or as a decimal, it ends alike. */
function withOneByteChanged(rawBody: Buffer): Buffer {
  const altered = Buffer.from(rawBody);
  const at = altered.lastIndexOf(String(AMOUNT).slice(-2));
  assert.ok(at > 0, 'the amount stands in the body');
  altered[at] = altered[at] === 0x31 ? 0x32 : 0x31;
  return altered;
}

export const webhooks: Record<string, Proof> = {
  async 'what is told of a payment names our order, its reference, amount and currency'(world) {
    const { request, ref } = await captured(world);
    const refund_id = ids.next();
    await askerOf(world).refund(request, ref, { amount: 1000, refund_id });
    const { order_id } = request;
    await until(async () => (await eventsOf(world, order_id)).some(event => event.refund_id !== null));
    const events = await eventsOf(world, order_id);
    assert.equal(new Set(events.map(event => event.event_id)).size, events.length, 'each event has an id of its own');
    const claims = events.filter(event => event.about === 'payment');
    for (const claim of claims) {
      assert.equal(claim.order_id, order_id, claim.type);
      assert.ok(claim.gateway_ref === null || claim.gateway_ref === ref, claim.type);
      assert.ok(claim.currency === null || claim.currency === 'USD', claim.type);
      const amount = claim.refund_id === null ? AMOUNT : 1000;
      assert.ok(claim.amount === null || claim.amount === amount, `${claim.type}: ${claim.amount}`);
    }
    const told = claims.filter(claim => claim.refund_id === null && claim.amount === AMOUNT);
    assert.ok(told.some(claim => claim.gateway_ref === ref && claim.currency === 'USD'));
    const given = claims.filter(claim => claim.refund_id !== null);
    assert.deepEqual(new Set(given.map(claim => claim.refund_id)), new Set([refund_id]));
    assert.ok(given.some(claim => claim.amount === 1000));
  },

  async 'a webhook counts under the secret in use and under the one before, and under no other'(world) {
    const { rawBody } = await oneTold(world);
    assert.equal(await stateOf(world, await world.sign(rawBody)), 'genuine');
    assert.equal(await stateOf(world, await world.sign(rawBody, { by: 'older' })), 'genuine');
    assert.equal(await stateOf(world, await world.sign(rawBody, { by: 'stranger' })), 'bad_signature');
  },

  async 'one altered byte, or a signature that is missing or of other bytes, is refused'(world) {
    const webhook = await oneTold(world);
    const altered = withOneByteChanged(webhook.rawBody);
    assert.equal(await stateOf(world, { ...webhook, rawBody: altered }), 'bad_signature');
    assert.equal(await stateOf(world, { ...webhook, headers: {} }), 'bad_signature');
    const { headers } = await world.sign(Buffer.from('{"id":"of another body"}'));
    assert.equal(await stateOf(world, { ...webhook, headers }), 'bad_signature');
    assert.equal(await stateOf(world, webhook), 'genuine');
  },

  async 'a webhook that was signed more than 300 seconds ago, or ahead of us, is refused'(world) {
    const { rawBody } = await oneTold(world);
    const aged = async (ageMs: number) => await stateOf(world, await world.sign(rawBody, { ageMs }));
    assert.equal(await aged(290_000), 'genuine');
    assert.equal(await aged(302_000), 'bad_signature');
    assert.equal(await aged(-302_000), 'bad_signature');
  },

  async 'what is signed but is no webhook is malformed'(world) {
    for (const body of ['{"broken', '[]', 'null', '{}', '{"id":7,"event_id":7,"type":true}', '{"id":"a\\u0000b"}']) {
      assert.equal(await stateOf(world, await world.sign(Buffer.from(body))), 'malformed', body);
    }
  },
};
