// Goal: every public answer says how long caches may keep it and by which keys it is purged, and a change reaches them.
// Method: every route that the shop has declared is asked at an address that exists; a listener stands for the edge.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { DEFAULT_SELLER } from '#catalog';
import type { DeclaredRoute } from '#platform/http';
import { kindOf, type SharedAnswer } from '#platform/shared-answer';
import { sharedAnswers } from '#shared-answers';
import { type Client, createClient, eventually, newProduct, newUser, receive } from '../support/client.ts';
import { openRecordedEdge } from '../support/recorded-edge.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';

const CATEGORY = ['Home', 'Lamps', 'Desk', 'Brass', 'Small', 'Old'];

let shop: TestShop;
let admin: Client;
let product: { product_id: string; title: string };
let addresses: Map<string, string>;
/** What the edge was told, key by key. */
let told: string[] = [];
let toldFirst = '';
const ends: (() => Promise<void>)[] = [];

before(async () => {
  const scope = { after: (end: () => Promise<void>) => void ends.push(end) };
  const edge = await openRecordedEdge(scope);
  told = edge.told;
  shop = await startTestShop(scope, { environment: { EDGE_PURGE_URL: edge.url } });
  toldFirst = await eventually('the edge is told something', async () => told[0]);
  admin = createClient(shop.url, shop.adminKey);
  product = await newProduct(shop, { stock: 50, more: { category_path: CATEGORY } });
  addresses = await findAddresses();
  await eventually('the index suggests it', async () => {
    const { body } = await admin.get(`/api/suggest?q=${encodeURIComponent(product.title)}`);
    return body.suggestions.some((one: { product_id?: string }) => one.product_id === product.product_id);
  });
});
after(async () => {
  for (const end of ends.reverse()) await end();
});

/** What stands in an address for each name of a route; a new name needs one here. */
async function findAddresses(): Promise<Map<string, string>> {
  const page = await (await fetch(`${shop.url}/en/p/${product.product_id}`)).text();
  const picture = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#a52' } })
    .png()
    .toBuffer();
  const uploaded = await fetch(`${shop.url}/api/admin/pictures`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.adminKey}`, 'content-type': 'image/png' },
    body: new Uint8Array(picture),
  });
  const { url } = (await uploaded.json()) as { url: string };
  return new Map([
    ...CATEGORY.map((name, step) => [`step${step + 1}`, name] as const),
    ['product_id', product.product_id],
    ['slug', '-'],
    ['seller_id', DEFAULT_SELLER.seller_id],
    ['file of /assets/:file', /\/assets\/([^"]+)"/.exec(page)![1]!],
    ['file of /sitemaps/:file', 'categories.xml'],
    ['name of /images/products/:name', url.split('/').at(-1)!],
    ['name of /images/demo/:name', 'headphones-black-0-1.svg'],
  ]);
}

/** Where an answer is shared there must be something to show; elsewhere any word will do. */
function addressOf({ url, config }: DeclaredRoute): string {
  const path = url.replaceAll(/:([a-z]\w*)/g, (_all, name: string) => {
    const found = addresses.get(`${name} of ${url}`) ?? addresses.get(name);
    assert.ok(found !== undefined || config?.shared === 'never', `a word for :${name} of ${url}`);
    return encodeURIComponent(found ?? product.product_id);
  });
  return url === '/api/suggest' ? `${path}?q=${encodeURIComponent(product.title)}` : path;
}

/** Redirects of pages lead to where they are. */
const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${shop.url}${path}`, { headers });

/** What is purged while it is made is the asker's alone, so it is asked again. */
const askShared = (path: string) =>
  eventually(`${path} is shared`, async () => {
    const answer = await ask(path);
    return answer.headers.has('surrogate-key') && answer;
  });

/** Routes that anybody may ask. HEAD goes the way of GET. */
function publicRoutes(): DeclaredRoute[] {
  return shop.shop!.routes.filter(({ method, config }) => method === 'GET' && config?.access === 'anyone');
}

test('every route that anybody may ask has decided, and every decision has its route', () => {
  const routes = publicRoutes();
  assert.ok(routes.length > 80, `${routes.length} routes`);
  const rows = new Set(routes.map(({ config }) => config!.shared));
  assert.ok(!rows.has(undefined));
  for (const [url, row] of Object.entries(sharedAnswers)) assert.ok(rows.has(row), `${url} is a route of its row`);
});

test('a shared answer says how long it may be kept, and tells keys of every kind that its row names', async () => {
  const shared = publicRoutes().filter(({ config }) => config?.shared !== 'never');
  for (const route of shared) {
    const { freshSeconds, staleSeconds, browserSeconds, shows } = route.config!.shared as SharedAnswer;
    const answer = await askShared(addressOf(route));
    const what = `${route.url} at ${addressOf(route)}`;
    assert.equal(answer.status, 200, what);
    const isForEver = browserSeconds === 31_536_000;
    const control = isForEver
      ? 'public, max-age=31536000, immutable'
      : `public, max-age=${browserSeconds}, s-maxage=${freshSeconds}, stale-while-revalidate=${staleSeconds}`;
    assert.equal(answer.headers.get('cache-control'), control, what);
    const keys = answer.headers.get('surrogate-key')!.split(' ');
    assert.deepEqual([...new Set(keys.map(kindOf))].sort(), ['shop', ...shows].sort(), what);
    assert.equal(answer.headers.get('set-cookie'), null, what);
  }
});

