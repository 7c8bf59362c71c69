// Goal: what other platforms are known to get wrong with stock is right here, whichever ledger decides it. Method: a
// real shop over HTTP for each ledger, one with the gate before it; each failure by its name, then every invariant.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import {
  type Answer,
  address,
  assertAudit,
  card,
  createClient,
  eventually,
  newGuest,
  newProduct,
  receive,
  settledStock,
} from '../support/client.ts';
import { need } from '../support/parts.ts';
import { startRedis } from '../support/redis.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';

const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
const buying = (product_id: string, quantity = 1) => ({ product_id, quantity, ...delivery, payment: card() });

const LEDGERS = ['grouped', 'pessimistic', 'optimistic'];

for (const ledger of LEDGERS) {
  test(`the stock of the ${ledger} ledger keeps its promises`, { timeout: 300_000 }, async t => {
    await provePromises(t, await startTestShop(t, { environment: { INVENTORY_LEDGER: ledger } }));
  });
}

test('the stock behind the gate keeps its promises', { timeout: 300_000 }, async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url } = await startRedis(t, path);
  await provePromises(t, await startTestShop(t, { environment: { REDIS_URL: url } }));
});

test('a shop whose modules are processes of their own keeps the promises that several of them make', async t => {
  const shop = await startTestShop(t, { form: 'split' });
  for (const prove of [startedAgain, bothAtOnce, signedIn]) await prove(shop);
  await assertAudit(shop);
});

async function provePromises(t: TestContext, shop: TestShop): Promise<void> {
  for (const [says, prove] of Object.entries(promises)) await t.test(says, () => prove(shop));
  await t.test('every invariant holds afterwards', () => assertAudit(shop));
}

const promises: Record<string, (shop: TestShop) => Promise<void>> = {
  'twice the same product in one cart is one sum: held whole or not at all': twiceInOneCart,
  'two products of one checkout are held together or not at all': twoProducts,
  '13 units over warehouses of 10 and 15 are sold from one, the rest from both, and no unit more': overWarehouses,
  'cancelled and bought again a hundred times, the stock is what it was, and its movements say why':
    cancelledAgainAndAgain,
  "a reservation released twice gives its units back once, and does not touch the next buyer's": releasedTwice,
  'a buyer who goes back and starts again is not blocked by their own hold': startedAgain,
  'two checkouts of one buyer for the last unit at once: the newer one has it, nobody is told that it is gone':
    bothAtOnce,
  'a guest who signs in with the last unit in their checkout keeps it in the cart and may buy it': signedIn,
};

async function stockOf(shop: TestShop, productId: string): Promise<[total: number, reserved: number, free: number]> {
  const { body } = await createClient(shop.url, shop.adminKey).get(`/api/admin/inventory/${productId}`);
  return [body.total_quantity, body.reserved, body.available];
}

const told = ({ status, body }: Answer) => `${status} ${body.code ?? body.status ?? ''}`.trim();

async function twiceInOneCart(shop: TestShop): Promise<void> {
  const { product_id } = await newProduct(shop, { stock: 6 });
  const guest = await newGuest(shop);
  const adds = [1, 2].map(() => guest.post('/api/cart/items', { product_id, quantity: 3 }));
  assert.deepEqual((await Promise.all(adds)).map(told), ['200', '200']);
  const { body: cart } = await guest.get('/api/cart');
  assert.deepEqual(
    cart.items.map((item: { quantity: number }) => item.quantity),
    [6],
  );
  assert.equal(told(await (await newGuest(shop)).post('/api/buy-now', buying(product_id))), '201 CONFIRMED');
  const refused = await guest.post('/api/checkouts', delivery);
  assert.equal(told(refused), '409 OUT_OF_STOCK');
  assert.deepEqual(refused.body.lines, [{ product_id, requested: 6, available: 5 }]);
  assert.deepEqual(await stockOf(shop, product_id), [5, 0, 5]);
  await guest.put(`/api/cart/items/${product_id}`, { quantity: 5 });
  assert.equal(told(await guest.post('/api/checkouts', delivery)), '201');
  assert.deepEqual(await stockOf(shop, product_id), [5, 5, 0]);
}

async function twoProducts(shop: TestShop): Promise<void> {
  const [many, few] = [await newProduct(shop, { stock: 5 }), await newProduct(shop, { stock: 1 })];
  const [ada, eve] = [await newGuest(shop), await newGuest(shop)];
  for (const { product_id } of [many, few]) {
    for (const guest of [ada, eve]) await guest.post('/api/cart/items', { product_id, quantity: 1 });
  }
  const answers = await Promise.all([ada, eve].map(guest => guest.post('/api/checkouts', delivery)));
  assert.deepEqual(answers.map(told).sort(), ['201', '409 OUT_OF_STOCK']);
  assert.deepEqual(await stockOf(shop, many.product_id), [5, 1, 4]);
  assert.deepEqual(await stockOf(shop, few.product_id), [1, 1, 0]);
}

