// Goal: a real Varnish with the deployed configuration answers nearly everything that is the same for everybody, is
// never behind a change for longer than a second, and holds nothing of anybody. Method: varnishd on loopback before a
// shop with 2,000 products, told of purges by the shop itself.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import type { DeclaredRoute } from '#platform/http';
import { askEach, drawZipf } from '../../bench/support/ask-each.ts';
import { type Client, createClient, eventually, newProduct, newUser } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { need } from '../support/parts.ts';
import { openRecordedEdge } from '../support/recorded-edge.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';
import { startVarnish, type VarnishServer } from '../support/varnish.ts';

const PRODUCTS = 2_000;
/** Fewer than `npm run bench -- browse` asks, and so many that each product once is less than 3 of 100. */
const REQUESTS = 80_000;
const SEED = process.env.SEED ?? randomUUID();

interface World {
  shop: TestShop;
  admin: Client;
  varnish: VarnishServer;
  /** What another edge of the shop was told. */
  told: string[];
  /** In the catalogue from the start. */
  product_id: string;
}

test('the shop behind a real Varnish', async t => {
  const path = need(t, 'varnish');
  if (path === null) return;
  const world = await openWorld(t, path);
  await t.test('what is the same for everybody is looked up, all else passes with its cookies', () =>
    splitsRoutes(world),
  );
  await t.test('an answer is kept, without what only the edge must know', () => keepsAnswers(world));
  await t.test('a new price is seen everywhere within a second, and the old one never again', () => showsPrices(world));
  await t.test('what is past its time is shown while it is asked for anew behind', () => refreshesBehind(world));
  await t.test('only the shop may purge', () => guardsPurges(world));
  await t.test('nothing that is kept holds anything of a person who walks the shop', () => holdsNobody(world));
  await t.test('97 of 100 requests for products are answered without the shop, from a cold start', () =>
    answers(world),
  );
  // The last, since it ends the shop.
  await t.test('without the shop, what was kept is shown, purged or not', () => outlivesShop(world));
});

/** Varnish starts after the shop, whose first purge waits for it. */
async function openWorld(t: TestContext, path: string): Promise<World> {
  const port = await freePort();
  const { url: recorded, told } = await openRecordedEdge(t);
  const edges = { EDGE_PURGE_URL: `http://127.0.0.1:${port}/,${recorded}`, TRUSTED_PROXIES: '127.0.0.1/32' };
  const shop = await startTestShop(t, { environment: { NODE_ENV: 'production', ...edges } });
  const { product_id } = await newProduct(shop, { stock: 20 });
  const varnish = await startVarnish(t, { path, port, shopUrl: shop.url });
  const admin = createClient(shop.url, shop.adminKey);
  const world = { shop, admin, varnish, told, product_id };
  await settle(world);
  return world;
}

interface Seen {
  status: number;
  text: string;
  /** `hit`, `miss` or `pass`. */
  from: string | null;
  headers: Headers;
}

async function look({ url }: VarnishServer, path: string, headers: Record<string, string> = {}): Promise<Seen> {
  const answer = await fetch(`${url}${path}`, { headers, redirect: 'manual' });
  const text = await answer.text();
  return { status: answer.status, text, from: answer.headers.get('x-cache'), headers: answer.headers };
}

/** Until it is answered from what is kept. */
function untilKept(varnish: VarnishServer, path: string): Promise<Seen> {
  return eventually(`${path} is kept`, async () => {
    const seen = await look(varnish, path);
    return seen.from === 'hit' && seen;
  });
}

