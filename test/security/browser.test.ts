// Goal: no other site makes a browser act here, nothing runs in our pages but our own, and no cache keeps what is
// personal. Method: every route of the shop's own OpenAPI document, asked as a browser asks: with cookies and Sec-Fetch
// headers; a second shop under TLS.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { readyToPay } from '../support/buyer.ts';
import { newProduct } from '../support/client.ts';
import { openReader } from '../support/reader.ts';
import { startTestShop } from '../support/shop.ts';
import { fillPath, type Operation, readOperations } from './api-document.ts';
import { type Cast, openCast } from './cast.ts';
import { sharedShop } from './shared-shop.ts';

let cast: Cast;
let operations: Operation[];
const shop = sharedShop({}, async filled => {
  cast = await openCast(filled);
  operations = await readOperations(filled.url);
});

function pathOf(operation: Operation): string {
  const { ada, seller, product_id } = cast;
  const { order_id, checkout_id, address_id } = ada;
  const ids = { order_id, checkout_id, address_id, import_id: seller.import_id };
  const named = { gateway: 'simulator', carrier: 'simulated' };
  return fillPath(operation, { ...ids, ...named, product_id: operation.isAdmin ? seller.product_id : product_id });
}

function everybody(): [string, Record<string, string>][] {
  const { ada, guest, seller, staff, key } = cast;
  const bearers = Object.entries({
    ada: ada.client,
    guest: guest.client,
    seller: seller.client,
    staff: staff.client,
    key,
  });
  const cookies = bearers
    .filter(([name]) => name !== 'key')
    .map(([name, client]) => [`${name} by cookie`, { cookie: `session=${client.token}` }]);
  const byBearer = bearers.map(([name, { token }]) => [name, { authorization: `Bearer ${token}` }]);
  return [['nobody', {}], ...byBearer, ...cookies] as [string, Record<string, string>][];
}

const reads = () => operations.filter(({ isMutation }) => !isMutation);
const mutations = () => operations.filter(({ isMutation }) => isMutation);

