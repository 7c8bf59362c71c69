// Every way in which a payment can go, by the simulator's test tokens, through both doors (an order of a checkout, and
// buy-now). Afterwards the simulator's own books are compared: an order never has more than one living charge.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  type Answer,
  address,
  assertAudit,
  type Client,
  card,
  createClient,
  eventually,
  newGuest,
  newProduct,
  settledStock,
} from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';

const shop = await startTestShop({ after });
const admin = createClient(shop.url, shop.adminKey);
const SETTLED_WITHIN_MS = 20_000;
const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
/** 2999 + 599 shipping + tax 217 + 43. */
const TOTAL = 3858;

interface Payment {
  method: string;
  token: string;
}

/** The two doors to an order: each begins with a new guest and a product with a single unit. */
const doors = {
  async order(payment: Payment) {
    const { guest, productId } = await newShopper();
    await guest.post('/api/cart/items', { product_id: productId, quantity: 1 });
    const checkout = await guest.post('/api/checkouts', delivery);
    assert.equal(checkout.status, 201, JSON.stringify(checkout.body));
    const { checkout_id } = checkout.body;
    const answer = await guest.post('/api/orders', { checkout_id, payment });
    return { guest, productId, answer, checkoutId: checkout_id as string };
  },
  async buyNow(payment: Payment) {
    const { guest, productId } = await newShopper();
    const answer = await guest.post('/api/buy-now', { product_id: productId, quantity: 1, ...delivery, payment });
    return { guest, productId, answer, checkoutId: undefined };
  },
};
const doorNames = ['order', 'buyNow'] as const;

async function newShopper(): Promise<{ guest: Client; productId: string }> {
  const [product, guest] = await Promise.all([newProduct(shop, { stock: 1, price: 2999 }), newGuest(shop)]);
  return { guest, productId: product.product_id };
}

interface Charge {
  state: string;
  captured: number;
  refunded: number;
}

