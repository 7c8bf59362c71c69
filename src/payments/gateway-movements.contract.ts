// Goal: an adapter moves money as it says, once, and never where it must not. Method: each answer beside what the other
// side's own books hold afterwards.
import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { createIds } from '#platform/ids';
import {
  AMOUNT,
  askerOf,
  authorised,
  booked,
  captured,
  capturedBy,
  foundCaptured,
  foundOf,
  ids,
  newRequest,
  type Proof,
} from '../../test/support/gateway-world.ts';

export const movements: Record<string, Proof> = {
  async 'an authorisation sets the money aside under our terms, and takes none'(world) {
    const { request, ref } = await authorised(world);
    assert.deepEqual(await world.booked(request.order_id), booked(ref, 'authorized'));
    assert.deepEqual(await askerOf(world).find(request.order_id, ref), foundOf(request, ref, { state: 'authorized' }));
  },

  async 'a wallet pays like a card, and is found as one'(world) {
    const request = newRequest(world.tokens.pays, { method: 'wallet' });
    const answer = await askerOf(world).authorise(request);
    assert.equal(answer.state, 'authorized');
    const { gateway_ref } = answer as { gateway_ref: string };
    assert.deepEqual(await askerOf(world).find(request.order_id), foundOf(request, gateway_ref, {}));
  },

  async 'a capture takes what was set aside, and tells what is kept of it as a look-up does'(world) {
    const { request, ref } = await captured(world);
    assert.deepEqual(await world.booked(request.order_id), booked(ref, 'captured'));
    assert.deepEqual(await askerOf(world).find(request.order_id, ref), foundCaptured(world, request, ref));
  },

  async 'a void lets it go'(world) {
    const { request, ref } = await authorised(world);
    assert.deepEqual(await askerOf(world).void(request, ref), { state: 'voided' });
    assert.deepEqual(await world.booked(request.order_id), booked(ref, 'voided'));
    assert.deepEqual(await askerOf(world).find(request.order_id, ref), foundOf(request, ref, { state: 'voided' }));
  },

  async 'refunds give back in parts, each with a reference of its own, until all is back'(world) {
    const { request, ref } = await captured(world);
    const ask = askerOf(world);
    const first = await ask.refund(request, ref, { amount: 999 });
    assert.equal(first.state, 'refunded');
    assert.deepEqual(await world.booked(request.order_id), booked(ref, 'captured', { refunded: 999 }));
    const rest = await ask.refund(request, ref, { amount: AMOUNT - 999 });
    assert.equal(rest.state, 'refunded');
    assert.notEqual((first as { gateway_ref: string }).gateway_ref, (rest as { gateway_ref: string }).gateway_ref);
    assert.deepEqual(await world.booked(request.order_id), booked(ref, 'captured', { refunded: AMOUNT }));
    assert.deepEqual(await ask.find(request.order_id, ref), foundCaptured(world, request, ref, AMOUNT));
  },

  async 'the same key again is the same answer and no second effect'(world) {
    const { request, ref } = await authorised(world);
    const ask = askerOf(world);
    assert.deepEqual(await ask.authorise(request), { state: 'authorized', gateway_ref: ref });
    assert.deepEqual(await world.booked(request.order_id), booked(ref, 'authorized'));
    for (const _ of [1, 2]) assert.deepEqual(await ask.capture(request, ref), capturedBy(world));
    const refund_id = ids.next();
    const given = await ask.refund(request, ref, { amount: 1000, refund_id });
    assert.equal(given.state, 'refunded');
    assert.deepEqual(await ask.refund(request, ref, { amount: 1000, refund_id }), given);
    assert.deepEqual(await world.booked(request.order_id), booked(ref, 'captured', { refunded: 1000 }));
    const other = await authorised(world);
    for (const _ of [1, 2]) assert.deepEqual(await ask.void(other.request, other.ref), { state: 'voided' });
    assert.deepEqual(await world.booked(other.request.order_id), booked(other.ref, 'voided'));
  },

  async 'ten requests at once under one key are one payment'(world) {
    const request = newRequest(world.tokens.pays);
    const ask = askerOf(world);
    // Who comes while the first is worked on may be told so, which is no answer: it asks again.
    await Promise.all(Array.from({ length: 10 }, () => ask.authorise(request)));
    const settled = await ask.authorise(request);
    assert.equal(settled.state, 'authorized');
    const { gateway_ref } = settled as { gateway_ref: string };
    assert.deepEqual(await world.booked(request.order_id), booked(gateway_ref, 'authorized'));
  },

  async 'a card that is declined says so in a plain word, and no money is set aside'(world) {
    const ask = askerOf(world);
    for (const [token, reason] of [
      [world.tokens.declined, 'declined'],
      [world.tokens.insufficientFunds, 'insufficient_funds'],
    ] as const) {
      if (token === null) continue;
      const request = newRequest(token);
      const answer = await ask.authorise(request);
      assert.deepEqual([answer.state, (answer as { reason?: string }).reason], ['declined', reason]);
      assert.deepEqual(await ask.authorise(request), answer);
      assert.deepEqual(await world.booked(request.order_id), []);
      const found = await ask.find(request.order_id);
      if (found.state === 'found') assert.deepEqual([found.payment.state, found.payment.reason], ['failed', reason]);
      else assert.equal(found.state, 'not_found');
    }
  },

  async 'a challenge waits for its person: pending with a page, then found as authorised'(world) {
    const request = newRequest(world.tokens.challenged);
    const { order_id } = request;
    const ask = askerOf(world);
    const pending = await ask.authorise(request);
    assert.equal(pending.state, 'pending', JSON.stringify(pending));
    const { gateway_ref, next_action } = pending as Extract<typeof pending, { state: 'pending' }>;
    assert.equal(next_action.type, 'redirect');
    assert.deepEqual(await world.booked(order_id), []);
    assert.deepEqual(await ask.find(order_id), foundOf(request, gateway_ref, { state: 'pending', next_action }));
    await world.answerChallenge((next_action as { url: string }).url, { isConfirmed: true });
    assert.deepEqual(await ask.find(order_id), foundOf(request, gateway_ref, {}));
    assert.deepEqual(await ask.find(order_id, gateway_ref), foundOf(request, gateway_ref, {}));
    assert.deepEqual(await world.booked(order_id), booked(gateway_ref, 'authorized'));
    assert.deepEqual(await ask.capture(request, gateway_ref), capturedBy(world));
    assert.deepEqual(await world.booked(order_id), booked(gateway_ref, 'captured'));
  },

  async 'a challenge that its person refuses is found as failed, and no money is set aside'(world) {
    const request = newRequest(world.tokens.challenged);
    const ask = askerOf(world);
    const pending = await ask.authorise(request);
    const { gateway_ref, next_action } = pending as Extract<typeof pending, { state: 'pending' }>;
    await world.answerChallenge((next_action as { url: string }).url, { isConfirmed: false });
    const found = await ask.find(request.order_id, gateway_ref);
    assert.ok(found.state === 'found');
    assert.deepEqual([found.payment.state, found.payment.reason], ['failed', 'challenge_declined']);
    assert.deepEqual(await world.booked(request.order_id), []);
  },

  async 'a payment that is voided while its challenge waits takes no money, whatever its person answers'(world) {
    const request = newRequest(world.tokens.challenged);
    const ask = askerOf(world);
    const pending = await ask.authorise(request);
    const { gateway_ref, next_action } = pending as Extract<typeof pending, { state: 'pending' }>;
    assert.deepEqual(await ask.void(request, gateway_ref), { state: 'voided' });
    await world.answerChallenge((next_action as { url: string }).url, { isConfirmed: true });
    const found = await ask.find(request.order_id, gateway_ref);
    assert.equal(found.state === 'found' && found.payment.state, 'voided');
    assert.deepEqual(await world.booked(request.order_id), []);
  },

  async 'a payment is found by our order id alone, and none where there is none'(world) {
    const { request, ref } = await captured(world);
    await authorised(world);
    assert.deepEqual(await askerOf(world).find(request.order_id), foundCaptured(world, request, ref));
    // Of an hour ago: a gateway whose search lags can't be sure of a younger one.
    const { next } = createIds({
      nowMs: () => Date.now() - 3_600_000,
      fillRandom: bytes => void randomFillSync(bytes),
    });
    assert.deepEqual(await askerOf(world).find(next()), { state: 'not_found' });
  },

  async 'what must not be is refused for good, and changes nothing'(world) {
    const ask = askerOf(world);
    const refused = async (asked: Promise<{ state: string }>) => assert.equal((await asked).state, 'refused');
    const voided = await authorised(world);
    await refused(ask.refund(voided.request, voided.ref, { amount: 1 }));
    await refused(ask.capture(voided.request, voided.ref, { amount: AMOUNT + 1, key: `more_${ids.next()}` }));
    assert.deepEqual(await world.booked(voided.request.order_id), booked(voided.ref, 'authorized'));
    await ask.void(voided.request, voided.ref);
    await refused(ask.capture(voided.request, voided.ref));
    assert.deepEqual(await world.booked(voided.request.order_id), booked(voided.ref, 'voided'));

    const taken = await captured(world);
    await refused(ask.void(taken.request, taken.ref));
    await refused(ask.refund(taken.request, taken.ref, { amount: AMOUNT + 1 }));
    assert.equal((await ask.refund(taken.request, taken.ref, { amount: 2000 })).state, 'refunded');
    await refused(ask.refund(taken.request, taken.ref, { amount: 1000 }));
    assert.deepEqual(await world.booked(taken.request.order_id), booked(taken.ref, 'captured', { refunded: 2000 }));
  },
};
