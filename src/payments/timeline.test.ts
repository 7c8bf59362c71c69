// Goal: a payment's timeline tells what happened, when it happened, and nothing that is not on record.
// Method: the module with the simulator, for the usual and the unusual ways; rules alone for rows of before.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PaymentShop, paymentShop, until } from '../../test/support/payment-shop.ts';
import { timelineOf } from './timeline-rules.ts';
import type { PaymentPast } from './timeline-store.ts';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const unheard = { takesWebhooks: false };

async function told(shop: PaymentShop, order_id: string) {
  const entries = await shop.api.getTimeline({ order_id });
  const times = entries.map(entry => entry.at);
  assert.deepEqual(times, times.toSorted());
  return entries.map(({ kind, amount }) => [kind, amount?.amount ?? null]);
}

describe('a timeline', () => {
  test('of the usual way and its refunds', async t => {
    const shop = await paymentShop(t, unheard);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    await shop.api.capture({ order_id });
    const refund_id = shop.ids.nextFor(order_id);
    await shop.api.refund({ refund_id, order_id, amount: 500, reason: 'scratched' });
    assert.deepEqual(await told(shop, order_id), [
      ['created', 2999],
      ['authorised', 2999],
      ['captured', 2999],
      ['refund_requested', 500],
      ['refund_done', 500],
    ]);
    const entries = await shop.api.getTimeline({ order_id });
    const payment = await shop.stored(order_id);
    assert.deepEqual(
      [entries[0]!.at, entries[1]!.at, entries[2]!.at],
      [payment!.created_at, payment!.created_at, payment!.captured_at],
    );
    assert.deepEqual(entries[2], {
      at: payment!.captured_at!,
      kind: 'captured',
      amount: usd(2999),
      detail: 'taken at simulator',
    });
    assert.equal(entries[3]!.detail, 'scratched');
  });

  test('of a decline, and of an authorisation that was given back', async t => {
    const shop = await paymentShop(t, unheard);
    const [declined, voided] = [shop.order('tok_insufficient_funds'), shop.order()];
    await shop.api.authorise(declined);
    assert.deepEqual(await told(shop, declined.order_id), [
      ['created', 2999],
      ['failed', 2999],
    ]);
    const [, failed] = await shop.api.getTimeline({ order_id: declined.order_id });
    assert.equal(failed!.detail, 'insufficient_funds');
    await shop.api.authorise(voided);
    shop.clock.shiftMs += 5_000;
    await shop.api.voidPayment({ order_id: voided.order_id, reason: 'cancelled' });
    const entries = await shop.api.getTimeline({ order_id: voided.order_id });
    assert.deepEqual(entries.map(({ kind, detail }) => [kind, detail]).slice(1), [
      ['authorised', 'set aside at simulator'],
      ['voided', 'cancelled'],
    ]);
    assert(Date.parse(entries[2]!.at) - Date.parse(entries[1]!.at) >= 5_000);
  });

  test('of a transfer that the bank settled later, with the webhook that told of it', async t => {
    const shop = await paymentShop(t);
    const order = shop.order('tok_visa', { method: 'bank_transfer' });
    const { order_id } = order;
    await shop.api.authorise(order);
    await until(async () => (await shop.stored(order_id))?.status === 'authorized');
    await until(async () => (await shop.api.getTimeline({ order_id })).some(({ detail }) => detail.includes('agrees')));
    const entries = await shop.api.getTimeline({ order_id });
    assert.deepEqual(entries.map(entry => entry.kind).sort(), ['authorised', 'created', 'webhook']);
    assert.match(entries[0]!.detail, /its outcome was not known yet$/);
    const created = Date.parse(entries[0]!.at);
    assert(Date.parse(entries.find(entry => entry.kind === 'authorised')!.at) > created);
    assert.deepEqual(entries.find(entry => entry.kind === 'webhook')!.amount, usd(2999));
  });

  test('of an order without a payment is empty, and staff alone may read one', async t => {
    const shop = await paymentShop(t, unheard);
    assert.deepEqual(await shop.api.getTimeline({ order_id: shop.ids.next() }), []);
    const answer = await fetch(`${shop.url}/api/admin/orders/${shop.ids.next()}/payment-timeline`);
    assert.equal(answer.status, 401);
  });
});

describe('what is not on record', () => {
  const base = {
    ...{ amount: 100, currency: 'USD', method: 'card', gateway: 'simulator', gateway_ref: 'ch_1', reason: null },
    ...{ captured: 0, created_at: '2026-01-01T00:00:00.000Z', captured_at: null, steps: [] },
  } as const;
  const of = (fields: Partial<PaymentPast>) =>
    timelineOf({ payment: { ...base, status: 'pending', ...fields } as PaymentPast, refunds: [], webhooks: [] });

  test('is not guessed: a payment that was voided before steps were kept', () => {
    assert.deepEqual(of({ status: 'voided', reason: 'cancelled' }), [
      {
        at: base.created_at,
        kind: 'created',
        amount: usd(100),
        detail: 'card at simulator, ch_1 there; it is voided now, and when it became so is not on record',
      },
    ]);
  });

  test('a note that nothing is wanted has no amount, and webhooks keep their contradiction', () => {
    const unwanted = { status: 'unwanted', amount: null, currency: null } as unknown as Partial<PaymentPast>;
    const [entry] = of(unwanted);
    assert.deepEqual([entry?.kind, entry?.amount], ['created', null]);
    const webhook = {
      ...{ gateway: 'simulator', event_id: 'evt_1', type: 'payment.captured', claimed_amount: 5 },
      ...{ state: 'stuck' as const, detail: 'an amount of 5 instead of 100', received_at: base.created_at },
    };
    assert.deepEqual(timelineOf({ payment: undefined, refunds: [], webhooks: [webhook] }), [
      {
        at: base.created_at,
        kind: 'webhook_mismatch',
        amount: null,
        detail: 'payment.captured of simulator (evt_1): an amount of 5 instead of 100',
      },
    ]);
  });
});
