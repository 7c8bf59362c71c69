// Goal: what is down stops sales, and never makes one free or confirmed. Method: a running shop whose stock, payments
// or gateway are taken away in the middle; afterwards the books are compared and the shop goes on by itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createDoor, type Socket } from 'node:net';
import { test } from 'node:test';
import pg from 'pg';
import { type Answer, assertAudit, card, createClient, newGuest, newProduct } from '../support/client.ts';
import { testDatabase } from '../support/postgres.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';
import { delivery, succeeded, usd } from './cast.ts';
import { sharedShop } from './shared-shop.ts';

const shop = sharedShop({ LOG_LEVEL: 'silent' });
const email = 'closed@example.com';
const wish = (product_id: string) => ({ product_id, quantity: 1, ...delivery('closed'), email, payment: card() });

/** Renames a table away while `work` runs: what reads it fails as it would without its server. */
async function without(table: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: shop.databaseUrl });
  await client.connect();
  const [schema, name] = table.split('.');
  try {
    await client.query(`alter table ${table} rename to ${name}_away`);
    await work();
  } finally {
    await client.query(`alter table ${schema}.${name}_away rename to ${name}`);
    await client.end();
  }
}

async function ordersOf(
  of: TestShop,
  productId: string,
): Promise<{ order_id: string; status: string; total: { amount: number } }[]> {
  return succeeded(await createClient(of.url, of.adminKey).get(`/api/admin/orders?product_id=${productId}`)).items;
}

const SOLD = new Set(['CONFIRMED', 'SHIPPED', 'DELIVERED']);

function isRefused({ status, body }: Answer, what: string): void {
  assert.ok([500, 503, 202, 402].includes(status), `${what}: ${status} ${JSON.stringify(body)}`);
  assert.notEqual(body.status, 'CONFIRMED', what);
}

for (const table of [
  'inventory.stock',
  'inventory.holds',
  'payments.payments',
  'orders.orders',
  'orders.order_contents',
  'catalog.products',
  'orders.checkouts',
]) {
  test(`32: it fails closed: with ${table} away nothing is free and nothing is confirmed`, async () => {
    const { product_id } = await newProduct(shop, { stock: 3, price: 4200 });
    const [buyer, shopper] = [await newGuest(shop), await newGuest(shop)];
    succeeded(await shopper.post('/api/cart/items', { product_id, quantity: 1 }));
    const checkout = await shopper.post('/api/checkouts', { ...delivery('closed'), email });
    assert.equal(checkout.status, 201);
    const { checkout_id } = checkout.body;
    const headers = { 'idempotency-key': `after-${table}` };
    const answers: [string, Answer][] = [];
    await without(table, async () => {
      const fresh = await newGuest(shop);
      answers.push(['buy-now', await buyer.post('/api/buy-now', wish(product_id), headers)]);
      answers.push(['place', await shopper.post('/api/orders', { checkout_id, payment: card() }, headers)]);
      answers.push(['checkout', await fresh.post('/api/checkouts', { ...delivery('closed'), email })]);
    });
    // What does not need the lost table may go on; what is confirmed then is paid in full.
    for (const [what, answer] of answers) if (answer.status !== 201 && answer.status !== 409) isRefused(answer, what);
    const again = await buyer.post('/api/buy-now', wish(product_id), headers);
    assert.ok([201, 202, 402, 409].includes(again.status), `afterwards: ${again.status} ${JSON.stringify(again.body)}`);
    await paidInFull(shop, product_id);
    await assertAudit(shop);
  });
}

/** Every order that counts as sold has its whole total at the gateway, and none is free. */
async function paidInFull(of: TestShop, productId: string): Promise<void> {
  for (const { order_id, status, total } of await ordersOf(of, productId)) {
    assert.ok(total.amount >= 4200, `${order_id} costs ${total.amount}`);
    if (!SOLD.has(status)) continue;
    const charges = await createClient(of.url, of.adminKey).get(`/api/admin/simulator/charges?order_id=${order_id}`);
    assert.deepEqual(
      charges.body.items.map((charge: { captured: number }) => charge.captured),
      [total.amount],
    );
  }
}

type Fault = (respond: (status: number, body: string) => void, hangUp: () => void) => void;

