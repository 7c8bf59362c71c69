// Goal: what is sold out is told so everywhere, and what comes back, however it does, is seen by the next who looks: on
// the product's page, in the API, in the search, in a cart. Method: a real shop over HTTP with holds of four seconds;
// each look is repeated until it says so, within a bound, and the test tells how long it took.
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import {
  address,
  assertAudit,
  type Client,
  card,
  createClient,
  eventually,
  newGuest,
  newProduct,
  receive,
} from '../support/client.ts';
import { openReader } from '../support/reader.ts';
import { startTestShop } from '../support/shop.ts';

const TTL_SECONDS = 4;
/** After the answer to whoever brought units back. Events are applied at once; a missed wake-up costs half a second. */
const SEEN_WITHIN_MS = 3_000;
/** The sweeper comes each second. */
const SWEPT_WITHIN_MS = 2_000;

const shop = await startTestShop({ after }, { environment: { RESERVATION_TTL_SECONDS: String(TTL_SECONDS) } });
const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
const anybody = createClient(shop.url);
const admin = createClient(shop.url, shop.adminKey);

interface Scene {
  product_id: string;
  title: string;
  /** Has the last unit in their cart. */
  ada: Client;
  /** Has one in the cart that they don't get. */
  eve: Client;
}

async function lastUnit(): Promise<Scene> {
  const { product_id, title } = await newProduct(shop, { stock: 1 });
  const [ada, eve] = [await newGuest(shop), await newGuest(shop)];
  for (const guest of [ada, eve]) await guest.post('/api/cart/items', { product_id, quantity: 1 });
  return { product_id, title, ada, eve };
}

/** What each place says of the product: whether it can be had. */
function places({ product_id, title, eve }: Scene): Record<string, () => Promise<boolean>> {
  const search = `/api/search?q=${encodeURIComponent(title)}&in_stock=true`;
  return {
    // Related products on it may be sold out too.
    page: async () => !(await openReader(shop).open(`/en/p/${product_id}`)).text.includes('This one is sold out'),
    api: async () => (await anybody.get(`/api/products/${product_id}`)).body.in_stock,
    search: async () => (await anybody.get(search)).body.items.length === 1,
    cart: async () => (await eve.get('/api/cart')).body.items[0].in_stock,
  };
}

/** Each place says so within the bound; answers how long the slowest took. */
async function untilTold(scene: Scene, canBeHad: boolean, withinMs: number): Promise<number> {
  const beganMs = performance.now();
  const looks = Object.entries(places(scene)).map(([place, look]) =>
    eventually(`${place} says ${canBeHad}`, async () => (await look()) === canBeHad, withinMs),
  );
  await Promise.all(looks);
  return performance.now() - beganMs;
}

async function backIn(t: TestContext, scene: Scene, withinMs = SEEN_WITHIN_MS): Promise<void> {
  const tookMs = await untilTold(scene, true, withinMs);
  t.diagnostic(`seen everywhere after ${Math.round(tookMs)} ms`);
  const { product_id, eve } = scene;
  const bought = await eve.post('/api/buy-now', { product_id, quantity: 1, ...delivery, payment: card() });
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  await untilTold(scene, false, SEEN_WITHIN_MS);
}

async function checkOut({ ada }: Scene): Promise<{ checkout_id: string; endsMs: number }> {
  const { status, body } = await ada.post('/api/checkouts', delivery);
  assert.equal(status, 201, JSON.stringify(body));
  return { checkout_id: body.checkout_id, endsMs: Date.parse(body.reservation.expires_at) };
}

test('given back by its holder', async t => {
  const scene = await lastUnit();
  const { checkout_id } = await checkOut(scene);
  await untilTold(scene, false, SEEN_WITHIN_MS);
  assert.equal((await scene.ada.delete(`/api/checkouts/${checkout_id}`)).status, 204);
  await backIn(t, scene);
});

test('abandoned: its hold ends by itself within two seconds after its time', async t => {
  const scene = await lastUnit();
  const { endsMs, checkout_id } = await checkOut(scene);
  await untilTold(scene, false, SEEN_WITHIN_MS);
  const available = async () => (await anybody.get(`/api/products/${scene.product_id}`)).body.available === 1;
  await eventually('the hold has ended', available, endsMs - Date.now() + SWEPT_WITHIN_MS);
  t.diagnostic(`back ${Date.now() - endsMs} ms after its time`);
  await backIn(t, scene);
  const late = await scene.ada.post('/api/orders', { checkout_id, payment: card() });
  assert.deepEqual([late.status, late.body.code], [410, 'RESERVATION_EXPIRED']);
});

test('bought and cancelled', async t => {
  const scene = await lastUnit();
  const { checkout_id } = await checkOut(scene);
  const { body: order } = await scene.ada.post('/api/orders', { checkout_id, payment: card() });
  assert.equal(order.status, 'CONFIRMED');
  await untilTold(scene, false, SEEN_WITHIN_MS);
  assert.equal((await scene.ada.post(`/api/orders/${order.order_id}/cancel`)).status, 200);
  await backIn(t, scene);
});

test('refunded and put back on the shelf', async t => {
  const scene = await lastUnit();
  const { checkout_id } = await checkOut(scene);
  const { body: order } = await scene.ada.post('/api/orders', { checkout_id, payment: card() });
  await untilTold(scene, false, SEEN_WITHIN_MS);
  const refund = { reason: 'too dark', restock: true };
  assert.equal((await admin.post(`/api/admin/orders/${order.order_id}/refund`, refund)).status, 201);
  await backIn(t, scene);
});

test('received from its maker, and found by a count', async t => {
  const scene = await lastUnit();
  const { checkout_id } = await checkOut(scene);
  await scene.ada.post('/api/orders', { checkout_id, payment: card() });
  await untilTold(scene, false, SEEN_WITHIN_MS);
  await receive(shop, scene.product_id, 1);
  await backIn(t, scene);
  const { body } = await admin.get(`/api/admin/inventory/${scene.product_id}`);
  const found = { warehouse_id: body.warehouses[0].warehouse_id, delta: 1, reason: 'behind the shelf' };
  assert.equal((await admin.post(`/api/admin/inventory/${scene.product_id}/adjust`, found)).status, 200);
  await backIn(t, scene);
});

test('looked at by its holder at the end of its time, it comes back a third later and not before', async () => {
  const scene = await lastUnit();
  const { checkout_id, endsMs } = await checkOut(scene);
  const look = () => scene.ada.get(`/api/checkouts/${checkout_id}`);
  const renewed = await eventually('the end moves', async () => {
    const { status, body } = await look();
    assert.equal(status, 200, JSON.stringify(body));
    const nowEndsMs = Date.parse(body.reservation.expires_at);
    return nowEndsMs > endsMs && nowEndsMs;
  });
  const thirdMs = (TTL_SECONDS * 1000) / 3;
  assert.ok(renewed - endsMs >= thirdMs && renewed - endsMs < thirdMs + 100, `by ${renewed - endsMs} ms`);
  const ended = await eventually('it ends all the same', async () => (await look()).status === 410 && Date.now());
  assert.ok(ended >= renewed, `${renewed - ended} ms too early`);
  await untilTold(scene, true, SEEN_WITHIN_MS + SWEPT_WITHIN_MS);
});

test('every invariant holds after all of this', () => assertAudit(shop));
