import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { CatalogProduct } from '#catalog';
import { Unavailable } from '#platform/outcome';
import { everything } from '../../test/support/everything.ts';
import { fakeId, fakeProduct } from '../../test/support/fake-shop.ts';
import { filled, type OpenEngine } from './engine.contract.ts';
import { documentOf, type SearchEngine } from './engine.ts';

function product(n: number, more: Partial<CatalogProduct> = {}): CatalogProduct {
  return fakeProduct({ product_id: fakeId(n), title: `thing number${n}`, ...more });
}

function document(n: number, more: Partial<CatalogProduct> = {}) {
  return documentOf(product(n, more));
}

async function totalOf(engine: SearchEngine, q: string): Promise<number> {
  return (await engine.search({ ...everything, q })).total;
}

/** What is written, in what order whatsoever, is kept as it should be. */
export async function writesContract(t: TestContext, open: OpenEngine): Promise<void> {
  await t.test('an older version changes nothing, be it a document, a removal, or a document after one', async t => {
    const { engine, settled } = await filled(t, open, [product(9)]);
    await engine.upsert([document(1, { version: 5, title: 'newest' })]);
    await engine.upsert([document(1, { version: 4, title: 'older' })]);
    await engine.remove([{ product_id: fakeId(1), version: 5 }]);
    await settled();
    assert.deepEqual([await totalOf(engine, 'newest'), await totalOf(engine, 'older')], [1, 0]);
    await engine.remove([{ product_id: fakeId(1), version: 6 }]);
    await engine.upsert([document(1, { version: 5, title: 'newest' })]);
    await settled();
    assert.deepEqual([await totalOf(engine, 'newest'), await engine.stats()], [0, { products: 1 }]);
    await engine.upsert([document(1, { version: 7, title: 'back' }), document(1, { version: 6, title: 'stale' })]);
    await settled();
    assert.deepEqual([await totalOf(engine, 'back'), await engine.stats()], [1, { products: 2 }]);
  });

  await t.test('every part of a product follows its newest version', async t => {
    const { engine, settled } = await filled(t, open, [product(1, { attributes: { color: 'red' }, brand: 'Old' })]);
    const price = { amount: 77, currency: 'USD' };
    const changed = { version: 2, title: 'lamp', category_path: ['New'], attributes: { size: 7 }, brand: null, price };
    await engine.upsert([document(1, changed)]);
    await settled();
    assert.deepEqual(
      [await totalOf(engine, 'thing'), await totalOf(engine, 'old'), await totalOf(engine, 'lamp')],
      [0, 0, 1],
    );
    const { total, facets } = await engine.search({ ...everything, price_max: 77, category: ['New'] });
    assert.equal(total, 1);
    assert.deepEqual(facets.brands, []);
    assert.equal((await engine.search({ ...everything, attributes: { color: ['red'] } })).total, 0);
    await engine.upsert([document(1, { ...changed, version: 3, price: { amount: 78, currency: 'USD' } })]);
    await settled();
    assert.equal((await engine.search({ ...everything, price_max: 77 })).total, 0);
    assert.equal(await totalOf(engine, 'lamp'), 1);
  });
}

/** What is known of a product beside its document. */
export async function levelsContract(t: TestContext, open: OpenEngine): Promise<void> {
  await t.test(
    'a level is kept before its product comes and after it has gone; a scan does not replace it',
    async t => {
      const { engine, settled } = await filled(t, open, [product(9)]);
      const hitOf = async () => (await engine.search({ ...everything, q: 'number1', explain: true })).hits;
      await engine.setStock([{ product_id: fakeId(1), in_stock: true }]);
      await engine.setPopularity([{ product_id: fakeId(1), views: 1_000, orders: 1_000 }]);
      await engine.upsert([document(1)]);
      await settled();
      const [hit] = await hitOf();
      const { conversion, availability } = hit!.explanation!;
      assert.deepEqual([hit!.in_stock, availability, conversion], [true, 1, 1.25]);
      await engine.remove([{ product_id: fakeId(1), version: 2 }]);
      await engine.upsert([document(1, { version: 3 })]);
      await settled();
      assert.deepEqual(
        (await hitOf()).map(again => [again.in_stock, again.explanation!.conversion]),
        [[true, 1.25]],
      );
      await engine.setStock([{ product_id: fakeId(1), in_stock: false }]);
      await engine.setPopularity([{ product_id: fakeId(1), views: 0, orders: 0 }]);
      await settled();
      const [now] = await hitOf();
      assert.deepEqual([now!.in_stock, now!.explanation!.conversion], [false, 1]);
      assert.equal((await engine.search({ ...everything, in_stock: true })).total, 0);
    },
  );

  await t.test('a position in a source is kept', async t => {
    const { engine } = await filled(t, open, [product(1)]);
    assert.equal(await engine.cursors.load('catalog'), '');
    await engine.cursors.save('catalog', '12-3-0');
    await engine.cursors.save('inventory', '7');
    assert.deepEqual([await engine.cursors.load('catalog'), await engine.cursors.load('inventory')], ['12-3-0', '7']);
    assert.deepEqual(await engine.stats(), { products: 1 });
  });
}

