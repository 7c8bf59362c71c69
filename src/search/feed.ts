import type { Catalog, CatalogProduct } from '#catalog';
import type { Inventory } from '#inventory';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import type { EventSources } from '#platform/module';
import type { DomainEvent } from '#platform/outbox';
import { Unavailable } from '#platform/outcome';
import { createSubscription, type Subscription } from '#platform/subscription';
import {
  documentOf,
  type GoneProduct,
  type IndexBuild,
  type PopularityLevel,
  type SearchDocument,
  type SearchEngine,
} from './engine.ts';

const CONSUMER = 'search';
const RETRY_FIRST_MS = 200;

/**
 * Keeps the index true. An event only says which product to look at; what it is now is read from its owner, so the
 * order of events does not matter, and an index that is built from a scan meets the events of the meantime without a
 * gap.
 */
export interface Feed {
  subscriptions: Subscription[];
  /** Resolves when the kept index is open or a first build has begun; that one goes on by itself. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Joins a build that is under way. */
  rebuild(): Promise<{ products: number; took_ms: number }>;
  isReady(): boolean;
  isBuilding(): boolean;
}

export interface FeedDeps {
  engine: SearchEngine;
  catalog: Catalog;
  inventory: Inventory;
  popularity: {
    read(productIds: string[]): Promise<PopularityLevel[]>;
    /** For products that are gone. */
    erase(productIds: string[]): Promise<void>;
  };
  events: EventSources;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  random: () => number;
}

export function createFeed(deps: FeedDeps): Feed {
  const { engine, clock, log } = deps;
  const stopped = new AbortController();
  const subscriptions = subscriptionsOf(deps);
  let running: Promise<{ products: number; took_ms: number }> | undefined;
  let caughtUp = false;
  let background: Promise<void> = Promise.resolve();
  const ended = new Promise<void>(resolve => stopped.signal.addEventListener('abort', () => resolve(), { once: true }));
  let begin = () => {};
  const begun = new Promise<void>(resolve => {
    begin = resolve;
  });

  function rebuild(): Promise<{ products: number; took_ms: number }> {
    running ??= buildIndex(deps, stopped.signal).finally(() => {
      running = undefined;
    });
    return running;
  }

  /** Tries until it succeeds or the feed stops; an outage of the catalog at the start is nobody's error. */
  async function persist(what: string, work: () => Promise<unknown>): Promise<void> {
    for (let failures = 0; !stopped.signal.aborted; failures++) {
      try {
        return void (await work());
      } catch (error) {
        if (stopped.signal.aborted) return;
        log.warn({ err: error, failures }, `${what} failed; trying again`);
        await clock.sleep(Math.min(RETRY_FIRST_MS * 2 ** failures, limits.searchBuildRetryMaxMs), stopped.signal);
      }
    }
  }

  async function bringUp(isEmpty: boolean): Promise<void> {
    caughtUp = false;
    if (isEmpty) await persist('building the search index', rebuild);
    if (stopped.signal.aborted) return;
    begin();
    // A shop whose start fails elsewhere is stopped before its subscriptions have begun: they would never be drained.
    const drained = () => Promise.all(subscriptions.map(each => each.drained()));
    await persist('catching up', () => Promise.race([ended, drained()]));
    caughtUp = !stopped.signal.aborted;
  }

  engine.onWorn(() => {
    background = background.then(() => persist('renewing the search index', rebuild));
  });
  engine.onLost(() => {
    background = background.then(() => bringUp(true));
  });

  return {
    // They read their cursors from the index, so they begin when there is one.
    subscriptions: subscriptions.map(each => startedAfter(begun, each)),
    async start() {
      const state = await engine.start();
      background = bringUp(state === 'empty');
    },
    async stop() {
      stopped.abort();
      await engine.stop();
      await Promise.all([background, running?.catch(() => {})]);
    },
    rebuild,
    isReady: () => caughtUp,
    isBuilding: () => running !== undefined,
  };
}

function startedAfter(begun: Promise<void>, subscription: Subscription): Subscription {
  let isStopped = false;
  return {
    ...subscription,
    start: () => void begun.then(() => isStopped || subscription.start()),
    stop() {
      isStopped = true;
      return subscription.stop();
    },
  };
}

