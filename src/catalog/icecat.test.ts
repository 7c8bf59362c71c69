// Goal: the whole of Icecat's open catalogue comes in, sorted into categories, and a second import changes nothing.
// Method: the real file, which lies beside the project where it is; without it the test says so and is skipped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figures, openCatalog } from '../../test/support/catalog.ts';
import { need } from '../../test/support/parts.ts';

const PRODUCTS = 19_406;

test('all products of Icecat are imported, sorted and typed, and the second time unchanged', async t => {
  const path = need(t, 'icecat');
  if (path === null) return;
  const { catalog, module } = await openCatalog(t);
  const progress: number[] = [];
  const onProgress = (now: { bytes_read: number; bytes_total: number }) =>
    progress.push(now.bytes_read / now.bytes_total);
  const first = await module.importFile({ path, defaultStock: 100, onProgress });
  assert.deepEqual([first.state, figures(first), first.errors], ['done', [PRODUCTS, PRODUCTS, 0, 0, 0], []]);
  assert.ok(progress.length >= 39 && progress.every((part, i) => part >= (progress[i - 1] ?? 0)));
  assert.equal(progress.at(-1), 1);

  const { items } = await catalog.listCategories({});
  const counts = new Map(items.map(node => [node.name, node.product_count]));
  assert.equal(
    [...counts.values()].reduce((sum, count) => sum + count, 0),
    PRODUCTS,
  );
  assert.ok(counts.get('Other')! < PRODUCTS * 0.05, `${counts.get('Other')} products are in no category`);
  assert.ok(items.length >= 8 && items.filter(node => node.children.length > 1).length >= 8);

  const laptops = await catalog.listProducts({ category: ['Computers', 'Laptops'], page: 1, page_size: 100 });
  assert.ok(laptops.ok);
  const kinds = new Set(
    laptops.value.items.flatMap(({ attributes }) => Object.values(attributes).map(one => typeof one)),
  );
  assert.deepEqual([...kinds].sort(), ['boolean', 'number', 'string']);
  assert.ok(laptops.value.items.every(({ price, brand }) => price.currency === 'USD' && brand !== null));

  assert.deepEqual(figures(await module.importFile({ path, defaultStock: 100 })), [PRODUCTS, 0, 0, PRODUCTS, 0]);
});
