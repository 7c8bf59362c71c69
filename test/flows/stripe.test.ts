// Goal: a shop with Stripe sells like one with the simulator: one charge an order, whatever becomes of cards, banks and
// answers. Method: the whole shop over HTTP with a double of Stripe's API behind it; afterwards its books are compared.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openDatabase, sql } from '#platform/sql';
import { startStripeDouble } from '../doubles/stripe.ts';
import {
  address,
  assertAudit,
  createClient,
  eventually,
  newGuest,
  newProduct,
  settledStock,
} from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';

const double = await startStripeDouble({ after });
const shop = await startTestShop(
  { after },
  {
    environment: {
      STRIPE_SECRET_KEY: double.secretKey,
      STRIPE_WEBHOOK_SECRET: `whsec_newer,${double.webhookSecret}`,
      STRIPE_API_URL: double.url,
    },
  },
);
double.setWebhookUrl(`${shop.url}/api/webhooks/payments/stripe`);
const admin = createClient(shop.url, shop.adminKey);
const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
/** 2999 + 599 shipping + tax 217 + 43. */
const TOTAL = 3858;

async function newCheckout() {
  const [{ product_id }, guest] = await Promise.all([newProduct(shop, { stock: 1, price: 2999 }), newGuest(shop)]);
  await guest.post('/api/cart/items', { product_id, quantity: 1 });
  const checkout = await guest.post('/api/checkouts', delivery);
  assert.equal(checkout.status, 201, JSON.stringify(checkout.body));
  const { checkout_id } = checkout.body;
  const pay = (token: string, method = 'card') =>
    guest.post('/api/orders', { checkout_id, payment: { method, gateway: 'stripe', token } });
  const untilStatus = (order_id: string, status: string) =>
    eventually(`the order is ${status}`, async () => {
      const { body } = await guest.get(`/api/orders/${order_id}`);
      return body.status === status && body;
    });
  return { guest, product_id, pay, untilStatus };
}

/** What Stripe holds of an order: the state of each of its intents, and what was taken and given back. */
function booksOf(order_id: string) {
  const states = double.intentsOf(order_id).map(({ status }) => status);
  const charges = double.chargesOf(order_id).map(({ amount, amount_captured, amount_refunded }) => {
    return [amount, amount_captured, amount_refunded];
  });
  return { states, charges };
}

const paid = { states: ['succeeded'], charges: [[TOTAL, TOTAL, 0]] };