async function chargesOf(orderId: string): Promise<Charge[]> {
  const { status, body } = await admin.get(`/api/admin/simulator/charges?order_id=${orderId}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.items.map(({ state, captured, refunded }: Charge) => ({ state, captured, refunded }));
}

const paid: Charge[] = [{ state: 'captured', captured: TOTAL, refunded: 0 }];
const voided: Charge[] = [{ state: 'voided', captured: 0, refunded: 0 }];

async function assertStock(productId: string, expected: { total_quantity: number; reserved: number }): Promise<void> {
  if (expected.reserved === 0) await settledStock(shop, productId);
  const { body } = await admin.get(`/api/admin/inventory/${productId}`);
  assert.deepEqual({ total_quantity: body.total_quantity, reserved: body.reserved }, expected);
}

/** Confirmed with the answer, or a little later where the answer was "wait". */
async function untilStatus(guest: Client, answer: Answer, status: string) {
  const path = answer.body.status_url ?? `/api/orders/${answer.body.order_id}`;
  return eventually(
    `the order is ${status}`,
    async () => {
      const { body } = await guest.get(path);
      return body.status === status && body;
    },
    SETTLED_WITHIN_MS,
  );
}

// Most of the time is spent waiting for slow gateways, so the cases wait together.
const together = { concurrency: 8 };

describe('payments through both doors', together, () => {
  for (const door of doorNames) {
    for (const token of ['tok_visa', 'tok_flaky', 'tok_slow', 'tok_timeout_charged', 'tok_timeout_not_charged']) {
      test(`${token} ends as a confirmed order with one charge, by ${door}`, async () => {
        const { guest, productId, answer } = await doors[door](card(token));
        assert.ok(answer.status === 201 || answer.status === 202, `${answer.status} ${JSON.stringify(answer.body)}`);
        if (answer.status === 202) assert.deepEqual(answer.body.next_action, { type: 'wait' });
        const order = await untilStatus(guest, answer, 'CONFIRMED');
        assert.equal(order.payment.status, 'captured');
        assert.deepEqual(await chargesOf(order.order_id), paid);
        await assertStock(productId, { total_quantity: 0, reserved: 0 });
      });
    }

    test(`tok_visa of a wallet pays like a card, by ${door}`, async () => {
      const { answer } = await doors[door]({ method: 'wallet', token: 'tok_visa' });
      assert.deepEqual([answer.status, answer.body.payment.method], [201, 'wallet']);
      assert.deepEqual(await chargesOf(answer.body.order_id), paid);
    });

    test(`3-D Secure waits for the challenge page, then pays, by ${door}`, async () => {
      const { guest, productId, answer } = await doors[door](card('tok_3ds'));
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      assert.equal(answer.body.next_action.type, 'redirect');
      await assertStock(productId, { total_quantity: 1, reserved: 1 });
      await answerChallenge(answer.body.next_action.url, 'confirm');
      const order = await untilStatus(guest, answer, 'CONFIRMED');
      assert.deepEqual(await chargesOf(order.order_id), paid);
      await assertStock(productId, { total_quantity: 0, reserved: 0 });
    });

    test(`a challenge that is declined fails the order and takes no money, by ${door}`, async () => {
      const { guest, answer } = await doors[door](card('tok_3ds'));
      await answerChallenge(answer.body.next_action.url, 'decline');
      const order = await untilStatus(guest, answer, 'PAYMENT_FAILED');
      assert.deepEqual(await chargesOf(order.order_id), []);
    });

    test(`a bank transfer is confirmed by its webhook within seconds, by ${door}`, async () => {
      const { guest, answer } = await doors[door]({ method: 'bank_transfer', token: 'tok_visa' });
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      assert.deepEqual(answer.body.next_action, { type: 'wait' });
      const order = await untilStatus(guest, answer, 'CONFIRMED');
      assert.equal(order.payment.method, 'bank_transfer');
      assert.deepEqual(await chargesOf(order.order_id), paid);
    });

    test(`a bank transfer that fails ends the order, by ${door}`, async () => {
      const { guest, answer } = await doors[door]({ method: 'bank_transfer', token: 'tok_insufficient_funds' });
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      const order = await untilStatus(guest, answer, 'PAYMENT_FAILED');
      assert.deepEqual(await chargesOf(order.order_id), []);
    });
  }
});

/** As a person does: opens the page, and presses the button. */
async function answerChallenge(url: string, answer: 'confirm' | 'decline'): Promise<void> {
  const page = await fetch(url);
  assert.equal(page.status, 200);
  const html = await page.text();
  assert.match(html, /<form method="post">/);
  assert.match(html, new RegExp(`name="answer" value="${answer}"`));
  const sent = await fetch(url, { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' });
  await sent.text();
  assert.ok(sent.status === 200 || sent.status === 303, `the challenge answered ${sent.status}`);
}

const refusing = [
  { token: 'tok_declined', reason: 'declined', charges: [] },
  { token: 'tok_insufficient_funds', reason: 'insufficient_funds', charges: [] },
  { token: 'tok_capture_fails', reason: 'capture_failed', charges: voided },
];

describe('payments that are refused', together, () => {
  for (const { token, reason, charges } of refusing) {
    test(`${token} is a decline with its reason, and another card pays under the same hold`, async () => {
      const { guest, productId, answer, checkoutId } = await doors.order(card(token));
      assert.deepEqual([answer.status, answer.body.code, answer.body.reason], [402, 'PAYMENT_DECLINED', reason]);
      const failedId = answer.body.order_id;
      assert.equal((await guest.get(`/api/orders/${failedId}`)).body.status, 'PAYMENT_FAILED');
      assert.deepEqual(await chargesOf(failedId), charges);
      await assertStock(productId, { total_quantity: 1, reserved: 1 });

      const retried = await guest.post('/api/orders', { checkout_id: checkoutId, payment: card() });
      assert.equal(retried.status, 201, JSON.stringify(retried.body));
      assert.notEqual(retried.body.order_id, failedId, 'an order that has failed stays failed');
      assert.deepEqual(await chargesOf(retried.body.order_id), paid);
      assert.deepEqual(await chargesOf(failedId), charges);
      await assertStock(productId, { total_quantity: 0, reserved: 0 });
    });

    test(`${token} of a buy-now is a decline, and the hold goes back at once`, async () => {
      const { guest, productId, answer } = await doors.buyNow(card(token));
      assert.deepEqual([answer.status, answer.body.code, answer.body.reason], [402, 'PAYMENT_DECLINED', reason]);
      const { body } = await admin.get(`/api/admin/inventory/${productId}`);
      assert.deepEqual([body.total_quantity, body.reserved], [1, 0]);
      assert.equal((await guest.get(`/api/orders/${answer.body.order_id}`)).body.status, 'PAYMENT_FAILED');
      assert.deepEqual(await chargesOf(answer.body.order_id), charges);
    });
  }
});

test('an order that waits for its bank can be cancelled, and money that comes later goes back', async () => {
  const { guest, productId, answer } = await doors.order(card('tok_3ds'));
  const orderId = answer.body.order_id;
  const cancelled = await guest.post(`/api/orders/${orderId}/cancel`);
  assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'CANCELLED']);
  await answerChallenge(answer.body.next_action.url, 'confirm').catch(() => undefined);
  await eventually('no money of the order is kept', async () => {
    const charges = await chargesOf(orderId);
    return charges.every(({ state }) => state === 'voided' || state === 'refunded');
  });
  await assertStock(productId, { total_quantity: 1, reserved: 0 });
  assert.equal((await guest.get(`/api/orders/${orderId}`)).body.status, 'CANCELLED');
});

test('a gateway that does not exist is refused and holds nothing back', async () => {
  const { productId, answer } = await doors.buyNow({ ...card(), gateway: 'no-such' } as Payment);
  assert.deepEqual([answer.status, answer.body.code], [400, 'GATEWAY_UNKNOWN']);
  await assertStock(productId, { total_quantity: 1, reserved: 0 });
});

test('no order has more than one living charge, and none is stuck', async () => {
  const { body: books } = await admin.get('/api/admin/simulator/charges');
  const living = new Map<string, number>();
  for (const { order_id, state, captured, refunded } of books.items) {
    if (state !== 'authorized' && captured === refunded) continue;
    living.set(order_id, (living.get(order_id) ?? 0) + 1);
  }
  assert.deepEqual(
    [...living].filter(([, count]) => count > 1),
    [],
  );
  const { body: orders } = await admin.get('/api/admin/orders?page_size=100');
  for (const order of orders.items) {
    const isPaid = order.status === 'CONFIRMED';
    assert.equal(living.get(order.order_id) ?? 0, isPaid ? 1 : 0, `${order.order_id} is ${order.status}`);
  }
  assert.deepEqual((await admin.get('/api/admin/stuck')).body.items, []);
  await assertAudit(shop);
});
