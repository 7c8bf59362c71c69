// What shoppers look at and order is counted where search can weigh it: a look at a product's page by the request of
// its private part, since the page itself comes from a cache, and an order by its event. The same in one process and
// in many.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import pg from 'pg';
import { address, type Client, card, createClient, eventually, newGuest, newProduct } from '../support/client.ts';
import { type ShopForm, startTestShop, type TestShop } from '../support/shop.ts';

const forms: ShopForm[] = ['joined', 'split'];

async function countsOf({ databaseUrl }: TestShop): Promise<[productId: string, views: number, orders: number][]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query('select product_id, views, orders from search.popularity order by product_id');
    return rows.map(row => [row.product_id, row.views, row.orders]);
  } finally {
    await client.end();
  }
}

async function look(client: Client, productId: string): Promise<void> {
  assert.equal((await client.get(`/fragments/me?product=${productId}`)).status, 200);
}

for (const form of forms) {
  test(`looks and orders are counted, and a product takes its counts with it, ${form}`, {
    timeout: 120_000,
  }, async t => {
    const shop = await startTestShop(t, { form });
    const admin = createClient(shop.url, shop.adminKey);
    const lamp = await newProduct(shop, { stock: 5 });
    const rug = await newProduct(shop);
    const [ada, bob] = [await newGuest(shop), await newGuest(shop)];
    for (const who of [ada, ada, bob, admin, createClient(shop.url), createClient(shop.url)]) {
      await look(who, lamp.product_id);
    }
    // The last look is that at the rug: when it is counted, all before it are.
    for (const productId of [randomUUID(), rug.product_id]) await look(ada, productId);
    assert.equal((await ada.get('/fragments/me?product=lamp')).status, 400);
    const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };
    const bought = await bob.post('/api/buy-now', {
      product_id: lamp.product_id,
      quantity: 3,
      ...delivery,
      payment: card(),
    });
    assert.equal(bought.status, 201, JSON.stringify(bought.body));
    const counted = await eventually('all is counted', async () => {
      const counts = await countsOf(shop);
      const isRugSeen = counts.some(([productId, views]) => productId === rug.product_id && views > 0);
      return isRugSeen && counts.some(([, , orders]) => orders > 0) && counts;
    });
    // Two guests and one network without a session; the staff's own look is none.
    assert.deepEqual(counted, [
      [lamp.product_id, 3, 1],
      [rug.product_id, 1, 0],
    ]);
    assert.equal((await admin.delete(`/api/admin/products/${rug.product_id}`)).status, 204);
    await eventually('nothing is left of what was deleted', async () => (await countsOf(shop)).length === 1);
    assert.deepEqual(await countsOf(shop), [[lamp.product_id, 3, 1]]);
  });
}