async function answerChallenge(url: string, answer: 'confirm' | 'fail'): Promise<string | null> {
  const sent = await fetch(url, { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' });
  assert.equal(sent.status, 303);
  return sent.headers.get('location');
}

/** Nothing is left, and nothing is held. */
async function assertSold(product_id: string): Promise<void> {
  const { total_quantity, reserved } = await settledStock(shop, product_id);
  assert.deepEqual([total_quantity, reserved], [0, 0]);
}

describe('an order paid by Stripe', () => {
  for (const method of ['card', 'wallet']) {
    test(`is confirmed with its ${method}, and Stripe's books hold one capture`, async () => {
      const { product_id, pay } = await newCheckout();
      const { status, body } = await pay('pm_card_visa', method);
      assert.equal(status, 201, JSON.stringify(body));
      assert.deepEqual([body.status, body.total.amount], ['CONFIRMED', TOTAL]);
      const { payment_id, ...payment } = body.payment;
      assert.deepEqual(payment, { status: 'captured', method, gateway: 'stripe' });
      assert.deepEqual(booksOf(body.order_id), paid);
      assert.equal(double.intentsOf(body.order_id)[0]?.metadata.payment_id, payment_id);
      await assertSold(product_id);
    });
  }

  test('is declined, and another card pays under the same hold: one charge', async () => {
    const { guest, product_id, pay } = await newCheckout();
    const declined = await pay('pm_card_visa_chargeDeclinedInsufficientFunds');
    assert.deepEqual(
      [declined.status, declined.body.code, declined.body.reason],
      [402, 'PAYMENT_DECLINED', 'insufficient_funds'],
    );
    const failedId = declined.body.order_id;
    const { body: stock } = await admin.get(`/api/admin/inventory/${product_id}`);
    assert.deepEqual([stock.total_quantity, stock.reserved], [1, 1]);
    const retried = await pay('pm_card_mastercard');
    assert.equal(retried.status, 201, JSON.stringify(retried.body));
    assert.deepEqual(booksOf(retried.body.order_id), paid);
    assert.deepEqual(booksOf(failedId), { states: ['requires_payment_method'], charges: [] });
    assert.equal((await guest.get(`/api/orders/${failedId}`)).body.status, 'PAYMENT_FAILED');
    await assertSold(product_id);
  });

  test('is confirmed by the webhook after its person has been at the bank', async () => {
    const { product_id, pay, untilStatus } = await newCheckout();
    const { status, body } = await pay('pm_card_threeDSecure2Required');
    assert.equal(status, 202, JSON.stringify(body));
    assert.equal(body.next_action.type, 'redirect');
    assert.deepEqual(booksOf(body.order_id), { states: ['requires_action'], charges: [] });
    const back = await answerChallenge(body.next_action.url, 'confirm');
    assert.match(back ?? '', new RegExp(`/orders/${body.order_id}\\?placed=1&back=1$`));
    const order = await untilStatus(body.order_id, 'CONFIRMED');
    assert.equal(order.payment.status, 'captured');
    assert.deepEqual(booksOf(body.order_id), paid);
    await assertSold(product_id);
  });

  test('fails by the webhook where the person did not confirm, and takes no money', async () => {
    const { pay, untilStatus } = await newCheckout();
    const { body } = await pay('pm_card_threeDSecure2Required');
    await answerChallenge(body.next_action.url, 'fail');
    await untilStatus(body.order_id, 'PAYMENT_FAILED');
    assert.deepEqual(booksOf(body.order_id), { states: ['requires_payment_method'], charges: [] });
  });

  test('is paid once where the answer is a server error that Stripe has stored, while its search is behind', async () => {
    const { product_id, pay, untilStatus } = await newCheckout();
    double.lagSearch(true);
    double.answerNext({ status: 500, isDone: true, isStored: true });
    const { status, body } = await pay('pm_card_visa');
    // By its reference a webhook finds the payment at once, mostly before the tries to pay have ended as unknown.
    assert.ok(status === 201 || status === 202, JSON.stringify(body));
    double.lagSearch(false);
    await untilStatus(body.order_id, 'CONFIRMED');
    assert.deepEqual(booksOf(body.order_id), paid);
    await assertSold(product_id);
  });

  test('is given back in full where it is cancelled, by one refund that carries our ids', async () => {
    const { guest, pay } = await newCheckout();
    const { order_id } = (await pay('pm_card_visa')).body;
    const cancelled = await guest.post(`/api/orders/${order_id}/cancel`);
    assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'CANCELLED']);
    await eventually('the money is back', async () => double.refundsOf(order_id).length > 0);
    assert.deepEqual(booksOf(order_id), { states: ['succeeded'], charges: [[TOTAL, TOTAL, TOTAL]] });
    const [refund, ...more] = double.refundsOf(order_id);
    assert.deepEqual([refund?.amount, refund?.metadata.order_id, more.length], [TOTAL, order_id, 0]);
  });

  test('can not be a bank transfer there: refused before there is an order, and a card pays', async () => {
    const { pay } = await newCheckout();
    const refused = await pay('pm_card_visa', 'bank_transfer');
    assert.deepEqual([refused.status, refused.body.code], [400, 'GATEWAY_UNKNOWN']);
    assert.equal((await pay('pm_card_visa')).status, 201);
  });

  test('is one order and one charge, however often its place button is pressed', async () => {
    const { product_id, pay } = await newCheckout();
    const answers = await Promise.all(Array.from({ length: 10 }, () => pay('pm_card_visa')));
    const orders = new Set(answers.filter(({ status }) => status === 201 || status === 202).map(a => a.body.order_id));
    assert.equal(orders.size, 1, JSON.stringify(answers.map(({ status, body }) => [status, body.code])));
    const [order_id] = orders;
    await eventually('it is captured', async () => booksOf(order_id).states[0] === 'succeeded');
    assert.deepEqual(booksOf(order_id), paid);
    await assertSold(product_id);
  });
});

test('a webhook that nobody of Stripe has signed is refused', async () => {
  const { status, body } = await createClient(shop.url).post('/api/webhooks/payments/stripe', { id: 'evt_1' });
  assert.deepEqual([status, body.code], [401, 'SIGNATURE_INVALID']);
});

test('afterwards nothing is stuck, every invariant holds, and the database holds no card, token or secret', async t => {
  await eventually('all webhooks are done', async () => {
    const { body } = await admin.get('/api/admin/stuck');
    assert.deepEqual(body.items, []);
    return true;
  });
  await assertAudit(shop);
  const db = openDatabase({ url: shop.databaseUrl, poolMax: 1, statementTimeoutMs: 30_000 });
  t.after(() => db.end());
  const kept = await db.query<{ state: string; body: unknown }>(sql`select state, body from payments.webhooks`);
  assert.ok(kept.length > 10, `${kept.length} webhooks`);
  assert.deepEqual(new Set(kept.map(({ state }) => state)), new Set(['done']));
  const all = await db.query<{ text: string }>(sql`
    select w::text as text from payments.webhooks w union all select p::text from payments.payments p
    union all select r::text from payments.refunds r union all select e::text from payments.outbox e`);
  const text = all.map(row => row.text).join('\n');
  for (const secret of ['pm_card', '_secret_', '4242', 'ada@example.com', double.secretKey, double.webhookSecret]) {
    assert.ok(!text.includes(secret), `${secret} is in the database`);
  }
});
