import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Catalog } from '#catalog';
import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import type { ModuleDeps } from '#platform/module';
import { Unavailable } from '#platform/outcome';
import type { Config } from './config.ts';
import { seedPeople } from './demo/people.ts';
import { demoSource, seedDemo } from './demo/seed-demo.ts';
import { firstStartMarker, type SourceMark } from './first-start-marker.ts';
import { fileSource, ImportFailed, type ImportSource, importSource, tellReport } from './import-source.ts';
import type { Modules } from './modules.ts';

/** Fills an empty shop, in the background: with the file that `CATALOG` names, or with the demo catalog. */
export interface FirstStart {
  begin(): void;
  /** Between two steps; the next start goes on from there. */
  stop(): Promise<void>;
  /**
   * Settles when nothing more will come: the shop is filled and searchable, the source is unreadable, or it was
   * stopped.
   */
  done: Promise<void>;
  state(): { ready: boolean; text: string };
  /** Lines for people, the earlier ones too. */
  onProgress(say: (line: string) => void): void;
}

export interface FirstStartDeps extends Pick<ModuleDeps, 'clock' | 'ids' | 'log'> {
  modules: Pick<Modules, 'apis' | 'local'>;
}

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 15_000;

export function firstStart(config: Config, deps: FirstStartDeps): FirstStart {
  const { log, clock } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const isOurs = config.modules.has('gateway');
  let state = isOurs
    ? { ready: false, text: 'not begun yet' }
    : { ready: true, text: 'another process fills the shop' };
  let running: Promise<void> | undefined;
  let settle = () => {};
  const done = new Promise<void>(resolve => {
    settle = resolve;
  });
  const lines: string[] = [];
  let listener: ((line: string) => void) | undefined;

  function tell(line: string): void {
    state = { ready: false, text: line };
    if (listener === undefined) lines.push(line);
    else listener(line);
  }

  /** An outage passes; a source that can't be read stays what it is. */
  async function run(): Promise<void> {
    for (let pauseMs = RETRY_FIRST_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, RETRY_MAX_MS)) {
      try {
        await fill(config, { ...deps, signal, tell });
        if (!signal.aborted) state = { ready: true, text: 'ok' };
        return;
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error }, 'the first catalog is not in');
        tell((error as Error).message);
        if (error instanceof ImportFailed) return;
        await clock.sleep(pauseMs, signal);
      }
    }
  }

  return {
    begin() {
      running ??= (isOurs ? run() : Promise.resolve()).finally(settle);
    },
    async stop() {
      stopping.abort();
      await running;
      settle();
    },
    done,
    state: () => state,
    onProgress(say) {
      listener = say;
      for (const line of lines.splice(0)) say(line);
    },
  };
}

interface FillDeps extends FirstStartDeps {
  signal: AbortSignal;
  tell: (line: string) => void;
}

async function fill(config: Config, deps: FillDeps): Promise<void> {
  const { clock, log, signal, tell } = deps;
  const { catalog, accounts } = deps.modules.apis;
  // In production nobody gets in by a password that stands in a public file.
  const isDemo = config.demo && !config.production;
  const mark = await markOf(config, isDemo);
  if (mark === undefined) return;
  const marker = firstStartMarker(config.dataDir);
  if ((await marker.has(mark)) && (await countProducts(catalog)) > 0) return;

  if (config.catalogFile !== undefined) {
    if (isDemo) await seedPeople({ catalog, accounts, log });
    await importFile(config.catalogFile, mark, deps);
  } else {
    const importProducts = (source: Pick<ImportSource, 'import_id' | 'chunks' | 'records'>) =>
      importAndTell({ ...source, name: 'demo catalog', ...AS_ROWS }, deps);
    const { currency } = config;
    await seedDemo({ catalog, accounts, currency, log, signal, onProgress: tell, importProducts });
  }
  if (signal.aborted) return;
  await untilSearchable(deps);
  if (signal.aborted) return;
  await marker.add(mark, timestamp(clock.nowMs()));
  tell(`The shop is filled: ${(await countProducts(catalog)).toLocaleString('en')} products can be found and bought`);
}

