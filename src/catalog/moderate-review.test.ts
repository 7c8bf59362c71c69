// Goal: a hidden review is shown to staff and its author alone and counts nowhere, exactly once, whoever moderates at
// the same time. Method: the whole module on PostgreSQL; figures are compared with the visible rows themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog } from '#catalog';
import { type Database, sql } from '#platform/sql';
import { created, ids, openCatalog } from '../../test/support/catalog.ts';
import { allEvents } from '../../test/support/events.ts';

interface Fields {
  user_id?: string;
  author?: string;
  title?: string;
}

async function reviewed(catalog: Catalog, product_id: string, rating: number, fields: Fields = {}): Promise<string> {
  const { user_id = ids.next(), author = 'Ann', title = 'Well' } = fields;
  const review = { rating, title, body: 'It shines.' };
  const added = await catalog.addReview({ review_id: ids.next(), product_id, user_id, author, review });
  assert.ok(added.ok);
  return added.value.review_id;
}

async function figuresOf(catalog: Catalog, product_id: string): Promise<number[]> {
  const [product] = await catalog.getProducts({ product_ids: [product_id] });
  return [product!.rating, product!.review_count, product!.version];
}

async function shownOf(catalog: Catalog, product_id: string, sort?: 'newest' | 'highest' | 'lowest') {
  const listed = await catalog.listReviews({ product_id, sort, page: 1, page_size: 100 });
  assert.ok(listed.ok);
  assert.equal(listed.value.total, listed.value.items.length);
  return listed.value.items.map(one => one.review_id);
}

/** The kept sum and count beside those of the visible reviews. */
async function sumsOf(db: Database, product_id: string): Promise<number[]> {
  const [row] = await db.query<{ kept: number[]; true: number[] }>(sql`
    select array[rating_sum, review_count] as kept, (
      select array[coalesce(sum(rating), 0)::int, count(*)::int] from catalog.reviews r
      where r.product_id = p.product_id and hidden_at is null
    ) as true from catalog.products p where product_id = ${product_id}`);
  assert.deepEqual(row!.kept, row!.true);
  return row!.kept;
}

test('hiding takes a review out of list, rating and count once, and showing brings it back once', async t => {
  const { catalog, db } = await openCatalog(t);
  const { product_id } = await created(catalog);
  const user_id = ids.next();
  const bad = await reviewed(catalog, product_id, 1, { user_id });
  const good = await reviewed(catalog, product_id, 4);
  assert.deepEqual(await figuresOf(catalog, product_id), [2.5, 2, 3]);

  const hidden = await catalog.moderateReview({ review_id: bad, product_id, hidden: true, reason: 'insult' });
  assert.ok(hidden.ok);
  const { state, hidden_reason, product_title, product_deleted } = hidden.value;
  assert.deepEqual([state, hidden_reason, product_title, product_deleted], ['hidden', 'insult', 'A lamp', false]);
  assert.deepEqual(await figuresOf(catalog, product_id), [4, 1, 4]);
  assert.deepEqual(await shownOf(catalog, product_id), [good]);
  const told = (await allEvents(catalog)).at(-1)!;
  const data = { product_id, rating: 4, review_count: 1 };
  assert.deepEqual([told.type, told.version, told.data], ['product.reviewed', 4, data]);

  assert.deepEqual(await catalog.moderateReview({ review_id: bad, hidden: true, reason: 'other' }), hidden);
  assert.deepEqual(await figuresOf(catalog, product_id), [4, 1, 4]);
  assert.equal((await allEvents(catalog)).length, 4);
  assert.deepEqual(
    (await catalog.listReviewsOf({ user_id })).map(one => one.review_id),
    [bad],
  );
  const review = { rating: 5, title: 'Again', body: '' };
  const second = await catalog.addReview({ review_id: ids.next(), product_id, user_id, author: 'Ann', review });
  assert.deepEqual(second, { ok: false, code: 'ALREADY_REVIEWED' });

  for (let time = 0; time < 2; time += 1) {
    const shown = await catalog.moderateReview({ review_id: bad, hidden: false });
    assert.deepEqual(shown.ok && [shown.value.state, shown.value.hidden_at, shown.value.hidden_reason], [
      'visible',
      null,
      null,
    ]);
  }
  assert.deepEqual(await figuresOf(catalog, product_id), [2.5, 2, 5]);
  assert.deepEqual(await shownOf(catalog, product_id), [good, bad]);
  assert.deepEqual(await sumsOf(db, product_id), [5, 2]);
});

test('a review that is unknown, or of another product than named, is refused and nothing changes', async t => {
  const { catalog } = await openCatalog(t);
  const [one, other] = [await created(catalog), await created(catalog)];
  const review_id = await reviewed(catalog, one.product_id, 3);
  const missing = { ok: false, code: 'REVIEW_NOT_FOUND' };
  assert.deepEqual(await catalog.moderateReview({ review_id: ids.next(), hidden: true }), missing);
  const { product_id } = other;
  assert.deepEqual(await catalog.moderateReview({ review_id, product_id, hidden: true }), missing);
  assert.deepEqual(await figuresOf(catalog, one.product_id), [3, 1, 2]);
  assert.deepEqual(await figuresOf(catalog, product_id), [0, 0, 1]);
});

