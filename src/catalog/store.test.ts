// Goal: products keep their promises: ids, versions, events, sellers' walls, lists, and a cache that is never older
// than it may be. Method: the whole module on PostgreSQL, a second instance on the same tables as another process.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CatalogProduct, DEFAULT_SELLER } from '#catalog';
import { manualClock } from '#platform/clock';
import { sql } from '#platform/sql';
import { created, ids, openCatalog, productInput } from '../../test/support/catalog.ts';
import { allEvents } from '../../test/support/events.ts';
import { shardOf } from './product-id.ts';

const NOW = '2026-11-27T08:00:00.000Z';
const STRANGER = '01900000-0000-7000-8000-0000000000ff';

describe('creating a product', () => {
  test('a product is as it was sent, of the default seller, and tells its initial stock', async t => {
    const { catalog } = await openCatalog(t, { clock: manualClock(Date.parse(NOW)) });
    const product = productInput({
      description: 'Warm light',
      brand: 'Lumen',
      images: ['/images/lamp.svg'],
      attributes: { watts: 9, color: 'black', dimmable: true },
      prime: true,
      max_per_person: 2,
      external_id: 'L-1',
    });
    const outcome = await catalog.createProduct({ product, stock: 7 });
    assert.ok(outcome.ok);
    const { product_id } = outcome.value;
    assert.deepEqual(outcome.value, {
      ...product,
      product_id,
      seller: DEFAULT_SELLER,
      rating: 0,
      review_count: 0,
      released_at: null,
      deleted: false,
      version: 1,
      created_at: NOW,
      updated_at: NOW,
    });
    assert.deepEqual(await catalog.getProducts({ product_ids: [product_id] }), [outcome.value]);
    assert.equal(product_id.slice(-4, -2), shardOf(['Home']).toString(16).padStart(2, '0'));
    const [event] = await allEvents(catalog);
    assert.deepEqual(
      [event!.type, event!.aggregate_id, event!.version, event!.data],
      ['product.created', product_id, 1, { product_id, stock: 7 }],
    );
  });

  test('the same product_id makes one product, also twenty times at once', async t => {
    const { catalog } = await openCatalog(t);
    const product_id = ids.next();
    const input = { product_id, product: productInput({ external_id: 'X' }) };
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => catalog.createProduct(input)));
    for (const outcome of outcomes) assert.equal(outcome.ok && outcome.value.product_id, product_id);
    assert.equal((await allEvents(catalog)).length, 1);
    assert.equal((await catalog.scanProducts({ after: null, limit: 10 })).length, 1);
  });

  test('an external_id names one living product of a seller', async t => {
    const { catalog } = await openCatalog(t);
    await catalog.createSeller({ seller_id: STRANGER, name: 'Stranger' });
    const first = await created(catalog, { external_id: 'X' });
    const again = await catalog.createProduct({ product: productInput({ external_id: 'X' }) });
    assert.deepEqual(again, { ok: false, code: 'EXTERNAL_ID_TAKEN' });
    await created(catalog, { external_id: 'X', seller_id: STRANGER });
    await catalog.deleteProduct({ product_id: first.product_id });
    const second = await created(catalog, { external_id: 'X' });
    assert.notEqual(second.product_id, first.product_id);
    const rivals = Array.from({ length: 10 }, () =>
      catalog.createProduct({ product: productInput({ external_id: 'Y' }) }),
    );
    assert.equal((await Promise.all(rivals)).filter(one => one.ok).length, 1);
  });

  test('another currency and an unknown seller are refused, and nothing is written', async t => {
    const { catalog } = await openCatalog(t);
    const euros = productInput({ price: { amount: 1, currency: 'EUR' } });
    assert.deepEqual(await catalog.createProduct({ product: euros }), { ok: false, code: 'CURRENCY_MISMATCH' });
    const foreign = productInput({ seller_id: STRANGER });
    assert.deepEqual(await catalog.createProduct({ product: foreign }), { ok: false, code: 'SELLER_NOT_FOUND' });
    assert.deepEqual(await catalog.scanProducts({ after: null, limit: 10 }), []);
    assert.deepEqual(await allEvents(catalog), []);
  });
});

