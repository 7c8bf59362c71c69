// Goal: a product's page is the same for everybody, true within a moment of a change, readable by search engines, and
// never runs what a seller wrote; a review is written once a person. Method: a whole shop, read as a browser without
// JavaScript reads it.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createClient, eventually, newProduct, newUser, receive } from '../../../test/support/client.ts';
import { openReader, type ReadPage } from '../../../test/support/reader.ts';
import { startTestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

const shop = await startTestShop({ after });
const admin = createClient(shop.url, shop.adminKey);
const UNKNOWN = '01a21c22-db61-77a9-9924-ece8db8ff8f2';

const pathOf = (product_id: string, slug = '-') => `/en/p/${product_id}/${slug}`;
const open = (path: string) => openReader(shop).open(path);

async function where(path: string): Promise<[number, string | null]> {
  const { status, headers } = await fetch(`${shop.url}${path}`, { redirect: 'manual' });
  return [status, headers.get('location')];
}

interface Structured {
  '@type': string;
  offers: { price: string; priceCurrency: string; availability: string; url: string; seller: { name: string } };
  aggregateRating?: object;
  itemListElement: { name: string; item: string }[];
}

function structuredOf({ html }: ReadPage, type: string): Structured {
  const all = [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)];
  const found = all.map(([, json]) => JSON.parse(json!) as Structured).find(data => data['@type'] === type);
  assert.ok(found, type);
  return found;
}

describe('the address', () => {
  test('has the words of the title; other words, or none, lead there and keep which reviews are shown', async () => {
    const { product_id: id } = await newProduct(shop, { more: { title: 'Crème brûlée torch, 2×' } });
    const right = pathOf(id, 'creme-brulee-torch-2');
    assert.deepEqual(await where(right), [200, null]);
    assert.deepEqual(await where(`/en/p/${id}`), [301, right]);
    assert.deepEqual(await where(`/en/p/${id}/other?sort=lowest`), [301, `${right}?sort=lowest`]);
    const page = await open(`${right}?sort=lowest&utm_source=mail`);
    assert.match(page.html, new RegExp(`<link rel="canonical" href="[^"]*${right}"`));
  });

  test('of a title in another script, of a very long one, and of one that is a page of ours is one that works', async () => {
    for (const title of ['Лампа настольная светодиодная', '𠮷'.repeat(100), '???', 'Review']) {
      const { product_id } = await newProduct(shop, { more: { title } });
      const page = await open(`/en/p/${product_id}`);
      assert.equal(page.status, 200, title);
      assert.ok(page.text.includes(title));
    }
  });

  test('of a product that is unknown, or gone, is told with ways on', async () => {
    assert.deepEqual([(await open(`/en/p/${UNKNOWN}`)).status, (await open('/en/p/x')).status], [404, 404]);
    const { product_id, title } = await newProduct(shop);
    assert.equal((await open(`/en/p/${product_id}`)).status, 200);
    await admin.delete(`/api/admin/products/${product_id}`);
    const gone = await eventually('it is gone', async () => {
      const page = await open(`/en/p/${product_id}`);
      return page.status === 404 && page;
    });
    assert.ok(gone.text.includes(`“${title}” has left the shop.`), gone.text);
    assert.match(gone.html, /href="\/en\/c\/Home\/Lamps"/);
  });
});