test('twenty hides and shows at once, beside new reviews, leave the sums of the visible ones', async t => {
  const { catalog, db } = await openCatalog(t);
  const { product_id } = await created(catalog);
  const made = [await reviewed(catalog, product_id, 1), await reviewed(catalog, product_id, 5)];
  const users = [ids.next(), ids.next()];
  await Promise.all([
    ...Array.from({ length: 20 }, (_, i) =>
      catalog.moderateReview({ review_id: made[i % 2]!, hidden: i % 3 !== 0, reason: `${i}` }),
    ),
    ...users.map((user_id, i) => reviewed(catalog, product_id, 2 + i, { user_id })),
  ]);
  const [sum, count] = await sumsOf(db, product_id);
  for (const review_id of made) await catalog.moderateReview({ review_id, hidden: true });
  assert.deepEqual(await sumsOf(db, product_id), [5, 2]);
  await Promise.all(Array.from({ length: 20 }, () => catalog.moderateReview({ review_id: made[1]!, hidden: false })));
  assert.deepEqual(await sumsOf(db, product_id), [10, 3]);
  assert.ok(count! >= 2 && count! <= 4 && sum! >= 5);
  const [, , version] = await figuresOf(catalog, product_id);
  const versions = (await allEvents(catalog)).map(event => event.version);
  assert.deepEqual(
    versions,
    Array.from({ length: version! }, (_, i) => i + 1),
  );
});

test('the last review of a product can be hidden, and one of a deleted product too', async t => {
  const { catalog, db } = await openCatalog(t);
  const { product_id } = await created(catalog);
  const review_id = await reviewed(catalog, product_id, 5);
  assert.ok((await catalog.moderateReview({ review_id, hidden: true })).ok);
  assert.deepEqual(await figuresOf(catalog, product_id), [0, 0, 3]);
  await catalog.deleteProduct({ product_id });
  const shown = await catalog.moderateReview({ review_id, hidden: false });
  assert.deepEqual(shown.ok && [shown.value.state, shown.value.product_deleted], ['visible', true]);
  assert.deepEqual(await sumsOf(db, product_id), [5, 1]);
});

test('the summary counts visible reviews by their stars', async t => {
  const { catalog } = await openCatalog(t);
  const { product_id } = await created(catalog);
  const none = { rating: 0, review_count: 0, distribution: [0, 0, 0, 0, 0] };
  assert.deepEqual(await catalog.getReviewSummary({ product_id }), { ok: true, value: none });
  for (const rating of [5, 5, 3, 1]) await reviewed(catalog, product_id, rating);
  const review_id = await reviewed(catalog, product_id, 4);
  await catalog.moderateReview({ review_id, hidden: true });
  const some = { rating: 3.5, review_count: 4, distribution: [1, 0, 1, 0, 2] };
  assert.deepEqual(await catalog.getReviewSummary({ product_id }), { ok: true, value: some });
  await catalog.deleteProduct({ product_id });
  const missing = { ok: false, code: 'PRODUCT_NOT_FOUND' };
  assert.deepEqual(await catalog.getReviewSummary({ product_id }), missing);
});

test('reviews are sorted by age or by stars, the newest first among equals', async t => {
  const { catalog } = await openCatalog(t);
  const { product_id } = await created(catalog);
  const [a, b, c, d] = [
    await reviewed(catalog, product_id, 3),
    await reviewed(catalog, product_id, 5),
    await reviewed(catalog, product_id, 3),
    await reviewed(catalog, product_id, 1),
  ];
  assert.deepEqual(await shownOf(catalog, product_id), [d, c, b, a]);
  assert.deepEqual(await shownOf(catalog, product_id, 'newest'), [d, c, b, a]);
  assert.deepEqual(await shownOf(catalog, product_id, 'highest'), [b, c, a, d]);
  assert.deepEqual(await shownOf(catalog, product_id, 'lowest'), [d, c, a, b]);
});

test('staff list all reviews by state, product, stars and words', async t => {
  const { catalog } = await openCatalog(t);
  const [lamp, desk] = [await created(catalog), await created(catalog, { title: 'A desk' })];
  const first = await reviewed(catalog, lamp.product_id, 5, { title: '100% good' });
  const second = await reviewed(catalog, desk.product_id, 1, { author: 'Bob' });
  const third = await reviewed(catalog, lamp.product_id, 1);
  await catalog.moderateReview({ review_id: third, hidden: true });
  type Asked = Omit<Parameters<Catalog['listAllReviews']>[0], 'page' | 'page_size'>;
  async function found(asked: Asked): Promise<string[]> {
    const listed = await catalog.listAllReviews({ ...asked, page: 1, page_size: 10 });
    assert.ok(listed.ok);
    assert.deepEqual([listed.value.total, listed.value.total_relation], [listed.value.items.length, 'eq']);
    return listed.value.items.map(one => one.review_id);
  }
  assert.deepEqual(await found({}), [third, second, first]);
  assert.deepEqual(await found({ state: 'visible' }), [second, first]);
  assert.deepEqual(await found({ state: 'hidden' }), [third]);
  assert.deepEqual(await found({ product_id: lamp.product_id }), [third, first]);
  assert.deepEqual(await found({ rating: 1, state: 'visible' }), [second]);
  assert.deepEqual(await found({ text: 'BOB' }), [second]);
  assert.deepEqual(await found({ text: '%' }), [first]);
  assert.deepEqual(await found({ text: 'shines', rating: 5 }), [first]);
  const paged = await catalog.listAllReviews({ page: 2, page_size: 1 });
  assert.ok(paged.ok);
  const [item] = paged.value.items;
  assert.deepEqual(
    [paged.value.total, item!.product_title, item!.author, item!.state],
    [3, 'A desk', 'Bob', 'visible'],
  );
  const deep = await catalog.listAllReviews({ page: 418, page_size: 24 });
  assert.deepEqual(deep, { ok: false, code: 'PAGE_TOO_DEEP' });
});
