// Goal: whoever comes first, a payment has one effect. Method: what can come at the same moment comes so, again and
// again and a little later each time, from two processes over one database; then the simulator's own books are read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '#platform/seeded-random';
import { signWebhook } from '#platform/webhook-signature';
import { type PaymentShop, paymentShop, until, WEBHOOK_SECRET } from '../../test/support/payment-shop.ts';
import { createPayments } from './index.ts';

const SEED = 'races 1';
const ROUNDS = 20;

function otherProcess(t: { after(work: () => Promise<void>): void }, shop: PaymentShop) {
  const other = createPayments(shop.deps);
  t.after(async () => other.stop?.());
  return other.api;
}

/** Lets so many turns of the event loop pass, so that all moments of the other side come by. */
async function later(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
}

async function booked(shop: PaymentShop, order_id: string) {
  const charges = await shop.simulator.books.list({ order_id });
  return charges.map(({ state, captured, refunded }) => [state, captured, refunded]);
}

test('30 refunds of various amounts at once never give back more than was captured, and what was told is given', async t => {
  t.diagnostic(`seed ${SEED}`);
  const draw = seededRandom(SEED);
  const shop = await paymentShop(t);
  const other = otherProcess(t, shop);
  const order = shop.order();
  const { order_id } = order;
  await shop.api.authorise(order);
  await shop.api.capture({ order_id });
  const amounts = Array.from({ length: 30 }, () => 1 + Math.floor(draw() * 600));
  assert.ok(amounts.reduce((a, b) => a + b, 0) > 2 * 2999, 'they ask for more than there is');
  const told = await Promise.all(
    amounts.map((amount, i) => {
      const refund = { refund_id: shop.ids.nextFor(order_id), order_id, amount, reason: '' };
      return (i % 2 ? shop.api : other).refund(refund);
    }),
  );
  const given = amounts.filter((_, i) => told[i]!.ok).reduce((a, b) => a + b, 0);
  for (const answer of told) if (!answer.ok) assert.equal(answer.code, 'REFUND_EXCEEDS_CAPTURED');
  const refused = amounts.filter((_, i) => !told[i]!.ok);
  assert.ok(given <= 2999 && given + Math.min(...refused) > 2999 - 600, `${given} given`);
  assert.deepEqual(await booked(shop, order_id), [[given === 2999 ? 'refunded' : 'captured', 2999, given]]);
  assert.equal((await shop.stored(order_id))?.refunded, given);
});

test('the webhook and the return page at once tell of one authorisation', async t => {
  const shop = await paymentShop(t, { takesWebhooks: false, simulator: { settleMs: 0 } });
  const other = otherProcess(t, shop);
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = shop.order('tok_visa', { method: 'bank_transfer' });
    const { order_id, amount } = order;
    await shop.api.authorise(order);
    await until(async () => (await booked(shop, order_id)).length === 1);
    const data = { order_id, amount, currency: 'USD' };
    const event = { event_id: `evt_${round}`, type: 'payment.authorized', created_at: '2026-01-01T00:00:00Z', data };
    const body = JSON.stringify(event);
    const signature = signWebhook({ secret: WEBHOOK_SECRET, rawBody: body, nowMs: shop.clock.nowMs() });
    const webhook = { gateway: 'simulator', headers: { signature }, body: Buffer.from(body).toString('base64') };
    const [received, settled] = await Promise.all([
      shop.api.receiveWebhook(webhook),
      later(round).then(() => other.settlePayment({ order_id })),
    ]);
    assert.deepEqual([received.ok, settled?.status], [true, 'authorized']);
    const captures = await Promise.all([shop.api.capture({ order_id }), other.capture({ order_id })]);
    assert.ok(captures.every(capture => capture.ok && capture.value.captured === amount));
    assert.deepEqual(await shop.events(order_id), ['payment.authorized', 'payment.captured']);
    assert.deepEqual(await booked(shop, order_id), [['captured', amount, 0]]);
  }
});

test('capture, void and refund at once leave the money taken, let go or given back: one of them', async t => {
  const shop = await paymentShop(t);
  const other = otherProcess(t, shop);
  const ends: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = shop.order();
    const { order_id, amount } = order;
    await shop.api.authorise(order);
    const refund_id = shop.ids.nextFor(order_id);
    const [capture, voided, refund] = await Promise.all([
      later(round % 2 ? 0 : 12).then(() => shop.api.capture({ order_id })),
      later(round % 7).then(() => other.voidPayment({ order_id, reason: 'cancelled' })),
      later(round).then(() => shop.api.refund({ refund_id, order_id, amount, reason: '' })),
    ]);
    // Whoever met the others in the middle has left the rest to the sweeper.
    await until(async () => {
      shop.clock.shiftMs += 60_000;
      await shop.runJob('payments_sweep');
      const payment = await shop.stored(order_id);
      return payment?.status !== 'authorized' && payment?.status !== 'pending';
    });
    const payment = await shop.stored(order_id);
    const [charge, ...more] = await booked(shop, order_id);
    assert.deepEqual(more, []);
    const isTaken = charge![1] === amount;
    assert.equal(payment?.captured, charge![1], 'both books say the same was captured');
    assert.equal(payment?.refunded, charge![2], 'both books say the same was given back');
    if (isTaken) assert.ok(capture.ok && !voided.ok, 'what was taken was not let go');
    else assert.ok(!capture.ok && voided.ok && !refund.ok && charge![0] === 'voided', 'what was let go was not taken');
    const end = String(charge![0]);
    ends[end] = (ends[end] ?? 0) + 1;
  }
  t.diagnostic(JSON.stringify(ends));
});
