// Goal: a search says how it was understood, shows what was asked for, and leads on where it found nothing. Method: a
// shop with three products, and its pages as they come over HTTP, without a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient, eventually, newProduct } from '../../../test/support/client.ts';
import { startTestShop } from '../../../test/support/shop.ts';

const shop = await startTestShop({ after });
const admin = createClient(shop.url, shop.adminKey);
let hose: { product_id: string };

before(async () => {
  const lamp = { category_path: ['Home', 'Lamps'] };
  const teal = { ...lamp, title: 'Reading lamp teal', brand: 'Brightly', attributes: { color: 'teal' } };
  const black = {
    ...lamp,
    title: 'Reading lamp black',
    brand: 'Dimsdale',
    attributes: { color: 'black', wood: 'teak' },
  };
  await newProduct(shop, { stock: 5, price: 2000, more: teal });
  await newProduct(shop, { stock: 5, price: 4000, more: black });
  hose = await newProduct(shop, { stock: 1, more: { title: 'Garden <b>hose</b>', category_path: ['Garden'] } });
  await eventually('all are in stock', async () => (await admin.get('/api/search?in_stock=true')).body.total === 3);
});

async function read(path: string) {
  const answer = await fetch(shop.url + path);
  assert.equal(answer.status, 200, path);
  const html = await answer.text();
  const plain = html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return { html, plain };
}

const titlesIn = (html: string) =>
  [...html.matchAll(/<h3><a [^>]*><span>(.*?)<\/span>/g)].map(([, title]) => title!.replaceAll(/<\/?mark>/g, ''));

/** Where the link of these words leads. */
function hrefOf(html: string, words: RegExp): string {
  const links = [...html.matchAll(/<a [^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/g)];
  const found = links.filter(([, , inner]) => words.test(inner!.replaceAll(/<[^>]*>/g, ' ').trim()));
  assert.equal(found.length, 1, `one link of ${words}`);
  return found[0]![1]!.replaceAll('&amp;', '&');
}

test('what was asked for is marked in titles, which stay texts', async () => {
  assert.match((await read('/en/search?q=LAMPS+teal')).html, /<span>Reading <mark>lamp teal<\/mark><\/span>/);
  const { html } = await read('/en/search?q=hose+b');
  assert.ok(html.includes('<span>Garden &lt;<mark>b</mark>><mark>hose</mark>&lt;/<mark>b</mark>></span>'));
  assert.doesNotMatch((await read('/en/c/Garden')).html, /<mark>/, 'nothing was asked for');
});

test('mended words are told, marked and said aloud, and keep the filters; there is no way to what is not there', async () => {
  const { html, plain } = await read('/en/search?q=raeding&brand=Brightly');
  assert.match(plain, /Nothing is called “raeding”\. You see what we have for reading \./);
  assert.equal(hrefOf(html, /^reading$/), '/en/search?q=reading&brand=Brightly');
  assert.ok(html.includes('<span><mark>Reading</mark> lamp teal</span>'));
  assert.match(plain, /1 product for “reading”/);
  assert.doesNotMatch(html, />\s*raeding\s*<\/a>/);
  assert.match((await read('/de/search?q=raeding')).plain, /„raeding“ heißt hier nichts\. .* 2 Artikel zu „reading“/);
});

test('other words that may be meant are another search, without the filters', async () => {
  const { html, plain } = await read('/en/search?q=teap&in_stock=true');
  const [, mended, other] = /what we have for (\w+) \. Did you mean (\w+) \?/.exec(plain)!;
  assert.deepEqual([mended, other].sort(), ['teak', 'teal']);
  assert.equal(hrefOf(html, new RegExp(`^${mended}$`)), `/en/search?q=${mended}&in_stock=true`);
  assert.equal(hrefOf(html, new RegExp(`^${other}$`)), `/en/search?q=${other}`);
});

test('where no product has all words it is told that some are shown', async () => {
  const { html, plain } = await read('/en/search?q=teal+hose');
  assert.match(plain, /No product, or hardly any, has all of these words/);
  assert.deepEqual(titlesIn(html).sort(), ['Garden &lt;b>hose&lt;/b>', 'Reading lamp teal']);
});

test('where filters keep everything back, each way on has what it says', async () => {
  const { html, plain } = await read('/en/search?q=lamp&brand=Brightly&attr.color=black');
  assert.match(plain, /Nothing for “lamp” fits these filters Without them you see 2 products\./);
  assert.equal(hrefOf(html, /^Show without filters$/), '/en/search?q=lamp');
  const way = hrefOf(html, /^Without “Brightly”\s+1 product$/);
  assert.equal(way, '/en/search?q=lamp&attr.color=black');
  assert.deepEqual(titlesIn((await read(way)).html), ['Reading lamp black']);
  assert.deepEqual(titlesIn((await read(hrefOf(html, /^Without “Color: black”\s+1 product$/))).html), [
    'Reading lamp teal',
  ]);
});

test('a filter that is not what keeps them back is no way on', async () => {
  const { plain } = await read('/en/search?q=lamp&brand=Brightly&prime=true&price_min=100');
  assert.match(plain, /Without “Prime only” 1 product/);
  assert.doesNotMatch(plain, /Without “Brightly”|Without “\$1\.00 and more”/);
  const one = await read('/en/search?q=lamp&prime=true');
  assert.doesNotMatch(one.plain, /Without “/, 'without the only one is without filters');
  assert.equal(hrefOf(one.html, /^Show without filters$/), '/en/search?q=lamp');
  const none = await read('/en/search?q=xylophone&prime=true');
  assert.match(none.plain, /The filters are not the reason: without them there is nothing either\./);
  assert.doesNotMatch(none.plain, /Show without filters/);
});

test('a search within a category leads out of it, a category stays within itself', async () => {
  const { html } = await read('/en/search?q=lamp&category=Garden');
  assert.equal(hrefOf(html, /^In all categories\s+2 products$/), '/en/search?q=lamp');
  const filtered = await read('/en/search?q=lamp&category=Garden&prime=true');
  assert.equal(hrefOf(filtered.html, /^Show without filters$/), '/en/search?q=lamp');
  const category = await read('/de/c/Home/Lamps?brand=Brightly&attr.color=black');
  assert.match(category.plain, /Zu diesen Filtern passt nichts Ohne Filter sehen Sie 2 Artikel\./);
  assert.equal(hrefOf(category.html, /^Ohne „Brightly“\s+1 Artikel$/), '/de/c/Home/Lamps?attr.color=black');
  assert.equal(hrefOf(category.html, /^Ohne Filter zeigen$/), '/de/c/Home/Lamps');
});

test('an empty list shows goods that are in stock, and follows when they are gone', async () => {
  const shown = async () => titlesIn((await read('/en/search?q=xylophone')).html).sort();
  const lamps = ['Reading lamp black', 'Reading lamp teal'];
  assert.deepEqual(await shown(), ['Garden &lt;b>hose&lt;/b>', ...lamps]);
  const { body } = await admin.get(`/api/admin/inventory/${hose.product_id}`);
  const taken = { warehouse_id: body.warehouses[0].warehouse_id, delta: -1, reason: 'broken' };
  assert.equal((await admin.post(`/api/admin/inventory/${hose.product_id}/adjust`, taken)).status, 200);
  await eventually('the last one is gone from the page', async () => (await shown()).length === 2);
  assert.deepEqual(await shown(), lamps);
});
