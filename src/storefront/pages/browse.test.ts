// Goal: home, categories and search show what the shop has, at addresses that people and crawlers can keep. Method: a
// shop with a handful of products, and its pages as they come over HTTP, without a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient, eventually, newProduct } from '../../../test/support/client.ts';
import { startTestShop } from '../../../test/support/shop.ts';

const shop = await startTestShop({ after });

before(async () => {
  const lamp = (color: string, price: number, more: object = {}) =>
    newProduct(shop, {
      stock: 5,
      price,
      more: {
        title: `Reading lamp ${color}`,
        brand: 'Brightly',
        attributes: { color, capacity_l: price / 1000 },
        ...more,
      },
    });
  await lamp('teal', 2000);
  await lamp('black', 4000, { brand: 'Dimsdale & Sons' });
  await lamp('oak', 6000, { category_path: ['Home', 'Lamps', 'Floor/standing'] });
  await newProduct(shop, { more: { title: 'Garden <b>hose</b>', category_path: ['Garden'] } });
  const visitor = createClient(shop.url);
  await eventually('all products are found', async () => (await visitor.get('/api/search')).body.total === 4);
});

async function read(path: string) {
  const answer = await fetch(`${shop.url}${path}`, { redirect: 'manual' });
  const html = await answer.text();
  const plain = html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return { status: answer.status, location: answer.headers.get('location'), html, plain };
}

const titlesIn = (html: string) =>
  [...html.matchAll(/<h3><a [^>]*><span>(.*?)<\/span>/g)].map(([, title]) => title!.replaceAll(/<\/?mark>/g, ''));
const canonicalIn = (html: string) => /<link rel="canonical" href="([^"]*)"/.exec(html)?.[1];
const isHidden = (html: string) => html.includes('<meta name="robots" content="noindex"/>');

test('home shows departments and new products, and tells search engines of the search', async () => {
  const { status, html, plain } = await read('/en');
  assert.equal(status, 200);
  assert.match(plain, /Home 3 products/);
  assert.match(plain, /New in the shop/);
  assert.doesNotMatch(plain, /Loved by many/, 'nobody has reviewed anything');
  assert.match(html, /"urlTemplate":"[^"]*\/en\/search\?q=\{search_term_string\}"/);
  assert.match(html, /Garden &lt;b>hose&lt;\/b>|Garden &lt;b&gt;hose/);
});

test('a category shows its products, what is below and above it, and is known by its own address', async () => {
  const { html, plain } = await read('/en/c/Home/Lamps');
  assert.deepEqual(titlesIn(html).sort(), ['Reading lamp black', 'Reading lamp oak', 'Reading lamp teal']);
  assert.ok(html.includes('href="/en/c/Home/Lamps/Floor%2Fstanding"'));
  assert.match(plain, /Capacity \(l\)/);
  assert.equal(canonicalIn(html), `${shop.url}/en/c/Home/Lamps`);
  assert.ok(html.includes(`"position":3,"name":"Lamps","item":"${shop.url}/en/c/Home/Lamps"`));
  assert.deepEqual(titlesIn((await read('/de/c/Home/Lamps/Floor%2Fstanding')).html), ['Reading lamp oak']);
});

test('a category that is not there is a page that says so', async () => {
  assert.equal((await read('/en/c/Home/Nothing')).status, 404);
  assert.equal((await read('/en/c/Home/Lamps/Floor%2Fstanding/Deeper')).status, 404);
});

test('search narrows by brand, price and attribute, and each filter can be taken away', async () => {
  const { html } = await read('/en/search?q=lamp&brand=Brightly&price_max=3000&attr.color=teal');
  assert.deepEqual(titlesIn(html), ['Reading lamp teal']);
  assert.ok(html.includes('aria-label="Remove filter: Brightly"'));
  assert.ok(html.includes('href="/en/search?q=lamp&amp;brand=Brightly&amp;attr.color=teal"'), 'without the price');
  assert.ok(html.includes('href="/en/search?q=lamp&amp;brand=Brightly&amp;price_max=3000"'), 'without the colour');
  assert.equal(isHidden(html), true);
});

test('words and a category are for search engines, an order and other pages are not', async () => {
  const found = await read('/en/search?q=lamp&category=Home');
  assert.equal(canonicalIn(found.html), `${shop.url}/en/search?q=lamp&amp;category=Home`);
  assert.equal(isHidden(found.html), false);
  assert.equal(isHidden((await read('/en/search?q=lamp&sort=price_asc')).html), true);
  assert.equal(isHidden((await read('/en/search?q=xylophone')).html), true);
});

test('what the form sends leads to the short address, with prices in minor units', async () => {
  const sent = await read('/de/search?q=lamp&brand=Brightly&min=&max=30%2C50&rating_min=&sort=relevance');
  assert.deepEqual([sent.status, sent.location], [303, '/de/search?q=lamp&brand=Brightly&price_max=3050']);
  const within = await read('/en/c/Home?min=10&max=&in_stock=true');
  assert.equal(within.location, '/en/c/Home?price_min=1000&in_stock=true');
});

test('a price that is none and prices the wrong way round are told, and something is shown', async () => {
  const unread = await read('/en/search?q=lamp&min=cheap&max=');
  assert.equal(unread.status, 200);
  assert.match(unread.plain, /We could not read “cheap” as a price/);
  assert.equal(titlesIn(unread.html).length, 3);
  const turned = await read('/en/search?q=lamp&price_min=5000&price_max=3000');
  assert.match(turned.plain, /turned them around: \$30\.00 to \$50\.00/);
  assert.deepEqual(titlesIn(turned.html), ['Reading lamp black']);
});

test('what is misspelt is mended and told; what is not there leads on', async () => {
  assert.match((await read('/en/search?q=raeding')).plain, /Nothing is called “raeding”/);
  const none = await read('/en/search?q=xylophone');
  assert.equal(none.status, 200);
  assert.match(none.plain, /Nothing found for “xylophone”/);
  assert.ok(none.html.includes('<a class="chip" href="/en/c/Home">'));
});

test('a page past the last one leads to the last one', async () => {
  assert.equal((await read('/en/search?q=lamp&page=9')).location, '/en/search?q=lamp');
});

test('what crawlers read names every product and category in both languages', async () => {
  assert.match((await read('/robots.txt')).html, new RegExp(`Sitemap: ${shop.url}/sitemap\\.xml`));
  assert.match((await read('/sitemap.xml')).html, new RegExp(`<loc>${shop.url}/sitemaps/1\\.xml</loc>`));
  const products = (await read('/sitemaps/1.xml')).html;
  assert.equal(products.match(/<url>/g)?.length, 8);
  assert.equal(products.match(/<loc>[^<]*\/de\/p\/[^<]*\/reading-lamp-oak</g)?.length, 1);
  assert.ok((await read('/sitemaps/categories.xml')).html.includes('/en/c/Home/Lamps/Floor%2Fstanding</loc>'));
  assert.equal((await read('/sitemaps/2.xml')).status, 404);
  assert.match((await read('/llms.txt')).html, /- \[Garden\]\([^)]*\/en\/c\/Garden\)/);
});