const AS_ROWS = { format: 'doorbuster', encoding: 'ndjson', default_stock: null } as const;
const FILE_STOCK = 100;

/** The source of this start; undefined where the shop begins empty. */
async function markOf({ catalogFile, currency }: Config, isDemo: boolean): Promise<SourceMark | undefined> {
  if (catalogFile === undefined) {
    return isDemo ? { source: demoSource(currency), size: 0, mtime: null } : undefined;
  }
  const { size, mtimeMs } = await stat(catalogFile);
  return { source: catalogFile, size, mtime: timestamp(mtimeMs) };
}

async function importFile(path: string, mark: SourceMark, deps: FillDeps): Promise<void> {
  const import_id = derivedId(FIRST_IMPORT, `${mark.source} ${mark.size} ${mark.mtime}`);
  const source = { ...(await fileSource(path)), name: basename(path), import_id, default_stock: FILE_STOCK };
  await importAndTell(source, deps);
}

const FIRST_IMPORT = '00000000-0000-7000-8000-0000000f0001';

async function importAndTell(source: ImportSource, deps: FillDeps) {
  const { clock, ids, signal, tell, modules } = deps;
  tell(`${source.name}: importing`);
  const startMs = clock.nowMs();
  const report = await importSource({ catalog: modules.apis.catalog, clock, ids, signal, onProgress: tell }, source);
  if (report.state !== 'done') return report;
  const [summary, ...errors] = tellReport(source.name, report);
  tell(`${summary}, in ${((clock.nowMs() - startMs) / 1000).toFixed(1)} s`);
  for (const error of errors) tell(error);
  return report;
}

const SEARCHABLE_MAX_MS = 120_000;
const STOCKED_MAX_MS = 30_000;
const POLL_MS = 100;

/** Waits until inventory has received what the products brought, and search has both. */
async function untilSearchable(deps: FillDeps): Promise<void> {
  const { modules, clock, signal, tell } = deps;
  const { catalog, search } = modules.apis;
  tell('The first catalog is in; stock and search follow');
  await untilStocked(deps);
  for (const untilMs = clock.nowMs() + SEARCHABLE_MAX_MS; !signal.aborted; await clock.sleep(POLL_MS, signal)) {
    const [status, products] = await Promise.all([search.status({}), countProducts(catalog)]);
    if (status.ready && status.products >= products) return;
    if (clock.nowMs() > untilMs) throw new Unavailable(`search has ${status.products} of ${products} products`);
  }
}

/**
 * Of what runs here the subscriptions say exactly when they are done; twice, since inventory's answer to the catalog is
 * an event for search. Of an inventory elsewhere the newest products say so, which come last.
 */
async function untilStocked({ modules, clock, signal, log }: FillDeps): Promise<void> {
  const { catalog, inventory } = modules.apis;
  const here = (['inventory', 'search'] as const).flatMap(name => modules.local.get(name)?.subscriptions ?? []);
  for (let round = 0; round < 2; round += 1) {
    for (const subscription of here) await subscription.drained();
  }
  if (modules.local.has('inventory')) return;
  const product_ids = await newestProducts(catalog);
  for (const untilMs = clock.nowMs() + STOCKED_MAX_MS; !signal.aborted; await clock.sleep(POLL_MS, signal)) {
    const stock = await inventory.getAvailability({ product_ids });
    if (stock.length === 0 || stock.some(({ available }) => available > 0)) return;
    if (clock.nowMs() < untilMs) continue;
    // It may be what the file says.
    return log.warn({ products: stock.length }, 'the newest products have no stock');
  }
}

async function newestProducts(catalog: Catalog): Promise<string[]> {
  const listed = await catalog.listProducts({ sort: 'newest', page: 1, page_size: 100 });
  return listed.ok ? listed.value.items.map(product => product.product_id) : [];
}

/** Exact: a list counts to 10,000 only, a category all that is below it. */
async function countProducts(catalog: Catalog): Promise<number> {
  const listed = await catalog.listProducts({ page: 1, page_size: 1 });
  if (listed.ok && listed.value.total_relation === 'eq') return listed.value.total;
  const { items } = await catalog.listCategories({});
  return items.reduce((sum, node) => sum + node.product_count, 0);
}
