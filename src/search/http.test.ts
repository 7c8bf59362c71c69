// Goal: GET /api/search and /api/suggest take and answer exactly what API.md says. Method: the whole module over a fake
// shop behind a real HTTP frame; OpenAPI is read from the same app.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#platform/clock';
import { type App, createApp } from '#platform/http';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { Module } from '#platform/module';
import { openapi } from '#platform/openapi';
import { createFakeShop, fakeId } from '../../test/support/fake-shop.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import type { Search } from './contract.ts';
import { searchRoutes } from './http.ts';
import { createSearch } from './index.ts';
import { searchStaffRoutes } from './staff-routes.ts';

describe('the routes of search', () => {
  const shop = createFakeShop();
  const dataDir = mkdtempSync(join(tmpdir(), 'search-http-'));
  let app: App;
  let search: Module<Search>;
  const later: (() => Promise<void>)[] = [];

  before(async () => {
    shop.put({
      product_id: fakeId(1),
      title: 'USB-C cable 2 m',
      category_path: ['Computers', 'Cables'],
      brand: 'Acme',
      price: { amount: 999, currency: 'USD' },
      attributes: { color: 'black', length: 2, 'fire & water': 'yes=no' },
      rating: 4.5,
      review_count: 2,
      prime: true,
    });
    shop.put({
      product_id: fakeId(2),
      title: 'USB-C cable 1 m',
      category_path: ['Computers', 'Cables'],
      brand: 'Bolt',
      price: { amount: 1_999, currency: 'USD' },
      attributes: { color: 'white', length: 1 },
    });
    shop.put({ product_id: fakeId(3), title: 'Desk', category_path: ['Office'] });
    shop.setStock(fakeId(1), 4);
    const log = createLog({ level: 'silent' });
    const metrics = createMetrics();
    const { db } = await testDatabase({ after: work => void later.push(work) }, ['search']);
    const deps = { log, metrics, clock: systemClock, ids: createIds(), random: Math.random, db };
    const { catalog, inventory, orders } = shop;
    search = createSearch({ ...deps, catalog, inventory, orders, dataDir, events: { listen: shop.listen } });
    await search.start!();
    for (const subscription of search.subscriptions!) subscription.start();
    while ((await search.ready!()) !== 'ok') await sleep(5);
    app = await createApp({
      log,
      metrics,
      clock: systemClock,
      identify: async request => {
        if (request.headers['x-key'] !== undefined) request.caller = { kind: 'key' };
      },
    });
    await openapi(app, { title: 'Test', version: '1', description: '', sessionCookie: 'session' });
    searchRoutes(app, { search: search.api, catalog });
    searchStaffRoutes(app, { search: search.api });
    await app.ready();
  });

  after(async () => {
    await app.close();
    for (const subscription of search.subscriptions!) await subscription.stop();
    await search.stop!();
    for (const end of later) await end();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function get(query: string) {
    const answer = await app.inject(`/api/search?${query}`);
    return { status: answer.statusCode, body: answer.json() };
  }
  const idsOf = async (query: string) => {
    const { status, body } = await get(query);
    assert.equal(status, 200, JSON.stringify(body));
    return body.items.map((item: { product_id: string }) => item.product_id);
  };

  test('an answer has the products as the shop shows them, the query as it was read, and all facets', async () => {
    const { status, body } = await get('q=USB-C%20cable&sort=price_desc');
    assert.equal(status, 200);
    const { items, took_ms, ...rest } = body;
    assert.equal(typeof took_ms, 'number');
    assert.deepEqual(rest, {
      query: { text: 'USB-C cable', corrected: null, did_you_mean: [], relaxed: false },
      total: 2,
      page: 1,
      page_size: 24,
      facets: {
        categories: [{ value: 'Computers', path: ['Computers'], count: 2 }],
        brands: [
          { value: 'Acme', count: 1 },
          { value: 'Bolt', count: 1 },
        ],
        price_ranges: [
          { from: null, to: 1_000, count: 1 },
          { from: 1_000, to: null, count: 1 },
        ],
        ratings: [4, 3, 2, 1].map(from => ({ from, count: 1 })),
        attributes: {
          color: [
            { value: 'black', count: 1 },
            { value: 'white', count: 1 },
          ],
          length: [
            { value: '1', count: 1 },
            { value: '2', count: 1 },
          ],
        },
      },
    });
    const { released_at: _, version: _v, deleted: _d, ...shown } = shop.products.get(fakeId(1))!;
    assert.deepEqual(items[1], { ...shown, in_stock: true, available: null });
    assert.deepEqual([items[0].product_id, items[0].in_stock], [fakeId(2), false]);
  });

  test('every parameter filters', async () => {
    const one = [fakeId(1)];
    assert.deepEqual(await idsOf('category=Computers&category=Cables&brand=Acme'), one);
    assert.deepEqual(await idsOf('category=Cables'), []);
    assert.deepEqual(await idsOf('brand=Acme&brand=Bolt&sort=price_asc'), [fakeId(1), fakeId(2)]);
    assert.deepEqual(await idsOf('price_min=999&price_max=999'), one);
    assert.deepEqual(await idsOf('rating_min=4.5'), one);
    assert.deepEqual(await idsOf('prime=true'), one);
    assert.deepEqual(await idsOf('in_stock=true'), one);
    assert.deepEqual(await idsOf('attr.color=black&attr.color=red'), one);
    assert.deepEqual(await idsOf('attr.length=2&attr.color=white'), []);
    assert.deepEqual(await idsOf('attr.fire%20%26%20water=yes%3Dno'), one);
    assert.deepEqual(await idsOf('attr.__proto__=x'), []);
    assert.deepEqual(await idsOf('page=2&page_size=2&sort=price_asc'), [fakeId(2)]);
  });

  test('bad input is told with its parameter, and changes into nothing else', async () => {
    const bad = {
      q: `q=${'x'.repeat(501)}`,
      page: 'page=0',
      page_size: 'page_size=101',
      price_min: 'price_min=-1',
      price_max: 'price_max=1.5',
      rating_min: 'rating_min=6',
      sort: 'sort=best',
      prime: 'prime=1',
      category: Array.from({ length: 7 }, () => 'category=A').join('&'),
      'attr.a/0': 'attr.a=',
      'attr.': 'attr.=x',
      [`attr.${'n'.repeat(101)}`]: `attr.${'n'.repeat(101)}=x`,
      'attr.n20': Array.from({ length: 21 }, (_, n) => `attr.n${n}=1`).join('&'),
    };
    for (const [name, query] of Object.entries(bad)) {
      const { status, body } = await get(query);
      assert.deepEqual([status, body.code, body.errors[0].path], [400, 'INVALID_INPUT', `?${name}`], query);
    }
    assert.equal((await get('q=%00')).status, 400);
    assert.deepEqual([(await get('price_min=2&price_max=1')).body.code], ['PRICE_RANGE_EMPTY']);
    assert.deepEqual([(await get('page=1000000')).body.code], ['PAGE_TOO_DEEP']);
    assert.equal((await get('page=100&page_size=100')).status, 200);
    assert.equal((await get('page=101&page_size=100')).body.code, 'PAGE_TOO_DEEP');
  });

  test('quotes and operators of the text engine are plain text', async () => {
    for (const q of [
      '"',
      "'",
      '* OR *',
      'title:usb NEAR(x)',
      '(((',
      '-usb',
      'a^2 + {b}',
      '\\',
      '%',
      '_',
      '🎧'.repeat(200),
    ]) {
      assert.equal((await get(`q=${encodeURIComponent(q)}`)).status, 200, q);
    }
  });

  test('staff are told why each product stands where it does; nobody else is', async () => {
    const ask = (headers: Record<string, string>) => app.inject({ url: '/api/search?q=cable&explain=1', headers });
    const { items, explanations } = (await ask({ 'x-key': 'yes' })).json();
    assert.deepEqual(Object.keys(explanations).sort(), [fakeId(1), fakeId(2)]);
    const first = explanations[items[0].product_id];
    const { text, exact_title: isExact, ...factors } = first;
    assert.equal(isExact, false);
    assert.ok(text > 0);
    assert.deepEqual(
      Object.entries(factors).map(([name, factor]) => [name, Number((factor as number).toFixed(3))]),
      [
        ['named_category', 1.2],
        ['named_brand', 1],
        ['accessory', 1],
        ['availability', 1],
        ['reviews', 1.014],
        ['prime', 1.02],
        ['conversion', 1],
      ],
    );
    const refused = await ask({});
    assert.deepEqual([refused.statusCode, refused.json().code], [401, 'UNAUTHENTICATED']);
    assert.equal(
      'explanations' in (await app.inject({ url: '/api/search?q=cable', headers: { 'x-key': 'yes' } })).json(),
      false,
    );
    assert.equal((await get('q=cable&explain=yes')).status, 400);
  });

  test('suggestions say what they are', async () => {
    const suggest = async (query: string) => (await app.inject(`/api/suggest?${query}`)).json().suggestions;
    await get('q=cable');
    assert.deepEqual(await suggest('q=cab'), [
      { text: 'cable', kind: 'query' },
      { text: 'Cables', kind: 'category', path: ['Computers', 'Cables'] },
      { text: 'USB-C cable 2 m', kind: 'product', product_id: fakeId(1) },
      { text: 'USB-C cable 1 m', kind: 'product', product_id: fakeId(2) },
    ]);
    assert.deepEqual([await suggest('q='), await suggest('')], [[], []]);
  });

  test('OpenAPI names every parameter, free attribute names too', async () => {
    const { paths } = (await app.inject('/openapi.json')).json();
    const { parameters, responses } = paths['/api/search'].get;
    const names = parameters.map((parameter: { name: string }) => parameter.name);
    for (const name of [
      'q',
      'category',
      'brand',
      'price_min',
      'price_max',
      'rating_min',
      'prime',
      'in_stock',
      'sort',
    ]) {
      assert.ok(names.includes(name), name);
    }
    assert.ok(JSON.stringify(parameters).includes('^attr'));
    assert.ok(JSON.stringify(responses['400']).includes('PRICE_RANGE_EMPTY'));
  });

  test('the state of the index is told', async () => {
    const status = { ready: true, building: false, products: 3, engine: 'embedded' };
    assert.deepEqual(await search.api.status({}), status);
    const asked = { method: 'POST', url: '/api/admin/search/rebuild', headers: { 'x-key': 'yes' } } as const;
    const begun = await app.inject(asked);
    assert.deepEqual([begun.statusCode, begun.json()], [202, { ...status, building: true }]);
    while ((await search.api.status({})).building) await sleep(5);
    const { statusCode } = await app.inject({ ...asked, headers: {} });
    assert.equal(statusCode, 401);
    assert.deepEqual(await search.api.status({}), status);
    assert.equal((await search.api.rebuild({})).products, 3);
  });
});
