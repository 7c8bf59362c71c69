// Goal: Stripe's own list is compared with our books, a payment at a time, and what Stripe keeps of a payment stands in
// the ledger. Method: the module on a real database, and the double of Stripe, whose books are changed by hand as at
// Stripe's dashboard.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { timestamp } from '#platform/clock';
import { startStripeDouble } from '../../../test/doubles/stripe.ts';
import { ids, newRequest } from '../../../test/support/gateway-world.ts';
import { type StripeShop, stripeAt, stripeShop } from '../../../test/support/stripe-shop.ts';
import type { FoundPayment, Gateway } from '../gateway.ts';

const { signal } = new AbortController();
/** Where webhooks find nobody. */
const NOBODY = 'http://127.0.0.1:1';
const ALWAYS = { from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };

/** Every page of a time, each with the orders of its payments. */
async function pagesOf({ list }: Gateway, period: { from: string; to: string }): Promise<FoundPayment[][]> {
  const pages: FoundPayment[][] = [];
  for (let after: string | null = null; ; ) {
    const page = await list!({ ...period, after }, signal);
    assert.ok(page.state === 'listed', JSON.stringify(page));
    pages.push(page.payments);
    if (page.next === null) return pages;
    after = page.next;
  }
}

describe("Stripe's list", () => {
  test('comes in pages, newest first, and holds only what this shop has made', async t => {
    const double = await startStripeDouble(t);
    const [ours, theirs] = [stripeAt(double), stripeAt(double, { shopId: ids.next() })];
    const made: string[] = [];
    for (let i = 0; i < 53; i += 1) {
      const request = newRequest('pm_card_visa');
      await (i % 10 === 0 ? theirs : ours).authorise({ ...request, key: `${i}` }, signal);
      if (i % 10 !== 0) made.push(request.order_id);
    }
    const pages = (await pagesOf(ours, ALWAYS)).map(page => page.map(({ order_id }) => order_id));
    assert.deepEqual(
      pages.map(page => page.length),
      [45, 2],
    );
    assert.deepEqual(pages.flat(), made.toReversed());
    assert.equal((await pagesOf(theirs, ALWAYS)).flat().length, 6);
  });

  test('tells of each payment what a look-up tells, but for the fee', async t => {
    const shop = await stripeShop(t);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    await shop.api.capture({ order_id });
    await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 1000, reason: '' });
    const found = await shop.stripe.find({ order_id, gateway_ref: null }, signal);
    assert.ok(found.state === 'found');
    const { fee, ...payment } = found.payment;
    assert.deepEqual(await pagesOf(shop.stripe, ALWAYS), [[payment]]);
    assert.deepEqual([fee, payment.captured, payment.refunded], [117, 2999, 1000]);
  });

  test('has a second in the one of two following times in which it begins', async t => {
    const double = await startStripeDouble(t);
    const stripe = stripeAt(double);
    const request = newRequest('pm_card_visa');
    await stripe.authorise(request, signal);
    const second = double.intentsOf(request.order_id)[0]!.created * 1000;
    const countOf = async (fromMs: number, toMs: number) =>
      (await pagesOf(stripe, { from: timestamp(second + fromMs), to: timestamp(second + toMs) })).flat().length;
    assert.deepEqual([await countOf(-1000, 0), await countOf(0, 500), await countOf(500, 1000)], [0, 1, 0]);
    assert.deepEqual([await countOf(-700, 300), await countOf(300, 1300)], [1, 0]);
  });

  test('that Stripe does not give is unknown', async t => {
    const double = await startStripeDouble(t);
    const stripe = stripeAt({ ...double, secretKey: 'sk_test_of_another_account' });
    const answer = await stripe.list!({ ...ALWAYS, after: null }, signal);
    assert.deepEqual(answer.state, 'unknown');
  });
});

/** Runs the schedule as it comes later, and answers the run that it has made. */
async function reconcile(shop: StripeShop) {
  shop.clock.shiftMs += 180_000;
  await shop.runJob('payments_reconcile');
  const { runs, differences } = await shop.api.getReconciliation({});
  const { state, compared, open, differences: count, problem } = runs[0]!;
  return { run: { state, compared, open, differences: count, problem }, differences };
}

const done = (compared: number, differences = 0) => ({ state: 'done', compared, open: 0, differences, problem: null });

