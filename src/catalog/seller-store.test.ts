// Goal: sellers are made once, listed by name, and a new name reaches every product, event and cache, whatever breaks
// off. Method: the whole module on PostgreSQL; a second instance on the same tables stands for another process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CatalogProduct, DEFAULT_SELLER } from '#catalog';
import { limits } from '#limits';
import { manualClock } from '#platform/clock';
import { sql } from '#platform/sql';
import { created, ids, openCatalog } from '../../test/support/catalog.ts';
import { allEvents } from '../../test/support/events.ts';

const STRANGER = '01900000-0000-7000-8000-0000000000ff';
const NOW = Date.parse('2026-11-27T08:00:00.000Z');

test('sellers are listed by name with their living products, made once, and their products apart', async t => {
  const { catalog } = await openCatalog(t);
  const seller = await catalog.createSeller({ seller_id: STRANGER, name: 'Ann_1' });
  assert.deepEqual(await catalog.createSeller({ seller_id: STRANGER, name: 'Renamed' }), seller);
  await created(catalog);
  const own = await created(catalog, { seller_id: STRANGER });
  const gone = await created(catalog, { seller_id: STRANGER });
  await catalog.deleteProduct({ product_id: gone.product_id });
  const all = await catalog.listSellers({ page: 1, page_size: 10 });
  assert.ok(all.ok);
  const { items, ...rest } = all.value;
  assert.deepEqual(rest, { total: 2, total_relation: 'eq', page: 1, page_size: 10 });
  assert.deepEqual(
    items.map(one => [one.name, one.product_count]),
    [
      ['Ann_1', 1],
      ['Doorbuster', 1],
    ],
  );
  const second = await catalog.listSellers({ page: 2, page_size: 1 });
  assert.deepEqual(second.ok && second.value.items, [items[1]]);
  for (const [text, found] of [
    ['n_', [items[0]]],
    ['DOOR', [items[1]]],
    ['o%r', []],
  ] as const) {
    const listed = await catalog.listSellers({ text, page: 1, page_size: 10 });
    assert.deepEqual(listed.ok && listed.value.items, found, text);
  }
  assert.deepEqual(await catalog.listSellers({ page: 418, page_size: 24 }), { ok: false, code: 'PAGE_TOO_DEEP' });
  assert.deepEqual(await catalog.getSeller({ seller_id: STRANGER }), { ...seller, product_count: 1 });
  assert.equal(await catalog.getSeller({ seller_id: ids.next() }), null);
  const products = await catalog.listProducts({ seller_id: STRANGER, page: 1, page_size: 10 });
  assert.deepEqual(products.ok && products.value.items, [own]);
});

test('a new name is seen on every product at once here, and elsewhere after the next look', async t => {
  const first = await openCatalog(t, { clock: manualClock(NOW) });
  const second = await openCatalog(t, { beside: first, clock: manualClock(NOW) });
  const { catalog } = first;
  const seller = await catalog.createSeller({ seller_id: STRANGER, name: 'Ann' });
  const own = await created(catalog, { seller_id: STRANGER });
  const other = await created(catalog);
  const product_ids = [own.product_id, other.product_id];
  await second.catalog.getProducts({ product_ids });
  assert.deepEqual(await catalog.renameSeller({ seller_id: STRANGER, name: 'Eve' }), {
    ok: true,
    value: { ...seller, name: 'Eve' },
  });
  const renamed = { ...own, seller: { seller_id: STRANGER, name: 'Eve' }, version: 2 };
  assert.deepEqual(await catalog.getProducts({ product_ids }), [renamed, other]);
  const told = (await allEvents(catalog)).slice(2).map(({ type, version, data }) => ({ type, version, data }));
  assert.deepEqual(told, [{ type: 'product.updated', version: 2, data: { product_id: own.product_id } }]);
  const elsewhere = async () => (await second.catalog.getProducts({ product_ids }))[0]!.seller.name;
  assert.equal(await elsewhere(), 'Ann');
  while ((await elsewhere()) !== 'Eve') await second.module.readChanges();
});