/** An index is built beside the one that serves. */
export async function buildsContract(t: TestContext, open: OpenEngine): Promise<void> {
  await t.test('before the first build nothing serves, and nothing can be written', async t => {
    const { engine } = await open(t);
    await assert.rejects(engine.search(everything), Unavailable);
    await assert.rejects(engine.suggest({ q: 'lamp' }), Unavailable);
    await assert.rejects(engine.upsert([document(1)]), Unavailable);
    assert.deepEqual(await engine.stats(), { products: 0 });
  });

  await t.test('what is written during a build reaches both indexes, and what it scans does not undo it', async t => {
    const { engine, settled } = await filled(t, open, [product(1), product(2), product(3)]);
    const build = await engine.build();
    await build.cursors.save('catalog', '5');
    await engine.upsert([document(1, { version: 2, title: 'changed' })]);
    await engine.remove([{ product_id: fakeId(2), version: 2 }]);
    await engine.setStock([{ product_id: fakeId(3), in_stock: false }]);
    await engine.cursors.save('catalog', '6');
    const levels = [1, 2, 3].map(n => ({ product_id: fakeId(n), in_stock: true }));
    const gone = [{ product_id: fakeId(4), version: 1 }];
    await build.add({ documents: [1, 2, 3].map(n => document(n)), gone, levels, popularity: [] });
    await settled();
    const totals = async () => {
      const found = [];
      for (const q of ['changed', 'number1', 'number2', 'number3']) found.push(await totalOf(engine, q));
      return found;
    };
    assert.deepEqual(await totals(), [1, 0, 0, 1], 'the one that serves');
    await build.swap();
    assert.deepEqual(await totals(), [1, 0, 0, 1]);
    const { hits } = await engine.search({ ...everything, in_stock: true });
    assert.deepEqual(
      hits.map(hit => hit.product_id),
      [fakeId(1)],
    );
    assert.equal(await engine.cursors.load('catalog'), '6');
    assert.deepEqual(await engine.stats(), { products: 2 });
  });
}

export async function swapsContract(t: TestContext, open: OpenEngine): Promise<void> {
  await t.test('while it is built and swapped, queries are answered from a whole index', async t => {
    const products = Array.from({ length: 300 }, (_, n) => product(n + 1));
    const { engine } = await filled(t, open, products);
    const totals = new Set<number>();
    let isBuilding = true;
    const asking = (async () => {
      while (isBuilding) totals.add(await totalOf(engine, 'thing'));
    })();
    for (const _ of [1, 2, 3]) {
      const build = await engine.build();
      for (let at = 0; at < 300; at += 100) {
        await build.add({
          documents: products.slice(at, at + 100).map(documentOf),
          gone: [],
          levels: [],
          popularity: [],
        });
      }
      await build.swap();
    }
    isBuilding = false;
    await asking;
    assert.deepEqual([...totals], [300]);
  });

  await t.test('a build that is given up leaves the index that serves, and the next one begins anew', async t => {
    const { engine } = await filled(t, open, [product(1)]);
    const build = await engine.build();
    await build.add({ documents: [document(2)], gone: [], levels: [], popularity: [] });
    await build.abandon();
    assert.equal(await totalOf(engine, 'thing'), 1);
    const next = await engine.build();
    await next.add({ documents: [document(3)], gone: [], levels: [], popularity: [] });
    await next.swap();
    assert.deepEqual([await totalOf(engine, 'thing'), await totalOf(engine, 'number3')], [1, 1]);
  });
}
