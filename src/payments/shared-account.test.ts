// Goal: of an account at a gateway that several shops share, each sees and touches its own payments alone. Method: the
// payments module of one shop and the bare adapter of another on the same double, which tells our shop of everything.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { answerAtPaypal } from '../../test/doubles/paypal.ts';
import { ids, newRequest } from '../../test/support/gateway-world.ts';
import { type PaymentShop, until } from '../../test/support/payment-shop.ts';
import { paypalShop } from '../../test/support/paypal-shop.ts';
import { adapterOf } from '../../test/support/paypal-world.ts';
import { stripeAt, stripeShop } from '../../test/support/stripe-shop.ts';
import { readShopId } from './shop-store.ts';

const { signal } = new AbortController();
const THEIR_SHOP = ids.next();
const notFound = { state: 'not_found' };

/** All webhooks are kept and done with, none of them as one of an order of ours, and here is no payment. */
async function assertUntouched(shop: Omit<PaymentShop, 'order'>, order_id: string, webhooks: number): Promise<void> {
  const kept = () =>
    shop.db.query<{ state: string; order_id: string | null }>(sql`select state, order_id from payments.webhooks`);
  await until(async () => (await kept()).filter(({ state }) => state === 'done').length >= webhooks);
  assert.deepEqual(await kept(), Array(webhooks).fill({ state: 'done', order_id: null }));
  shop.clock.shiftMs += 180_000;
  for (const job of ['payments_sweep', 'payments_reconcile']) await shop.runJob(job);
  assert.equal(await shop.stored(order_id), null);
  assert.deepEqual(await shop.events(order_id), []);
  assert.deepEqual(await shop.db.query(sql`select order_id from payments.payments`), []);
  assert.deepEqual((await shop.api.getReconciliation({})).differences, []);
  assert.deepEqual(await shop.api.listStuck({}), []);
}

describe("another shop's payment at Stripe", () => {
  test('is neither found, listed nor taken up, and its webhooks change nothing', async t => {
    const shop = await stripeShop(t);
    const theirs = stripeAt(shop.double, { shopId: THEIR_SHOP });
    const request = newRequest('pm_card_visa');
    const { order_id } = request;
    const { gateway_ref } = (await theirs.authorise(request, signal)) as { gateway_ref: string };
    const of = { gateway_ref, currency: 'USD' };
    assert.equal((await theirs.capture({ key: 'c', ...of, amount: 2999 }, signal)).state, 'captured');
    const given = { key: 'r', ...of, refund_id: ids.next(), order_id, amount: 500 };
    assert.equal((await theirs.refund(given, signal)).state, 'refunded');
    await shop.double.sent();

    assert.deepEqual(await shop.stripe.find({ order_id, gateway_ref }, signal), notFound);
    const later = { nowMs: () => Date.now() + 3_600_000, sleep: shop.clock.sleep };
    const older = stripeAt(shop.double, { clock: later });
    assert.deepEqual(await older.find({ order_id, gateway_ref: null }, signal), notFound);
    const always = { from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z', after: null };
    assert.deepEqual(await shop.stripe.list!(always, signal), { state: 'listed', payments: [], next: null });
    await assertUntouched(shop, order_id, 4);
    const [charge, ...more] = shop.double.chargesOf(order_id);
    assert.deepEqual([charge?.amount_captured, charge?.amount_refunded, more.length], [2999, 500, 0]);
    assert.equal((await theirs.find({ order_id, gateway_ref }, signal)).state, 'found');
  });

  test('that carries no id of a shop is nobody’s here', async t => {
    const shop = await stripeShop(t);
    const request = newRequest('pm_card_visa');
    const { order_id } = request;
    const { gateway_ref } = (await shop.stripe.authorise(request, signal)) as { gateway_ref: string };
    assert.equal((await shop.stripe.find({ order_id, gateway_ref }, signal)).state, 'found');
    delete shop.double.intentsOf(order_id)[0]!.metadata.shop_id;
    assert.deepEqual(await shop.stripe.find({ order_id, gateway_ref }, signal), notFound);
  });
});

describe("another shop's order at PayPal", () => {
  test('is not found, authorised or taken up, and its webhooks change nothing', async t => {
    const shop = await paypalShop(t);
    const ours = shop.deps.gateways[0]!;
    const theirs = adapterOf(shop.paypal, { shopId: THEIR_SHOP });
    const request = newRequest({ method: 'wallet', token: 'paypal' });
    const { order_id } = request;
    const pending = await theirs.authorise(request, signal);
    assert.ok(pending.state === 'pending' && pending.next_action.type === 'redirect');
    const { gateway_ref } = pending;
    await answerAtPaypal(pending.next_action.url, 'approve');
    assert.deepEqual(await ours.find({ order_id, gateway_ref, is_wanted: true }, signal), notFound);
    assert.equal(shop.booked(order_id)?.authorization, null);

    assert.equal((await theirs.find({ order_id, gateway_ref, is_wanted: true }, signal)).state, 'found');
    const of = { gateway_ref, currency: 'USD' };
    assert.equal((await theirs.capture({ key: 'c', ...of, amount: 2999 }, signal)).state, 'captured');
    const given = { key: 'r', ...of, refund_id: ids.next(), order_id, amount: 500 };
    assert.equal((await theirs.refund(given, signal)).state, 'refunded');
    await shop.heard();
    assert.deepEqual(await ours.find({ order_id, gateway_ref }, signal), notFound);
    await assertUntouched(shop, order_id, 4);
    const { captures, refunded } = shop.booked(order_id)!;
    assert.deepEqual({ captures, refunded }, { captures: [2999], refunded: 500 });
  });

  test('that carries no id of a shop is nobody’s here', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    const { id: gateway_ref } = shop.booked(order_id)!;
    const { unit } = shop.paypal.books.orderOf(gateway_ref);
    const ours = shop.deps.gateways[0]!;
    assert.equal((await ours.find({ order_id, gateway_ref }, signal)).state, 'found');
    for (const custom_id of [undefined, order.payment_id, `${order.payment_id}.${order.person_id}`]) {
      unit.custom_id = custom_id;
      assert.deepEqual(await ours.find({ order_id, gateway_ref }, signal), notFound, custom_id);
    }
  });
});

test('a shop has one id, which stays', async t => {
  const { db } = await paypalShop(t);
  const id = await readShopId(db);
  assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  await assert.rejects(db.query(sql`insert into payments.shop default values`), /shop_pkey/);
  await assert.rejects(db.query(sql`insert into payments.shop (is_only) values (false)`), /shop_is_only_check/);
  assert.equal(await readShopId(db), id);
});
