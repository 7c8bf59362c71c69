import { join } from 'node:path';
import type { Catalog } from '#catalog';
import type { Inventory } from '#inventory';
import type { Orders } from '#orders';
import type { Module, ModuleDeps } from '#platform/module';
import { createSubscription } from '#platform/subscription';
import type { Search } from './contract.ts';
import { countOrders, noteViews, type PopularityDeps } from './count-popularity.ts';
import { EmbeddedEngine } from './embedded/embedded-engine.ts';
import type { SearchEngine } from './engine.ts';
import { fadePopularity } from './fade-popularity.ts';
import { createFeed } from './feed.ts';
import { OpenSearchEngine } from './opensearch/opensearch-engine.ts';
import { createPopularityChanges } from './pass-on-popularity.ts';
import { erasePopularity, readPopularity } from './popularity-store.ts';
import { searchProducts } from './search-products.ts';
import { SynonymFile } from './synonym-file.ts';

interface SearchDeps extends ModuleDeps {
  catalog: Catalog;
  inventory: Inventory;
  orders: Orders;
  dataDir: string;
  /** Absent: the embedded engine. */
  engineUrl?: string | undefined;
}

/**
 * The embedded index lives in `dataDir`/search, which belongs to one process, and the shop's own synonyms beside it,
 * since the index clears away what it does not know.
 */
export function createSearch(deps: SearchDeps): Module<Search> {
  const { db, log, clock, dataDir } = deps;
  const engine = createEngine(deps);
  const popularity = {
    read: (productIds: string[]) => readPopularity(db, productIds),
    erase: (productIds: string[]) => erasePopularity(db, productIds),
  };
  const changes = createPopularityChanges({ engine, read: popularity.read, clock, log });
  const counting: PopularityDeps = { ...deps, changes };
  const synonyms = new SynonymFile({
    path: join(dataDir, 'synonyms.txt'),
    tell: text => engine.setSynonyms(text),
    clock,
    log,
  });
  const feed = createFeed({ ...deps, engine, popularity });
  return {
    api: {
      search: query => searchProducts({ engine, clock }, query),
      suggest: input => engine.suggest(input),
      noteViews: input => noteViews(counting, input),
      getSynonyms: async () => synonyms.list(),
      setSynonyms: ({ text }) => synonyms.save(text),
      explainSynonyms: async ({ q }) => synonyms.current().explain(q),
      rebuild: () => feed.rebuild(),
      status: async () => ({
        ready: feed.isReady(),
        building: feed.isBuilding(),
        products: (await engine.stats()).products,
        engine: engine.name,
      }),
    },
    subscriptions: [...feed.subscriptions, followOrders(deps, counting)],
    jobs: [
      {
        name: 'search_fade_popularity',
        cron: '29 4 * * *',
        timeoutMs: 600_000,
        run: signal => fadePopularity(counting, signal),
      },
    ],
    async start() {
      await synonyms.start();
      await feed.start();
      changes.start();
    },
    async stop() {
      await synonyms.stop();
      await changes.stop();
      await feed.stop();
    },
    ready: async () => (feed.isReady() ? 'ok' : 'the search index is being built'),
  };
}

function createEngine({ ids, log, clock, dataDir, engineUrl }: SearchDeps): SearchEngine {
  if (engineUrl !== undefined) return new OpenSearchEngine({ url: engineUrl, ids, log, clock });
  return new EmbeddedEngine({ folder: join(dataDir, 'search'), ids, log, clock });
}

function followOrders(deps: ModuleDeps & { orders: Orders }, counting: PopularityDeps) {
  const { orders, events } = deps;
  return createSubscription({
    ...deps,
    source: 'orders',
    consumer: 'search',
    types: ['order.confirmed'],
    read: input => orders.readEvents(input),
    onCommitted: listener => events.listen('orders', listener),
    schema: 'search',
    handle: batch => countOrders(counting, batch),
  });
}