describe('the page', () => {
  test('is the same bytes for a guest and for a signed-in person, and may be kept', async () => {
    const { product_id } = await newProduct(shop, { stock: 3 });
    const guest = await open(`/en/p/${product_id}`);
    const user = await (await signIn(shop, await newPerson(shop, 'customer'))).open(`/en/p/${product_id}`);
    assert.equal(user.html, guest.html);
    assert.match(guest.headers.get('cache-control') ?? '', /^public, max-age=0, s-maxage=60/);
    assert.deepEqual(guest.headers.getSetCookie(), []);
  });

  test('follows the stock by its level, and sold out it can not be bought', async () => {
    const { product_id } = await newProduct(shop);
    const path = `/en/p/${product_id}`;
    const soldOut = await open(path);
    assert.match(soldOut.text, /Sold out This one is sold out/);
    assert.equal(soldOut.html.match(/<button type="submit" class="button [^>]*disabled/g)?.length, 2);
    assert.ok(!soldOut.html.includes('/cart/items'));
    assert.match(structuredOf(soldOut, 'Product').offers.availability, /OutOfStock$/);
    const levels = { 'Few left': 4, 'In stock': 50 };
    for (const [words, units] of Object.entries(levels)) {
      await receive(shop, product_id, units);
      await eventually(words, async () => (await open(path)).text.includes(words));
    }
    assert.ok(!/Only \d+ left|\b54\b/.test((await open(path)).text), 'no count, which would be old before it is read');
  });

  test('offers as many units as one person may have, ten at most', async () => {
    const most = async (more: object) => {
      const { product_id } = await newProduct(shop, { stock: 99, more });
      const { html } = await open(`/en/p/${product_id}`);
      return html.match(/<option/g)?.length;
    };
    assert.deepEqual(
      [await most({ max_per_person: 3 }), await most({ max_per_person: 500 }), await most({})],
      [3, 10, 10],
    );
  });

  test('shows what a seller wrote as text, in paragraphs', async () => {
    const attack = '<img src=x onerror=alert(1)></script>';
    const more = {
      title: `Bad ${attack}`,
      description: `First.\n\nSecond ${attack}`,
      attributes: { '<b>': attack, dimmable: false, capacity_ml: 1500 },
    };
    const { product_id } = await newProduct(shop, { stock: 1, more });
    const page = await open(`/en/p/${product_id}`);
    assert.ok(!page.html.includes('<img src=x') && !page.html.includes('<b>'), 'nothing of it is markup');
    assert.ok(page.text.includes(`First. Second ${attack}`));
    assert.match(page.text, /Dimmable No Capacity 1,500 ml/);
    assert.equal(structuredOf(page, 'Product')['@type'], 'Product');
  });

  test('tells search engines price, seller and way, and a rating only where there is one', async () => {
    const { product_id, title } = await newProduct(shop, { stock: 20, price: 120_005 });
    const page = await open(`/en/p/${product_id}`);
    const { offers, aggregateRating } = structuredOf(page, 'Product');
    assert.deepEqual([offers.price, offers.priceCurrency, offers.seller.name], ['1200.05', 'USD', 'Doorbuster']);
    assert.match(offers.availability, /InStock$/);
    assert.equal(aggregateRating, undefined);
    const steps = structuredOf(page, 'BreadcrumbList').itemListElement.map(step => step.name);
    assert.deepEqual(steps, ['Home', 'Home', 'Lamps', title]);
  });
});

describe('reviews', () => {
  test('are written once a person, after signing in, and stand on the page at once', async () => {
    const { product_id } = await newProduct(shop);
    const path = `/en/p/${product_id}/review`;
    assert.match((await open(path)).address, /^\/en\/login\?next=/);
    const reader = await signIn(shop, await newPerson(shop, 'customer'));
    const form = await reader.open(path);
    const wrong = await reader.submit(form, '/review', { title: 'Bright', body: 'I can <read>.' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /Please choose how many stars\./);
    assert.ok(
      wrong.html.includes('value="Bright"') && wrong.html.includes('I can &lt;read>.'),
      'what was written stays',
    );
    assert.match((await open(`/en/p/${product_id}`)).text, /Nobody has reviewed this product yet/);

    const sent = { ...reader.fieldsOf(wrong, '/review'), rating: '4' };
    const shown = await reader.submit(wrong, '/review', sent);
    assert.equal(shown.address.startsWith(pathOf(product_id, 'lamp')), true);
    assert.match(shown.text, /4 of 5, from 1 review .* Bright By A customer · .* I can <read>\./);
    assert.deepEqual(structuredOf(shown, 'Product').aggregateRating, {
      '@type': 'AggregateRating',
      ratingValue: 4,
      reviewCount: 1,
    });
    assert.match((await reader.submit(wrong, '/review', sent)).text, /from 1 review /, 'a second click is the first');

    const again = await reader.submit(form, '/review', { ...sent, _key: 'another-key-of-this-form', title: 'Twice' });
    assert.deepEqual([again.status, /reviewed this product already/.test(again.text)], [409, true]);
    assert.match((await reader.open(path)).text, /reviewed this product already/);
    assert.ok(!(await open(`/en/p/${product_id}`)).text.includes('Twice'));
  });

  test('are paged and sorted by the address', async () => {
    const { product_id } = await newProduct(shop);
    for (let n = 1; n <= 9; n += 1) {
      const review = { rating: (n % 5) + 1, title: `Title ${n}`, body: 'So it is.' };
      assert.equal((await (await newUser(shop)).post(`/api/products/${product_id}/reviews`, review)).status, 201);
    }
    const titles = async (query: string) =>
      [...(await open(`/en/p/${product_id}${query}`)).text.matchAll(/Title (\d)/g)].map(([, n]) => Number(n));
    await eventually('all are counted', async () => (await titles('?reviews=2')).length === 1);
    assert.deepEqual(await titles(''), [9, 8, 7, 6, 5, 4, 3, 2]);
    assert.deepEqual(await titles('?reviews=2'), [1]);
    assert.deepEqual((await titles('?sort=highest')).slice(0, 3), [9, 4, 8]);
    assert.deepEqual((await titles('?sort=lowest')).slice(0, 3), [5, 6, 1]);
    assert.deepEqual(await titles('?reviews=3'), [9, 8, 7, 6, 5, 4, 3, 2], 'beyond the last is the first');
  });
});

test("a seller's page shows their products, page by page, and nobody else's", async () => {
  const { body: seller } = await admin.post('/api/admin/sellers', { name: 'Lanterns & Co' });
  const more = { seller_id: seller.seller_id };
  const own = await newProduct(shop, { more });
  const other = await newProduct(shop);
  const page = await open(`/en/sellers/${seller.seller_id}`);
  assert.match(page.text, /Lanterns & Co 1 product/);
  assert.deepEqual([page.text.includes(own.title), page.text.includes(other.title)], [true, false]);
  assert.equal((await open(`/en/sellers/${seller.seller_id}?page=2`)).address, `/en/sellers/${seller.seller_id}`);
  assert.equal((await open(`/en/sellers/${UNKNOWN}`)).status, 404);
});
