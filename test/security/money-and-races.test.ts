// Goal: neither a client's word nor a race changes what is owed or what there is. Method: lies in bodies, steps left
// out, and many requests at once against a running shop, each followed by its books: orders, stock, and the gateway's
// own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Answer,
  assertAudit,
  type Client,
  card,
  createClient,
  newGuest,
  newProduct,
  settledStock,
} from '../support/client.ts';
import { delivery, newPerson, newStaff, succeeded, usd } from './cast.ts';
import { sharedShop } from './shared-shop.ts';

// A bank transfer stays open for as long as these tests run.
const shop = sharedShop({ SIMULATOR_SETTLE_SECONDS: '3600' });

const email = 'buyer@example.com';
const wish = (product_id: string, quantity = 1) => ({ product_id, quantity, ...delivery('buyer'), email });
const parallel = <Value>(count: number, work: (i: number) => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));

/** How often each status and code came. */
function countAnswers(answers: { status: number; body: { code?: string } }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const name = body.code === undefined ? `${status}` : `${status} ${body.code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function booksOf(orderId: string) {
  const { items } = succeeded(
    await createClient(shop.url, shop.adminKey).get(`/api/admin/simulator/charges?order_id=${orderId}`),
  );
  return items as { amount: number; captured: number; refunded: number; state: string }[];
}

test('6: totals are computed on the server; prices or currency of the client change nothing', async () => {
  const { product_id } = await newProduct(shop, { stock: 10, price: 2999 });
  const client = await newGuest(shop);
  const lies = [
    { price: usd(1) },
    { total: usd(1) },
    { currency: 'EUR' },
    { discount: usd(2998) },
    { shipping_cost: usd(0) },
  ];
  for (const lie of [...lies, { tax: usd(0) }, { unit_price: 1 }, { items: [] }]) {
    const answer = await client.post('/api/buy-now', { ...wish(product_id), ...lie, payment: card() });
    assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_INPUT'], JSON.stringify(lie));
  }
  const cheap = await client.post('/api/buy-now', { ...wish(product_id), expected_price: usd(1), payment: card() });
  assert.deepEqual([cheap.status, cheap.body.code], [409, 'PRICE_CHANGED']);
  const euros = { ...wish(product_id), expected_price: { amount: 2999, currency: 'EUR' }, payment: card() };
  assert.equal((await client.post('/api/buy-now', euros)).body.code, 'CURRENCY_MISMATCH');
  assert.equal(
    (await client.post('/api/buy-now', { ...wish(product_id), payment: { ...card(), amount: 1 } })).status,
    400,
  );
  const order = succeeded(await client.post('/api/buy-now', { ...wish(product_id, 2), payment: card() }));
  const { subtotal, discount, shipping_cost, tax, total } = order;
  assert.deepEqual([subtotal, discount], [usd(5998), usd(0)]);
  assert.equal(tax.amount, Math.round(5998 * 0.0725) + Math.round(shipping_cost.amount * 0.0725));
  assert.deepEqual(total, usd(5998 + shipping_cost.amount + tax.amount));
  const [charge, ...more] = await booksOf(order.order_id);
  assert.deepEqual([charge!.amount, charge!.captured, more.length], [total.amount, total.amount, 0]);
});

test('7: a price changed between cart and checkout must be seen before it is paid', async () => {
  const { product_id } = await newProduct(shop, { stock: 10, price: 1000 });
  const client = await newGuest(shop);
  succeeded(await client.post('/api/cart/items', { product_id, quantity: 1 }));
  succeeded(
    await createClient(shop.url, shop.adminKey).patch(`/api/admin/products/${product_id}`, { price: usd(9000) }),
  );
  const refused = await client.post('/api/checkouts', { ...delivery('buyer'), email });
  assert.deepEqual([refused.status, refused.body.code], [409, 'PRICE_CHANGED']);
  assert.deepEqual(refused.body.cart.items[0].price, usd(9000));
  assert.equal((await settledStock(shop, product_id)).reserved, 0, 'nothing was held at the old price');
  const checkout = succeeded(await client.post('/api/checkouts', { ...delivery('buyer'), email }));
  assert.deepEqual(checkout.subtotal, usd(9000));
  // Once frozen, the price holds: a later change is neither charged nor smuggled in.
  succeeded(await createClient(shop.url, shop.adminKey).patch(`/api/admin/products/${product_id}`, { price: usd(1) }));
  const order = succeeded(await client.post('/api/orders', { checkout_id: checkout.checkout_id, payment: card() }));
  assert.deepEqual([order.subtotal, order.total], [usd(9000), checkout.total]);
});

test('8: no step can be skipped: pay without address, ship before capture, refund before capture', async () => {
  const { product_id } = await newProduct(shop, { stock: 10 });
  const [client, staff] = [await newGuest(shop), (await newStaff(shop)).client];
  const { shipping_address: _, ...withoutAddress } = wish(product_id);
  assert.equal((await client.post('/api/buy-now', { ...withoutAddress, payment: card() })).status, 400);
  assert.equal((await client.post('/api/checkouts', { shipping_method: 'standard', email })).status, 400);
  assert.equal((await client.post('/api/checkouts', { ...delivery('buyer'), email })).body.code, 'CART_EMPTY');
  assert.equal((await client.post('/api/orders', { payment: card() })).status, 400);
  assert.equal((await client.post('/api/orders', { checkout_id: randomUUID(), payment: card() })).status, 404);
  for (const payment of [card('tok_3ds'), { method: 'bank_transfer', token: 'tok_visa' }]) {
    const { order_id } = succeeded(await client.post('/api/buy-now', { ...wish(product_id), payment }));
    const path = `/api/admin/orders/${order_id}`;
    const steps = { ship: 'NOT_SHIPPABLE', deliver: 'NOT_DELIVERABLE', refund: 'NOT_REFUNDABLE' };
    for (const [step, code] of Object.entries(steps)) {
      const answer = await staff.post(`${path}/${step}`, step === 'refund' ? { reason: 'no' } : undefined);
      assert.deepEqual([answer.status, answer.body.code], [409, code]);
    }
    const { status, payment: paid, history } = succeeded(await staff.get(path));
    assert.deepEqual([status, paid?.status ?? 'pending', history.length <= 2], ['PAYMENT_PENDING', 'pending', true]);
    assert.deepEqual(await booksOf(order_id), []);
    assert.equal(
      (await client.get(`/dev/mail.json?to=${email}`)).body.items.filter(
        (mail: { order_id: string }) => mail.order_id === order_id,
      ).length,
      0,
    );
  }
  const { order_id } = succeeded(await client.post('/api/buy-now', { ...wish(product_id), payment: card() }));
  assert.equal((await staff.post(`/api/admin/orders/${order_id}/deliver`)).body.code, 'NOT_DELIVERABLE');
});

/** Sends all requests in one write over one connection and answers what came back, in order. */
async function pipeline(
  requests: { token: string; path: string; body: object }[],
): Promise<{ status: number; body: { code?: string } }[]> {
  const { hostname, port } = new URL(shop.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const texts = requests.map(({ token, path, body }) => {
    const payload = JSON.stringify(body);
    const head = [
      `POST ${path} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
    ];
    return `${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(payload)}\r\n\r\n${payload}`;
  });
  socket.write(texts.join(''));
  let received = Buffer.alloc(0);
  const answers: { status: number; body: { code?: string } }[] = [];
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
      const head = received.subarray(0, end).toString();
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (received.length < end + 4 + length) break;
      const body = JSON.parse(received.subarray(end + 4, end + 4 + length).toString());
      answers.push({ status: Number(head.slice(9, 12)), body });
      received = received.subarray(end + 4 + length);
    }
    if (answers.length === requests.length) break;
  }
  socket.destroy();
  return answers;
}

