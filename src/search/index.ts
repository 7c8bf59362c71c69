import { join } from 'node:path';
import type { Catalog } from '#catalog';
import type { Inventory } from '#inventory';
import type { Module, ModuleDeps } from '#platform/module';
import type { Search } from './contract.ts';
import { EmbeddedEngine } from './embedded/embedded-engine.ts';
import { createFeed } from './feed.ts';
import { searchProducts } from './search-products.ts';
import { synonymFile } from './synonym-file.ts';

/** Its index lives in `dataDir`/search, which belongs to one process; the own synonyms in `dataDir`/synonyms.txt. */
export function createSearch(
  deps: ModuleDeps & { catalog: Catalog; inventory: Inventory; dataDir: string },
): Module<Search> {
  const { ids, log, clock } = deps;
  const engine = new EmbeddedEngine({ folder: join(deps.dataDir, 'search'), ids, log, clock });
  const feed = createFeed({ ...deps, engine });
  const synonyms = synonymFile(join(deps.dataDir, 'synonyms.txt'), { clock, log });
  return {
    api: {
      search: query => searchProducts({ engine, clock }, query),
      suggest: input => engine.suggest(input),
      rebuild: () => feed.rebuild(),
      status: async () => ({ ready: feed.isReady(), products: (await engine.stats()).products, engine: engine.name }),
    },
    subscriptions: feed.subscriptions,
    async start() {
      await synonyms.follow(text => engine.setSynonyms(text));
      await feed.start();
    },
    async stop() {
      synonyms.stop();
      await feed.stop();
    },
    ready: async () => (feed.isReady() ? 'ok' : 'the search index is being built'),
  };
}