function subscriptionsOf(deps: FeedDeps): Subscription[] {
  const { engine, catalog, inventory, events, clock, log, metrics, random } = deps;
  const shared = { consumer: CONSUMER, cursors: engine.cursors, log, clock, metrics, random };
  return [
    createSubscription({
      ...shared,
      source: 'catalog',
      types: ['product.created', 'product.updated', 'product.price_changed', 'product.reviewed', 'product.deleted'],
      read: input => catalog.readEvents(input),
      onCommitted: listener => events.listen('catalog', listener),
      handle: batch => applyProducts(deps, batch),
    }),
    createSubscription({
      ...shared,
      source: 'inventory',
      types: ['stock.level_changed'],
      read: input => inventory.readEvents(input),
      onCommitted: listener => events.listen('inventory', listener),
      handle: batch => applyStock(deps, batch),
    }),
  ];
}

async function applyProducts({ engine, catalog, popularity }: FeedDeps, events: DomainEvent[]): Promise<void> {
  const versions = new Map<string, number>();
  for (const { aggregate_id: id, version } of events) versions.set(id, Math.max(version, versions.get(id) ?? 0));
  for (const product_ids of inBatches([...versions.keys()])) {
    const products = await catalog.getProducts({ product_ids });
    const { documents, gone } = sortOut(products);
    // A product that the catalog no longer has at all is gone by its event.
    const found = new Set(products.map(product => product.product_id));
    const erased = product_ids.filter(id => !found.has(id));
    await engine.upsert(documents);
    const removed = [...gone, ...erased.map(id => ({ product_id: id, version: versions.get(id)! }))];
    await engine.remove(removed);
    if (removed.length > 0) await popularity.erase(removed.map(product => product.product_id));
  }
}

async function applyStock({ engine, inventory }: FeedDeps, events: DomainEvent[]): Promise<void> {
  for (const product_ids of inBatches([...new Set(events.map(event => event.aggregate_id))])) {
    await engine.setStock(await levelsOf(inventory, product_ids));
  }
}

async function levelsOf(inventory: Inventory, productIds: string[]) {
  if (productIds.length === 0) return [];
  const counts = await inventory.getAvailability({ product_ids: productIds });
  return counts.map(({ product_id, available }) => ({ product_id, in_stock: available > 0 }));
}

function sortOut(products: CatalogProduct[]): { documents: SearchDocument[]; gone: GoneProduct[] } {
  return {
    documents: products.filter(product => !product.deleted).map(documentOf),
    gone: products.filter(product => product.deleted).map(({ product_id, version }) => ({ product_id, version })),
  };
}

function inBatches(ids: string[]): string[][] {
  const batches: string[][] = [];
  for (let at = 0; at < ids.length; at += limits.searchBatchMax)
    batches.push(ids.slice(at, at + limits.searchBatchMax));
  return batches;
}

async function buildIndex(deps: FeedDeps, signal: AbortSignal): Promise<{ products: number; took_ms: number }> {
  const { engine, clock, log } = deps;
  const startedMs = clock.nowMs();
  const build = await engine.build();
  try {
    await setCursors(deps, build);
    const products = await scan(deps, build, signal);
    await build.swap();
    const tookMs = clock.nowMs() - startedMs;
    log.info({ products, tookMs }, 'the search index is built');
    return { products, took_ms: tookMs };
  } catch (error) {
    log.warn({ err: error }, 'building the search index failed; what serves goes on');
    await build.abandon();
    throw error;
  }
}

/** Before the scan: an event from after it is applied again, by version, and none is missed. */
async function setCursors({ engine, catalog, inventory }: FeedDeps, build: IndexBuild): Promise<void> {
  for (const [source, { readEvents }] of Object.entries({ catalog, inventory })) {
    const kept = await engine.cursors.load(source).catch(() => '');
    const cursor = kept || (await readEvents({ consumer: CONSUMER, after: 'now', limit: 1 })).cursor;
    await build.cursors.save(source, cursor);
  }
}

/** The next page is fetched while one is indexed. */
async function scan(deps: FeedDeps, build: IndexBuild, signal: AbortSignal): Promise<number> {
  const { catalog, inventory, popularity } = deps;
  const fetchAfter = async (after: string | null) => {
    const products = await catalog.scanProducts({ after, limit: limits.searchBatchMax });
    const sorted = sortOut(products);
    const ids = sorted.documents.map(document => document.product_id);
    const [levels, popular] = await Promise.all([levelsOf(inventory, ids), popularity.read(ids)]);
    return { last: products.at(-1)?.product_id, page: { ...sorted, levels, popularity: popular } };
  };
  let count = 0;
  let fetched = await fetchAfter(null);
  while (fetched.last !== undefined) {
    if (signal.aborted) throw new Unavailable('the shop is stopping');
    const next = fetchAfter(fetched.last);
    const [following] = await Promise.all([next, build.add(fetched.page)]);
    count += fetched.page.documents.length;
    fetched = following;
  }
  return count;
}
