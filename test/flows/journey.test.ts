// A person's whole way through the shop over HTTP, from the first look to the refund. The same steps with the same
// exact amounts run against the shop in one process and with every module in a process of its own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import {
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
import { type ShopForm, startTestShop, type TestShop } from '../support/shop.ts';

const forms: ShopForm[] = ['joined', 'split'];
const password = 'correct horse battery';
const usd = (amount: number) => ({ amount, currency: 'USD' });

for (const form of forms) {
  test(`the whole journey of a user and of a guest, ${form}`, { timeout: 180_000 }, async t => {
    const shop = await startTestShop(t, { form });
    await t.test('a user shops on two devices, pays, and gets it delivered and refunded', () => userJourney(shop));
    await t.test('a guest buys at once, reads the order by its token, and cancels it', () => guestJourney(shop));
    await t.test('every invariant holds afterwards', () => assertAudit(shop));
  });
}

interface Goods {
  lamp: { product_id: string; title: string };
  rug: { product_id: string; title: string };
}

async function userJourney(shop: TestShop): Promise<void> {
  const lamp = await newProduct(shop, { stock: 10, price: 1999 });
  const rug = await newProduct(shop, { stock: 20, price: 1250 });
  const goods = { lamp, rug };
  const email = `ada-${randomUUID()}@example.com`;
  await findByTitle(shop, lamp);
  const user = await gatherCart(shop, goods, email);
  const checkout = await checkOut(shop, user, goods);
  const order = await pay(shop, user, goods, checkout.checkout_id);
  await deliver(shop, user, order.order_id, email);
  await refund(shop, goods, order.order_id, email);
}