test('9: 30 parallel requests over one connection buy a last unit once', async () => {
  const people = [
    await parallel(30, () => newGuest(shop)),
    Array.from({ length: 30 }).fill(await newGuest(shop)) as Client[],
  ];
  for (const clients of people) {
    const { product_id } = await newProduct(shop, { stock: 1 });
    const body = { ...wish(product_id), payment: card() };
    const answers = await pipeline(clients.map(({ token }) => ({ token: token!, path: '/api/buy-now', body })));
    assert.deepEqual(countAnswers(answers), { '201': 1, '409 OUT_OF_STOCK': 29 });
    const { total_quantity, available } = await settledStock(shop, product_id);
    assert.deepEqual([total_quantity, available], [0, 0]);
  }
  const { product_id } = await newProduct(shop, { stock: 1 });
  const client = await newGuest(shop);
  succeeded(await client.post('/api/cart/items', { product_id, quantity: 1 }));
  const { checkout_id } = succeeded(await client.post('/api/checkouts', { ...delivery('buyer'), email }));
  const body = { checkout_id, payment: card() };
  const places = await pipeline(
    Array.from({ length: 30 }, () => ({ token: client.token!, path: '/api/orders', body })),
  );
  assert.equal(new Set(places.map(({ body }) => (body as { order_id?: string }).order_id)).size, 1);
  const { order_id } = places[0]!.body as { order_id: string };
  assert.equal((await booksOf(order_id)).length, 1, 'and it is paid once');
  await assertAudit(shop);
});

