// Goal: a shopper pays by PayPal, from the order to the refund, and the shop takes no money that it must not. Method:
// the whole shop over HTTP, configured as an operator does, against the double of PayPal and its own books.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { answerAtPaypal, credentials, startPaypal, WEBHOOK_ID } from '../doubles/paypal.ts';
import {
  address,
  assertAudit,
  type Client,
  createClient,
  eventually,
  newGuest,
  newProduct,
} from '../support/client.ts';
import { trustTheDouble } from '../support/paypal-world.ts';
import { startTestShop } from '../support/shop.ts';

trustTheDouble();
const paypal = await startPaypal({ after });
const shop = await startTestShop(
  { after },
  {
    environment: {
      PAYPAL_CLIENT_ID: credentials.clientId,
      PAYPAL_CLIENT_SECRET: credentials.clientSecret,
      PAYPAL_WEBHOOK_ID: WEBHOOK_ID,
      PAYPAL_API_URL: paypal.url,
      PUBLIC_URL: 'https://shop.example',
    },
  },
);
paypal.webhooks.sendTo(`${shop.url}/api/webhooks/payments/paypal`);
const admin = createClient(shop.url, shop.adminKey);
const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
const byPaypal = { method: 'wallet', gateway: 'paypal', token: 'paypal' };
/** 2999 + 599 shipping + tax 217 + 43. */
const TOTAL = 3858;

/** A new guest whose order waits for them at PayPal's page. */
async function sentToPaypal() {
  const [product, guest] = await Promise.all([newProduct(shop, { stock: 1, price: 2999 }), newGuest(shop)]);
  await guest.post('/api/cart/items', { product_id: product.product_id, quantity: 1 });
  const { body: checkout } = await guest.post('/api/checkouts', delivery);
  const placed = await guest.post('/api/orders', { checkout_id: checkout.checkout_id, payment: byPaypal });
  assert.deepEqual([placed.status, placed.body.next_action?.type], [202, 'redirect'], JSON.stringify(placed.body));
  const { order_id, next_action } = placed.body as { order_id: string; next_action: { url: string } };
  const { checkout_id } = checkout as { checkout_id: string };
  return { guest, order_id, checkout_id, url: next_action.url, product_id: product.product_id };
}

async function untilStatus(guest: Client, order_id: string, status: string) {
  return eventually(`order ${order_id} is ${status}`, async () => {
    const { body } = await guest.get(`/api/orders/${order_id}`);
    return body.status === status && body;
  });
}

async function assertStock(product_id: string, expected: { total_quantity: number; reserved: number }): Promise<void> {
  const { body } = await admin.get(`/api/admin/inventory/${product_id}`);
  assert.deepEqual({ total_quantity: body.total_quantity, reserved: body.reserved }, expected);
}

/** The order's one payment in PayPal's own books. */
function booked(order_id: string) {
  const [only, ...more] = paypal.bookedOf(order_id);
  assert.deepEqual(more, []);
  const { authorization, captures, refunded } = only!;
  return { authorization, captures, refunded };
}

const taken = { authorization: 'CAPTURED', captures: [TOTAL], refunded: 0 };

async function paid() {
  const sent = await sentToPaypal();
  await answerAtPaypal(sent.url, 'approve');
  const order = await untilStatus(sent.guest, sent.order_id, 'CONFIRMED');
  return { ...sent, order };
}