/** A new product is found by its exact title as soon as its event has been applied. */
async function findByTitle(shop: TestShop, product: { product_id: string; title: string }): Promise<void> {
  const anybody = createClient(shop.url);
  const found = await eventually('the new product is found', async () => {
    const { status, body } = await anybody.get(`/api/search?q=${encodeURIComponent(product.title)}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body.items.find((item: { product_id: string }) => item.product_id === product.product_id);
  });
  assert.equal(found.title, product.title);
  assert.deepEqual(found.price, usd(1999));
  const page = await eventually('the product page shows its stock', async () => {
    const { body } = await anybody.get(`/api/products/${product.product_id}`);
    return body.in_stock && body;
  });
  assert.equal(page.available, 10);
}

/** One device signs up with a lamp in its cart; another one logs in with two rugs: the user has all of it. */
async function gatherCart(shop: TestShop, { lamp, rug }: Goods, email: string): Promise<Client> {
  const laptop = await newGuest(shop);
  const added = await laptop.post('/api/cart/items', { product_id: lamp.product_id, quantity: 1 });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  assert.deepEqual(added.body.subtotal, usd(1999));

  const signedUp = await laptop.post('/api/account/signup', { email, password, name: 'Ada Example' });
  assert.equal(signedUp.status, 201, JSON.stringify(signedUp.body));
  assert.deepEqual(signedUp.body.cart_merge, { merged: 1, notices: [] });
  assert.notEqual(signedUp.body.token, laptop.token, 'the token is rotated');

  const phone = await newGuest(shop);
  assert.equal((await phone.post('/api/cart/items', { product_id: rug.product_id, quantity: 2 })).status, 200);
  const loggedIn = await phone.post('/api/account/login', { email, password });
  assert.equal(loggedIn.status, 200, JSON.stringify(loggedIn.body));
  assert.deepEqual(loggedIn.body.cart_merge, { merged: 1, notices: [] });
  assert.notEqual(loggedIn.body.token, phone.token, 'the token is rotated');

  const user = phone.as(loggedIn.body.token);
  assert.deepEqual(await linesOf(user), { [lamp.product_id]: 1, [rug.product_id]: 2 });
  assert.deepEqual(await linesOf(phone.as(signedUp.body.token)), await linesOf(user), 'both devices see one cart');
  assert.deepEqual(await linesOf(phone), {}, "the guest's cart has become the user's");
  const me = await user.get('/api/me');
  assert.equal(me.body.user.email, email);
  assert.equal(me.body.cart_items, 3);
  return user;
}

async function linesOf(person: Client): Promise<Record<string, number>> {
  const { status, body } = await person.get('/api/cart');
  assert.equal(status, 200, JSON.stringify(body));
  return Object.fromEntries(
    body.items.map((item: { product_id: string; quantity: number }) => [item.product_id, item.quantity]),
  );
}

/** 1999 + 2 × 1250; shipping 599 below 50.00; California's 7.25 % on each line (145, 181) and on shipping (43). */
async function checkOut(shop: TestShop, user: Client, { lamp, rug }: Goods) {
  const { status, body } = await user.post('/api/checkouts', {
    shipping_address: address,
    shipping_method: 'standard',
  });
  assert.equal(status, 201, JSON.stringify(body));
  const { subtotal, discount, shipping_cost, tax, total } = body;
  assert.deepEqual(
    { subtotal, discount, shipping_cost, tax, total },
    { subtotal: usd(4499), discount: usd(0), shipping_cost: usd(599), tax: usd(369), total: usd(5467) },
  );
  const minutes = (Date.parse(body.reservation.expires_at) - Date.now()) / 60_000;
  assert.ok(minutes > 14 && minutes <= 15, `held for ${minutes} minutes`);
  assert.deepEqual(await stockOf(shop, lamp), { total_quantity: 10, reserved: 1, available: 9 });
  assert.deepEqual(await stockOf(shop, rug), { total_quantity: 20, reserved: 2, available: 18 });
  assert.equal((await user.get(`/api/checkouts/${body.checkout_id}`)).status, 200);
  return body;
}

async function stockOf(shop: TestShop, product: { product_id: string }) {
  const admin = createClient(shop.url, shop.adminKey);
  const { body } = await admin.get(`/api/admin/inventory/${product.product_id}`);
  const { total_quantity, reserved, available } = body;
  return { total_quantity, reserved, available };
}

async function pay(shop: TestShop, user: Client, { lamp, rug }: Goods, checkoutId: string) {
  const { status, body: order } = await user.post('/api/orders', { checkout_id: checkoutId, payment: card() });
  assert.equal(status, 201, JSON.stringify(order));
  assert.equal(order.status, 'CONFIRMED');
  assert.deepEqual(order.total, usd(5467));
  assert.deepEqual(
    order.items.map((item: Record<string, unknown>) => [item.product_id, item.quantity, item.unit_price]).sort(),
    [
      [lamp.product_id, 1, usd(1999)],
      [rug.product_id, 2, usd(1250)],
    ].sort(),
  );
  const { payment_id: _id, ...payment } = order.payment;
  assert.deepEqual(payment, { status: 'captured', method: 'card', gateway: 'simulator' });
  assert.deepEqual(await linesOf(user), {}, 'what was ordered has left the cart');
  await settledStock(shop, lamp.product_id);
  await settledStock(shop, rug.product_id);
  assert.deepEqual(await stockOf(shop, lamp), { total_quantity: 9, reserved: 0, available: 9 });
  assert.deepEqual(await stockOf(shop, rug), { total_quantity: 18, reserved: 0, available: 18 });
  const own = await user.get('/api/orders');
  assert.deepEqual([own.body.total, own.body.items[0].order_id], [1, order.order_id]);
  return order;
}

async function deliver(shop: TestShop, user: Client, orderId: string, email: string): Promise<void> {
  const admin = createClient(shop.url, shop.adminKey);
  await untilMailed(shop, email, orderId, 'order_confirmed');

  const shipped = await admin.post(`/api/admin/orders/${orderId}/ship`, {
    carrier: 'Parcel Post',
    tracking_number: 'PP123456789',
  });
  assert.equal(shipped.status, 200, JSON.stringify(shipped.body));
  assert.equal(shipped.body.status, 'SHIPPED');
  const { body: onItsWay } = await user.get(`/api/orders/${orderId}`);
  assert.equal(onItsWay.status, 'SHIPPED');
  assert.deepEqual(
    onItsWay.shipments.map((shipment: Record<string, unknown>) => [
      shipment.carrier,
      shipment.tracking_number,
      shipment.status,
    ]),
    [['Parcel Post', 'PP123456789', 'shipped']],
  );
  const tooLate = await user.post(`/api/orders/${orderId}/cancel`);
  assert.deepEqual([tooLate.status, tooLate.body.code], [409, 'NOT_CANCELLABLE']);
  await untilMailed(shop, email, orderId, 'order_shipped');

  const delivered = await admin.post(`/api/admin/orders/${orderId}/deliver`);
  assert.equal(delivered.status, 200, JSON.stringify(delivered.body));
  const { body: order } = await user.get(`/api/orders/${orderId}`);
  assert.equal(order.status, 'DELIVERED');
  assert.deepEqual(
    order.history.map((entry: { status: string }) => entry.status),
    ['CREATED', 'PAYMENT_PENDING', 'CONFIRMED', 'SHIPPED', 'DELIVERED'],
  );
  const times = order.history.map((entry: { at: string }) => entry.at);
  assert.deepEqual(times, [...times].sort());
  await untilMailed(shop, email, orderId, 'order_delivered');
}

async function untilMailed(shop: TestShop, email: string, orderId: string, kind: string): Promise<void> {
  const anybody = createClient(shop.url);
  await eventually(`${kind} is mailed`, async () => {
    const { body } = await anybody.get(`/dev/mail.json?to=${encodeURIComponent(email)}`);
    return body.items.some(
      (mail: { kind: string; order_id: string }) => mail.kind === kind && mail.order_id === orderId,
    );
  });
}

/** The lamp goes back with its tax share, then the rest with what is left of the money. */
async function refund(shop: TestShop, { lamp, rug }: Goods, orderId: string, email: string): Promise<void> {
  const admin = createClient(shop.url, shop.adminKey);
  const path = `/api/admin/orders/${orderId}/refund`;
  const items = [{ product_id: lamp.product_id, quantity: 1 }];
  const part = await admin.post(path, { items, reason: 'the shade is torn', restock: true });
  assert.equal(part.status, 201, JSON.stringify(part.body));
  assert.deepEqual([part.body.amount, part.body.order.payment.status], [usd(2144), 'partially_refunded']);
  assert.deepEqual(await stockOf(shop, lamp), { total_quantity: 10, reserved: 0, available: 10 });

  const rest = await admin.post(path, { reason: 'sent back', restock: true });
  assert.equal(rest.status, 201, JSON.stringify(rest.body));
  assert.deepEqual([rest.body.amount, rest.body.order.payment.status], [usd(3323), 'refunded']);
  assert.equal(rest.body.order.status, 'DELIVERED');
  assert.deepEqual(await stockOf(shop, lamp), { total_quantity: 10, reserved: 0, available: 10 });
  assert.deepEqual(await stockOf(shop, rug), { total_quantity: 20, reserved: 0, available: 20 });

  const nothingLeft = await admin.post(path, { reason: 'once more', restock: true });
  assert.deepEqual([nothingLeft.status, nothingLeft.body.code], [409, 'NOT_REFUNDABLE']);
  assert.deepEqual(await chargesOf(shop, orderId), [{ state: 'refunded', captured: 5467, refunded: 5467 }]);
  await untilMailed(shop, email, orderId, 'order_refunded');
}

async function chargesOf(shop: TestShop, orderId: string) {
  const admin = createClient(shop.url, shop.adminKey);
  const { body } = await admin.get(`/api/admin/simulator/charges?order_id=${orderId}`);
  return body.items.map(({ state, captured, refunded }: Record<string, unknown>) => ({ state, captured, refunded }));
}

async function guestJourney(shop: TestShop): Promise<void> {
  const chair = await newProduct(shop, { stock: 3, price: 8000 });
  const guest = await newGuest(shop);
  const email = `guest-${randomUUID()}@example.com`;
  const bought = await guest.post('/api/buy-now', {
    product_id: chair.product_id,
    quantity: 2,
    expected_price: usd(8000),
    shipping_address: address,
    shipping_method: 'express',
    email,
    payment: card(),
  });
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  const { order_id: orderId, access_token: token } = bought.body;
  // 2 × 8000, express 1499, tax 1160 + 109.
  assert.deepEqual([bought.body.status, bought.body.total], ['CONFIRMED', usd(18_768)]);
  assert.ok(token.length >= 22, '128 bits need 22 characters of base64');
  await readByToken(shop, guest, orderId, token);
  await untilMailed(shop, email, orderId, 'order_confirmed');
  await settledStock(shop, chair.product_id);
  assert.deepEqual(await stockOf(shop, chair), { total_quantity: 1, reserved: 0, available: 1 });

  const stranger = await newGuest(shop);
  assert.equal((await stranger.post(`/api/orders/${orderId}/cancel`)).status, 404);
  const cancelled = await guest.post(`/api/orders/${orderId}/cancel`);
  assert.equal(cancelled.status, 200, JSON.stringify(cancelled.body));
  assert.deepEqual([cancelled.body.status, cancelled.body.payment.status], ['CANCELLED', 'refunded']);
  assert.equal((await guest.post(`/api/orders/${orderId}/cancel`)).status, 200, 'cancelled already: accepted');
  assert.deepEqual(await stockOf(shop, chair), { total_quantity: 3, reserved: 0, available: 3 });
  assert.deepEqual(await chargesOf(shop, orderId), [{ state: 'refunded', captured: 18_768, refunded: 18_768 }]);
  await untilMailed(shop, email, orderId, 'order_cancelled');
}

/** The order id alone opens nothing; its token does, in the address or in the header, for anybody who has it. */
async function readByToken(shop: TestShop, guest: Client, orderId: string, token: string): Promise<void> {
  const anybody = createClient(shop.url);
  const stranger = await newGuest(shop);
  const path = `/api/orders/${orderId}`;
  assert.equal((await guest.get(path)).status, 200);
  assert.equal((await anybody.get(path)).status, 404);
  assert.equal((await stranger.get(path)).status, 404);
  assert.equal((await anybody.get(`${path}?access=${'x'.repeat(token.length)}`)).status, 404);
  // Its parcel is made by an event: what is compared must not change between two readings.
  await eventually('the parcel is made', async () => (await guest.get(path)).body.shipments.length === 1);
  const byAddress = await anybody.get(`${path}?access=${token}`);
  const byHeader = await stranger.get(path, { 'order-access': token });
  assert.deepEqual([byAddress.status, byHeader.status], [200, 200]);
  assert.equal(byAddress.body.order_id, orderId);
  assert.deepEqual(byAddress.body, byHeader.body);
  assert.equal(byAddress.headers.get('cache-control'), 'private, no-store');
}
