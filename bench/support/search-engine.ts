import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { EmbeddedEngine } from '../../src/search/embedded/embedded-engine.ts';
import type { SearchDocument, SearchEngine } from '../../src/search/engine.ts';
import { OpenSearchEngine } from '../../src/search/opensearch/opensearch-engine.ts';
import { startOpenSearch } from '../../test/support/opensearch.ts';
import { PARTS } from '../../test/support/parts.ts';
import type { BenchScope } from './benchmark.ts';

const PAGE = 500;

export interface FilledEngine {
  engine: SearchEngine;
  seconds: number;
  /** Memory that the process has more than before. */
  bytes: number;
}

const log = createLog({ level: 'error' });
const deps = { ids: createIds(), log, clock: systemClock };

export async function openEmbedded(scope: BenchScope): Promise<SearchEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'doorbuster-search-'));
  const engine = new EmbeddedEngine({ ...deps, folder });
  scope.after(async () => {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return engine;
}

/** A server of its own on loopback; null where there is none on this machine. */
export async function openOpenSearch(scope: BenchScope): Promise<SearchEngine | null> {
  const lib = PARTS.opensearch.find();
  if (lib === null) return null;
  const server = await startOpenSearch(lib);
  const engine = new OpenSearchEngine({ ...deps, url: `${server.url}/bench` });
  scope.after(async () => {
    await engine.stop();
    await server.stop();
  });
  return engine;
}

/** Builds an index of these products; all are in stock. */
export async function fillEngine(
  scope: BenchScope,
  engine: SearchEngine,
  documents: Iterable<SearchDocument>,
): Promise<FilledEngine> {
  await engine.start();
  await engine.setSynonyms(await readFile(new URL('../../src/search/synonyms.txt', import.meta.url), 'utf8'));
  const before = memoryInUse();
  const beganMs = performance.now();
  const build = await engine.build();
  let count = 0;
  let adding: Promise<void> = Promise.resolve();
  for (const page of pagesOf(documents)) {
    const levels = page.map(({ product_id }) => ({ product_id, in_stock: true }));
    await adding;
    adding = build.add({ documents: page, gone: [], levels, popularity: [] });
    count += page.length;
    if (count % 100_000 < PAGE) scope.say(`${count} products, ${(performance.now() - beganMs).toFixed(0)} ms`);
  }
  await adding;
  await build.swap();
  const seconds = (performance.now() - beganMs) / 1_000;
  return { engine, seconds, bytes: memoryInUse() - before };
}

/** Of the process with its threads, without what the generator of products has left behind. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().rss;
}

function* pagesOf(documents: Iterable<SearchDocument>): Iterable<SearchDocument[]> {
  let page: SearchDocument[] = [];
  for (const document of documents) {
    page.push(document);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