/** A digest of every table that a request could write, but for the progress of those who read events. */
async function digestDatabase(): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: shop.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select table_schema || '.' || table_name as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema', 'graphile_worker')
         and table_schema not like 'platform%' and table_name not in ('event_cursors', 'outbox_readers', 'jobs')`,
    );
    const digests: Record<string, string> = {};
    for (const { name } of rows) {
      const found = await client.query(`select t::text as row from ${name} t`);
      const text = found.rows
        .map(({ row }) => row as string)
        .sort()
        .join('\n');
      digests[name] = createHash('sha256').update(text).digest('hex');
    }
    return digests;
  } finally {
    await client.end();
  }
}

/**
 * The digest once nothing moves any more: backups of carts, mails and events are written a moment after their answer.
 */
async function digestAtRest(): Promise<Record<string, string>> {
  await shop.shop!.drained();
  let digest = await digestDatabase();
  for (let tries = 0; tries < 40; tries += 1) {
    await pause(400);
    const next = await digestDatabase();
    if (isDeepStrictEqual(next, digest)) return next;
    digest = next;
  }
  assert.fail('the shop does not come to rest');
}

test('23: no mutation by GET or HEAD, by whomever and with whatever header', async () => {
  const before = await digestAtRest();
  assert.ok(Object.keys(before).length > 20);
  const override = { 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE', 'x-method-override': 'POST' };
  const paths = [...new Set(operations.map(pathOf))];
  async function look(path: string, method: string, identity: Record<string, string>): Promise<void> {
    const query = path.includes('?') ? '&' : '?';
    const answer = await fetch(`${shop.url}${path}${query}_method=DELETE`, {
      method,
      headers: { ...identity, ...override },
    });
    await answer.arrayBuffer();
    assert.ok(answer.status < 500, `${method} ${path} ${answer.status}`);
  }
  for (const [, identity] of everybody()) {
    await Promise.all(paths.flatMap(path => ['GET', 'HEAD'].map(method => look(path, method, identity))));
  }
  assert.deepEqual(await digestAtRest(), before);
});

const OTHER_SITES: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example', referer: 'https://evil.example/' },
  { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
];

test('23: a mutation by cookie from another site is refused, on every route', async () => {
  const before = await digestAtRest();
  for (const client of [cast.ada.client, cast.guest.client, cast.staff.client]) {
    for (const operation of mutations()) {
      for (const from of OTHER_SITES) {
        const headers = { cookie: `session=${client.token}`, 'content-type': 'application/json', ...from };
        const answer = await fetch(`${shop.url}${pathOf(operation)}`, {
          method: operation.method,
          headers,
          body: '{}',
        });
        const body = (await answer.json()) as { code: string };
        const what = `${operation.name} from ${JSON.stringify(from)}: ${JSON.stringify(body)}`;
        assert.equal(answer.status, 403, what);
        // A role that is missing is told first; it is no less a refusal.
        assert.ok(['CROSS_SITE', 'FORBIDDEN'].includes(body.code), what);
      }
    }
  }
  assert.deepEqual(await digestAtRest(), before);
  const cookie = `session=${cast.ada.client.token}`;
  const own: Record<string, string>[] = [{ 'sec-fetch-site': 'same-origin' }, { origin: shop.url }, {}];
  for (const from of own) {
    const init = { method: 'POST', headers: { cookie, 'content-type': 'application/json', ...from } };
    const body = JSON.stringify({ product_id: cast.product_id, quantity: 1 });
    assert.equal((await fetch(`${shop.url}/api/cart/items`, { ...init, body })).status, 200, JSON.stringify(from));
  }
});

test("23: a form of another site can't be read as JSON, so no login or purchase is forged without a cookie either", async () => {
  const types = ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'];
  const body = JSON.stringify({ email: cast.ada.email, password: cast.ada.password });
  for (const operation of mutations().filter(
    ({ path }) => !path.startsWith('/api/webhooks/') && path !== '/api/admin/imports',
  )) {
    for (const type of types) {
      const init = {
        method: operation.method,
        headers: { 'content-type': type, origin: 'https://evil.example' },
        body,
      };
      const answer = await fetch(`${shop.url}${pathOf(operation)}`, init);
      assert.ok([401, 404, 415].includes(answer.status), `${operation.name} ${type} ${answer.status}`);
      assert.ok(!answer.headers.get('set-cookie')?.includes('u.'), operation.name);
    }
  }
});

/** `name=value; Path=/; HttpOnly` → its name and its attributes. */
function readCookie(header: string | null): { name: string; attributes: string[] } {
  const [pair = '', ...attributes] = (header ?? '').split(/; */);
  return { name: pair.split('=')[0]!, attributes: attributes.map(each => each.toLowerCase()) };
}

async function cookiesOf(url: string): Promise<{ name: string; attributes: string[] }[]> {
  const json = { 'content-type': 'application/json' };
  const account = { email: `cookie${Date.now()}@example.com`, password: 'correct horse battery', name: 'Cookie' };
  const signup = await fetch(`${url}/api/account/signup`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(account),
  });
  const guest = await fetch(`${url}/api/sessions`, { method: 'POST' });
  const { token } = (await signup.json()) as { token: string };
  const logout = await fetch(`${url}/api/account/logout`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  assert.deepEqual([signup.status, guest.status, logout.status], [201, 201, 204]);
  return [signup, guest, logout].map(answer => readCookie(answer.headers.get('set-cookie')));
}

test('23: cookies are HttpOnly, SameSite=Lax, `__Host-` and Secure under TLS; 24: HSTS under TLS', async t => {
  for (const { name, attributes } of await cookiesOf(shop.url)) {
    assert.equal(name, 'session');
    for (const attribute of ['httponly', 'samesite=lax', 'path=/'])
      assert.ok(attributes.includes(attribute), attribute);
  }
  const secure = await startTestShop(t, { environment: { TLS: 'on' } });
  for (const { name, attributes } of await cookiesOf(secure.url)) {
    assert.equal(name, '__Host-session');
    for (const attribute of ['httponly', 'samesite=lax', 'secure', 'path=/'])
      assert.ok(attributes.includes(attribute), attribute);
    assert.ok(!attributes.some(attribute => attribute.startsWith('domain')));
  }
  for (const path of ['/', '/api/products', '/api/nothing', '/openapi.json']) {
    const { headers } = await fetch(`${secure.url}${path}`);
    assert.match(headers.get('strict-transport-security') ?? '', /^max-age=31536000/, path);
  }
  // Under TLS a cookie of the plain name is nobody's: a neighbour on http can't plant one.
  const planted = { cookie: `session=${cast.ada.client.token}` };
  assert.equal((await fetch(`${secure.url}/api/orders`, { headers: planted })).status, 401);
});

const ODD_PATHS = [
  '/nothing',
  '/%',
  '/api/orders/%zz',
  '/api/orders/x',
  '//',
  '/..%2f..%2fetc/passwd',
  `/${'x'.repeat(4000)}`,
];

test('24: CSP without unsafe-inline, nosniff, frame-ancestors, Referrer-Policy on every answer', async () => {
  const paths = [...new Set(reads().map(pathOf)), ...ODD_PATHS];
  for (const path of paths) {
    for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
      const { headers, status } = await fetch(`${shop.url}${path}`, { method });
      const what = `${method} ${path} ${status}`;
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/, what);
      assert.match(policy, /frame-ancestors 'none'/, what);
      assert.match(policy, /base-uri 'none'/, what);
      // Sellers' catalogues link their pictures: those alone may come from elsewhere, over TLS.
      const rest = policy.replace("img-src 'self' data: https:;", '');
      assert.ok(!/unsafe-|\*|https?:/.test(rest), `${what}: ${policy}`);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
      assert.ok(headers.get('referrer-policy'), what);
      assert.equal(headers.get('strict-transport-security'), null, 'no HSTS without TLS');
      assert.equal(headers.get('x-powered-by'), null);
    }
  }
  for (const page of ['/', '/docs', '/dev/mail']) {
    const html = await (await fetch(`${shop.url}${page}`)).text();
    assert.ok(
      // Structured data for search engines is a block of data, which no browser runs and no policy hinders.
      !/<script(?! type="application\/ld\+json">)(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:/i.test(html),
      `${page} needs nothing inline`,
    );
  }
});

const STRIPE = {
  STRIPE_SECRET_KEY: 'sk_test_of_nobody',
  STRIPE_WEBHOOK_SECRET: 'whsec_of_nobody',
  STRIPE_API_URL: 'http://127.0.0.1:9',
};
const OWN_PAGE =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const CARD_PAGE = OWN_PAGE.replace(
  "script-src 'self';",
  "script-src 'self' https://js.stripe.com https://*.js.stripe.com; " +
    'frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com;',
).replace("connect-src 'self';", "connect-src 'self' https://api.stripe.com;");

test('24: a page takes from Stripe what its form of cards needs, where there is one, and no other page does', async t => {
  for (const [environment, expected] of [
    [STRIPE, OWN_PAGE],
    [{ ...STRIPE, STRIPE_PUBLISHABLE_KEY: 'pk_test_of_nobody' }, CARD_PAGE],
  ] as const) {
    const { url, adminKey } = await startTestShop(t, { environment });
    const { product_id } = await newProduct({ url, adminKey }, { stock: 1 });
    const reader = openReader({ url });
    const payment = await readyToPay(reader, product_id);
    const buyNow = `/en/buy-now?product_id=${product_id}`;
    const pages = [payment, await reader.open(buyNow), await reader.submit(payment, '/pay', { method: 'gold' })];
    assert.deepEqual(
      [200, 200, 400],
      pages.map(page => page.status),
    );
    // A declined form that is sent again is answered from what was kept, and has a form for the next card.
    const declined = { method: 'card/simulator', test_card: 'declined' };
    for (let i = 0; i < 2; i += 1) pages.push(await reader.submit(payment, '/pay', declined));
    assert.equal(pages.at(-1)!.headers.get('idempotency-replayed'), 'true');
    for (const { headers, address } of pages) {
      assert.equal(headers.get('content-security-policy'), expected, address);
      assert.match(headers.get('permissions-policy') ?? '', /payment=\(\)/, 'no card is asked of the browser');
    }
    const others = ['/en', '/en/cart', '/en/checkout', '/en/login', '/en/nothing', '/en/buy-now?product_id=x'];
    for (const path of others) {
      const { headers } = await reader.open(path);
      assert.equal(headers.get('content-security-policy'), OWN_PAGE, path);
    }
  }
});

test('24: CORS is closed on every route, and a preflight opens nothing', async () => {
  for (const operation of operations) {
    const headers = {
      origin: 'https://evil.example',
      'access-control-request-method': operation.method,
      'access-control-request-headers': 'content-type, authorization',
    };
    for (const method of ['OPTIONS', operation.method]) {
      const answer = await fetch(`${shop.url}${pathOf(operation)}`, { method, headers });
      await answer.arrayBuffer();
      const opened = [...answer.headers.keys()].filter(name => name.startsWith('access-control-'));
      assert.deepEqual(opened, [], `${method} ${operation.path}`);
    }
  }
});

test('25: nothing personal is ever in a cacheable answer: `private, no-store` for everybody who is somebody', async () => {
  const { ada, guest, bob, seller } = cast;
  const marks = [
    ada.mark,
    guest.mark,
    bob.mark,
    ada.order_id,
    guest.order_id,
    ada.access_token,
    guest.access_token,
    seller.import_id,
  ];
  for (const [name, identity] of everybody()) {
    for (const operation of reads()) {
      const answer = await fetch(`${shop.url}${pathOf(operation)}`, { headers: identity });
      const text = await answer.text();
      const control = answer.headers.get('cache-control');
      const what = `${name} at ${operation.name}: ${control}`;
      if (name !== 'nobody') assert.equal(control, 'private, no-store', what);
      if (control === 'private, no-store') continue;
      assert.equal(answer.status, 200, what);
      assert.equal(answer.headers.get('set-cookie'), null, what);
      for (const mark of marks) assert.ok(!text.includes(mark), `${what} holds ${mark}`);
    }
  }
  const opened = await fetch(`${shop.url}/api/orders/${guest.order_id}?access=${guest.access_token}`);
  assert.deepEqual([opened.status, opened.headers.get('cache-control')], [200, 'private, no-store']);
  for (const operation of mutations()) {
    const answer = await fetch(`${shop.url}${pathOf(operation)}`, { method: operation.method });
    assert.equal(answer.headers.get('cache-control'), 'private, no-store', operation.name);
  }
});

test("25: odd paths and unkeyed headers don't make a personal answer cacheable, nor change a cacheable one", async () => {
  const { ada, guest } = cast;
  const headers = { cookie: `session=${ada.client.token}` };
  const personal = ['/api/me', '/api/cart', '/api/orders', '/api/me/addresses', `/api/orders/${ada.order_id}`];
  const endings = [
    '',
    '/',
    '/x.css',
    '.css',
    ';.js',
    '%2fhome.css',
    '%23.png',
    '?x=.css',
    '?.js',
    '%3f.css',
    '/..%2fhome.css',
    '%0a.css',
  ];
  for (const path of personal.flatMap(each => endings.map(ending => each + ending))) {
    const answer = await fetch(`${shop.url}${path}`, { headers });
    const text = await answer.text();
    assert.equal(answer.headers.get('cache-control'), 'private, no-store', path);
    if (answer.status !== 200) assert.ok(!text.includes(ada.mark), path);
  }
  const unkeyed = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-prefix': '/evil',
    'x-original-url': '/api/me',
    'x-rewrite-url': '/api/me',
    'x-host': 'evil.example',
    forwarded: 'host=evil.example;proto=https',
    'accept-language': 'xx',
    'user-agent': '<script>alert(1)</script>',
  };
  for (const path of ['/', '/openapi.json', '/docs', '/home.css', `/api/products/${cast.product_id}`]) {
    const [plain, odd] = [await fetch(`${shop.url}${path}`), await fetch(`${shop.url}${path}`, { headers: unkeyed })];
    assert.equal(await odd.text(), await plain.text(), path);
  }
  assert.ok(guest.order_id);
});
