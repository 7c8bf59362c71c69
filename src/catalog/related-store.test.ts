// Goal: related products are the best of the nearest category, and finding them reads no more than a few products.
// Method: the whole module on PostgreSQL; the statement itself is explained over many products.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog } from '#catalog';
import { limits } from '#limits';
import { type Connection, type Sql, sql } from '#platform/sql';
import { created, ids, openCatalog } from '../../test/support/catalog.ts';
import { listBestIds } from './related-store.ts';

async function rated(catalog: Catalog, title: string, category_path: string[], stars: number[]): Promise<string> {
  const { product_id } = await created(catalog, { title, category_path });
  for (const rating of stars) {
    const review = { rating, title: 'Well', body: '' };
    await catalog.addReview({ review_id: ids.next(), product_id, user_id: ids.next(), author: 'Ann', review });
  }
  return product_id;
}

test('the best of the own category come first, then those of the categories above, and itself never', async t => {
  const { catalog } = await openCatalog(t);
  const lamps = ['Home', 'Lighting', 'Lamps'];
  const product_id = await rated(catalog, 'itself', lamps, [5]);
  await rated(catalog, 'plain', lamps, []);
  await rated(catalog, 'liked', lamps, [4, 4]);
  await rated(catalog, 'once', lamps, [4]);
  const deleted = await rated(catalog, 'deleted', lamps, [5]);
  await catalog.deleteProduct({ product_id: deleted });
  await rated(catalog, 'bulb', ['Home', 'Lighting', 'Bulbs'], [5]);
  await rated(catalog, 'light', ['Home', 'Lighting'], [3]);
  await rated(catalog, 'sofa', ['Home', 'Seats'], [5, 5]);
  await rated(catalog, 'car', ['Cars'], [5]);
  const titles = async (limit: number) =>
    (await catalog.listRelated({ product_id, limit })).map(product => product.title);
  assert.deepEqual(await titles(2), ['liked', 'once']);
  assert.deepEqual(await titles(5), ['liked', 'once', 'plain', 'bulb', 'light']);
  assert.deepEqual(await titles(24), ['liked', 'once', 'plain', 'bulb', 'light', 'sofa']);
  assert.deepEqual(await catalog.listRelated({ product_id: deleted, limit: 5 }), []);
  assert.deepEqual(await catalog.listRelated({ product_id: ids.next(), limit: 5 }), []);
});

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: Plan[];
}

function flatten(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flatten)];
}

test('among 20,000 products in 200 categories it reads a few of each of 64 by the index', async t => {
  const { catalog, db } = await openCatalog(t);
  const { product_id } = await created(catalog);
  await db.query(sql`insert into catalog.products (bucket, product_id, seller_id, title, description, category_path,
      price_amount, currency, images, attributes, prime, content_hash, version, created_at, updated_at, rating_sum,
      review_count)
    select p.bucket, (left(p.product_id::text, 24) || lpad(to_hex(n), 10, '0') || right(p.product_id::text, 2))::uuid,
      seller_id, title, description, array['Home', 'Shelf ' || n % 200], n, currency, images,
      attributes, prime, content_hash, 1, created_at, updated_at, 1 + n % 5, 1
    from catalog.products p, generate_series(1, 20000) n where p.product_id = ${product_id}`);
  await db.query(sql`analyze catalog.products`);
  let asked: Sql | undefined;
  const listening: Connection = {
    query(statement) {
      asked = statement;
      return db.query(statement);
    },
  };
  for (const path of [['Home'], ['Home', 'Shelf 7']]) {
    const found = await listBestIds(listening, path, { categoriesMax: limits.relatedCategoriesMax, limit: 12 });
    assert.equal(found.length, 12);
    const [row] = await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(sql`explain (analyze, format json) ${asked!}`);
    const nodes = flatten(row!['QUERY PLAN'][0]!.Plan);
    assert.deepEqual(
      nodes.filter(node => node['Node Type'] === 'Seq Scan'),
      [],
    );
    assert.ok(nodes.some(node => node['Index Name'] === 'products_best'));
    const scans = nodes.filter(node => node['Index Name'] !== undefined);
    const read = scans.reduce((sum, node) => sum + node['Actual Rows'] * node['Actual Loops'], 0);
    assert.ok(read <= limits.relatedCategoriesMax * (12 + 2), `${read} rows of ${path.join(' > ')}`);
  }
});
