import assert from 'node:assert/strict';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Ids } from '#platform/ids';
import type { Log } from '#platform/log';
import { Unavailable } from '#platform/outcome';
import type { CursorStore } from '#platform/subscription';
import type { SearchQuery, Suggestion } from '../contract.ts';
import type {
  EngineAnswer,
  GoneProduct,
  IndexBuild,
  PopularityLevel,
  SearchDocument,
  SearchEngine,
  StockLevel,
} from '../engine.ts';
import { readSynonyms, Synonyms } from '../language/synonyms.ts';
import { createRemoteLexicon, type RemoteLexicon } from './lexicon.ts';
import { type Known, readNames } from './names.ts';
import { connectOpenSearch, NoIndex, type OpenSearchClient } from './opensearch-client.ts';
import { createPastQueries, type PastQueries } from './past-queries.ts';
import { mappings } from './search-document.ts';
import { type SearchParts, searchProducts } from './search-products.ts';
import { suggest } from './suggestions.ts';
import { documentLines, pageLines, popularityLines, removalLines, stockLines } from './writes.ts';

export interface OpenSearchEngineOptions {
  /** `http://user:password@host:9200/prefix`; all names of indexes and aliases begin with the prefix. */
  url: string;
  ids: Ids;
  log: Log;
  clock: Clock;
  /** How old what is known of categories and brands may be. */
  namesAgeMs?: number;
}

const PREFIX = 'doorbuster';
/** What is written is found by then. */
const REFRESH = '400ms';

const settings = {
  index: {
    // One shard: what a facet's values count is exact, which several shards only estimate.
    number_of_shards: 1,
    auto_expand_replicas: '0-1',
    refresh_interval: '-1',
    max_regex_length: 4_000,
    mapping: { total_fields: { limit: 2_000 } },
  },
};

/**
 * OpenSearch or Elasticsearch, by what both understand. An alias leads to the index that serves, another one to the one
 * that is being built; a swap moves the first in one step. Cursors are documents of their index.
 */
export class OpenSearchEngine implements SearchEngine {
  readonly name = 'opensearch';
  readonly cursors: CursorStore;
  readonly #options: OpenSearchEngineOptions;
  readonly #client: OpenSearchClient;
  readonly #serving: string;
  readonly #building: string;
  readonly #lexicon: RemoteLexicon;
  readonly #queries: PastQueries;
  #names: { known: Promise<Known>; untilMs: number } | undefined;
  #synonyms = new Synonyms([]);
  #isServing = false;
  #isBuilding = false;
  #onLost = () => {};

  constructor(options: OpenSearchEngineOptions) {
    const { clock, log } = options;
    const url = new URL(options.url);
    this.#options = options;
    this.#client = connectOpenSearch(url);
    this.#serving = url.pathname.replaceAll('/', '') || PREFIX;
    this.#building = `${this.#serving}-building`;
    this.#lexicon = createRemoteLexicon(this.#client, this.#serving, clock);
    const index = `${this.#serving}-queries`;
    this.#queries = createPastQueries(this.#client, { index, nowMs: () => clock.nowMs(), log });
    this.cursors = {
      load: source => this.#guarded(() => this.#loadCursor(this.#serving, source)),
      save: async (source, cursor) => {
        for (const alias of this.#written()) await this.#saveCursor(alias, source, cursor);
      },
    };
  }

  async start(): Promise<'serving' | 'empty'> {
    const { version } = await this.#client.ask<{ version: { number: string } }>('GET', '/');
    this.#options.log.info({ version: version.number, index: this.#serving }, 'the search server answers');
    await this.#queries.start();
    // What a crash has left of a build.
    await this.#drop(await this.#behind(this.#building));
    const [index] = await this.#behind(this.#serving);
    this.#isServing = index !== undefined;
    return this.#isServing ? 'serving' : 'empty';
  }

  async stop(): Promise<void> {
    await this.#queries.stop();
    await this.#queries.flush().catch(() => {});
    await this.#client.close();
  }

  search(query: SearchQuery): Promise<EngineAnswer> {
    return this.#guarded(async () => {
      const { answer, read } = await searchProducts(await this.#parts(), query);
      const { corrected, relaxed } = read.query;
      const isWorthKeeping = corrected === null && !relaxed && query.page === 1 && read.words !== null;
      if (isWorthKeeping && answer.total > 0) this.#queries.note(read.key);
      return answer;
    });
  }

  suggest({ q }: { q: string }): Promise<Suggestion[]> {
    return this.#guarded(async () => await suggest({ ...(await this.#parts()), queries: this.#queries }, q));
  }

  async setSynonyms(text: string): Promise<void> {
    this.#synonyms = new Synonyms(readSynonyms(text).rules);
  }

  upsert(documents: SearchDocument[]): Promise<void> {
    return this.#write(documentLines(documents));
  }