describe('changing a product', () => {
  test('a change raises the version by one and tells a changed price with both prices', async t => {
    const { catalog } = await openCatalog(t);
    const { product_id, version } = await created(catalog);
    const price = { amount: 1999, currency: 'USD' };
    const renamed = await catalog.updateProduct({ product_id, patch: { title: 'Lamp' } });
    const cheaper = await catalog.updateProduct({ product_id, patch: { price, brand: null } });
    assert.ok(renamed.ok && cheaper.ok);
    assert.deepEqual([version, renamed.value.version, cheaper.value.version], [1, 2, 3]);
    assert.deepEqual([cheaper.value.title, cheaper.value.price], ['Lamp', price]);
    const events = (await allEvents(catalog)).slice(1).map(({ type, version, data }) => ({ type, version, data }));
    const from = { amount: 2999, currency: 'USD' };
    assert.deepEqual(events, [
      { type: 'product.updated', version: 2, data: { product_id } },
      { type: 'product.updated', version: 3, data: { product_id } },
      { type: 'product.price_changed', version: 3, data: { product_id, from, to: price } },
    ]);
  });

  test('a change to what it is already writes nothing', async t => {
    const { catalog } = await openCatalog(t);
    const product = await created(catalog, { attributes: { b: 1, a: 'x' } });
    const { product_id } = product;
    const same = await catalog.updateProduct({ product_id, patch: { title: 'A lamp', attributes: { a: 'x', b: 1 } } });
    assert.deepEqual(same, { ok: true, value: product });
    assert.equal((await allEvents(catalog)).length, 1);
  });

  test('a seller finds only its own products to change and to delete', async t => {
    const { catalog } = await openCatalog(t);
    const product = await created(catalog);
    const { product_id } = product;
    const missing = { ok: false, code: 'PRODUCT_NOT_FOUND' };
    assert.deepEqual(
      await catalog.updateProduct({ product_id, seller_id: STRANGER, patch: { title: 'Mine' } }),
      missing,
    );
    assert.deepEqual(await catalog.deleteProduct({ product_id, seller_id: STRANGER }), missing);
    assert.deepEqual(await catalog.updateProduct({ product_id: STRANGER, patch: { title: 'None' } }), missing);
    const price = { amount: 1, currency: 'EUR' };
    assert.deepEqual(await catalog.updateProduct({ product_id, patch: { price } }), {
      ok: false,
      code: 'CURRENCY_MISMATCH',
    });
    assert.deepEqual(await catalog.getProducts({ product_ids: [product_id] }), [product]);
    assert.equal((await allEvents(catalog)).length, 1);
  });

  test('a deleted product keeps its row, is marked, and can be changed no more', async t => {
    const { catalog } = await openCatalog(t);
    const { product_id } = await created(catalog);
    assert.deepEqual(await catalog.deleteProduct({ product_id }), { ok: true, value: null });
    const [product] = await catalog.getProducts({ product_ids: [product_id] });
    assert.deepEqual([product!.deleted, product!.version], [true, 2]);
    const missing = { ok: false, code: 'PRODUCT_NOT_FOUND' };
    assert.deepEqual(await catalog.deleteProduct({ product_id }), missing);
    assert.deepEqual(await catalog.updateProduct({ product_id, patch: { title: 'Back' } }), missing);
    const listed = await catalog.listProducts({ page: 1, page_size: 10 });
    assert.equal(listed.ok && listed.value.total, 0);
    assert.equal((await allEvents(catalog)).at(-1)!.type, 'product.deleted');
  });

  test('forty changes at once end in forty versions, each told once', async t => {
    const { catalog } = await openCatalog(t);
    const { product_id } = await created(catalog);
    const patches = Array.from({ length: 40 }, (_, i) => ({ price: { amount: 100 + i, currency: 'USD' } }));
    await Promise.all(patches.map(patch => catalog.updateProduct({ product_id, patch })));
    const prices = (await allEvents(catalog)).filter(event => event.type === 'product.price_changed');
    assert.deepEqual(
      prices.map(event => event.version),
      Array.from({ length: 40 }, (_, i) => i + 2),
    );
    const chain = prices.map(event => event.data as { from: { amount: number }; to: { amount: number } });
    for (const [i, { from }] of chain.entries()) assert.equal(from.amount, i === 0 ? 2999 : chain[i - 1]!.to.amount);
    const [product] = await catalog.getProducts({ product_ids: [product_id] });
    assert.deepEqual([product!.version, product!.price.amount], [41, chain.at(-1)!.to.amount]);
  });
});