test('11: what is added to the cart while a checkout is being paid is not shipped with it', async () => {
  const [first, second] = [
    await newProduct(shop, { stock: 5, price: 100 }),
    await newProduct(shop, { stock: 5, price: 90_000 }),
  ];
  const { client } = await newPerson(shop, 'buyer');
  succeeded(await client.post('/api/cart/items', { product_id: first.product_id, quantity: 1 }));
  const { checkout_id, total } = succeeded(await client.post('/api/checkouts', delivery('buyer')));
  const paying = client.post('/api/orders', { checkout_id, payment: card('tok_slow') });
  await pause(300);
  succeeded(await client.post('/api/cart/items', { product_id: second.product_id, quantity: 1 }));
  succeeded(await client.post('/api/cart/items', { product_id: first.product_id, quantity: 2 }));
  const order = succeeded(await paying);
  const lines = order.items.map((item: { product_id: string; quantity: number }) => [item.product_id, item.quantity]);
  assert.deepEqual(lines, [[first.product_id, 1]]);
  assert.deepEqual(order.total, total);
  await shop.shop!.drained();
  const { items } = succeeded(await client.get('/api/cart'));
  const left = Object.fromEntries(
    items.map((item: { product_id: string; quantity: number }) => [item.product_id, item.quantity]),
  );
  assert.deepEqual(left, { [first.product_id]: 2, [second.product_id]: 1 });
  assert.equal((await settledStock(shop, second.product_id)).total_quantity, 5);
});

test('12: parallel refunds never exceed what was captured', async () => {
  const { product_id } = await newProduct(shop, { stock: 20, price: 1000 });
  const staff = (await newStaff(shop)).client;
  const client = await newGuest(shop);
  const asks = [{ amount: usd(600) }, { amount: usd(100) }, {}, { items: [{ product_id, quantity: 2 }] }];
  for (const ask of asks) {
    const order = succeeded(await client.post('/api/buy-now', { ...wish(product_id, 2), payment: card() }));
    const path = `/api/admin/orders/${order.order_id}/refund`;
    const answers = await parallel(30, () => staff.post(path, { ...ask, reason: 'race' }));
    const given = answers.filter(({ status }) => status === 201).map(({ body }) => body.amount.amount as number);
    const sum = given.reduce((a, b) => a + b, 0);
    const each = given[0]!;
    assert.ok(sum <= order.total.amount, `${sum} of ${order.total.amount}`);
    assert.equal(given.length, 'amount' in ask ? Math.min(30, Math.floor(order.total.amount / each)) : 1);
    assert.ok(
      answers.every(({ status }) => status === 201 || status === 409),
      JSON.stringify(countAnswers(answers)),
    );
    const [charge] = await booksOf(order.order_id);
    assert.deepEqual([charge!.refunded, charge!.captured], [sum, order.total.amount]);
  }
  await assertAudit(shop);
});

test("13: one person can't hold more of a product than its `max_per_person`, by whatever way and at once", async () => {
  const { product_id } = await newProduct(shop, { stock: 100, more: { max_per_person: 3 } });
  const { client } = await newPerson(shop, 'hoarder');
  const bought = await parallel(20, () => client.post('/api/buy-now', { ...wish(product_id), payment: card() }));
  assert.deepEqual(countAnswers(bought), { '201': 3, '409 LIMIT_PER_PERSON': 17 });
  succeeded(await client.post('/api/cart/items', { product_id, quantity: 1 }));
  const more = await client.post('/api/checkouts', delivery('buyer'));
  assert.deepEqual([more.status, more.body.code], [409, 'LIMIT_PER_PERSON']);
  const other = await newGuest(shop);
  const tooMany = await other.post('/api/buy-now', { ...wish(product_id, 4), payment: card() });
  assert.equal(tooMany.body.code, 'LIMIT_PER_PERSON');
  const held: Answer[] = [];
  for (let i = 0; i < 5; i += 1) {
    await other.put(`/api/cart/items/${product_id}`, { quantity: 3 });
    held.push(await other.post('/api/checkouts', { ...delivery('buyer'), email }));
  }
  const { reserved, total_quantity } = (
    await createClient(shop.url, shop.adminKey).get(`/api/admin/inventory/${product_id}`)
  ).body;
  assert.ok(reserved + (100 - total_quantity) <= 6, `two people have ${reserved + 100 - total_quantity}`);
  await assertAudit(shop);
});