test('the same name again, and a seller that is unknown, change nothing', async t => {
  const { catalog } = await openCatalog(t);
  const product = await created(catalog);
  const seller = await catalog.getSeller({ seller_id: DEFAULT_SELLER.seller_id });
  assert.equal((await catalog.renameSeller(DEFAULT_SELLER)).ok, true);
  const missing = await catalog.renameSeller({ seller_id: STRANGER, name: 'Eve' });
  assert.deepEqual(missing, { ok: false, code: 'SELLER_NOT_FOUND' });
  assert.deepEqual(await catalog.getSeller({ seller_id: DEFAULT_SELLER.seller_id }), seller);
  assert.deepEqual(await catalog.getProducts({ product_ids: [product.product_id] }), [product]);
  assert.equal((await allEvents(catalog)).length, 1);
});

test('a rename that broke off after its first step is finished by the job, in batches, telling each product once', async t => {
  const { catalog, module, db } = await openCatalog(t);
  const made = [await created(catalog), await created(catalog)];
  const copies = limits.renameBatchMax;
  await db.query(sql`insert into catalog.products (bucket, product_id, seller_id, title, description, category_path,
      price_amount, currency, images, attributes, prime, content_hash, version, created_at, updated_at)
    select p.bucket, (left(p.product_id::text, 24) || lpad(to_hex(n), 10, '0') || right(p.product_id::text, 2))::uuid,
      seller_id, title, description, category_path, n, currency, images,
      attributes, prime, content_hash, 1, created_at, updated_at
    from catalog.products p, generate_series(1, ${copies}::int) n where p.product_id = ${made[0]!.product_id}`);
  await catalog.deleteProduct({ product_id: made[1]!.product_id });
  const from = '00000000-0000-0000-0000-000000000000';
  await db.query(sql`update catalog.sellers set name = 'Eve', renamed_through = ${from}`);
  const sweep = module.jobs!.find(job => job.name === 'catalog_rename_sweep')!;
  await sweep.run(AbortSignal.abort());
  assert.equal((await allEvents(catalog)).filter(event => event.type === 'product.updated').length, 0);
  for (let run = 0; run < 2; run += 1) await sweep.run(new AbortController().signal);
  const products: CatalogProduct[] = [];
  for (let after: string | null = null; ; after = products.at(-1)!.product_id) {
    const page = await catalog.scanProducts({ after, limit: 1000 });
    products.push(...page);
    if (page.length < 1000) break;
  }
  const living = products.filter(product => !product.deleted);
  assert.equal(living.length, copies + 1);
  assert.deepEqual(new Set(living.map(product => product.version)), new Set([2]));
  const told = (await allEvents(catalog)).filter(event => event.type === 'product.updated');
  assert.deepEqual([told.length, new Set(told.map(event => event.aggregate_id)).size], [copies + 1, copies + 1]);
  assert.deepEqual(await db.query(sql`select from catalog.sellers where renamed_through is not null`), []);
});

test('ten renames at once beside changes of its products end in one name that every product shows', async t => {
  const { catalog, db } = await openCatalog(t);
  const made = [await created(catalog), await created(catalog), await created(catalog)];
  const { seller_id } = DEFAULT_SELLER;
  await Promise.all([
    ...Array.from({ length: 10 }, (_, i) => catalog.renameSeller({ seller_id, name: `Name ${i}` })),
    ...made.map(({ product_id }) => catalog.updateProduct({ product_id, patch: { title: 'Changed' } })),
  ]);
  const { name } = (await catalog.getSeller({ seller_id }))!;
  const shown = await catalog.getProducts({ product_ids: made.map(product => product.product_id) });
  assert.deepEqual(
    shown.map(product => [product.seller.name, product.title]),
    made.map(() => [name, 'Changed']),
  );
  const events = await allEvents(catalog);
  for (const { product_id, version } of shown) {
    const versions = events.filter(event => event.aggregate_id === product_id).map(event => event.version);
    assert.deepEqual(
      versions.sort((a, b) => a - b),
      Array.from({ length: version }, (_, i) => i + 1),
    );
  }
  assert.deepEqual(await db.query(sql`select from catalog.sellers where renamed_through is not null`), []);
});