describe('an order that is paid by PayPal', () => {
  test('is confirmed after the approval, with one capture, and leads back to its page', async () => {
    const { guest, order_id, url, product_id } = await sentToPaypal();
    await assertStock(product_id, { total_quantity: 1, reserved: 1 });
    assert.deepEqual(booked(order_id), { authorization: null, captures: [], refunded: 0 });
    const { status, location } = await answerAtPaypal(url, 'approve');
    const back = new URL(location!);
    assert.deepEqual([status, `${back.origin}${back.pathname}`], [303, `https://shop.example/orders/${order_id}`]);
    // What PayPal adds to the address is taken; to a stranger, who this is without a session, there is no such order.
    assert.equal(back.searchParams.has('token'), true);
    const page = await fetch(`${shop.url}${back.pathname}${back.search}`);
    assert.deepEqual([page.status, new URL(page.url).pathname], [404, `/en/orders/${order_id}`]);
    const { payment } = await untilStatus(guest, order_id, 'CONFIRMED');
    assert.deepEqual([payment.status, payment.method, payment.gateway], ['captured', 'wallet', 'paypal']);
    assert.deepEqual(booked(order_id), taken);
    await assertStock(product_id, { total_quantity: 0, reserved: 0 });
  });

  test('gives its money back when it is cancelled', async () => {
    const { guest, order_id } = await paid();
    const cancelled = await guest.post(`/api/orders/${order_id}/cancel`);
    assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'CANCELLED']);
    await eventually('PayPal has given all back', async () => booked(order_id).refunded === TOTAL);
    assert.deepEqual(booked(order_id), { ...taken, refunded: TOTAL });
  });

  test('gives back what staff refunds of it', async () => {
    const { guest, order_id } = await paid();
    const refund = await admin.post(`/api/admin/orders/${order_id}/refund`, {
      amount: { amount: 1000, currency: 'USD' },
      reason: 'scratched',
    });
    assert.equal(refund.status, 201, JSON.stringify(refund.body));
    assert.deepEqual(booked(order_id), { ...taken, refunded: 1000 });
    const { body } = await guest.get(`/api/orders/${order_id}`);
    assert.equal(body.payment.status, 'partially_refunded');
  });

  test('and is cancelled before the approval, takes no money afterwards', async () => {
    const { guest, order_id, url, product_id } = await sentToPaypal();
    const cancelled = await guest.post(`/api/orders/${order_id}/cancel`);
    assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'CANCELLED']);
    await answerAtPaypal(url, 'approve');
    await paypal.webhooks.sent();
    assert.deepEqual(booked(order_id), { authorization: null, captures: [], refunded: 0 });
    await assertStock(product_id, { total_quantity: 1, reserved: 0 });
  });

  test('fails where the payer has no money, and another order pays under the same hold', async () => {
    const { guest, order_id, checkout_id, url, product_id } = await sentToPaypal();
    await answerAtPaypal(url, 'approve_without_money');
    await untilStatus(guest, order_id, 'PAYMENT_FAILED');
    assert.deepEqual(booked(order_id), { authorization: null, captures: [], refunded: 0 });
    await assertStock(product_id, { total_quantity: 1, reserved: 1 });
    const again = await guest.post('/api/orders', { checkout_id, payment: byPaypal });
    assert.equal(again.status, 202, JSON.stringify(again.body));
    await answerAtPaypal(again.body.next_action.url, 'approve');
    await untilStatus(guest, again.body.order_id, 'CONFIRMED');
    assert.deepEqual(booked(again.body.order_id), taken);
    assert.deepEqual(booked(order_id), { authorization: null, captures: [], refunded: 0 });
  });
});

describe('what PayPal does not take is refused at once', () => {
  for (const [what, payment, refusal] of [
    ['a card', { ...byPaypal, method: 'card' }, [400, 'GATEWAY_UNKNOWN', undefined]],
    ['a bank transfer', { ...byPaypal, method: 'bank_transfer' }, [400, 'GATEWAY_UNKNOWN', undefined]],
    [
      'the token of another gateway',
      { ...byPaypal, token: 'tok_visa' },
      [402, 'PAYMENT_DECLINED', 'method_not_supported'],
    ],
  ] as const) {
    test(`${what}, before PayPal hears of it`, async () => {
      const [product, guest] = await Promise.all([newProduct(shop, { stock: 1, price: 2999 }), newGuest(shop)]);
      const wish = { product_id: product.product_id, quantity: 1, ...delivery };
      const asked = paypal.books.orders.size;
      const refused = await guest.post('/api/buy-now', { ...wish, payment });
      assert.deepEqual([refused.status, refused.body.code, refused.body.reason], refusal);
      assert.equal(paypal.books.orders.size, asked);
      await assertStock(product.product_id, { total_quantity: 1, reserved: 0 });
    });
  }
});

test('a webhook of PayPal is refused without its signature', async () => {
  const { body } = paypal.webhooks.told[0]!;
  assert.equal((await createClient(shop.url).post('/api/webhooks/payments/paypal', body)).status, 401);
});

test("in the end PayPal's books hold money of confirmed orders only, and nothing is stuck", async () => {
  await paypal.webhooks.sent();
  const { body } = await admin.get('/api/admin/orders?page_size=100');
  const confirmed = new Set<string>();
  for (const { order_id, status } of body.items) if (status === 'CONFIRMED') confirmed.add(order_id);
  for (const { unit, authorization, captures, refunds } of paypal.books.orders.values()) {
    const isKept = captures.length > 0 && refunds[0]?.amount.value !== captures[0]?.amount.value;
    assert.equal(isKept, confirmed.has(unit.invoice_id!), unit.invoice_id);
    assert.notEqual(authorization?.status, 'CREATED', 'no money is set aside for nobody');
  }
  assert.deepEqual((await admin.get('/api/admin/stuck')).body.items, []);
  await assertAudit(shop);
});
