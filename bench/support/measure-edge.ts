import { eventually } from '../../test/support/client.ts';
import { freePort } from '../../test/support/free-port.ts';
import { PARTS } from '../../test/support/parts.ts';
import { startVarnish } from '../../test/support/varnish.ts';
import { askEach, drawZipf } from './ask-each.ts';
import type { BenchShop } from './bench-shop.ts';
import type { BenchScope } from './benchmark.ts';

export interface EdgeFigures {
  /** Of Varnish. */
  url: string;
  products: number;
  requests: number;
  /** Requests that had to wait for the shop. */
  missed: number;
  /** From 0 to 1. */
  share: number;
  perSecond: number;
  /** From the answer to the change until the page shows it. */
  priceShownAfterMs: number;
}

const PRODUCTS_MAX = 2_000;
const CONNECTIONS = 64;
const SEED = 'edge';

/**
 * A cold Varnish before the shop, asked for `requests` product pages by Zipf's law, as a browser asks; then the price
 * of the most wanted product changes. Undefined where there is no Varnish.
 */
export async function measureEdge(
  scope: BenchScope,
  shop: BenchShop,
  requests: number,
): Promise<EdgeFigures | undefined> {
  const path = PARTS.varnish.find();
  if (path === null) {
    scope.say(`there is no edge to measure: ${PARTS.varnish.enable}`);
    return undefined;
  }
  const port = await freePort();
  await shop.restart({ PAGE_CACHE: 'on', EDGE_PURGE_URL: `http://127.0.0.1:${port}/` });
  const { url, countMisses } = await startVarnish(scope, { path, port, shopUrl: shop.url });
  await eventually('the edge is told that all is new', async () => {
    const metrics = await (await fetch(`${shop.url}/metrics`)).text();
    return /edge_purges_total\{outcome="done"\} [1-9]/.test(metrics);
  });
  const paths = (await productPaths(shop.url)).slice(0, PRODUCTS_MAX);
  const headers = { accept: 'text/html', 'accept-encoding': 'gzip, deflate, br, zstd' };
  const wanted = drawZipf(paths, requests, SEED);
  const { statuses, seconds } = await askEach({ url, paths: wanted, headers, connections: CONNECTIONS });
  if (statuses[200] !== requests) throw new Error(`the edge answered ${JSON.stringify(statuses)}`);
  const missed = await countMisses();
  const share = 1 - missed / requests;
  scope.say(`at the edge: ${(share * 100).toFixed(2)} % of ${requests.toLocaleString('en')} requests`);
  const priceShownAfterMs = await changePrice(shop, url + paths[0]);
  return { url, products: paths.length, requests, missed, share, perSecond: requests / seconds, priceShownAfterMs };
}

/** As the sitemap has them, in English. */
async function productPaths(url: string): Promise<string[]> {
  const sitemap = await (await fetch(`${url}/sitemaps/1.xml`)).text();
  return [...sitemap.matchAll(/<loc>https?:\/\/[^/]+(\/en\/p\/[^<]+)<\/loc>/g)].map(match => match[1]!);
}

async function changePrice(shop: BenchShop, page: string): Promise<number> {
  const [, productId] = /\/en\/p\/([^/]+)\//.exec(page) ?? [];
  const answer = await fetch(`${shop.url}/api/admin/products/${productId}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${shop.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ price: { amount: 987_654, currency: 'USD' } }),
  });
  if (!answer.ok) throw new Error(`the price could not be changed: ${answer.status}`);
  const changedMs = performance.now();
  await eventually('the new price is shown', async () => (await (await fetch(page)).text()).includes('9,876.54'));
  return performance.now() - changedMs;
}
