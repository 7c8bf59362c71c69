// Goal: the routes of products, reviews, imports and exports answer as API.md says, to whom they should, and hold their
// bounds. Method: the real app and module; who asks is said by a header, files come over a real socket.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DEFAULT_SELLER } from '#catalog';
import { limits } from '#limits';
import { systemClock } from '#platform/clock';
import { type App, createApp } from '#platform/http';
import type { Caller } from '#platform/identity';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { created, ids, openCatalog, productInput } from '../../test/support/catalog.ts';
import { catalogRoutes } from './http.ts';

const SELLER = '01900000-0000-7000-8000-0000000000aa';
const OTHER = '01900000-0000-7000-8000-0000000000bb';
const user = { kind: 'user', person_id: ids.next(), session_id: 's' } as const;
const callers: Record<string, Caller> = {
  key: { kind: 'key' },
  staff: { ...user, role: 'staff', seller_id: null },
  seller: { ...user, role: 'seller', seller_id: SELLER },
  other: { ...user, role: 'seller', seller_id: OTHER },
  customer: { ...user, role: 'customer', seller_id: null },
  guest: { kind: 'guest', person_id: ids.next() },
};

async function openApp(t: { after(work: () => Promise<void>): void }) {
  const opened = await openCatalog(t);
  for (const [seller_id, name] of [
    [SELLER, 'Ann'],
    [OTHER, 'Bob'],
  ] as const) {
    await opened.catalog.createSeller({ seller_id, name });
  }
  const app: App = await createApp({
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    async identify(request) {
      request.caller = callers[String(request.headers['x-as'])] ?? { kind: 'nobody' };
      request.commandId = String(request.headers['x-command'] ?? ids.next());
    },
  });
  catalogRoutes(app, {
    catalog: opened.catalog,
    currency: 'USD',
    availabilityOf: async asked => new Map(asked.slice(0, 1).map(id => [id, 7])),
    authorOf: async id => `name of ${id}`,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  async function ask(as: string, method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
    const isJson = body !== undefined && !(body instanceof Buffer) && !(body instanceof FormData);
    const headers = { 'x-as': as, ...(isJson ? { 'content-type': 'application/json' } : {}), ...more };
    const payload = isJson && typeof body !== 'string' ? JSON.stringify(body) : (body as string | Buffer | FormData);
    const response = await fetch(`${url}${path}`, { method, headers, body: payload as RequestInit['body'] });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      type,
      body: type.includes('json') && !type.includes('nd') ? JSON.parse(text) : text,
    };
  }
  return { ...opened, ask, url };
}

describe('products', () => {
  test('a single product tells its count, a list does not, and a deleted one is gone', async t => {
    const { catalog, ask } = await openApp(t);
    const { deleted: _deleted, version: _version, released_at: _at, ...product } = await created(catalog);
    const path = `/api/products/${product.product_id}`;
    const single = await ask('nobody', 'GET', path);
    assert.deepEqual(single, { status: 200, type: single.type, body: { ...product, in_stock: true, available: 7 } });
    const older = await created(catalog, { category_path: ['Other'] });
    const list = await ask('nobody', 'GET', '/api/products?category=Home&category=Lighting&sort=price_asc');
    const items = [{ ...product, in_stock: true, available: null }];
    assert.deepEqual(list.body, { items, total: 1, total_relation: 'eq', page: 1, page_size: 24 });
    const both = await ask('nobody', 'GET', '/api/products?page_size=100');
    assert.deepEqual(
      both.body.items.map((item: { in_stock: boolean }) => item.in_stock),
      [true, false],
    );
    assert.equal((await ask('staff', 'DELETE', `/api/admin/products/${product.product_id}`)).status, 204);
    const gone = await ask('nobody', 'GET', path);
    assert.deepEqual([gone.status, gone.body.code], [404, 'PRODUCT_NOT_FOUND']);
    const tree = await ask('nobody', 'GET', '/api/categories');
    const node = { name: 'Other', path: ['Other'], product_count: 1, children: [] };
    assert.deepEqual(tree.body, { items: [node] });
    assert.ok(older.product_id > product.product_id);
  });

  test('pages and sizes out of bounds are refused', async t => {
    const { ask } = await openApp(t);
    const codes: [string, number, string][] = [
      ['page=418', 400, 'PAGE_TOO_DEEP'],
      ['page=0', 400, 'INVALID_INPUT'],
      ['page_size=101', 400, 'INVALID_INPUT'],
      ['page_size=0', 400, 'INVALID_INPUT'],
      ['page=1.5', 400, 'INVALID_INPUT'],
      ['sort=random', 400, 'INVALID_INPUT'],
      ['category=', 400, 'INVALID_INPUT'],
      [`${'category=A&'.repeat(7)}`, 400, 'INVALID_INPUT'],
    ];
    for (const [query, status, code] of codes) {
      const told = await ask('nobody', 'GET', `/api/products?${query}`);
      assert.deepEqual([told.status, told.body.code], [status, code], query);
    }
    assert.equal((await ask('nobody', 'GET', '/api/products/not-an-id')).status, 404);
    assert.equal((await ask('nobody', 'GET', `/api/products/${ids.next()}`)).status, 404);
  });

  test('only staff, the key and sellers manage products', async t => {
    const { catalog, ask } = await openApp(t);
    const { product_id } = await created(catalog);
    for (const [as, status] of [
      ['nobody', 401],
      ['guest', 403],
      ['customer', 403],
    ] as const) {
      assert.equal((await ask(as, 'POST', '/api/admin/products', productInput())).status, status);
      assert.equal((await ask(as, 'PATCH', `/api/admin/products/${product_id}`, { title: 'x' })).status, status);
      assert.equal((await ask(as, 'DELETE', `/api/admin/products/${product_id}`)).status, status);
      assert.equal((await ask(as, 'POST', '/api/admin/imports', '[]')).status, status);
      assert.equal((await ask(as, 'GET', '/api/admin/exports/products')).status, status);
    }
    assert.equal((await catalog.scanProducts({ after: null, limit: 10 })).length, 1);
  });

  test('a seller makes, changes and deletes its own products and no others', async t => {
    const { catalog, ask } = await openApp(t);
    const theirs = await created(catalog);
    const made = await ask('seller', 'POST', '/api/admin/products', productInput({ external_id: 'X' }));
    assert.deepEqual([made.status, made.body.seller], [201, { seller_id: SELLER, name: 'Ann' }]);
    const foreign = await ask('seller', 'POST', '/api/admin/products', productInput({ seller_id: OTHER }));
    assert.deepEqual([foreign.status, foreign.body.code], [404, 'SELLER_NOT_FOUND']);
    const path = `/api/admin/products/${made.body.product_id}`;
    assert.equal((await ask('other', 'PATCH', path, { title: 'Mine' })).status, 404);
    assert.equal((await ask('other', 'DELETE', path)).status, 404);
    assert.equal(
      (await ask('seller', 'PATCH', `/api/admin/products/${theirs.product_id}`, { title: 'x' })).status,
      404,
    );
    const changed = await ask('seller', 'PATCH', path, { title: 'New', price: { amount: 1, currency: 'USD' } });
    assert.deepEqual([changed.status, changed.body.title, changed.body.price.amount], [200, 'New', 1]);
    assert.equal((await ask('seller', 'DELETE', path)).status, 204);
    const byStaff = await ask('key', 'POST', '/api/admin/products', productInput({ seller_id: OTHER }));
    assert.deepEqual([byStaff.status, byStaff.body.seller.name], [201, 'Bob']);
    const ownShop = await ask('key', 'POST', '/api/admin/products', productInput());
    assert.deepEqual(ownShop.body.seller, DEFAULT_SELLER);
  });

  test('a repeated command makes one product', async t => {
    const { ask } = await openApp(t);
    const command = { 'x-command': ids.next() };
    const first = await ask('key', 'POST', '/api/admin/products', productInput(), command);
    assert.deepEqual(await ask('key', 'POST', '/api/admin/products', productInput(), command), first);
  });

  test('bad input is told by its field, and changes nothing', async t => {
    const { catalog, ask } = await openApp(t);
    const wrong: [object, string][] = [
      [{ title: '' }, '/title'],
      [{ price: { amount: -1, currency: 'USD' } }, '/price/amount'],
      [{ price: { amount: 0.5, currency: 'USD' } }, '/price/amount'],
      [{ category_path: [] }, '/category_path'],
      [{ images: ['javascript:alert(1)'] }, '/images/0'],
      [{ attributes: { a: { b: 1 } } }, '/attributes/a'],
      [{ max_per_person: 0 }, '/max_per_person'],
      [{ rating: 5 }, '/rating'],
      [{ title: 'a\0' }, '/title'],
    ];
    for (const [fields, path] of wrong) {
      const told = await ask('key', 'POST', '/api/admin/products', { ...productInput(), ...fields });
      assert.deepEqual([told.status, told.body.code, told.body.errors[0].path], [400, 'INVALID_INPUT', path]);
    }
    const euros = await ask('key', 'POST', '/api/admin/products', {
      ...productInput(),
      price: { amount: 1, currency: 'EUR' },
    });
    assert.deepEqual([euros.status, euros.body.code], [400, 'CURRENCY_MISMATCH']);
    assert.deepEqual(await catalog.scanProducts({ after: null, limit: 10 }), []);
  });
});

test('a person reviews a product once, under the own name', async t => {
  const { catalog, ask } = await openApp(t);
  const path = `/api/products/${(await created(catalog)).product_id}/reviews`;
  const review = { rating: 4, title: 'Good', body: '<script>alert(1)</script>' };
  assert.equal((await ask('nobody', 'POST', path, review)).status, 401);
  assert.equal((await ask('guest', 'POST', path, review)).status, 403);
  assert.equal((await ask('key', 'POST', path, review)).status, 401);
  const made = await ask('customer', 'POST', path, review);
  assert.deepEqual([made.status, made.body.author, made.body.body], [201, `name of ${user.person_id}`, review.body]);
  assert.equal((await ask('customer', 'POST', path, review)).body.code, 'ALREADY_REVIEWED');
  for (const rating of [0, 6, 2.5, '4']) {
    assert.equal((await ask('customer', 'POST', path, { ...review, rating })).status, 400);
  }
  const list = await ask('nobody', 'GET', path);
  assert.deepEqual(list.body, { items: [made.body], total: 1, page: 1, page_size: 24 });
  assert.equal((await ask('nobody', 'GET', `/api/products/${ids.next()}/reviews`)).status, 404);
});

describe('imports', () => {
  const record = { external_id: 'P1', title: 'Lamp', category_path: ['Home'], price: { amount: 1, currency: 'USD' } };
  const line = JSON.stringify(record);
  const csv = 'external_id,title,category_path,price\nP1,Lamp,Home,1\n';
  const IMPORTS = '/api/admin/imports';

  test('NDJSON, JSON and CSV, plain, compressed or as a form, all say the same', async t => {
    const { ask, module } = await openApp(t);
    const form = new FormData();
    form.append('note', 'a field before the file');
    form.append('file', new Blob([gzipSync(csv)]), 'products.csv.gz');
    const sent: [Buffer | FormData, Record<string, string>][] = [
      [Buffer.from(`${line}\n`), { 'content-type': 'application/x-ndjson' }],
      [Buffer.from(`[${line}]`), { 'content-type': 'application/json; charset=utf-8' }],
      [Buffer.from(csv), { 'content-type': 'text/csv' }],
      [gzipSync(line), { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }],
      [gzipSync(line), { 'content-type': 'application/x-ndjson' }],
      [form, {}],
    ];
    for (const [i, [body, headers]] of sent.entries()) {
      const started = await ask('key', 'POST', IMPORTS, body, headers);
      assert.equal(started.status, 202, JSON.stringify(started.body));
      await module.importsEnded();
      const { import_id } = started.body;
      const report = await ask('key', 'GET', `${IMPORTS}/${import_id}`);
      const counts = i === 0 ? { created: 1, unchanged: 0 } : { created: 0, unchanged: 1 };
      assert.deepEqual(report.body, {
        import_id,
        state: 'done',
        read: 1,
        updated: 0,
        rejected: 0,
        errors: [],
        ...counts,
      });
    }
  });

  test('a file of many chunks arrives whole', async t => {
    const { ask, module } = await openApp(t);
    const lines = Array.from({ length: 3000 }, (_, i) =>
      JSON.stringify({ ...record, external_id: `P${i}`, description: 'x'.repeat(1000) }),
    ).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    const started = await ask('seller', 'POST', `${IMPORTS}?format=doorbuster`, Buffer.from(lines), headers);
    await module.importsEnded();
    const path = `${IMPORTS}/${started.body.import_id}`;
    const { body } = await ask('seller', 'GET', path);
    assert.deepEqual([body.state, body.read, body.created], ['done', 3000, 3000]);
    assert.equal((await ask('other', 'GET', path)).status, 404);
    assert.equal((await ask('staff', 'GET', path)).status, 200);
    assert.equal((await ask('key', 'GET', `${IMPORTS}/${ids.next()}`)).status, 404);
  });

  test('what is no such file is refused before anything is kept', async t => {
    const { ask, catalog } = await openApp(t);
    const form = new FormData();
    form.append('file', new Blob(['x'], { type: 'image/png' }), 'picture.png');
    const empty = new FormData();
    empty.append('note', 'no file');
    const wrong: [unknown, Record<string, string>, number][] = [
      [Buffer.from('x'), { 'content-type': 'application/xml' }, 415],
      [Buffer.from('x'), { 'content-type': 'text/csv', 'content-encoding': 'br' }, 415],
      [Buffer.from('x'), {}, 415],
      [form, {}, 415],
      [empty, {}, 400],
      [Buffer.from('not a form'), { 'content-type': 'multipart/form-data; boundary=x' }, 400],
      [Buffer.from('not a form'), { 'content-type': 'multipart/form-data' }, 400],
    ];
    for (const [body, headers, status] of wrong) {
      const told = await ask('key', 'POST', IMPORTS, body, headers);
      assert.equal(told.status, status, JSON.stringify([headers, told.body]));
    }
    const unknown = await ask('key', 'POST', `${IMPORTS}?format=xml`, Buffer.from('x'), { 'content-type': 'text/csv' });
    assert.equal(unknown.status, 400);
    assert.deepEqual(await catalog.scanProducts({ after: null, limit: 1 }), []);
  });

  test('a file that says it is too large is refused before it is sent', async t => {
    const { url } = await openApp(t);
    const headers = { 'x-as': 'key', 'content-type': 'text/csv', 'content-length': String(limits.importBytesMax + 1) };
    const sending = request(`${url}${IMPORTS}`, { method: 'POST', headers });
    sending.on('error', () => {});
    sending.flushHeaders();
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 413);
    sending.destroy();
  });

  test('a client that goes away leaves no file behind', async t => {
    const { url, catalog } = await openApp(t);
    const leaving = new AbortController();
    const import_id = ids.next();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.alloc(2_000_000, 'x'));
      },
    });
    const headers = { 'x-as': 'key', 'x-command': import_id, 'content-type': 'application/x-ndjson' };
    const options = { method: 'POST', headers, body, signal: leaving.signal, duplex: 'half' } as RequestInit;
    const sending = fetch(`${url}${IMPORTS}`, options);
    sending.catch(() => {});
    const state = async () => {
      const report = await catalog.getImport({ import_id });
      return report === null ? 'unknown' : report.state;
    };
    while ((await state()) !== 'running') await new Promise(resolve => setImmediate(resolve));
    leaving.abort();
    await assert.rejects(sending);
    while ((await state()) !== 'failed') await new Promise(resolve => setImmediate(resolve));
  });
});

