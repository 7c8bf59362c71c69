// Search at N products: how fast an index is built, what it takes, and how soon a fixed mix of what shoppers ask is
// answered by one and by eight of them, while prices and stock change all the time. Beside it, in the same run, FTS5
// alone with the same texts, and OpenSearch where it is installed.
import type { Command, OptionValues } from 'commander';
import { seededRandom } from '#platform/seeded-random';
import type { SearchDocument, SearchEngine } from '../src/search/engine.ts';
import { PARTS } from '../test/support/parts.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { type Fts5, fillFts5 } from './support/fts5.ts';
import { growCatalogue } from './support/grow-catalogue.ts';
import { latencyHistogram } from './support/latency-histogram.ts';
import { fillEngine, openEmbedded, openOpenSearch } from './support/search-engine.ts';
import { type Kind, searchMix } from './support/search-mix.ts';
import type { Table } from './support/table.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = 'search and suggest at N products while they change, beside FTS5 and OpenSearch';

const SAMPLE = 20_000;
const UPDATES_PER_SECOND = 100;
const TICK_MS = 50;
const WARM_SHARE = 0.2;
/** Of issue 7, in milliseconds at the 95th percentile, with one client. */
const P95_MAX = { 200000: 15, 1000000: 25 };
const SUGGEST_P95_MAX = 5;
const INDEX_PER_SECOND_MIN = 10_000;
const BYTES_MAX = 1_500;

export function options(command: Command): Command {
  return command
    .option('--products <n>', 'in the catalogue', wholeNumber, 200_000)
    .option('--rounds <n>', 'of the mix, a client', wholeNumber, 150)
    .option('--no-fts5', 'without FTS5 beside it')
    .option('--no-opensearch', 'without OpenSearch beside it')
    .option('--seed <text>', 'of the catalogue and the mix', 'search');
}

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const { products, rounds, seed } = options;
  const sample: SearchDocument[] = [];
  const fts5 = options.fts5 ? await fillFts5(scope, sampled(growCatalogue(products, seed), [])) : null;
  const engine = await openEmbedded(scope);
  const filled = await fillEngine(scope, engine, sampled(growCatalogue(products, seed), sample));
  const mix = searchMix(sample);
  const changes = keepChanging(filled.engine, sample, seed);
  const one = await measure(filled.engine, mix, { clients: 1, rounds, seed });
  const eight = await measure(filled.engine, mix, { clients: 8, rounds: Math.ceil(rounds / 8), seed });
  const applied = await changes.stop();
  const beside = fts5 === null ? null : measureFts5(fts5, mix, { rounds, seed });
  const server = options.opensearch ? await measureServer(scope, mix, { products, rounds, seed }) : null;
  return report({ products, filled, one, eight, applied, beside, server });
}

/** Keeps the first ones for the mix; the others pass. */
function* sampled(documents: Iterable<SearchDocument>, sample: SearchDocument[]): Iterable<SearchDocument> {
  for (const document of documents) {
    if (sample.length < SAMPLE) sample.push(document);
    yield document;
  }
}

/** On the same products and queries, with the same changes. */
async function measureServer(
  scope: BenchScope,
  mix: Kind[],
  { products, rounds, seed }: { products: number; rounds: number; seed: string },
): Promise<{ filled: { seconds: number }; kinds: Measured } | null> {
  const engine = await openOpenSearch(scope);
  if (engine === null) {
    scope.say(`without OpenSearch beside it: ${PARTS.opensearch.enable}`);
    return null;
  }
  const sample: SearchDocument[] = [];
  const filled = await fillEngine(scope, engine, sampled(growCatalogue(products, seed), sample));
  const changes = keepChanging(engine, sample, seed);
  const { kinds } = await measure(engine, mix, { clients: 1, rounds, seed });
  await changes.stop();
  return { filled, kinds };
}

type Measured = Map<string, { p50: number; p95: number; p99: number }> & { perSecond?: number };

