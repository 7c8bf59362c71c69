// Goal: what is exported can be imported again and is the same, in each format as far as the format can say it.
// Method: exports of the whole module read page by page, imported into the same and into an empty shop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog, ImportFormat, ProductInput } from '#catalog';
import { created, figures, ids, imported, openCatalog } from '../../test/support/catalog.ts';

const OTHER_SELLER = '01900000-0000-7000-8000-0000000000ff';

const hard: Partial<ProductInput> = {
  title: 'A "lamp", 17" wide; with\ttabs',
  description: 'First line\nsecond, line\r\nthird "quoted"',
  category_path: ['Home & Garden', 'Lamps, big'],
  brand: "O'Neil",
  images: ['https://x.example/1.png', '/images/2.svg'],
  attributes: { watts: 9.5, color: 'black', dimmable: false, size: 'XL' },
  prime: true,
  max_per_person: 3,
  external_id: 'L-1',
};

async function exported(catalog: Catalog, format: ImportFormat, seller_id?: string, limit = 2): Promise<string> {
  let text = '';
  for (let after: string | null = null; ; ) {
    const page = await catalog.exportProducts({ format, seller_id, after, limit });
    text += page.text;
    if (page.after === null) return text;
    after = page.after;
  }
}

test('an export of our own format is imported as unchanged, products without external_id too', async t => {
  const opened = await openCatalog(t);
  await opened.catalog.createSeller({ seller_id: OTHER_SELLER, name: 'Ann' });
  await created(opened.catalog, hard);
  await created(opened.catalog);
  await created(opened.catalog, { seller_id: OTHER_SELLER, title: 'Hers' });
  const gone = await created(opened.catalog, { title: 'Gone' });
  await opened.catalog.deleteProduct({ product_id: gone.product_id });
  const text = await exported(opened.catalog, 'doorbuster');
  assert.equal(text.trimEnd().split('\n').length, 3);
  assert.deepEqual(figures(await imported(opened, text)), [3, 0, 0, 3, 0]);
  assert.deepEqual(
    figures(await imported(opened, `[${text.trimEnd().split('\n').join(',')}]`, { encoding: 'json' })),
    [3, 0, 0, 3, 0],
  );
  const own = await exported(opened.catalog, 'doorbuster', OTHER_SELLER);
  assert.deepEqual(
    own
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line).title),
    ['Hers'],
  );

  const empty = await openCatalog(t);
  assert.deepEqual(figures(await imported(empty, text)), [3, 3, 0, 0, 0]);
  assert.deepEqual(figures(await imported(empty, text)), [3, 0, 0, 3, 0]);
  const [first] = await empty.catalog.scanProducts({ after: null, limit: 1 });
  const { title, description, attributes, images, prime, max_per_person } = first!;
  assert.deepEqual(
    [title, description, attributes, images, prime, max_per_person],
    [hard.title, hard.description, hard.attributes, hard.images, true, 3],
  );
});

test("an export of Google's format is CSV that comes back as what the format can say", async t => {
  const opened = await openCatalog(t);
  const attributes = { color: 'black', size: 'XL' };
  await created(opened.catalog, { ...hard, attributes });
  await created(opened.catalog, { external_id: 'L-2', attributes });
  const text = await exported(opened.catalog, 'google-merchant', undefined, 1);
  assert.match(text, /^id,title,description,image_link,additional_image_link,price,brand,product_type,/);
  assert.equal(text.match(/^id,/gm)!.length, 1);
  assert.ok(text.includes('29.99 USD'));
  const report = await imported(opened, text, { format: 'google-merchant', encoding: 'csv' });
  assert.deepEqual(figures(report), [2, 0, 0, 2, 0]);
});

test('cells that a spreadsheet would run are marked, and come back unmarked', async t => {
  const opened = await openCatalog(t);
  const titles = ['=1+2', '+1', '-1', '@SUM(A1)', '=cmd|"/c calc"!A1'];
  for (const [i, title] of titles.entries())
    await created(opened.catalog, { title, external_id: `${i}`, brand: title });
  const text = await exported(opened.catalog, 'google-merchant', undefined, 100);
  for (const cell of text.split(/[,\n]/)) assert.doesNotMatch(cell, /^"?[=+\-@\t\r]/);
  const report = await imported(opened, text, { format: 'google-merchant', encoding: 'csv' });
  assert.deepEqual(figures(report), [5, 0, 0, 5, 0]);
});

test("an export of Icecat's format comes back with typed attributes", async t => {
  const opened = await openCatalog(t);
  const attributes = { model: 'L1', ean: '1, 2', watts: 9, dimmable: true, color: 'black' };
  const fields = { title: 'Philips notebook', brand: 'Philips', images: ['https://x.example/1.png'], attributes };
  await created(opened.catalog, { ...fields, external_id: ids.next(), category_path: ['Computers', 'Laptops'] });
  const text = await exported(opened.catalog, 'icecat');
  const [line] = text.split('\n').map(one => (one === '' ? {} : JSON.parse(one)));
  assert.deepEqual([line.attr_n_watts, line.attr_b_dimmable, line.ean], [9, true, ['1', '2']]);
  assert.deepEqual(figures(await imported(opened, text, { format: 'icecat' })), [1, 0, 0, 1, 0]);
});