test('an export is a file of all products, or of the own ones for a seller', async t => {
  const { catalog, ask } = await openApp(t);
  await created(catalog, { external_id: 'A' });
  await created(catalog, { external_id: 'B', seller_id: SELLER });
  const all = await ask('key', 'GET', '/api/admin/exports/products');
  assert.deepEqual([all.status, all.type], [200, 'application/x-ndjson; charset=utf-8']);
  const idsOf = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map(one => JSON.parse(one).external_id);
  assert.deepEqual(idsOf(all.body), ['A', 'B']);
  assert.deepEqual(idsOf((await ask('seller', 'GET', '/api/admin/exports/products')).body), ['B']);
  const csv = await ask('seller', 'GET', '/api/admin/exports/products?format=google-merchant');
  assert.deepEqual([csv.type, csv.body.split('\n').length], ['text/csv; charset=utf-8', 3]);
  assert.equal((await ask('key', 'GET', '/api/admin/exports/products?format=xml')).status, 400);
});

describe('lists to manage by', () => {
  test('a seller lists its own products with their counts, whatever seller it names; staff list all', async t => {
    const { catalog, ask } = await openApp(t);
    const own = await created(catalog, { title: 'Own lamp', seller_id: SELLER });
    const theirs = await created(catalog, { title: 'Their lamp', seller_id: OTHER });
    const path = '/api/admin/products';
    const listed = async (as: string, query = '') => {
      const { status, body } = await ask(as, 'GET', `${path}${query}`);
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(body.total, body.items.length);
      return body.items.map((item: { title: string; available: number }) => [item.title, item.available]);
    };
    assert.deepEqual(await listed('seller'), [['Own lamp', 7]]);
    assert.deepEqual(await listed('seller', `?seller_id=${SELLER}&text=LAMP&sort=rating`), [['Own lamp', 7]]);
    assert.deepEqual(await listed('seller', '?text=their'), []);
    assert.deepEqual(await listed('seller', `?seller_id=${OTHER}`), await listed('seller', `?seller_id=${ids.next()}`));
    assert.deepEqual(await listed('other', '?category=Home'), [['Their lamp', 7]]);
    assert.deepEqual(await listed('staff'), [
      ['Their lamp', 7],
      ['Own lamp', 0],
    ]);
    assert.deepEqual(await listed('key', `?seller_id=${own.seller.seller_id}`), [['Own lamp', 7]]);
    assert.ok(theirs.product_id > own.product_id);
    for (const [as, status] of [
      ['nobody', 401],
      ['guest', 403],
      ['customer', 403],
    ] as const) {
      assert.equal((await ask(as, 'GET', path)).status, status);
      assert.equal((await ask(as, 'GET', '/api/admin/imports')).status, status);
    }
    for (const query of [`text=${'x'.repeat(201)}`, 'text=', 'seller_id=me', 'sort=random', 'page=0']) {
      assert.equal((await ask('staff', 'GET', `${path}?${query}`)).status, 400, query);
    }
    assert.equal((await ask('seller', 'GET', `${path}?page=418`)).body.code, 'PAGE_TOO_DEEP');
  });

  test('a seller lists its own imports, staff all', async t => {
    const { ask, module } = await openApp(t);
    const path = '/api/admin/imports';
    const headers = { 'content-type': 'text/csv' };
    const file = Buffer.from('external_id,title,category_path,price\nP1,Lamp,Home,1\n');
    const own = (await ask('seller', 'POST', path, file, headers)).body.import_id;
    const shops = (await ask('staff', 'POST', path, file, headers)).body.import_id;
    await module.importsEnded();
    const idsFor = async (as: string) =>
      (await ask(as, 'GET', path)).body.items.map((item: { import_id: string }) => item.import_id);
    assert.deepEqual(await idsFor('seller'), [own]);
    assert.deepEqual(await idsFor('other'), []);
    assert.deepEqual(await idsFor('staff'), [shops, own]);
    const [item] = (await ask('seller', 'GET', path)).body.items;
    assert.deepEqual([item.state, item.created, item.seller_id, item.format], ['done', 1, SELLER, 'doorbuster']);
    assert.deepEqual((await ask('other', 'GET', `${path}?seller_id=${SELLER}`)).body.items, []);
    assert.equal((await ask('staff', 'GET', `${path}?page=418`)).body.code, 'PAGE_TOO_DEEP');
  });

  test('staff list, make and rename sellers, and nobody else does', async t => {
    const { catalog, ask } = await openApp(t);
    await created(catalog, { seller_id: SELLER });
    const path = '/api/admin/sellers';
    const command = { 'x-command': ids.next() };
    const made = await ask('staff', 'POST', path, { name: '50% off' }, command);
    assert.deepEqual([made.status, made.body.name, made.body.seller_id], [201, '50% off', command['x-command']]);
    assert.deepEqual(await ask('staff', 'POST', path, { name: '50% off' }, command), made);
    const all = await ask('key', 'GET', path);
    const shown = all.body.items.map((one: { name: string; product_count: number }) => [one.name, one.product_count]);
    assert.deepEqual(shown.sort(), [
      ['50% off', 0],
      ['Ann', 1],
      ['Bob', 0],
      ['Doorbuster', 0],
    ]);
    assert.deepEqual((await ask('staff', 'GET', `${path}?text=%25`)).body, {
      items: [{ ...made.body, product_count: 0 }],
      total: 1,
      total_relation: 'eq',
      page: 1,
      page_size: 24,
    });
    const renamed = await ask('staff', 'PATCH', `${path}/${made.body.seller_id}`, { name: 'Half' });
    assert.deepEqual(renamed.body, { ...made.body, name: 'Half' });
    const missing = await ask('staff', 'PATCH', `${path}/${ids.next()}`, { name: 'Half' });
    assert.deepEqual([missing.status, missing.body.code], [404, 'SELLER_NOT_FOUND']);
    for (const name of ['', 'x'.repeat(201), 1]) assert.equal((await ask('staff', 'POST', path, { name })).status, 400);
    for (const [as, status] of [
      ['nobody', 401],
      ['customer', 403],
      ['seller', 403],
    ] as const) {
      assert.equal((await ask(as, 'GET', path)).status, status);
      assert.equal((await ask(as, 'POST', path, { name: 'Mine' })).status, status);
      assert.equal((await ask(as, 'PATCH', `${path}/${SELLER}`, { name: 'Mine' })).status, status);
    }
    const listed = await catalog.listSellers({ page: 1, page_size: 10 });
    assert.deepEqual(listed.ok && listed.value.items.map(one => one.name).sort(), ['Ann', 'Bob', 'Doorbuster', 'Half']);
  });

  test('staff hide a review and show it again, and nobody else does', async t => {
    const { catalog, ask } = await openApp(t);
    const { product_id } = await created(catalog);
    const shown = `/api/products/${product_id}/reviews`;
    const { body: review } = await ask('customer', 'POST', shown, { rating: 2, title: 'Bad', body: 'Broken' });
    const path = `/api/admin/reviews/${review.review_id}/moderate`;
    for (const [as, status] of [
      ['nobody', 401],
      ['customer', 403],
      ['seller', 403],
    ] as const) {
      assert.equal((await ask(as, 'GET', '/api/admin/reviews')).status, status);
      assert.equal((await ask(as, 'POST', path, { hidden: true })).status, status);
    }
    assert.equal((await ask('staff', 'POST', path, { reason: 'x' })).status, 400);
    const hidden = await ask('staff', 'POST', path, { hidden: true, reason: 'insult' });
    assert.deepEqual([hidden.status, hidden.body.state, hidden.body.hidden_reason], [200, 'hidden', 'insult']);
    assert.deepEqual((await ask('nobody', 'GET', shown)).body.items, []);
    const list = await ask(
      'key',
      'GET',
      `/api/admin/reviews?state=hidden&rating=2&product_id=${product_id}&text=broken`,
    );
    assert.deepEqual(list.body.items, [hidden.body]);
    assert.deepEqual((await ask('key', 'GET', '/api/admin/reviews?state=visible')).body.items, []);
    const again = await ask('key', 'POST', path, { hidden: false });
    assert.deepEqual([again.body.state, again.body.hidden_reason, again.body.hidden_at], ['visible', null, null]);
    assert.deepEqual((await ask('nobody', 'GET', shown)).body.items, [review]);
    const missing = await ask('staff', 'POST', `/api/admin/reviews/${ids.next()}/moderate`, { hidden: true });
    assert.deepEqual([missing.status, missing.body.code], [404, 'REVIEW_NOT_FOUND']);
    assert.equal((await ask('staff', 'GET', '/api/admin/reviews?state=gone')).status, 400);
  });
});