const FAULTS: Record<string, Fault> = {
  'hangs up': (_respond, hangUp) => hangUp(),
  'answers 503': respond => respond(503, '{"reason":"down"}'),
  'answers what is no JSON': respond => respond(200, '<html>It works!</html>'),
  'answers an empty object': respond => respond(200, '{}'),
  'answers null': respond => respond(200, 'null'),
  'answers without a payment': respond => respond(200, '{"charge_id":"ch_1","state":"unknown"}'),
  'redirects to a page': respond => respond(302, '{}'),
};

/** A gateway that is not itself: the payment's token says in which way. */
async function brokenGateway(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { token } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { token?: string };
    const respond = (status: number, body: string) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    const fault = FAULTS[token ?? ''] ?? FAULTS['hangs up']!;
    fault(respond, () => void response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('32: it fails closed: a gateway that is down or talks nonsense never confirms an order', async t => {
  const gateway = await brokenGateway();
  t.after(() => void gateway.close());
  const { port } = gateway.address() as AddressInfo;
  const environment = { SIMULATOR_URL: `http://127.0.0.1:${port}`, LOG_LEVEL: 'silent' };
  const alone = await startTestShop(t, { environment });
  const { product_id } = await newProduct(alone, { stock: 50, price: 4200 });
  await Promise.all(
    Object.keys(FAULTS).map(async token => {
      const client = await newGuest(alone);
      isRefused(await client.post('/api/buy-now', { ...wish(product_id), payment: card(token) }), token);
    }),
  );
  for (const { status, order_id } of await ordersOf(alone, product_id)) {
    assert.ok(!SOLD.has(status), `${order_id} is ${status}`);
  }
  const { total_quantity } = succeeded(
    await createClient(alone.url, alone.adminKey).get(`/api/admin/inventory/${product_id}`),
  );
  assert.equal(total_quantity, 50, 'nothing was sold');
  await assertAudit(alone);
});

/** A door to PostgreSQL that can be shut: connections end, and new ones are refused. */
async function databaseDoor(url: string) {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  const door = createDoor(socket => {
    const inner = connect(Number(port), hostname);
    for (const each of [socket, inner]) {
      open.add(each);
      each.on('error', () => {});
      each.on('close', () => void [socket, inner].forEach(side => void side.destroy()));
    }
    socket.pipe(inner).pipe(socket);
  });
  const listen = async (at: number) => {
    door.listen(at, '127.0.0.1');
    await once(door, 'listening');
  };
  const shut = async () => {
    const closed = once(door, 'close');
    door.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port: at } = door.address() as AddressInfo;
  const through = new URL(url);
  through.host = `127.0.0.1:${at}`;
  return { url: through.href, shut, reopen: () => listen(at) };
}

test('32: with the whole database away the answer is 503 with Retry-After, and nobody is somebody else', async t => {
  const later: (() => Promise<void>)[] = [];
  const { url } = await testDatabase({ after: end => void later.push(end) }, []);
  const door = await databaseDoor(url);
  t.after(async () => {
    for (const end of later) await end();
    await door.shut();
  });
  const environment = { LOG_LEVEL: 'silent', DATABASE_URL: door.url };
  const alone = await startTestShop({ after: end => void later.unshift(end) }, { environment });
  const client = await newGuest(alone);
  const { product_id } = await newProduct(alone, { stock: 1, price: 4200 });
  await door.shut();
  const bought = await client.post('/api/buy-now', wish(product_id));
  assert.deepEqual([bought.status, bought.body.code], [503, 'UNAVAILABLE']);
  assert.ok(Number(bought.headers.get('retry-after')) >= 1);
  const somebody = createClient(alone.url, `u.00.${'A'.repeat(43)}`);
  // Whether the session lives can't be known, so it is neither let in nor ended.
  const paths = ['/api/orders', '/api/admin/orders', '/api/me', '/api/me/export'];
  const answers = await Promise.all(paths.map(path => somebody.get(path)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    paths.map(() => 503),
  );
  await door.reopen();
  const again = await client.post('/api/buy-now', { ...wish(product_id), expected_price: usd(4200) });
  assert.equal(again.status, 201, JSON.stringify(again.body));
  await paidInFull(alone, product_id);
});