test('what is never shared says so to nobody too, and tells no keys', async () => {
  for (const route of publicRoutes().filter(({ config }) => config?.shared === 'never')) {
    const answer = await fetch(`${shop.url}${addressOf(route)}`, { redirect: 'manual' });
    await answer.arrayBuffer();
    assert.equal(answer.headers.get('cache-control'), 'private, no-store', route.url);
    assert.equal(answer.headers.get('surrogate-key'), null, route.url);
  }
});

test('a list of products has the key of each, and reviews and the product that of it', async () => {
  const other = await newProduct(shop);
  const keysOf = async (path: string) => (await askShared(path)).headers.get('surrogate-key')!.split(' ').sort();
  const own = `product:${product.product_id}`;
  const both = ['categories', own, `product:${other.product_id}`, 'shop'].sort();
  assert.deepEqual(await keysOf('/api/products'), both);
  assert.deepEqual(await keysOf(`/api/products/${product.product_id}`), [own, 'shop']);
  assert.deepEqual(await keysOf(`/api/products/${product.product_id}/reviews`), [own, 'shop']);
  const found = await eventually('the index has it', async () => {
    const keys = await keysOf(`/api/search?q=${encodeURIComponent(other.title)}`);
    return keys.includes(`product:${other.product_id}`) && keys;
  });
  assert.ok(found.includes('categories'));
});

test('a known person’s answer is theirs alone, whatever the row says', async () => {
  const user = await newUser(shop);
  const ways: Record<string, string>[] = [
    { authorization: `Bearer ${user.token}` },
    { cookie: `session=${user.token}` },
  ];
  for (const headers of ways) {
    for (const path of ['/api/products', '/api/categories', `/api/products/${product.product_id}/reviews`]) {
      await ask(path);
      const answer = await ask(path, headers);
      assert.deepEqual([answer.status, answer.headers.get('cache-control')], [200, 'private, no-store'], path);
      assert.equal(answer.headers.get('surrogate-key'), null);
    }
  }
  const wrong = await ask('/api/products', { authorization: 'Bearer wrong' });
  assert.equal(wrong.status, 401, 'a token that is wrong is told, though the answer is in memory');
});

test('a list of the API comes from memory, and whoever changes it finds it changed', async () => {
  const path = '/api/products?category=Home&category=Lamps&page_size=5';
  const lookAgain = async () => {
    const answer = await ask(path);
    const { items } = (await answer.json()) as { items: { product_id: string; price: { amount: number } }[] };
    // What passes the framework has an id of its request.
    return { isKept: answer.headers.get('request-id') === null, items };
  };
  await eventually('it is kept', async () => (await lookAgain()).isKept);
  for (let amount = 3000; amount < 3030; amount += 1) {
    const changed = await admin.patch(`/api/admin/products/${product.product_id}`, {
      price: { amount, currency: 'USD' },
    });
    assert.equal(changed.status, 200);
    const { items } = await lookAgain();
    assert.equal(items.find(({ product_id }) => product_id === product.product_id)?.price.amount, amount);
  }
  await eventually('it is kept again', async () => (await lookAgain()).isKept);
});

/** The keys that the edge is told because of `work`, as soon as `wanted` are among them. */
async function toldBy(work: () => Promise<unknown>, wanted: () => string[]): Promise<string[]> {
  told.length = 0;
  await work();
  await eventually(`the keys of ${work} are purged`, async () => wanted().every(key => told.includes(key)));
  return told;
}

/**
 * Keys of one source are told in the order of its events: both purges of every change until now are over with those of
 * a later one.
 */
async function settle(): Promise<void> {
  const { product_id } = await newProduct(shop);
  const isTold = (times: number) =>
    eventually(`it is told ${times} times`, async () => {
      return told.filter(key => key === `product:${product_id}`).length >= times;
    });
  await isTold(2);
  await receive(shop, product_id, 50);
  await isTold(4);
}

test('the edge is told at the start to fetch everything anew', () => {
  assert.equal(toldFirst, 'shop');
});

test('the edge is told the keys of each change', async () => {
  const { product_id } = product;
  const own = `product:${product_id}`;
  const path = `/api/admin/products/${product_id}`;
  await settle();
  const keys = await toldBy(
    () => admin.patch(path, { price: { amount: 4000, currency: 'USD' } }),
    () => [own],
  );
  assert.ok(!keys.includes('categories'));
  for (const category_path of [['Home', 'Lanterns'], CATEGORY]) {
    await toldBy(
      () => admin.patch(path, { category_path }),
      () => [own, 'categories'],
    );
  }
  const review = { rating: 4, title: 'Good', body: '' };
  const reviewer = await newUser(shop);
  await toldBy(
    () => reviewer.post(`/api/products/${product_id}/reviews`, review),
    () => [own],
  );
  let made = '';
  await toldBy(
    async () => {
      made = (await newProduct(shop)).product_id;
    },
    () => [`product:${made}`, 'categories'],
  );
  await toldBy(
    () => admin.delete(`/api/admin/products/${made}`),
    () => [`product:${made}`, 'categories'],
  );
});

test('of stock the edge is told the transitions alone: out, few left, in stock', async () => {
  const { product_id } = await newProduct(shop);
  const own = [`product:${product_id}`];
  for (const units of [3, 30]) {
    await settle();
    await toldBy(
      () => receive(shop, product_id, units),
      () => own,
    );
  }
  await settle();
  told.length = 0;
  for (let n = 0; n < 5; n += 1) await receive(shop, product_id, 1);
  await settle();
  assert.ok(!told.includes(own[0]!), 'more of what is in stock is no news');
});