async function measure(
  engine: SearchEngine,
  mix: Kind[],
  { clients, rounds, seed }: { clients: number; rounds: number; seed: string },
): Promise<{ kinds: Measured; perSecond: number }> {
  const histograms = new Map([...mix.map(({ name }) => name), 'all'].map(name => [name, latencyHistogram()]));
  let beganMs = performance.now();
  let counted = 0;
  const client = async (number: number) => {
    const draw = seededRandom(`${seed} ${clients} ${number}`);
    const warm = Math.ceil(rounds * WARM_SHARE);
    for (let round = -warm; round < rounds; round++) {
      if (round === 0 && number === 0) [beganMs, counted] = [performance.now(), 0];
      for (const { name, next } of mix) {
        const asked = next(draw);
        const startedMs = performance.now();
        if ('search' in asked) await engine.search(asked.search);
        else await engine.suggest({ q: asked.suggest });
        const tookMs = performance.now() - startedMs;
        counted += 1;
        if (round < 0) continue;
        histograms.get(name)!.add(tookMs);
        histograms.get('all')!.add(tookMs);
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  const perSecond = (counted / (performance.now() - beganMs)) * 1_000;
  const kinds: Measured = new Map();
  for (const [name, histogram] of histograms) {
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map(share => histogram.percentile(share));
    kinds.set(name, { p50: p50!, p95: p95!, p99: p99! });
  }
  return { kinds, perSecond };
}

/** A price or a stock level at a time, as fast as a busy shop has them. */
function keepChanging(engine: SearchEngine, sample: SearchDocument[], seed: string) {
  const draw = seededRandom(`${seed} changes`);
  let applied = 0;
  let version = 1;
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    const count = (UPDATES_PER_SECOND * TICK_MS) / 1_000;
    version += 1;
    const changed = Array.from({ length: count }, () => sample[Math.floor(draw() * sample.length)]!);
    const documents = changed.map(one => ({ ...one, version, price: Math.round(500 + 50_000 * draw()) }));
    const levels = changed.map(({ product_id }) => ({ product_id, in_stock: draw() < 0.9 }));
    last = draw() < 0.5 ? engine.upsert(documents) : engine.setStock(levels);
    applied += count;
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await last;
      return applied;
    },
  };
}

function measureFts5(fts5: Fts5, mix: Kind[], { rounds, seed }: { rounds: number; seed: string }): Measured {
  const draw = seededRandom(`${seed} 1 0`);
  const kinds: Measured = new Map();
  const histograms = new Map(mix.map(({ name }) => [name, latencyHistogram()]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, next } of mix) {
      const asked = next(draw);
      if (!('search' in asked) || asked.search.q === '') continue;
      const startedMs = performance.now();
      fts5.top(asked.search.q);
      histograms.get(name)!.add(performance.now() - startedMs);
    }
  }
  for (const [name, histogram] of histograms) {
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map(share => histogram.percentile(share));
    if (p99! > 0) kinds.set(name, { p50: p50!, p95: p95!, p99: p99! });
  }
  return kinds;
}

interface Figures {
  products: number;
  filled: { seconds: number; bytes: number };
  one: { kinds: Measured; perSecond: number };
  eight: { kinds: Measured; perSecond: number };
  applied: number;
  beside: Measured | null;
  server: { filled: { seconds: number }; kinds: Measured } | null;
}

function report({ products, filled, one, eight, applied, beside, server }: Figures): BenchReport {
  const perSecond = products / filled.seconds;
  const bytes = filled.bytes / products;
  const index: Table = {
    columns: ['index', ''],
    rows: [
      ['products', products.toLocaleString('en')],
      ['products/s', perSecond.toFixed(0)],
      ['bytes a product', bytes.toFixed(0)],
      ['changes meanwhile', String(applied)],
      ['asked/s, 1 client', one.perSecond.toFixed(0)],
      ['asked/s, 8 clients', eight.perSecond.toFixed(0)],
      ...(server === null ? [] : [['OpenSearch: products/s', (products / server.filled.seconds).toFixed(0)]]),
    ],
  };
  const ms = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2));
  const latency: Table = {
    columns: ['ms', 'p50', 'p95', 'p99', '8: p50', 'p95', 'p99', 'FTS5: p50', 'p95', 'OpenSearch: p50', 'p95'],
    rows: [...one.kinds].map(([name, each]) => {
      const [others, plain, remote] = [eight.kinds.get(name)!, beside?.get(name), server?.kinds.get(name)];
      const own = [each.p50, each.p95, each.p99, others.p50, others.p95, others.p99];
      return [name, ...[...own, plain?.p50, plain?.p95, remote?.p50, remote?.p95].map(ms)];
    }),
  };
  return {
    tables: [index, latency],
    failures: missed(products, one.kinds, { perSecond, bytes }),
    results: figuresOf(),
  };

  function figuresOf() {
    const kinds = Object.fromEntries(one.kinds);
    const opensearch = server === null ? null : Object.fromEntries(server.kinds);
    return { perSecond, bytes, one: one.perSecond, eight: eight.perSecond, kinds, opensearch };
  }
}

function missed(products: number, kinds: Measured, index: { perSecond: number; bytes: number }): string[] {
  const failures: string[] = [];
  const bound = Object.entries(P95_MAX).find(([most]) => products <= Number(most))?.[1];
  const { p95 } = kinds.get('all')!;
  if (bound !== undefined && p95 > bound) failures.push(`p95 is ${p95.toFixed(1)} ms, above ${bound}`);
  const suggest = kinds.get('suggest')!.p95;
  if (suggest > SUGGEST_P95_MAX)
    failures.push(`suggestions' p95 is ${suggest.toFixed(1)} ms, above ${SUGGEST_P95_MAX}`);
  if (index.perSecond < INDEX_PER_SECOND_MIN) {
    failures.push(`${index.perSecond.toFixed(0)} products/s, below ${INDEX_PER_SECOND_MIN}`);
  }
  if (index.bytes > BYTES_MAX) failures.push(`${index.bytes.toFixed(0)} bytes a product, above ${BYTES_MAX}`);
  return failures;
}
