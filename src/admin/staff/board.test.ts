// Goal: staff run the shop from its pages, and nobody else sees them. Method: a browser without JavaScript at a real
// shop; what a page did is looked up by the API.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  address,
  assertAudit,
  card,
  createClient,
  eventually,
  newGuest,
  newProduct,
  newUser,
} from '../../../test/support/client.ts';
import { openReader, type Reader } from '../../../test/support/reader.ts';
import { startTestShop, type TestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

let shop: TestShop;
let staff: Reader;
const later: (() => Promise<void>)[] = [];

before(async () => {
  shop = await startTestShop({ after: work => void later.push(work) });
  staff = await signIn(shop, await newPerson(shop, 'staff'));
});
// Hooks of a file run last: the shop outlives its tests.
test.after(async () => {
  for (const end of later) await end();
});

const admin = () => createClient(shop.url, shop.adminKey);
const orderOf = async (id: string) => (await admin().get(`/api/admin/orders/${id}`)).body;

async function buy(quantity = 2, price = 2000): Promise<{ order_id: string; product_id: string }> {
  const { product_id } = await newProduct(shop, { stock: 10, price });
  const bought = await (await newGuest(shop)).post('/api/buy-now', {
    product_id,
    quantity,
    email: 'guest@example.com',
    shipping_method: 'standard',
    shipping_address: address,
    payment: card(),
  });
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  return { order_id: bought.body.order_id, product_id };
}

const pages = ['orders', 'stock', 'warehouses', 'sellers', 'people', 'reviews'];

describe('who is not staff', () => {
  test('is led to the login as a guest, and shown nothing as a shopper', async () => {
    const guest = openReader(shop);
    const { body: seller } = await admin().post('/api/admin/sellers', { name: 'Apart' });
    const shopper = await signIn(shop, await newPerson(shop, 'customer'));
    const sells = await signIn(shop, await newPerson(shop, 'seller', seller.seller_id));
    for (const page of pages) {
      const led = await guest.open(`/en/admin/${page}`);
      assert.match(led.address, /^\/en\/login\?next=/, page);
      for (const reader of [shopper, sells]) assert.equal((await reader.open(`/en/admin/${page}`)).status, 403, page);
    }
  });
});

describe('an order on the board', () => {
  test('is found by its id, by the mail and by its product, and not by another’s', async () => {
    const { order_id, product_id } = await buy();
    const rowsOf = async (query: string) => (await staff.open(`/en/admin/orders?${query}`)).html.includes(order_id);
    assert.equal(await rowsOf(`text=${order_id}`), true);
    assert.equal(await rowsOf(`product_id=${product_id}`), true);
    assert.equal(await rowsOf('status=CONFIRMED'), true);
    assert.equal(await rowsOf('status=CANCELLED'), false);
    assert.equal(await rowsOf('product_id=nonsense'), false);
    assert.equal(await rowsOf('from=2001-01-01&to=2001-01-02'), false);
    assert.equal((await staff.open('/en/admin/orders?page=99999999999&status=odd&from=x')).status, 200);
    assert.equal((await staff.open('/en/admin/orders/00000000-0000-7000-8000-000000000000')).status, 404);
  });

  test('is shipped and delivered, and cannot be cancelled afterwards', async () => {
    const { order_id } = await buy();
    const page = await staff.open(`/en/admin/orders/${order_id}`);
    const shipped = await staff.submit(page, '/ship', { carrier: 'Pigeon', tracking_number: 'PG-1' });
    assert.match(shipped.text, /The order is on its way\./);
    assert.equal((await orderOf(order_id)).shipments[0].tracking_number, 'PG-1');
    const delivered = await staff.submit(shipped, '/deliver');
    assert.match(delivered.text, /The order is delivered\./);
    const refused = await staff.submit(page, '/cancel');
    assert.match(refused.text, /Only an order that has not been shipped can be cancelled\./);
    assert.equal((await orderOf(order_id)).status, 'DELIVERED');
  });

  test('is cancelled: the money goes back and the goods to the shelf', async () => {
    const { order_id, product_id } = await buy();
    const page = await staff.open(`/en/admin/orders/${order_id}`);
    const cancelled = await staff.submit(page, '/cancel');
    assert.match(cancelled.text, /The order is cancelled\./);
    assert.equal((await orderOf(order_id)).status, 'CANCELLED');
    await eventually('the goods are back', async () => {
      const { body } = await admin().get(`/api/admin/inventory/${product_id}`);
      return body.available === 10 && body.reserved === 0;
    });
  });

  test('is refunded in part, then its rest, and never more than was captured', async () => {
    const { order_id } = await buy();
    const { total } = await orderOf(order_id);
    let page = await staff.open(`/en/admin/orders/${order_id}`);
    const refund = async (fields: Record<string, string>) => {
      page = await staff.submit(page, '/refund', { reason: 'broken', ...fields });
      return page.text;
    };
    const refunds = async () =>
      (await orderOf(order_id)).refunds.map((one: { amount: { amount: number } }) => one.amount.amount);
    assert.match(await refund({ amount: 'ten' }), /The amount could not be read/);
    assert.match(await refund({ amount: '1000000' }), /More would be refunded than was captured/);
    assert.deepEqual(await refunds(), []);
    assert.match(await refund({ amount: '10.50' }), /The refund is made\./);
    assert.deepEqual(await refunds(), [1050]);
    assert.match(await refund({}), /The refund is made\./);
    assert.deepEqual(await refunds(), [1050, total.amount - 1050]);
    assert.equal((await orderOf(order_id)).payment.status, 'refunded');
  });

  test('a refund sent twice, as by a double click, is one refund', async () => {
    const { order_id } = await buy();
    const page = await staff.open(`/en/admin/orders/${order_id}`);
    const answers = await Promise.all(
      [1, 2, 3].map(() => staff.submit(page, '/refund', { amount: '5', reason: 'late' })),
    );
    for (const answer of answers) assert.match(answer.text, /The refund is made\./);
    assert.equal((await orderOf(order_id)).refunds.length, 1);
  });
});

describe('stock', () => {
  test('is received and adjusted with a reason, and never below what is reserved', async () => {
    const { product_id } = await newProduct(shop, { stock: 3 });
    const shopper = await newUser(shop);
    await shopper.post('/api/cart/items', { product_id, quantity: 2 });
    const held = await shopper.post('/api/checkouts', { shipping_address: address, shipping_method: 'standard' });
    assert.equal(held.status, 201, JSON.stringify(held.body));
    let page = await staff.open(`/en/admin/stock/${product_id}`);
    page = await staff.submit(page, '/receive', { quantity: '4', reason: 'a pallet' });
    assert.match(page.text, /The units are on the shelf\./);
    page = await staff.submit(page, '/adjust', { delta: '-6', reason: 'lost' });
    assert.match(page.text, /More units are reserved than would remain/);
    page = await staff.submit(page, '/adjust', { delta: '0.5', reason: 'odd' });
    assert.match(page.text, /We could not read that/);
    page = await staff.submit(page, '/adjust', { delta: '-1', reason: 'broken' });
    assert.match(page.text, /The stock is adjusted\./);
    const { body } = await admin().get(`/api/admin/inventory/${product_id}`);
    assert.deepEqual([body.total_quantity, body.reserved, body.available], [6, 2, 4]);
    const low = await staff.open('/en/admin/stock?level=low');
    assert.ok(low.html.includes(product_id));
    assert.ok(!(await staff.open('/en/admin/stock?level=out')).html.includes(product_id));
  });

  test('lies in a new warehouse as soon as there is one; what is wrong is told by field', async () => {
    const page = await staff.open('/en/admin/warehouses');
    const wrong = await staff.submit(page, '/warehouses', { name: 'North', country: '12', region: 'Fjord' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.html, /aria-invalid/);
    const made = await staff.submit(wrong, '/warehouses', { name: 'North', country: 'no', region: 'Fjord' });
    assert.match(made.text, /The warehouse is open\./);
    const { body } = await admin().get('/api/admin/warehouses');
    const found = (body.items ?? body).filter((one: { name: string }) => one.name === 'North');
    assert.deepEqual([found.length, found[0].country], [1, 'NO']);
  });
});

test('a person is made a seller of a seller, and staff keep their own role', async () => {
  const person = await newPerson(shop, 'customer');
  const named = await staff.submit(await staff.open('/en/admin/sellers'), '/sellers', { name: 'Lamps & Sons' });
  assert.match(named.text, /The seller can sell\./);
  assert.match(named.text, /Lamps & Sons/);
  const page = await staff.open(`/en/admin/people/${person.user_id}`);
  const missing = await staff.submit(page, '/role', { role: 'seller', seller_id: '' });
  assert.match(missing.text, /Say which seller this person works for\./);
  const { body: sellers } = await admin().get('/api/admin/sellers?text=Lamps');
  const { seller_id } = sellers.items[0];
  const given = await staff.submit(missing, '/role', { role: 'seller', seller_id });
  assert.match(given.text, /Saved\./);
  const stale = await staff.submit(missing, '/role', { role: 'customer' });
  assert.equal(stale.status, 422);
  assert.match(stale.text, /sent before with other entries/);
  const { body } = await admin().get(`/api/admin/people/${person.user_id}`);
  assert.deepEqual([body.role, body.seller_id], ['seller', seller_id]);

  const other = await newPerson(shop, 'staff');
  const self = await signIn(shop, other);
  const own = await self.submit(await self.open(`/en/admin/people/${other.user_id}`), '/role', { role: 'customer' });
  assert.match(own.text, /can only be taken by somebody else/);
  assert.equal((await admin().get(`/api/admin/people/${other.user_id}`)).body.role, 'staff');
});

test('a hidden review is not on the product’s page and counts no more, until it is shown again', async () => {
  const { product_id } = await newProduct(shop);
  const written = { rating: 1, title: 'Dreadful words', body: 'Not fit to print.' };
  const review = await (await newUser(shop)).post(`/api/products/${product_id}/reviews`, written);
  assert.equal(review.status, 201, JSON.stringify(review.body));
  const counted = async () => (await admin().get(`/api/products/${product_id}`)).body.review_count;
  const page = await staff.open(`/en/admin/reviews?product_id=${product_id}`);
  const action = `/reviews/${review.body.review_id}/moderate`;
  const hidden = await staff.submit(page, action, { reason: 'rude' });
  assert.match(hidden.text, /The review is hidden, and counts no more\./);
  assert.equal(await counted(), 0);
  const listed = await staff.open(`/en/admin/reviews?product_id=${product_id}&state=hidden`);
  assert.match(listed.text, /Hidden: rude/);
  const shown = await staff.submit(listed, action);
  assert.match(shown.text, /The review is shown again\./);
  assert.equal(await counted(), 1);
});

test('after all of it every invariant holds', () => assertAudit(shop));
