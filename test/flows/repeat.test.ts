// A request that is sent again, at once or later, has one effect, and everyone who asked gets its answer. Each case
// sends the same thing many times and then counts what is there.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import {
  type Answer,
  address,
  assertAudit,
  type Client,
  card,
  createClient,
  newGuest,
  newProduct,
  newUser,
  receive,
  settledStock,
} from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';

const shop = await startTestShop({ after });
const admin = createClient(shop.url, shop.adminKey);
const AT_ONCE = 30;

const newKey = () => ({ 'idempotency-key': randomUUID() });
const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
const buying = (productId: string, more: object = {}) => ({
  product_id: productId,
  quantity: 1,
  ...delivery,
  payment: card(),
  ...more,
});

function atOnce(send: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, (_, index) => send(index)));
}

const statuses = (answers: Answer[]) => [...new Set(answers.map(answer => answer.status))];
const orderIds = (answers: Answer[]) => new Set(answers.map(answer => answer.body.order_id));
const replays = (answers: Answer[]) =>
  answers.filter(answer => answer.headers.get('idempotency-replayed') === 'true').length;

async function countOrders(productId: string): Promise<number> {
  const { status, body } = await admin.get(`/api/admin/orders?product_id=${productId}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.total;
}

async function newCheckout(person: Client, productId: string): Promise<string> {
  const added = await person.post('/api/cart/items', { product_id: productId, quantity: 1 });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  const checkout = await person.post('/api/checkouts', delivery);
  assert.equal(checkout.status, 201, JSON.stringify(checkout.body));
  return checkout.body.checkout_id;
}

test('30 buy-nows at once under one key make one order, and all callers get it', async () => {
  const product = await newProduct(shop, { stock: 50 });
  const guest = await newGuest(shop);
  const key = newKey();
  const answers = await atOnce(() => guest.post('/api/buy-now', buying(product.product_id), key));
  assert.deepEqual(statuses(answers), [201]);
  assert.equal(orderIds(answers).size, 1);
  assert.equal(new Set(answers.map(answer => JSON.stringify(answer.body))).size, 1);
  assert.equal(replays(answers), AT_ONCE - 1);
  assert.equal(await countOrders(product.product_id), 1);
  assert.equal((await settledStock(shop, product.product_id)).total_quantity, 49);
});

test('30 places of an order at once under one key make one order', async () => {
  const product = await newProduct(shop, { stock: 50 });
  const user = await newUser(shop);
  const checkout_id = await newCheckout(user, product.product_id);
  const key = newKey();
  const answers = await atOnce(() => user.post('/api/orders', { checkout_id, payment: card() }, key));
  assert.deepEqual(statuses(answers), [201]);
  assert.equal(orderIds(answers).size, 1);
  assert.equal(replays(answers), AT_ONCE - 1);
  assert.equal(await countOrders(product.product_id), 1);
});

test('one checkout placed 30 times at once under different keys is one order for all', async () => {
  const product = await newProduct(shop, { stock: 50 });
  const guest = await newGuest(shop);
  const checkout_id = await newCheckout(guest, product.product_id);
  const answers = await atOnce(() => guest.post('/api/orders', { checkout_id, payment: card() }, newKey()));
  assert.deepEqual(statuses(answers), [201]);
  assert.equal(orderIds(answers).size, 1);
  assert.equal(replays(answers), 0);
  const later = await guest.post('/api/orders', { checkout_id, payment: card() });
  assert.deepEqual([later.status, later.body.order_id], [201, answers[0]!.body.order_id]);
  assert.equal(await countOrders(product.product_id), 1);
  const { body: books } = await admin.get(`/api/admin/simulator/charges?order_id=${later.body.order_id}`);
  assert.deepEqual(
    books.items.map((item: { captured: number }) => item.captured),
    [later.body.total.amount],
  );
  assert.equal((await settledStock(shop, product.product_id)).total_quantity, 49);
});

test('30 adds to a cart at once under one key add once', async () => {
  const product = await newProduct(shop, { stock: 100 });
  const guest = await newGuest(shop);
  const key = newKey();
  const line = { product_id: product.product_id, quantity: 2 };
  const answers = await atOnce(() => guest.post('/api/cart/items', line, key));
  assert.deepEqual(statuses(answers), [200]);
  assert.equal(replays(answers), AT_ONCE - 1);
  const { body: cart } = await guest.get('/api/cart');
  assert.deepEqual(
    cart.items.map((item: { quantity: number }) => item.quantity),
    [2],
  );
});

test('30 checkouts at once under one key hold once', async () => {
  const product = await newProduct(shop, { stock: 100 });
  const guest = await newGuest(shop);
  await guest.post('/api/cart/items', { product_id: product.product_id, quantity: 3 });
  const key = newKey();
  const answers = await atOnce(() => guest.post('/api/checkouts', delivery, key));
  assert.deepEqual(statuses(answers), [201]);
  assert.equal(new Set(answers.map(answer => answer.body.checkout_id)).size, 1);
  const { body: stock } = await admin.get(`/api/admin/inventory/${product.product_id}`);
  assert.equal(stock.reserved, 3);
});

test('30 refunds at once under one key give the money back once', async () => {
  const product = await newProduct(shop, { stock: 5, price: 6000 });
  const guest = await newGuest(shop);
  const { body: order } = await guest.post('/api/buy-now', buying(product.product_id));
  const key = newKey();
  const refund = { amount: { amount: 1000, currency: 'USD' }, reason: 'late' };
  const answers = await atOnce(() => admin.post(`/api/admin/orders/${order.order_id}/refund`, refund, key));
  assert.deepEqual(statuses(answers), [201]);
  assert.equal(new Set(answers.map(answer => answer.body.refund_id)).size, 1);
  const { body: books } = await admin.get(`/api/admin/simulator/charges?order_id=${order.order_id}`);
  assert.deepEqual(
    books.items.map((item: { refunded: number }) => item.refunded),
    [1000],
  );
});

test('a used key with other input is refused and does nothing', async () => {
  const product = await newProduct(shop, { stock: 10 });
  const guest = await newGuest(shop);
  const key = newKey();
  assert.equal((await guest.post('/api/buy-now', buying(product.product_id), key)).status, 201);
  const other = await guest.post('/api/buy-now', buying(product.product_id, { quantity: 2 }), key);
  assert.deepEqual([other.status, other.body.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
  assert.equal(await countOrders(product.product_id), 1);

  const cartKey = newKey();
  const line = { product_id: product.product_id, quantity: 1 };
  assert.equal((await guest.post('/api/cart/items', line, cartKey)).status, 200);
  const more = await guest.post('/api/cart/items', { ...line, quantity: 2 }, cartKey);
  assert.deepEqual([more.status, more.body.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
});

test('a guest without a session finds the first order by repeating the whole request', async () => {
  const product = await newProduct(shop, { stock: 10 });
  const nobody = createClient(shop.url);
  const key = newKey();
  const first = await nobody.post('/api/buy-now', buying(product.product_id), key);
  assert.equal(first.status, 201, JSON.stringify(first.body));
  const second = await nobody.post('/api/buy-now', buying(product.product_id), key);
  assert.equal(second.status, 201);
  assert.deepEqual(second.body, first.body);
  assert.equal(second.headers.get('idempotency-replayed'), 'true');
  const access = await nobody.get(`/api/orders/${first.body.order_id}?access=${second.body.access_token}`);
  assert.equal(access.status, 200);

  // Whoever guesses the key alone, with other input, meets nothing of it.
  const other = await nobody.post('/api/buy-now', buying(product.product_id, { email: 'eve@example.com' }), key);
  assert.equal(other.status, 201);
  assert.notEqual(other.body.order_id, first.body.order_id);
  assert.equal(await countOrders(product.product_id), 2);
});

test('the keys of two people do not meet, nor do those of two routes', async () => {
  const product = await newProduct(shop, { stock: 10 });
  const key = newKey();
  const people = [await newGuest(shop), await newGuest(shop), await newUser(shop)];
  const answers = await Promise.all(people.map(person => person.post('/api/buy-now', buying(product.product_id), key)));
  assert.deepEqual(statuses(answers), [201]);
  assert.equal(orderIds(answers).size, 3);
  assert.equal(replays(answers), 0);
  const elsewhere = await people[0]!.post('/api/cart/items', { product_id: product.product_id, quantity: 1 }, key);
  assert.equal(elsewhere.status, 200);
});

test('without a key two buy-nows are two orders', async () => {
  const product = await newProduct(shop, { stock: 10 });
  const guest = await newGuest(shop);
  const answers = [1, 2].map(() => guest.post('/api/buy-now', buying(product.product_id)));
  assert.equal(orderIds(await Promise.all(answers)).size, 2);
});

test('a decline is kept: the key answers it again, and the card is not tried again', async () => {
  const product = await newProduct(shop, { stock: 10 });
  const guest = await newGuest(shop);
  const key = newKey();
  const body = buying(product.product_id, { payment: card('tok_declined') });
  const first = await guest.post('/api/buy-now', body, key);
  assert.deepEqual([first.status, first.body.code, first.body.reason], [402, 'PAYMENT_DECLINED', 'declined']);
  const second = await guest.post('/api/buy-now', body, key);
  assert.deepEqual([second.status, second.body], [402, first.body]);
  assert.equal(second.headers.get('idempotency-replayed'), 'true');
  assert.equal(second.headers.get('content-type')?.split(';')[0], 'application/problem+json');
  assert.equal(await countOrders(product.product_id), 1);
});

test('being out of stock is kept under its key; a new key sees the new stock', async () => {
  const product = await newProduct(shop);
  const guest = await newGuest(shop);
  const key = newKey();
  const first = await guest.post('/api/buy-now', buying(product.product_id), key);
  assert.deepEqual([first.status, first.body.code], [409, 'OUT_OF_STOCK']);
  await receive(shop, product.product_id, 5);
  const again = await guest.post('/api/buy-now', buying(product.product_id), key);
  assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [409, 'true']);
  assert.equal((await guest.post('/api/buy-now', buying(product.product_id), newKey())).status, 201);
});

test('a superseded checkout answers 410, and answers it again under the same key', async () => {
  const product = await newProduct(shop, { stock: 10 });
  const guest = await newGuest(shop);
  const checkout_id = await newCheckout(guest, product.product_id);
  const newer = await guest.post('/api/checkouts', delivery);
  assert.equal(newer.status, 201);
  const key = newKey();
  const gone = await guest.post('/api/orders', { checkout_id, payment: card() }, key);
  assert.deepEqual([gone.status, gone.body.code], [410, 'CHECKOUT_SUPERSEDED']);
  const again = await guest.post('/api/orders', { checkout_id, payment: card() }, key);
  assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [410, 'true']);
  const { body: stock } = await admin.get(`/api/admin/inventory/${product.product_id}`);
  assert.equal(stock.reserved, 1, 'the older hold went back');
  const placed = await guest.post('/api/orders', { checkout_id: newer.body.checkout_id, payment: card() });
  assert.equal(placed.status, 201);
});

test('a request that could not be meant (400, 401, 404) leaves its key free', async () => {
  const product = await newProduct(shop, { stock: 10 });
  const guest = await newGuest(shop);
  const wrongs: [number, (key: Record<string, string>) => Promise<Answer>][] = [
    [400, key => guest.post('/api/buy-now', buying(product.product_id, { quantity: 0 }), key)],
    [401, key => guest.as('no-such-token').post('/api/buy-now', buying(product.product_id), key)],
    [404, key => guest.post('/api/buy-now', buying(randomUUID()), key)],
  ];
  for (const [status, send] of wrongs) {
    const key = newKey();
    const wrong = await send(key);
    assert.equal(wrong.status, status, JSON.stringify(wrong.body));
    const right = await guest.post('/api/buy-now', buying(product.product_id), key);
    assert.equal(right.status, 201, `after a ${status}: ${JSON.stringify(right.body)}`);
    assert.equal(right.headers.get('idempotency-replayed'), null);
  }
});

test('every invariant holds after all the repeats', () => assertAudit(shop));