describe('reading products', () => {
  test('products come in the order asked, unknown ones left out', async t => {
    const { catalog } = await openCatalog(t);
    const made = [await created(catalog), await created(catalog), await created(catalog)];
    const asked = [made[2]!, made[0]!].map(product => product.product_id);
    const found = await catalog.getProducts({ product_ids: [asked[0]!, STRANGER, asked[1]!] });
    assert.deepEqual(
      found.map(product => product.product_id),
      asked,
    );
  });

  test('what another process writes is seen after the next look at the outbox', async t => {
    const first = await openCatalog(t, { clock: manualClock(Date.parse(NOW)) });
    const second = await openCatalog(t, { beside: first, clock: manualClock(Date.parse(NOW)) });
    const { product_id } = await created(first.catalog);
    await second.catalog.getProducts({ product_ids: [product_id] });
    await first.catalog.updateProduct({ product_id, patch: { title: 'New' } });
    const titles = async () => (await second.catalog.getProducts({ product_ids: [product_id] })).map(one => one.title);
    assert.deepEqual(await titles(), ['A lamp']);
    // Not at the first look, where an older transaction is still open somewhere on the server.
    while ((await titles())[0] !== 'New') await second.module.readChanges();
  });

  test('a scan meets every product once, by id, deleted ones too', async t => {
    const { catalog } = await openCatalog(t);
    const made: CatalogProduct[] = [];
    for (let i = 0; i < 7; i += 1) made.push(await created(catalog));
    await catalog.deleteProduct({ product_id: made[3]!.product_id });
    const seen: CatalogProduct[] = [];
    for (let after: string | null = null; ; after = seen.at(-1)!.product_id) {
      const found = await catalog.scanProducts({ after, limit: 3 });
      seen.push(...found);
      if (found.length < 3) break;
    }
    assert.deepEqual(
      seen.map(product => [product.product_id, product.deleted]),
      made.map(product => [product.product_id, product === made[3]]).sort(),
    );
  });
});

