// Goal: a person reviews a product once, and rating and count are always those of the reviews. Method: the whole module
// on PostgreSQL; figures are compared with the rows themselves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog } from '#catalog';
import { sql } from '#platform/sql';
import { created, ids, openCatalog } from '../../test/support/catalog.ts';
import { allEvents } from '../../test/support/events.ts';

const review = (rating: number) => ({ rating, title: 'Well', body: 'It shines.' });

function add(
  catalog: Catalog,
  product_id: string,
  fields: { user_id?: string; review_id?: string; rating?: number } = {},
) {
  const { user_id = ids.next(), review_id = ids.next(), rating = 5 } = fields;
  return catalog.addReview({ review_id, product_id, user_id, author: 'Ann', review: review(rating) });
}

test('rating and count follow at once, to one decimal', async t => {
  const { catalog } = await openCatalog(t);
  const { product_id } = await created(catalog);
  for (const rating of [5, 4, 4]) assert.ok((await add(catalog, product_id, { rating })).ok);
  const [product] = await catalog.getProducts({ product_ids: [product_id] });
  assert.deepEqual([product!.rating, product!.review_count, product!.version], [4.3, 3, 4]);
  const told = (await allEvents(catalog)).at(-1)!;
  const data = { product_id, rating: 4.3, review_count: 3 };
  assert.deepEqual([told.type, told.version, told.data], ['product.reviewed', 4, data]);
  const listed = await catalog.listReviews({ product_id, page: 1, page_size: 2 });
  assert.ok(listed.ok);
  assert.deepEqual([listed.value.total, listed.value.items.map(one => one.rating)], [3, [4, 4]]);
});

test('a second review of one person is refused, and the same one is answered again', async t => {
  const { catalog } = await openCatalog(t);
  const { product_id } = await created(catalog);
  const [user_id, review_id] = [ids.next(), ids.next()];
  const first = await add(catalog, product_id, { user_id, review_id });
  assert.deepEqual(await add(catalog, product_id, { user_id, review_id }), first);
  assert.deepEqual(await add(catalog, product_id, { user_id, rating: 1 }), { ok: false, code: 'ALREADY_REVIEWED' });
  const [product] = await catalog.getProducts({ product_ids: [product_id] });
  assert.deepEqual([product!.rating, product!.review_count], [5, 1]);
});

test('of thirty reviews of one person at once one counts, and fifty people all count', async t => {
  const { catalog, db } = await openCatalog(t);
  const { product_id } = await created(catalog);
  const user_id = ids.next();
  const rivals = await Promise.all(Array.from({ length: 30 }, () => add(catalog, product_id, { user_id, rating: 1 })));
  assert.equal(rivals.filter(one => one.ok).length, 1);
  await Promise.all(Array.from({ length: 50 }, (_, i) => add(catalog, product_id, { rating: (i % 5) + 1 })));
  const [counted] = await db.query<{ sum: number; count: number }>(
    sql`select sum(rating) as sum, count(*) as count from catalog.reviews where product_id = ${product_id}`,
  );
  const [product] = await catalog.getProducts({ product_ids: [product_id] });
  assert.deepEqual([counted!.count, counted!.sum], [51, 151]);
  assert.deepEqual([product!.review_count, product!.rating], [51, 3]);
});

test('an unknown or deleted product has no reviews and takes none', async t => {
  const { catalog } = await openCatalog(t);
  const { product_id } = await created(catalog);
  await add(catalog, product_id);
  await catalog.deleteProduct({ product_id });
  for (const missing of [product_id, ids.next()]) {
    assert.deepEqual(await add(catalog, missing), { ok: false, code: 'PRODUCT_NOT_FOUND' });
    const listed = await catalog.listReviews({ product_id: missing, page: 1, page_size: 10 });
    assert.deepEqual(listed, { ok: false, code: 'PRODUCT_NOT_FOUND' });
  }
  const deep = await catalog.listReviews({ product_id, page: 401, page_size: 25 });
  assert.deepEqual(deep, { ok: false, code: 'PAGE_TOO_DEEP' });
});

test('the reviews of an erased person stay without a name, and can be found by nobody', async t => {
  const { catalog } = await openCatalog(t);
  const { product_id } = await created(catalog);
  const user_id = ids.next();
  await add(catalog, product_id, { user_id, rating: 2 });
  assert.equal((await catalog.listReviewsOf({ user_id })).length, 1);
  assert.equal(await catalog.anonymiseReviews({ user_id }), null);
  assert.deepEqual(await catalog.listReviewsOf({ user_id }), []);
  const listed = await catalog.listReviews({ product_id, page: 1, page_size: 10 });
  assert.deepEqual(listed.ok && listed.value.items.map(one => [one.author, one.rating]), [['', 2]]);
  assert.ok((await add(catalog, product_id, { rating: 4 })).ok);
  const [product] = await catalog.getProducts({ product_ids: [product_id] });
  assert.deepEqual([product!.rating, product!.review_count], [3, 2]);
});