async function overWarehouses(shop: TestShop): Promise<void> {
  const admin = createClient(shop.url, shop.adminKey);
  const { product_id } = await newProduct(shop, { stock: 10 });
  const made = await admin.post('/api/admin/warehouses', { name: 'Far', country: 'US', region: 'New York' });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { warehouse_id } = made.body;
  await admin.post(`/api/admin/inventory/${product_id}/receive`, { warehouse_id, quantity: 15, reason: 'test' });
  const guest = await newGuest(shop);
  const buy = async (quantity: number) => {
    const bought = await guest.post('/api/buy-now', buying(product_id, quantity));
    return { said: told(bought), ...bought.body };
  };
  /** Of each warehouse, the smaller one first, what is left in it. */
  const left = async () => {
    const { body } = await admin.get(`/api/admin/inventory/${product_id}`);
    const shelves = body.warehouses as { warehouse_id: string; total_quantity: number; reserved: number }[];
    const far = shelves.find(shelf => shelf.warehouse_id === warehouse_id)!;
    const near = shelves.find(shelf => shelf.warehouse_id !== warehouse_id)!;
    return [near.total_quantity - near.reserved, far.total_quantity - far.reserved];
  };
  const parcels = (order: { order_id: string; access_token: string }, count: number) =>
    eventually(`${count} parcels of the order`, async () => {
      const { body } = await guest.get(`/api/orders/${order.order_id}`);
      return body.shipments.length === count;
    });
  const whole = await buy(13);
  assert.deepEqual([whole.said, await left()], ['201 CONFIRMED', [10, 2]]);
  await parcels(whole, 1);
  const tooMany = await buy(13);
  assert.deepEqual([tooMany.said, await left()], ['409 OUT_OF_STOCK', [10, 2]]);
  assert.deepEqual(tooMany.lines, [{ product_id, requested: 13, available: 12 }]);
  const split = await buy(12);
  assert.deepEqual([split.said, await left()], ['201 CONFIRMED', [0, 0]]);
  await parcels(split, 2);
  assert.equal((await buy(1)).said, '409 OUT_OF_STOCK');
  assert.deepEqual(await stockOf(shop, product_id), [0, 0, 0]);
  assert.equal((await guest.post(`/api/orders/${split.order_id}/cancel`)).status, 200);
  assert.deepEqual(await left(), [10, 2], 'each unit is back where it came from');
}

const ROUNDS = 100;

async function cancelledAgainAndAgain(shop: TestShop): Promise<void> {
  const { product_id } = await newProduct(shop, { stock: 3 });
  const guest = await newGuest(shop);
  for (let round = 0; round < ROUNDS; round += 1) {
    const { body: order } = await guest.post('/api/buy-now', buying(product_id, 3));
    assert.equal(order.status, 'CONFIRMED', `round ${round}: ${JSON.stringify(order)}`);
    const cancels = [1, 2].map(() => guest.post(`/api/orders/${order.order_id}/cancel`));
    assert.deepEqual((await Promise.all(cancels)).map(told), ['200 CANCELLED', '200 CANCELLED']);
    const [total, reserved] = await stockOf(shop, product_id);
    assert.deepEqual([round, total, reserved], [round, 3, 0]);
  }
  const admin = createClient(shop.url, shop.adminKey);
  const { body: explained } = await admin.get(`/api/admin/inventory/${product_id}/explain`);
  const { received, sold, returned, total_quantity, reserved, balanced } = explained;
  // Units: sold and returned each time, all three of them.
  assert.deepEqual(
    { received, sold, returned, total_quantity, reserved, balanced },
    { received: 3, sold: 3 * ROUNDS, returned: 3 * ROUNDS, total_quantity: 3, reserved: 0, balanced: true },
  );
  assert.deepEqual(await movementsOf(shop, product_id), { receive: 3, hold: 0, sell: -3 * ROUNDS, return: 3 * ROUNDS });
}

/** How each kind of movement has changed the total. */
async function movementsOf(shop: TestShop, productId: string): Promise<Record<string, number>> {
  const admin = createClient(shop.url, shop.adminKey);
  const sums: Record<string, number> = {};
  let [next, count, reserved] = ['', 0, 0];
  do {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { body } = await admin.get(`/api/admin/inventory/${productId}/movements?page_size=100${cursor}`);
    for (const { kind, total_delta, reserved_delta } of body.items) {
      sums[kind] = (sums[kind] ?? 0) + total_delta;
      reserved += reserved_delta;
      count += 1;
    }
    next = body.next_cursor ?? '';
  } while (next !== '');
  assert.deepEqual([count, reserved], [1 + 3 * ROUNDS, 0]);
  return sums;
}

