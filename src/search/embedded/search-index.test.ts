// Goal: an index on disk is what it was in memory, and a real catalogue is found by its titles. Method: the index in a
// temporary folder, without its thread.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { CatalogProduct } from '#catalog';
import { everything } from '../../../test/support/everything.ts';
import { fakeId, fakeProduct } from '../../../test/support/fake-shop.ts';
import { need } from '../../../test/support/parts.ts';
import { documentOf } from '../engine.ts';
import { openSearchIndex, type SearchIndex } from './search-index.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'search-index-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function indexOf(products: CatalogProduct[]): SearchIndex {
  const index = openSearchIndex(newFolder(), { isNew: true });
  after(() => index.close());
  index.setStock({
    levels: products.map(({ product_id }, number) => ({ product_id, in_stock: number % 3 > 0 })),
    onlyUnknown: false,
  });
  for (let at = 0; at < products.length; at += 500) index.upsert(products.slice(at, at + 500).map(documentOf));
  return index;
}

describe('files', () => {
  const product = (n: number, more: Partial<CatalogProduct> = {}) =>
    documentOf(fakeProduct({ product_id: fakeId(n), title: `thing number${n}`, ...more }));

  test('what was written is there after closing and opening, in reused rows too', () => {
    const folder = newFolder();
    const first = openSearchIndex(folder, { isNew: true });
    first.upsert([1, 2, 3, 4].map(n => product(n, { attributes: { color: `c${n}`, size: n } })));
    first.remove([2, 3].map(n => ({ product_id: fakeId(n), version: 2 })));
    first.upsert([product(5, { price: { amount: 77, currency: 'USD' }, attributes: { a: 1, b: 2, c: 3 } })]);
    first.saveCursor({ source: 'catalog', cursor: '12-3-0' });
    assert.equal(first.search({ ...everything, q: 'thing' }).total, 3);
    first.finish();
    const answers = (index: SearchIndex) => [index.search(everything), index.search({ ...everything, q: 'number5' })];
    const before = answers(first);
    first.close();
    const second = openSearchIndex(folder, { isNew: false });
    assert.deepEqual(answers(second), before);
    assert.equal(second.loadCursor({ source: 'catalog' }), '12-3-0');
    second.upsert([6, 7, 8].map(n => product(n)));
    assert.equal(second.search(everything).total, 6);
    assert.deepEqual(second.search({ ...everything, price_max: 77 }).hits, [
      { product_id: fakeId(5), in_stock: false },
    ]);
    second.close();
  });

  test('an index that was never finished is not opened', () => {
    const folder = newFolder();
    openSearchIndex(folder, { isNew: true }).close();
    assert.throws(() => openSearchIndex(folder, { isNew: false }), /never finished/);
  });
});

test('300 products of a real catalog are found first by their exact titles', t => {
  const file = need(t, 'icecat');
  if (file === null) return;
  const all = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  const products = all.map((line, n) => {
    const { title, short_description, supplier, price, ...rest } = JSON.parse(line);
    const found = Object.entries(rest).filter(([name]) => name.startsWith('attr_t_'));
    return fakeProduct({
      product_id: fakeId(n + 1),
      title,
      description: short_description ?? '',
      brand: supplier,
      price: { amount: price, currency: 'USD' },
      attributes: Object.fromEntries(found.map(([name, value]) => [name.slice(7), String(value)])),
    });
  });
  const index = indexOf(products);
  assert.equal(index.search(everything).total, all.length);
  const sample = fc.sample(fc.constantFrom(...products), { numRuns: 300, seed: 3 });
  for (const product of sample) {
    const first = index.search({ ...everything, q: product.title }).hits[0]!;
    const { title } = products[Number.parseInt(first.product_id.slice(24), 16) - 1]!;
    assert.equal(title, product.title);
  }
});