describe("Stripe's books and ours", () => {
  test('that agree show no difference, and no payment is asked for by itself', async t => {
    const shop = await stripeShop(t);
    shop.double.setWebhookUrl(NOBODY);
    const [captured, authorised, refunded] = [shop.order(), shop.order(), shop.order()];
    const declined = { ...shop.order(), payment: { method: 'card' as const, token: 'pm_card_chargeDeclined' } };
    for (const order of [captured, authorised, refunded, declined]) await shop.api.authorise(order);
    for (const { order_id } of [captured, refunded]) await shop.api.capture({ order_id });
    const { order_id } = refunded;
    await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 1000, reason: '' });
    const before = shop.double.asked.length;
    assert.deepEqual(await reconcile(shop), { run: done(4), differences: [] });
    const asked = shop.double.asked.slice(before).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(new Set(asked), new Set(['GET /v1/payment_intents']));
  });

  test('differ by what was captured at the dashboard: it is caught up with, and its fee is in the ledger', async t => {
    const shop = await stripeShop(t);
    shop.double.setWebhookUrl(NOBODY);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    assert.equal(shop.double.books.capture(shop.double.intentsOf(order_id)[0]!, new Map()).status, 200);
    assert.equal((await shop.stored(order_id))?.status, 'authorized');
    assert.deepEqual(await reconcile(shop), { run: done(1), differences: [] });
    assert.equal((await shop.stored(order_id))?.status, 'captured');
    assert.deepEqual(await ledgerOf(shop, order_id), [['capture', 2882, 117]]);
  });

  test('differ by a payment that we know nothing of: it is recorded and told', async t => {
    const shop = await stripeShop(t);
    shop.double.setWebhookUrl(NOBODY);
    const request = newRequest('pm_card_visa');
    const { order_id } = request;
    // It is looked up by its own reference.
    shop.double.lagSearch(true);
    await shop.stripe.authorise(request, signal);
    shop.double.books.capture(shop.double.intentsOf(order_id)[0]!, new Map());
    const { run, differences } = await reconcile(shop);
    assert.deepEqual(run, done(1, 1));
    assert.deepEqual([differences[0]?.kind, differences[0]?.order_id], ['unknown_here', order_id]);
    assert.equal((await shop.stored(order_id))?.payment_id, request.payment_id);
    assert.deepEqual(await shop.events(order_id), ['payment.authorized', 'payment.captured']);
    assert.deepEqual(await ledgerOf(shop, order_id), [['capture', 2882, 117]]);
    const again = await reconcile(shop);
    assert.notEqual(again.differences[0]!.resolved_at, null);
  });

  test('differ by a refund from the dashboard: a person sees it, and nothing is changed here', async t => {
    const shop = await stripeShop(t);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    await shop.api.capture({ order_id });
    const { id } = shop.double.intentsOf(order_id)[0]!;
    const byHand = new Map(Object.entries({ payment_intent: id, amount: '500' }));
    assert.equal(shop.double.books.refund(byHand).status, 200);
    const { run, differences } = await reconcile(shop);
    assert.deepEqual(run, done(1, 1));
    const { kind, detail } = differences[0]!;
    assert.deepEqual([kind, detail], ['refunded', 'here 0 were refunded, there 500']);
    assert.equal((await shop.stored(order_id))?.refunded, 0);
    assert.deepEqual(await ledgerOf(shop, order_id), [['capture', 2882, 117]]);
  });
});

/** Kind of entry, what Stripe holds more or less for us, and what it has kept. */
async function ledgerOf(shop: StripeShop, order_id: string) {
  const entries = await shop.api.getLedgerEntries({ order_id });
  return entries.map(({ kind, gateway_clearing, fees }) => [kind, gateway_clearing.amount, fees.amount]);
}

describe('what Stripe keeps', () => {
  test('of a capture is a cost, and it keeps it of money that goes back', async t => {
    const shop = await stripeShop(t);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    for (const _ of [1, 2]) assert.ok((await shop.api.capture({ order_id })).ok);
    await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 2999, reason: '' });
    assert.deepEqual(await ledgerOf(shop, order_id), [
      ['capture', 2882, 117],
      ['refund', -2999, 0],
    ]);
    const [balance] = await shop.api.getLedger(ALWAYS);
    assert.deepEqual([balance?.gateway_clearing.amount, balance?.fees.amount], [-117, 117]);
  });

  test('is not told where Stripe pays out in another currency than was paid in', async t => {
    const shop = await stripeShop(t, { paysOutIn: 'eur' });
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    assert.ok((await shop.api.capture({ order_id })).ok);
    assert.deepEqual(await ledgerOf(shop, order_id), [['capture', 2999, 0]]);
  });

  test('is counted in our units where Stripe counts in others', async t => {
    const double = await startStripeDouble(t);
    const stripe = stripeAt(double);
    for (const [currency, amount, fee] of [
      ['JPY', 10_000, 320],
      // 10 dinars, and 0.32 of them; a fee of a part of a króna can't be booked.
      ['KWD', 10_000, 320],
      ['ISK', 1_500, undefined],
    ] as const) {
      const request = newRequest('pm_card_visa', { currency, amount });
      const { gateway_ref } = (await stripe.authorise(request, signal)) as { gateway_ref: string };
      const taken = await stripe.capture({ key: `c${currency}`, gateway_ref, currency, amount }, signal);
      assert.deepEqual([taken.state, (taken as { fee?: number }).fee], ['captured', fee], currency);
    }
  });
});