  remove(products: GoneProduct[]): Promise<void> {
    return this.#write(removalLines(products));
  }

  setStock(levels: StockLevel[]): Promise<void> {
    return this.#write(stockLines(levels, false));
  }

  setPopularity(levels: PopularityLevel[]): Promise<void> {
    return this.#write(popularityLines(levels, false));
  }

  async stats(): Promise<{ products: number }> {
    if (!this.#isServing) return { products: 0 };
    const query = { term: { alive: true } };
    return await this.#guarded(async () => {
      const { count } = await this.#client.ask<{ count: number }>('POST', `/${this.#serving}/_count`, { query });
      return { products: count };
    });
  }

  onLost(listener: () => void): void {
    this.#onLost = listener;
  }

  /** It merges what is gone away by itself. */
  onWorn(): void {}

  async build(): Promise<IndexBuild> {
    assert(!this.#isBuilding, 'one index is built at a time');
    const name = `${this.#serving}-${this.#options.ids.next()}`;
    await this.#drop(await this.#behind(this.#building));
    await this.#client.ask('PUT', `/${name}`, { settings, mappings, aliases: { [this.#building]: {} } });
    this.#isBuilding = true;
    return {
      cursors: {
        load: source => this.#loadCursor(this.#building, source),
        save: (source, cursor) => this.#saveCursor(this.#building, source, cursor),
      },
      add: page => this.#bulk(this.#building, pageLines(page)),
      swap: () => this.#swap(name),
      abandon: async () => {
        this.#isBuilding = false;
        await this.#drop([name]);
      },
    };
  }

  async #swap(name: string): Promise<void> {
    const former = await this.#behind(this.#serving);
    await this.#client.ask('PUT', `/${name}/_settings`, { index: { refresh_interval: REFRESH } });
    await this.#client.ask('POST', `/${name}/_refresh`);
    await this.#client.ask('POST', '/_aliases', {
      actions: [
        { add: { index: name, alias: this.#serving } },
        { remove: { index: name, alias: this.#building } },
        ...former.map(index => ({ remove: { index, alias: this.#serving } })),
      ],
    });
    this.#isServing = true;
    this.#isBuilding = false;
    this.#names = undefined;
    await this.#drop(former);
  }

  async #write(lines: object[]): Promise<void> {
    if (!this.#isServing && !this.#isBuilding) throw new Unavailable('there is no search index yet');
    await Promise.all(this.#written().map(alias => this.#bulk(alias, lines)));
  }

  #written(): string[] {
    return [...(this.#isServing ? [this.#serving] : []), ...(this.#isBuilding ? [this.#building] : [])];
  }

  #bulk(alias: string, lines: object[]): Promise<void> {
    // Without its alias an index would be made by the way, with a mapping of nobody.
    return this.#guarded(() => this.#client.bulk(`/${alias}/_bulk?require_alias=true`, lines), alias);
  }

  async #parts(): Promise<SearchParts> {
    if (!this.#isServing) throw new Unavailable('the search index is being built');
    const names = await this.#knownNames();
    const { products } = names;
    const parts = { client: this.#client, index: this.#serving, lexicon: this.#lexicon, synonyms: this.#synonyms };
    return { ...parts, names, products };
  }

  #knownNames(): Promise<Known> {
    const nowMs = this.#options.clock.nowMs();
    if (this.#names === undefined || this.#names.untilMs <= nowMs) {
      const known = readNames(this.#client, this.#serving);
      this.#names = { known, untilMs: nowMs + (this.#options.namesAgeMs ?? limits.searchNamesAgeMs) };
      known.catch(() => {
        this.#names = undefined;
      });
    }
    return this.#names.known;
  }

  async #loadCursor(alias: string, source: string): Promise<string> {
    const found = await this.#client.find<{ _source: { cursor: string } }>(`/${alias}/_doc/cursor:${source}`);
    return found?._source.cursor ?? '';
  }

  async #saveCursor(alias: string, source: string, cursor: string): Promise<void> {
    await this.#bulk(alias, [{ index: { _id: `cursor:${source}` } }, { alive: false, cursor }]);
  }

  /** The indexes behind an alias. */
  async #behind(alias: string): Promise<string[]> {
    return Object.keys((await this.#client.find<Record<string, unknown>>(`/_alias/${alias}`)) ?? {});
  }

  async #drop(indexes: string[]): Promise<void> {
    for (const index of indexes) await this.#client.ask('DELETE', `/${index}?ignore_unavailable=true`);
  }

  /** Where somebody has deleted the index that serves, the caller builds anew. */
  async #guarded<Value>(work: () => Promise<Value>, alias = this.#serving): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NoIndex)) throw error;
      if (alias === this.#serving && this.#isServing) {
        this.#isServing = false;
        this.#onLost();
      }
      throw new Unavailable('the search index is lost and is being built anew');
    }
  }
}
