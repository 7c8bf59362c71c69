// A crowd wants the same few things at the same moment. Hundreds of clients are let loose at once, and afterwards the
// answers are counted one by one and compared with the stock.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
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
  settledStock,
} from '../support/client.ts';
import { startTestShop } from '../support/shop.ts';

const shop = await startTestShop({ after });
const CLIENTS = 400;
const UNITS = 100;

const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
const buying = (productId: string) => ({ product_id: productId, quantity: 1, ...delivery, payment: card() });
const crowd = (size: number) => Promise.all(Array.from({ length: size }, () => newGuest(shop)));

function tally(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const said = `${status} ${status < 300 ? body.status : body.code}`;
    counts[said] = (counts[said] ?? 0) + 1;
  }
  return counts;
}

const fairEnd = { '201 CONFIRMED': UNITS, '409 OUT_OF_STOCK': CLIENTS - UNITS };

async function assertSoldOut(productId: string): Promise<void> {
  const { total_quantity, reserved, available } = await settledStock(shop, productId);
  assert.deepEqual({ total_quantity, reserved, available }, { total_quantity: 0, reserved: 0, available: 0 });
}

test('400 clients buy 100 units at once: exactly 100 get one, and 300 are told that it is sold out', async () => {
  const product = await newProduct(shop, { stock: UNITS });
  const clients = await crowd(CLIENTS);
  const answers = await Promise.all(clients.map(client => client.post('/api/buy-now', buying(product.product_id))));
  assert.deepEqual(tally(answers), fairEnd);
  assert.equal(
    new Set(answers.filter(answer => answer.status === 201).map(answer => answer.body.order_id)).size,
    UNITS,
  );
  await assertSoldOut(product.product_id);
});

test('400 clients with carts and checkouts at once: exactly 100 orders of 100 units', async () => {
  const product = await newProduct(shop, { stock: UNITS });
  const clients = await crowd(CLIENTS);
  const ends = await Promise.all(clients.map(client => shopByCart(client, product.product_id)));
  assert.deepEqual(tally(ends), fairEnd);
  await assertSoldOut(product.product_id);
});

/** Cart, checkout, order; the first refusal is the end, whichever step meets it. */
async function shopByCart(client: Client, productId: string): Promise<Answer> {
  const added = await client.post('/api/cart/items', { product_id: productId, quantity: 1 });
  if (added.status !== 200) return added;
  const checkout = await client.post('/api/checkouts', delivery);
  if (checkout.status !== 201) return checkout;
  return client.post('/api/orders', { checkout_id: checkout.body.checkout_id, payment: card() });
}

test('orders of several products at once hold all their lines or none', async () => {
  const [one, two] = [await newProduct(shop, { stock: 30 }), await newProduct(shop, { stock: 20 })];
  const clients = await crowd(60);
  const answers = await Promise.all(
    clients.map(async (client, index) => {
      // In opposite orders, so that whoever locks as asked would deadlock.
      for (const product of index % 2 === 0 ? [one, two] : [two, one]) {
        await client.put(`/api/cart/items/${product.product_id}`, { quantity: 1 });
      }
      return client.post('/api/checkouts', delivery);
    }),
  );
  const held = answers.filter(answer => answer.status === 201);
  const refused = answers.filter(answer => answer.status !== 201);
  assert.ok(refused.every(answer => answer.status === 409 && answer.body.code === 'OUT_OF_STOCK'));
  const units = (productId: string) =>
    held
      .flatMap(answer => answer.body.items)
      .filter(item => item.product_id === productId)
      .reduce((sum: number, item) => sum + item.quantity, 0);
  const admin = createClient(shop.url, shop.adminKey);
  for (const [product, stock] of [
    [one, 30],
    [two, 20],
  ] as const) {
    const { body } = await admin.get(`/api/admin/inventory/${product.product_id}`);
    assert.deepEqual([body.total_quantity, body.reserved], [stock, units(product.product_id)]);
  }
  assert.equal(units(two.product_id), 20);
});

test('two clients of one person add to the cart 20 times in parallel: the sum is right', async () => {
  const product = await newProduct(shop, { stock: 500 });
  const account = { email: 'two-devices@example.com', password: 'correct horse battery', name: 'Ada Example' };
  const anonymous = createClient(shop.url);
  const { body: laptop } = await anonymous.post('/api/account/signup', account);
  const { body: phone } = await anonymous.post('/api/account/login', {
    email: account.email,
    password: account.password,
  });
  assert.notEqual(laptop.token, phone.token);
  const devices = [anonymous.as(laptop.token), anonymous.as(phone.token)];
  const adds = Array.from({ length: 20 }, (_, index) =>
    devices[index % 2]!.post('/api/cart/items', { product_id: product.product_id, quantity: 1 + (index % 3) }),
  );
  const answers = await Promise.all(adds);
  assert.deepEqual(
    answers.map(answer => answer.status),
    Array(20).fill(200),
  );
  for (const device of devices) {
    const { body: cart } = await device.get('/api/cart');
    // 1 + 2 + 3 + 1 + … twenty times.
    assert.deepEqual(
      cart.items.map((item: { quantity: number }) => item.quantity),
      [39],
    );
  }
});

test('30 requests pipelined over one connection buy a last unit once', async () => {
  const product = await newProduct(shop, { stock: 1 });
  const guest = await newGuest(shop);
  const answers = await pipeline(guest.token!, JSON.stringify(buying(product.product_id)), 30);
  assert.equal(answers.length, 30);
  assert.equal(answers.filter(status => status === 201).length, 1);
  assert.equal(answers.filter(status => status === 409).length, 29);
  await assertSoldOut(product.product_id);
});

/** Sends all requests in one write, before any answer has come; the statuses in the order of the answers. */
async function pipeline(token: string, body: string, times: number): Promise<number[]> {
  const { hostname, port } = new URL(shop.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const requests = Array.from({ length: times }, (_, index) =>
    [
      'POST /api/buy-now HTTP/1.1',
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `Connection: ${index === times - 1 ? 'close' : 'keep-alive'}`,
      '',
      body,
    ].join('\r\n'),
  );
  socket.write(requests.join(''));
  let text = '';
  for await (const chunk of socket) text += chunk;
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(match => Number(match[1]));
}

test('every invariant holds after the crowds', () => assertAudit(shop));
