// The shop as a person runs it: `node scripts/bootstrap.js src/main.ts` with its embedded PostgreSQL, stopped, killed
// and started again on the same DATA_DIR. What was there before is there afterwards.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  address,
  assertAudit,
  type Client,
  card,
  createClient,
  eventually,
  newGuest,
  newProduct,
  newUser,
} from '../support/client.ts';
import { hasProcessTable } from '../support/process-table.ts';
import { type ShopProcess, StartFailed, startShopProcess } from '../support/shop-process.ts';

const START_AGAIN_MS = 10_000;
const STOP_MS = 10_000;
const CART_BACKED_UP_MS = 1_000;
const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
const skip = hasProcessTable ? false : 'needs /proc, to end a whole tree of processes';

/** What a person would miss if it were gone. */
interface Belongings {
  product: { product_id: string; title: string };
  userToken: string;
  guestToken: string;
  order: { order_id: string; access_token: string; total: object };
}

test('stops, kills and starts on one DATA_DIR lose nothing', { timeout: 180_000, skip }, async t => {
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-restart-'));
  let shop = await startShopProcess({ dataDir });
  t.after(async () => {
    await shop.kill('everything');
    await rm(dataDir, { recursive: true, force: true });
  });
  const belongings = await fill(shop);

  await t.test('a second start on the same folder is refused and names the process', () => startTwice(shop, dataDir));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    await t.test(`${signal} while requests are under way: they are answered, then the shop ends cleanly`, () =>
      stopUnderWay(shop, belongings.product.product_id, signal),
    );
    shop = await startShopProcess({ dataDir });
    await t.test(`after ${signal} the next start is quick, and everything is there`, async () => {
      assert.ok(shop.startedInMs < START_AGAIN_MS, `started in ${shop.startedInMs} ms`);
      await assertAllThere(shop, belongings);
    });
  }
  await t.test('a cart outlives kill -9 once it is backed up, and so does everything else', async () => {
    const guest = createClient(shop.url, belongings.guestToken);
    await guest.put(`/api/cart/items/${belongings.product.product_id}`, { quantity: 3 });
    await pause(CART_BACKED_UP_MS);
    await shop.kill('everything');
    shop = await startShopProcess({ dataDir });
    assert.ok(shop.startedInMs < START_AGAIN_MS, `started in ${shop.startedInMs} ms`);
    await assertAllThere(shop, belongings);
  });
});

async function fill(shop: ShopProcess): Promise<Belongings> {
  const product = await newProduct(shop, { stock: 50 });
  const [user, guest] = await Promise.all([newUser(shop, 'ada@example.com'), newGuest(shop)]);
  for (const person of [user, guest]) {
    const added = await person.post('/api/cart/items', { product_id: product.product_id, quantity: 3 });
    assert.equal(added.status, 200, JSON.stringify(added.body));
  }
  const bought = await buy(guest, product.product_id, 'tok_visa');
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  return { product, userToken: user.token!, guestToken: guest.token!, order: bought.body };
}

function buy(person: Client, productId: string, token: string) {
  const wish = { product_id: productId, quantity: 1, ...delivery, payment: card(token) };
  return person.post('/api/buy-now', wish);
}

async function assertAllThere(shop: ShopProcess, { product, userToken, guestToken, order }: Belongings): Promise<void> {
  const anybody = createClient(shop.url);
  for (const token of [userToken, guestToken]) {
    const { status, body } = await anybody.as(token).get('/api/cart');
    assert.equal(status, 200, 'the session is still known');
    assert.deepEqual(
      body.items.map((item: { product_id: string; quantity: number }) => [item.product_id, item.quantity]),
      [[product.product_id, 3]],
    );
  }
  const seen = await anybody.get(`/api/orders/${order.order_id}?access=${order.access_token}`);
  assert.deepEqual([seen.status, seen.body.status, seen.body.total], [200, 'CONFIRMED', order.total]);
  await eventually('the product is found again', async () => {
    const { body } = await anybody.get(`/api/search?q=${encodeURIComponent(product.title)}`);
    return body.items.some((item: { product_id: string }) => item.product_id === product.product_id);
  });
  const account = { email: 'ada@example.com', password: 'correct horse battery' };
  assert.equal((await anybody.post('/api/account/login', account)).status, 200);
  const { body: mailbox } = await anybody.get('/dev/mail.json?to=guest@example.com');
  assert.ok(mailbox.items.some((mail: { order_id: string }) => mail.order_id === order.order_id));
  await assertAudit(shop);
}

async function startTwice(shop: ShopProcess, dataDir: string): Promise<void> {
  const refused = await startShopProcess({ dataDir }).then(
    () => assert.fail('a second shop has started on a folder in use'),
    error => error,
  );
  assert.ok(refused instanceof StartFailed, String(refused));
  assert.equal(refused.code, 1);
  const pid = Number(/in use by process (\d+)/.exec(refused.message)?.[1]);
  assert.ok((await shop.tree()).includes(pid), `${pid} is not the running shop: ${refused.message}`);
  assert.equal((await createClient(shop.url).get('/healthz')).status, 200, 'the first one goes on');
}

/** Cards that take two seconds: all of them are being paid when the signal comes. */
async function stopUnderWay(shop: ShopProcess, productId: string, signal: NodeJS.Signals): Promise<void> {
  const people = await Promise.all(Array.from({ length: 5 }, () => newGuest(shop)));
  const answers = people.map(person => buy(person, productId, 'tok_slow'));
  // A browser opens connections before it needs them.
  const silent = connect(Number(new URL(shop.url).port), '127.0.0.1').on('error', () => {});
  await pause(500);
  const { code, ms } = await shop.stop(signal);
  const statuses = (await Promise.all(answers)).map(answer => answer.status);
  assert.deepEqual(statuses, [201, 201, 201, 201, 201]);
  assert.equal(code, 0, shop.output());
  assert.ok(ms < STOP_MS, `stopped in ${ms} ms`);
  silent.destroy();
  assert.match(shop.output(), /Stopped\./);
}
