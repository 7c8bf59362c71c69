// Goal: the sitemap lists every living product once, in files of bounded size, whatever is added meanwhile. Method: a
// catalogue of ids only, scanned as the real one is; the text of single entries, exactly.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog, CatalogProduct } from '#catalog';
import { limits } from '#limits';
import { manualClock } from '#platform/clock';
import { robotsText } from './robots-text.ts';
import { createSitemapBlocks, type SitemapBlocks } from './sitemap-blocks.ts';
import { indexText, urlText } from './sitemap-text.ts';

const idOf = (number: number) => String(number).padStart(9, '0');

function shelf(count: number) {
  const products = Array.from({ length: count }, (_, number) => ({
    product_id: idOf(number),
    deleted: number % 10 === 0,
  }));
  const scanned = { times: 0 };
  const scanProducts: Catalog['scanProducts'] = async ({ after, limit }) => {
    scanned.times += 1;
    const from = after === null ? 0 : products.findIndex(({ product_id }) => product_id > after);
    return (from < 0 ? [] : products.slice(from, from + limit)) as CatalogProduct[];
  };
  return { products, scanned, scanProducts };
}

async function idsOf(blocks: SitemapBlocks, block: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const batch of (await blocks.read(block))!) ids.push(...batch.map(({ product_id }) => product_id));
  return ids;
}

test('every living product stands in one file, and no file is too long', async () => {
  const { scanProducts, products } = shelf(2 * limits.sitemapBlockMax + 7);
  const blocks = createSitemapBlocks({ scanProducts, clock: manualClock(0) });
  assert.equal(await blocks.count(), 3);
  const files = [await idsOf(blocks, 0), await idsOf(blocks, 1), await idsOf(blocks, 2)];
  const living = products.filter(({ deleted }) => !deleted).map(({ product_id }) => product_id);
  assert.deepEqual(files.flat(), living);
  assert.deepEqual(
    files.map(ids => ids.length),
    [9000, 9000, 6],
  );
  assert.equal(await blocks.read(3), null);
});

test('what is added later is found without reading the full files again', async () => {
  const { scanProducts, products, scanned } = shelf(limits.sitemapBlockMax);
  const clock = manualClock(0);
  const blocks = createSitemapBlocks({ scanProducts, clock });
  assert.equal(await blocks.count(), 1);
  products.push({ product_id: idOf(products.length + 1), deleted: false });
  assert.equal(await blocks.count(), 1, 'known for a while');
  clock.advance(limits.sitemapKnownMs);
  scanned.times = 0;
  assert.equal(await blocks.count(), 2);
  assert.equal(scanned.times, 2);
  assert.deepEqual(await idsOf(blocks, 1), [products.at(-1)!.product_id]);
});

test('an empty shop has no file', async () => {
  const blocks = createSitemapBlocks({ ...shelf(0), clock: manualClock(0) });
  assert.equal(await blocks.count(), 0);
  assert.equal(await blocks.read(0), null);
});

test('a page is listed in each language with all others, escaped', () => {
  const text = urlText('https://shop.example', { path: "/c/Salt%20&'", changedAt: '2026-11-27T08:00:00.000Z' });
  const links =
    '<xhtml:link rel="alternate" hreflang="en" href="https://shop.example/en/c/Salt%20&amp;&apos;"/>' +
    '<xhtml:link rel="alternate" hreflang="de" href="https://shop.example/de/c/Salt%20&amp;&apos;"/>';
  const changed = '<lastmod>2026-11-27T08:00:00.000Z</lastmod>';
  assert.equal(
    text,
    `<url><loc>https://shop.example/en/c/Salt%20&amp;&apos;</loc>${changed}${links}</url>\n` +
      `<url><loc>https://shop.example/de/c/Salt%20&amp;&apos;</loc>${changed}${links}</url>\n`,
  );
  assert.match(urlText('https://shop.example', { path: '/' }), /<loc>https:\/\/shop\.example\/en<\/loc><xhtml/);
  assert.match(indexText(['https://shop.example/sitemaps/1.xml']), /<sitemap><loc>[^<]+\/sitemaps\/1\.xml<\/loc>/);
});

test('crawlers are kept from what is private and from mixes of filters, not from sellers and departments', () => {
  const lines = robotsText('https://shop.example').split('\n');
  for (const line of ['/en/cart/', '/de/checkout?', '/en/seller/', '/api/', '/*?brand=', '/*&attr.']) {
    assert.ok(lines.includes(`Disallow: ${line}`), line);
  }
  assert.ok(lines.includes('Sitemap: https://shop.example/sitemap.xml'));
  assert.ok(!lines.some(line => '/en/sellers/1'.startsWith(line.replace('Disallow: ', '')) && line.startsWith('Dis')));
});