async function releasedTwice(shop: TestShop): Promise<void> {
  const { product_id } = await newProduct(shop, { stock: 1 });
  const [ada, eve] = [await newGuest(shop), await newGuest(shop)];
  await ada.post('/api/cart/items', { product_id, quantity: 1 });
  const { body: first } = await ada.post('/api/checkouts', delivery);
  const release = () => ada.delete(`/api/checkouts/${first.checkout_id}`);
  assert.deepEqual((await Promise.all([release(), release(), release()])).map(told), ['204', '204', '204']);
  assert.deepEqual(await stockOf(shop, product_id), [1, 0, 1]);
  await eve.post('/api/cart/items', { product_id, quantity: 1 });
  const { body: second } = await eve.post('/api/checkouts', delivery);
  assert.deepEqual(await stockOf(shop, product_id), [1, 1, 0]);
  assert.equal(told(await release()), '204');
  assert.deepEqual(await stockOf(shop, product_id), [1, 1, 0]);
  const paid = await eve.post('/api/orders', { checkout_id: second.checkout_id, payment: card() });
  assert.equal(told(paid), '201 CONFIRMED');
  assert.deepEqual(await stockOf(shop, product_id), [0, 0, 0]);
}

async function startedAgain(shop: TestShop): Promise<void> {
  const { product_id } = await newProduct(shop, { stock: 1 });
  const [ada, eve] = [await newGuest(shop), await newGuest(shop)];
  for (const guest of [ada, eve]) await guest.post('/api/cart/items', { product_id, quantity: 1 });
  const first = await ada.post('/api/checkouts', delivery);
  assert.equal(told(first), '201');
  const inStock = async (guest: typeof ada) => (await guest.get('/api/cart')).body.items[0].in_stock;
  assert.deepEqual([await inStock(ada), await inStock(eve)], [true, false]);
  const set = await ada.put(`/api/cart/items/${product_id}`, { quantity: 1 });
  assert.deepEqual([set.status, set.body.notices], [200, []]);
  assert.equal(told(await eve.post('/api/checkouts', delivery)), '409 OUT_OF_STOCK');
  const again = await ada.post('/api/checkouts', delivery);
  assert.equal(told(again), '201');
  const older = await ada.get(`/api/checkouts/${first.body.checkout_id}`);
  assert.equal(told(older), '410 CHECKOUT_SUPERSEDED');
  assert.deepEqual(await stockOf(shop, product_id), [1, 1, 0]);
  const paid = await ada.post('/api/orders', { checkout_id: again.body.checkout_id, payment: card() });
  assert.equal(told(paid), '201 CONFIRMED');
  assert.deepEqual(await stockOf(shop, product_id), [0, 0, 0]);
}

async function bothAtOnce(shop: TestShop): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const { product_id } = await newProduct(shop, { stock: 1 });
    const ada = await newGuest(shop);
    await ada.post('/api/cart/items', { product_id, quantity: 1 });
    const made = await Promise.all([1, 2, 3].map(() => ada.post('/api/checkouts', delivery)));
    assert.deepEqual(made.map(told), ['201', '201', '201']);
    const looks = await Promise.all(made.map(({ body }) => ada.get(`/api/checkouts/${body.checkout_id}`)));
    assert.deepEqual(looks.map(told).sort(), ['200', '410 CHECKOUT_SUPERSEDED', '410 CHECKOUT_SUPERSEDED']);
    assert.deepEqual(await stockOf(shop, product_id), [1, 1, 0]);
    const places = made.map(({ body }) => ada.post('/api/orders', { checkout_id: body.checkout_id, payment: card() }));
    const superseded = '410 CHECKOUT_SUPERSEDED';
    assert.deepEqual((await Promise.all(places)).map(told).sort(), ['201 CONFIRMED', superseded, superseded]);
    assert.equal((await settledStock(shop, product_id)).total_quantity, 0);
  }
}

async function signedIn(shop: TestShop): Promise<void> {
  const { product_id } = await newProduct(shop, { stock: 1 });
  const guest = await newGuest(shop);
  await guest.post('/api/cart/items', { product_id, quantity: 1 });
  const { body: checkout } = await guest.post('/api/checkouts', delivery);
  const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Ada Example' };
  const { body: user } = await guest.post('/api/account/signup', account);
  assert.deepEqual(user.cart_merge, { merged: 1, notices: [] });
  const left = await guest.get(`/api/checkouts/${checkout.checkout_id}`);
  assert.equal(told(left), '410 CHECKOUT_SUPERSEDED');
  const ada = guest.as(user.token);
  const again = await ada.post('/api/checkouts', { shipping_address: address, shipping_method: 'standard' });
  assert.equal(told(again), '201');
  const paid = await ada.post('/api/orders', { checkout_id: again.body.checkout_id, payment: card() });
  assert.equal(told(paid), '201 CONFIRMED');
  assert.deepEqual(await stockOf(shop, product_id), [0, 0, 0]);
  await receive(shop, product_id, 1);
  assert.deepEqual(await stockOf(shop, product_id), [1, 0, 1]);
}