async function splitsRoutes({ shop, varnish }: World): Promise<void> {
  const user = await newUser(shop);
  const routes = shop.shop!.routes.filter(({ method, url }) => method === 'GET' && url !== '/api/admin/live');
  const pathOf = ({ url }: DeclaredRoute) => url.replaceAll(/:[a-z]\w*/g, () => randomUUID());
  for (const route of routes) {
    const { shared } = route.config!;
    const isShared = shared !== undefined && shared !== 'never';
    for (const ending of ['', '?page=1']) {
      const { from } = await look(varnish, pathOf(route) + ending, { cookie: `session=${user.token}` });
      assert.equal(from, isShared ? 'miss' : 'pass', `${pathOf(route)}${ending} of ${route.url}`);
    }
  }
  const { from, text } = await look(varnish, '/api/me', { cookie: `session=${user.token}` });
  assert.deepEqual([from, text.includes('Ada Example')], ['pass', true]);
  const posted = await fetch(`${varnish.url}/api/products`, { method: 'POST' });
  assert.deepEqual([posted.status, posted.headers.get('x-cache')], [405, 'pass']);
}

async function keepsAnswers({ shop, varnish }: World): Promise<void> {
  const { product_id, title } = await newProduct(shop, { stock: 20 });
  const path = `/api/products?category=Home&page_size=7`;
  const { text, headers } = await untilKept(varnish, path);
  assert.ok(text.includes(product_id) && text.includes(title));
  assert.equal(headers.get('cache-control'), 'public, max-age=0');
  for (const name of ['surrogate-key', 'xkey', 'x-fresh', 'x-life', 'set-cookie', 'age', 'via']) {
    assert.equal(headers.get(name), null, name);
  }
  const gone = `/en/p/${randomUUID()}`;
  for (let n = 0; n < 2; n += 1) assert.deepEqual([(await look(varnish, gone)).status], [404]);
  assert.equal((await look(varnish, gone)).from, 'miss', 'what is not there is not kept');
  const withToken = await look(varnish, path, { authorization: 'Bearer wrong' });
  assert.deepEqual([withToken.status, withToken.from], [401, 'pass']);
  const otherHost = await look(varnish, path, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
  assert.deepEqual([otherHost.from, otherHost.text], ['hit', text]);
}

const SHOWN_WITHIN_MS = 1_000;

async function showsPrices({ shop, admin, varnish }: World): Promise<void> {
  const { product_id, title } = await newProduct(shop, { stock: 20, price: 111_11 });
  const { headers } = await look(varnish, `/en/p/${product_id}`);
  const page = headers.get('location')!;
  const places = [page, page.replace('/en/', '/de/'), '/en', '/en/c/Home/Lamps', '/api/products?page_size=9'];
  const search = `/en/search?q=${encodeURIComponent(title)}`;
  await eventually('the index has it', async () => (await look(varnish, search)).text.includes('111.11'), 60_000);
  places.push(search, `/api/products/${product_id}`);
  const shows = (text: string, cents: number) => {
    const [euros, rest] = [Math.floor(cents / 100), String(cents % 100).padStart(2, '0')];
    return [`${euros}.${rest}`, `${euros},${rest}`, `"amount":${cents}`].some(price => text.includes(price));
  };
  for (const cents of [222_22, 333_33, 444_44]) {
    for (const place of places) await look(varnish, place);
    await admin.patch(`/api/admin/products/${product_id}`, { price: { amount: cents, currency: 'USD' } });
    const changedMs = performance.now();
    const late = new Set(places);
    while (late.size > 0 && performance.now() < changedMs + SHOWN_WITHIN_MS) {
      for (const place of late) if (shows((await look(varnish, place)).text, cents)) late.delete(place);
    }
    assert.deepEqual([...late], [], `${cents} is shown within ${SHOWN_WITHIN_MS} ms`);
    for (const place of places) assert.ok(shows((await look(varnish, place)).text, cents), `${place} again`);
  }
}

/** A search is fresh for five seconds and may be shown for 25 more. Each answer of the shop has its date. */
async function refreshesBehind(world: World): Promise<void> {
  const { varnish } = world;
  const path = '/api/search?q=lamp';
  await settle(world);
  await untilKept(varnish, path);
  const [dates, from] = [new Set<string | null>(), new Set<string | null>()];
  await eventually(
    'the shop was asked again, twice',
    async () => {
      const seen = await look(varnish, path);
      dates.add(seen.headers.get('date'));
      from.add(seen.from);
      return dates.size > 2;
    },
    25_000,
  );
  assert.deepEqual([...from], ['hit'], 'and nobody waited for it');
}

/** From an address of loopback that is not the shop's. */
async function purgeFrom(varnish: VarnishServer, localAddress: string, keys?: string): Promise<number | undefined> {
  const { port } = new URL(varnish.url);
  const headers = keys === undefined ? {} : { 'surrogate-key': keys };
  const outgoing = request({ host: '127.0.0.1', port, localAddress, method: 'PURGE', path: '/', headers }).end();
  const [answer] = await once(outgoing, 'response');
  answer.resume();
  return answer.statusCode;
}

async function guardsPurges({ varnish }: World): Promise<void> {
  const path = '/robots.txt';
  await untilKept(varnish, path);
  assert.equal(await purgeFrom(varnish, '127.0.0.2', 'shop'), 403);
  assert.equal((await look(varnish, path)).from, 'hit');
  assert.equal(await purgeFrom(varnish, '127.0.0.1'), 400);
  assert.equal((await look(varnish, path)).from, 'hit');
  assert.equal(await purgeFrom(varnish, '127.0.0.1', 'product:none shop'), 200);
  assert.equal((await look(varnish, path)).from, 'miss');
  assert.equal((await look(varnish, path)).from, 'hit');
}

const WALKED_MAX = 200;

/** Everywhere that links lead, from both homes on, and what the pages ask for beside themselves. */
async function walk(varnish: VarnishServer, headers: Record<string, string>): Promise<Map<string, Seen>> {
  const walked = new Map<string, Seen>();
  const ahead = ['/en', '/de', '/en/cart', '/en/account', '/en/orders', '/en/checkout', '/fragments/me', '/api/me'];
  ahead.push('/api/cart', '/api/products', '/api/categories', '/api/search?q=lamp', '/api/suggest?q=lamp', '/docs');
  for (const path of ahead) {
    if (walked.has(path) || walked.size >= WALKED_MAX) continue;
    const seen = await look(varnish, path, headers);
    walked.set(path, seen);
    const next = seen.headers.get('location');
    const links = [...seen.text.matchAll(/(?:href|src)="(\/[^"#]*)/g)].map(([, link]) =>
      link!.replaceAll('&amp;', '&'),
    );
    ahead.push(...links, ...(next?.startsWith('/') ? [next] : []));
  }
  return walked;
}

async function holdsNobody({ shop, varnish }: World): Promise<void> {
  const email = `marked${randomUUID().slice(0, 8)}@example.com`;
  const account = { email, password: 'correct horse battery', name: `Zebedee${randomUUID().slice(0, 8)} Quux` };
  const nobody = createClient(varnish.url);
  const { body } = await nobody.post('/api/account/signup', account);
  const user = nobody.as(body.token);
  const { product_id } = await newProduct(shop, { stock: 20 });
  const { body: cart } = await user.post('/api/cart/items', { product_id, quantity: 3 });
  const [first] = account.name.split(' ');
  const marks = [first!, email, body.token, body.user.user_id, cart.cart_id];
  const walked = await walk(varnish, { cookie: `session=${body.token}; theme=dark` });
  const personal = [...walked].filter(([, { text }]) => marks.some(mark => text.includes(mark)));
  assert.ok(personal.length >= 4, 'the shopper sees their own name on pages of their own');
  for (const [path, { from }] of personal) assert.equal(from, 'pass', path);
  // Nobody else asks this Varnish for anything: what it keeps is at these addresses.
  let kept = 0;
  for (const path of walked.keys()) {
    const { from, text, headers } = await look(varnish, path);
    for (const mark of marks) assert.ok(!text.includes(mark), `${path} (${from}) holds ${mark}`);
    if (from !== 'hit') continue;
    kept += 1;
    assert.equal(headers.get('set-cookie'), null, path);
  }
  assert.ok(kept >= 20, `${kept} kept answers of ${walked.size} were looked through`);
}

/** The addresses of products as the sitemap has them. */
async function importProducts({ shop, admin }: World): Promise<string[]> {
  const lines = Array.from({ length: PRODUCTS }, (_, n) => {
    const price = { amount: 1000 + n, currency: 'USD' };
    return JSON.stringify({ external_id: `z${n}`, title: `Zipf lamp ${n}`, category_path: ['Zipf'], price, stock: 50 });
  });
  const headers = { 'content-type': 'application/x-ndjson' };
  const { body } = await admin.post('/api/admin/imports', `${lines.join('\n')}\n`, headers);
  await eventually(
    'the import is done',
    async () => (await admin.get(`/api/admin/imports/${body.import_id}`)).body.state === 'done',
    120_000,
  );
  const sitemap = await (await fetch(`${shop.url}/sitemaps/1.xml`)).text();
  const paths = [...sitemap.matchAll(/<loc>https?:\/\/[^/]+(\/en\/p\/[^<]*zipf[^<]*)<\/loc>/g)].map(match => match[1]!);
  assert.equal(paths.length, PRODUCTS);
  return paths;
}

/**
 * Purges are told in the order of events, each twice: with both of a later change, those of all before are over. They
 * are told to Varnish as soon as to the other edge, unless some wait.
 */
async function settle({ admin, told, product_id }: World): Promise<void> {
  const { body } = await admin.get(`/api/products/${product_id}`);
  const price = { amount: body.price.amount + 1, currency: 'USD' };
  told.length = 0;
  await admin.patch(`/api/admin/products/${product_id}`, { price });
  await eventually('it was purged twice', async () => {
    const { body: metrics } = await admin.get('/metrics');
    const isWaiting = /edge_keys_waiting\{[^}]*\} [1-9]/.test(metrics);
    return !isWaiting && told.filter(key => key === `product:${product_id}`).length >= 2;
  });
}

async function answers(world: World): Promise<void> {
  const { varnish } = world;
  const paths = drawZipf(await importProducts(world), REQUESTS, SEED);
  await settle(world);
  const before = await varnish.countMisses();
  const headers = { 'accept-encoding': 'gzip, deflate, br' };
  const { statuses } = await askEach({ url: varnish.url, paths, headers, connections: 32 });
  const missed = (await varnish.countMisses()) - before;
  assert.deepEqual(statuses, { 200: REQUESTS }, `seed ${SEED}`);
  const share = 1 - missed / REQUESTS;
  assert.ok(share >= 0.97, `${(share * 100).toFixed(2)} % were answered at the edge; seed ${SEED}`);
  assert.ok(missed > 1_500, `${missed} had to wait for the shop: it was a cold start; seed ${SEED}`);
}

async function outlivesShop({ shop, varnish }: World): Promise<void> {
  const [kept, purged] = ['/en', '/api/categories'];
  await untilKept(varnish, kept);
  const before = await untilKept(varnish, purged);
  await shop.shop!.stop();
  assert.equal(await purgeFrom(varnish, '127.0.0.1', 'categories'), 200);
  // At once, while Varnish still believes in the shop, and once it knows better.
  for (const path of [purged, kept]) assert.equal((await look(varnish, path)).status, 200, path);
  const isAway = async () => (await look(varnish, '/healthz')).status === 503;
  await eventually('Varnish knows', isAway);
  const after = await look(varnish, purged);
  assert.deepEqual([after.status, after.text], [200, before.text]);
  assert.equal((await look(varnish, '/en/search?q=nobody-asked')).status, 503, 'what was not kept is not there');
}