describe('lists and categories', () => {
  test('a category lists what lies below it, and nothing whose name merely begins alike', async t => {
    const { catalog } = await openCatalog(t);
    const paths = [['A'], ['A', 'B'], ['A', 'B', 'C'], ['A', 'BB'], ['A', 'B '], ['AB', 'B']];
    for (const category_path of paths) await created(catalog, { category_path, title: category_path.join('>') });
    async function titles(category?: string[]): Promise<string[]> {
      const listed = await catalog.listProducts({ category, page: 1, page_size: 100 });
      assert.ok(listed.ok);
      assert.equal(listed.value.total, listed.value.items.length);
      return listed.value.items.map(product => product.title).reverse();
    }
    assert.equal((await titles()).length, 6);
    assert.deepEqual(await titles(['A']), ['A', 'A>B', 'A>B>C', 'A>BB', 'A>B ']);
    assert.deepEqual(await titles(['A', 'B']), ['A>B', 'A>B>C']);
    assert.deepEqual(await titles(['B']), []);
    const { items } = await catalog.listCategories({});
    assert.deepEqual(
      items.map(({ name, product_count, children }) => [name, product_count, children.map(one => one.product_count)]),
      [
        ['A', 5, [2, 1, 1]],
        ['AB', 1, [1]],
      ],
    );
    assert.deepEqual(items[0]!.children[0]!.path, ['A', 'B']);
  });

  test('the tree follows a create, a move and a delete at once', async t => {
    const { catalog } = await openCatalog(t);
    const counts = async () => (await catalog.listCategories({})).items.map(one => [one.name, one.product_count]);
    assert.deepEqual(await counts(), []);
    const { product_id } = await created(catalog, { category_path: ['A'] });
    assert.deepEqual(await counts(), [['A', 1]]);
    await catalog.updateProduct({ product_id, patch: { category_path: ['B'] } });
    assert.deepEqual(await counts(), [['B', 1]]);
    await catalog.deleteProduct({ product_id });
    assert.deepEqual(await counts(), []);
  });

  test('sorted pages hold every product once', async t => {
    const { catalog } = await openCatalog(t);
    const amounts = [500, 100, 300, 100, 200];
    for (const amount of amounts) await created(catalog, { price: { amount, currency: 'USD' } });
    const pages: number[] = [];
    for (const page of [1, 2, 3, 4]) {
      const listed = await catalog.listProducts({ sort: 'price_asc', page, page_size: 2 });
      assert.ok(listed.ok);
      assert.deepEqual([listed.value.total, listed.value.total_relation], [5, 'eq']);
      pages.push(...listed.value.items.map(product => product.price.amount));
    }
    assert.deepEqual(pages, [100, 100, 200, 300, 500]);
    const dear = await catalog.listProducts({ sort: 'price_desc', page: 1, page_size: 3 });
    assert.deepEqual(dear.ok && dear.value.items.map(product => product.price.amount), [500, 300, 200]);
  });

  test('a text is found in title, brand and external_id, in any case, and its signs mean themselves', async t => {
    const { catalog } = await openCatalog(t);
    await catalog.createSeller({ seller_id: STRANGER, name: 'Stranger' });
    await created(catalog, { title: 'Desk lamp 100%' });
    await created(catalog, { title: 'Desk', brand: 'LampCo', category_path: ['Office'] });
    await created(catalog, { title: 'Chair', external_id: 'a_lamp\\1', seller_id: STRANGER });
    await created(catalog, { title: 'Table', description: 'for a lamp', external_id: 'T1' });
    async function titles(input: { text: string; seller_id?: string; category?: string[]; sort?: 'newest' }) {
      const listed = await catalog.listProducts({ ...input, page: 1, page_size: 10 });
      assert.ok(listed.ok);
      assert.equal(listed.value.total, listed.value.items.length);
      return listed.value.items.map(product => product.title);
    }
    assert.deepEqual(await titles({ text: 'lAMp' }), ['Chair', 'Desk', 'Desk lamp 100%']);
    assert.deepEqual(await titles({ text: '%' }), ['Desk lamp 100%']);
    assert.deepEqual(await titles({ text: '_' }), ['Chair']);
    assert.deepEqual(await titles({ text: 'P\\1' }), ['Chair']);
    assert.deepEqual(await titles({ text: 'l_mp' }), []);
    assert.deepEqual(await titles({ text: "' or true --" }), []);
    assert.deepEqual(await titles({ text: 'lamp', seller_id: STRANGER, sort: 'newest' }), ['Chair']);
    assert.deepEqual(await titles({ text: 'lamp', category: ['Office'] }), ['Desk']);
  });

  test('a long list counts to 10,000 and ends at its row 10,000', async t => {
    const { catalog, db } = await openCatalog(t);
    const { product_id } = await created(catalog);
    await db.query(sql`insert into catalog.products (bucket, product_id, seller_id, title, description, category_path,
        price_amount, currency, images, attributes, prime, content_hash, version, created_at, updated_at)
      select p.bucket, (left(p.product_id::text, 24) || lpad(to_hex(n), 10, '0') || right(p.product_id::text, 2))::uuid,
        seller_id, title, description, case when n <= 30 then '{Few}' else category_path end, n, currency, images,
        attributes, prime, content_hash, 1, created_at, updated_at
      from catalog.products p, generate_series(1, 10100) n where p.product_id = ${product_id}`);
    const last = await catalog.listProducts({ sort: 'price_desc', page: 417, page_size: 24 });
    assert.ok(last.ok);
    assert.deepEqual([last.value.total, last.value.total_relation, last.value.items.length], [10_000, 'gte', 16]);
    assert.equal(last.value.items.at(-1)!.price.amount, 102);
    const beyond = await catalog.listProducts({ page: 418, page_size: 24 });
    assert.deepEqual(beyond, { ok: false, code: 'PAGE_TOO_DEEP' });
    const few = await catalog.listProducts({ category: ['Few'], sort: 'price_asc', page: 2, page_size: 20 });
    assert.ok(few.ok);
    assert.deepEqual([few.value.total, few.value.total_relation, few.value.items.length], [30, 'eq', 10]);
  });
});
