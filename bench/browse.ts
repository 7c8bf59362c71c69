// Pages per second, rendered and from the page cache, beside the product as JSON: one shop, the load generator on the
// same cores. What is rendered is asked of a shop with PAGE_CACHE=off, what is cached of the same data with it on; the
// edge is a Varnish before that, cold at first, asked for products by Zipf's law.
import type { Command, OptionValues } from 'commander';
import { type BenchShop, startBenchShop } from './support/bench-shop.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import type { LoadResult } from './support/generate-load.ts';
import { loadFailures } from './support/load-failures.ts';
import { type EdgeFigures, measureEdge } from './support/measure-edge.ts';
import { runBeside } from './support/run-beside.ts';
import { readSiteAddresses, type SiteAddresses } from './support/site-addresses.ts';
import type { Table } from './support/table.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = 'product and search pages per second: rendered, cached, and at the edge, beside the API';

interface Row {
  name: string;
  paths: string[];
  accept: string;
  /** Of issue 4; rendered pages have none. */
  perSecondMin?: number;
}

interface MeasuredRow extends Row {
  load: LoadResult;
}

const JSON_PER_SECOND_MIN = 10_000;
const CACHED_PER_SECOND_MIN = 15_000;
/** Of issue 8. */
const EDGE_SHARE_MIN = 0.97;
const PRICE_SHOWN_MS_MAX = 1_000;
/** As browsers ask: the page comes compressed. */
const BROWSER_ENCODINGS = 'gzip, deflate, br, zstd';

export function options(command: Command): Command {
  return command
    .option('--seconds <n>', 'counted, a row', wholeNumber, 10)
    .option('--warm <n>', 'seconds before counting, a row', wholeNumber, 3)
    .option('--connections <n>', 'open at once', wholeNumber, 64)
    .option('--edge <n>', 'requests to the edge', wholeNumber, 200_000);
}

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const shop = await startBenchShop(scope, { PAGE_CACHE: 'off' });
  const site = await readSiteAddresses(shop.url);
  scope.say(`${site.products.length} products, ${site.searches.length} searches`);
  const rendered = [apiRow(site), ...pageRows(site, 'rendered')];
  const measured = await measureRows(scope, shop, rendered, options);
  await shop.restart({ PAGE_CACHE: 'on' });
  measured.push(...(await measureRows(scope, shop, pageRows(site, 'cached', CACHED_PER_SECOND_MIN), options)));
  const edge = await measureEdge(scope, shop, options.edge);
  if (edge !== undefined) {
    const atEdge = { name: 'product page, at the edge', paths: site.products, accept: 'text/html' };
    measured.push(...(await measureRows(scope, edge, [atEdge], options)));
  }
  return report(measured, edge);
}

function apiRow({ products }: SiteAddresses): Row {
  // `/en/p/<product_id>/<slug>`
  const paths = products.map(path => `/api/products/${path.split('/')[3]}`);
  return { name: 'GET /api/products/:id', paths, accept: 'application/json', perSecondMin: JSON_PER_SECOND_MIN };
}

function pageRows({ products, searches }: SiteAddresses, how: string, perSecondMin?: number): Row[] {
  return [
    { name: `product page, ${how}`, paths: products, accept: 'text/html', perSecondMin },
    { name: `search page, ${how}`, paths: searches, accept: 'text/html', perSecondMin },
  ];
}

async function measureRows(
  scope: BenchScope,
  shop: Pick<BenchShop, 'url'>,
  rows: Row[],
  { seconds, warm, connections }: OptionValues,
): Promise<MeasuredRow[]> {
  const measured: MeasuredRow[] = [];
  for (const row of rows) {
    const headers = { accept: row.accept, 'accept-encoding': BROWSER_ENCODINGS };
    const { paths } = row;
    for (const path of paths) await warmUp(shop.url + path, headers);
    const load = await runBeside(scope, 'load', {
      ...{ url: shop.url, paths, headers },
      ...{ connections, warmSeconds: warm, seconds },
    });
    scope.say(`${row.name}: ${Math.round(load.perSecond).toLocaleString('en')} a second`);
    measured.push({ ...row, load });
  }
  return measured;
}

/** Each address once: a cache that is still filling says nothing of a cache. */
async function warmUp(address: string, headers: Record<string, string>): Promise<void> {
  const answer = await fetch(address, { headers });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
}

function report(rows: MeasuredRow[], edge: EdgeFigures | undefined): BenchReport {
  const columns = ['', 'a second', 'at least', 'p50 ms', 'p95 ms', 'p99 ms', 'bytes', 'generator CPU'];
  const whole = (value: number | undefined) => (value === undefined ? '' : Math.round(value).toLocaleString('en'));
  const table = rows.map(({ name, perSecondMin, load }) => [
    ...[name, whole(load.perSecond), whole(perSecondMin)],
    ...[load.latencyMs.p50, load.latencyMs.p95, load.latencyMs.p99].map(ms => ms.toFixed(2)),
    ...[whole(load.bytesPerAnswer), `${whole(load.cpuShare * 100)} %`],
  ]);
  const slow = rows
    .filter(({ perSecondMin = 0, load }) => load.perSecond < perSecondMin)
    .map(
      ({ name, perSecondMin, load }) => `${name}: ${whole(load.perSecond)} a second, fewer than ${whole(perSecondMin)}`,
    );
  return {
    tables: [{ columns, rows: table }, ...(edge === undefined ? [] : [edgeTable(edge)])],
    failures: [...rows.flatMap(({ name, load }) => loadFailures(name, load)), ...slow, ...edgeFailures(edge)],
    results: {
      rows: rows.map(({ name, perSecondMin, paths, load }) => ({
        name,
        perSecondMin,
        addresses: paths.length,
        ...load,
      })),
      edge,
    },
  };
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

function edgeTable({ products, requests, missed, share, perSecond, priceShownAfterMs }: EdgeFigures): Table {
  const columns = ['edge, cold', 'products', 'at the edge', 'at least', 'waited', 'a second', 'price shown after ms'];
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const shares = [percent(share), percent(EDGE_SHARE_MIN)];
  const row = [whole(requests), whole(products), ...shares, whole(missed), whole(perSecond), whole(priceShownAfterMs)];
  return { columns, rows: [row] };
}

function edgeFailures(edge: EdgeFigures | undefined): string[] {
  if (edge === undefined) return [];
  const { share, priceShownAfterMs } = edge;
  return [
    ...(share < EDGE_SHARE_MIN ? [`the edge answers ${percent(share)}, less than ${percent(EDGE_SHARE_MIN)}`] : []),
    ...(priceShownAfterMs > PRICE_SHOWN_MS_MAX ? [`a new price is shown after ${priceShownAfterMs} ms`] : []),
  ];
}
