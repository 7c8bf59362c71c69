import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
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
import { currentIn, pointAt, removeFolder, removeOthers } from './index-folders.ts';
import { IndexThread } from './index-thread.ts';
import type { OpenOptions } from './search-index.ts';

export interface EmbeddedEngineOptions {
  folder: string;
  ids: Ids;
  log: Log;
  clock: Clock;
  spawn?: () => Worker;
  /** Of changes, before an index is written again. */
  logBytesMax?: number;
}

/** Looked at so often, after a write. */
const WEAR_EVERY_MS = 10_000;

/**
 * An inverted index and columns in typed arrays, in a thread. Each index is a folder with a thread of its own, so a
 * rebuild takes no time from the queries, and to swap is to point at another one.
 */
export class EmbeddedEngine implements SearchEngine {
  readonly name = 'embedded';
  readonly cursors: CursorStore = {
    load: async source => await this.#toServe().ask('loadCursor', { source }),
    save: (source, cursor) => this.#toAll(thread => thread.ask('saveCursor', { source, cursor })),
  };
  readonly #options: EmbeddedEngineOptions;
  #serving: IndexThread | undefined;
  #building: IndexThread | undefined;
  #isStopped = false;
  #wornCheckedMs = 0;
  #synonyms = '';
  #onLost = () => {};
  #onWorn = () => {};

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options;
  }

  async start(): Promise<'serving' | 'empty'> {
    const { folder, log } = this.#options;
    await mkdir(folder, { recursive: true });
    const name = await currentIn(folder);
    await removeOthers(folder, name);
    if (name === undefined) return 'empty';
    try {
      this.#serving = await this.#openThread(name, { isNew: false });
      return 'serving';
    } catch (error) {
      log.warn({ err: error }, 'the search index is built anew');
      await removeOthers(folder, undefined);
      return 'empty';
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([this.#serving?.close(), this.#building?.close()]);
  }

  async search(query: SearchQuery): Promise<EngineAnswer> {
    return await this.#toServe().ask('search', query);
  }

  async suggest(input: { q: string }): Promise<Suggestion[]> {
    return await this.#toServe().ask('suggest', input);
  }

  async stats(): Promise<{ products: number }> {
    return this.#serving === undefined ? { products: 0 } : await this.#serving.ask('stats', undefined);
  }

  async setSynonyms(text: string): Promise<void> {
    this.#synonyms = text;
    const threads = [this.#serving, this.#building].filter(thread => thread !== undefined);
    // One that is being started again hears of them when it opens.
    await Promise.allSettled(threads.map(thread => thread.ask('setSynonyms', text)));
  }

  upsert(documents: SearchDocument[]): Promise<void> {
    return this.#toAll(thread => thread.ask('upsert', documents));
  }

  remove(products: GoneProduct[]): Promise<void> {
    return this.#toAll(thread => thread.ask('remove', products));
  }

  setStock(levels: StockLevel[]): Promise<void> {
    return this.#toAll(thread => thread.ask('setStock', { levels, onlyUnknown: false }));
  }

  setPopularity(levels: PopularityLevel[]): Promise<void> {
    return this.#toAll(thread => thread.ask('setPopularity', { levels, onlyUnknown: false }));
  }

  onLost(listener: () => void): void {
    this.#onLost = listener;
  }

  onWorn(listener: () => void): void {
    this.#onWorn = listener;
  }

  async build(): Promise<IndexBuild> {
    assert(this.#building === undefined, 'one index is built at a time');
    const name = await this.#newFolder();
    const thread = await this.#openThread(name, { isNew: true });
    if (this.#isStopped) await thread.close();
    this.#building = thread;
    return {
      cursors: {
        load: source => thread.ask('loadCursor', { source }),
        save: (source, cursor) => thread.ask('saveCursor', { source, cursor }),
      },
      async add({ documents, gone, levels, popularity }) {
        await Promise.all([
          thread.ask('setStock', { levels, onlyUnknown: true }),
          thread.ask('setPopularity', { levels: popularity, onlyUnknown: true }),
          thread.ask('upsert', documents),
          thread.ask('remove', gone),
        ]);
      },
      swap: () => this.#swap(thread, name),
      abandon: async () => {
        if (this.#building === thread) this.#building = undefined;
        await discard(thread);
      },
    };
  }

  async #swap(thread: IndexThread, name: string): Promise<void> {
    if (this.#serving !== undefined) {
      await thread.ask('adoptQueries', await this.#serving.ask('pastQueries', undefined));
    }
    await thread.ask('finish', undefined);
    await pointAt(this.#options.folder, name);
    const former = this.#serving;
    this.#serving = thread;
    this.#building = undefined;
    if (former !== undefined) await discard(former);
  }

  async #newFolder(): Promise<string> {
    const name = this.#options.ids.next();
    await mkdir(join(this.#options.folder, name), { recursive: true });
    return name;
  }

  /**
   * Changes that have gathered make the next start slow: they go into a copy, which takes over. Too many rows that are
   * gone make every query slow: the caller builds anew.
   */
  async #mend(serving: IndexThread): Promise<void> {
    const { logBytes, deadShare } = await serving.ask('wear', undefined);
    if (this.#building !== undefined || this.#serving !== serving || this.#isStopped) return;
    if (deadShare > limits.searchDeadShareMax) return this.#onWorn();
    if (logBytes <= (this.#options.logBytesMax ?? limits.searchLogBytesMax)) return;
    const name = await this.#newFolder();
    const thread = this.#threadOf(name, { isNew: true, copyOf: serving.folder });
    // What is written from now on reaches the copy too, after it has read what is there.
    this.#building = thread;
    try {
      await thread.start();
      await this.#swap(thread, name);
    } catch (error) {
      if (this.#building === thread) this.#building = undefined;
      await discard(thread);
      throw error;
    }
  }

  #threadOf(name: string, options: OpenOptions): IndexThread {
    const { folder, log, clock, spawn = spawnWorker } = this.#options;
    const thread: IndexThread = new IndexThread({
      ...options,
      folder: join(folder, name),
      synonyms: () => this.#synonyms,
      spawn,
      log,
      clock,
      onBroken: () => this.#forget(thread),
    });
    return thread;
  }

  async #openThread(name: string, options: OpenOptions): Promise<IndexThread> {
    const thread = this.#threadOf(name, options);
    await thread.start();
    return thread;
  }

  /** The feed builds another one; a build that breaks fails by itself. */
  #forget(thread: IndexThread): void {
    if (this.#building === thread) this.#building = undefined;
    if (this.#serving !== thread) return;
    this.#serving = undefined;
    void discard(thread);
    this.#onLost();
  }

  #toServe(): IndexThread {
    if (this.#serving === undefined) throw new Unavailable('the search index is being built');
    return this.#serving;
  }

  /** Writes reach the index that serves and the one that is to serve next. */
  async #toAll(write: (thread: IndexThread) => Promise<void>): Promise<void> {
    const threads = [this.#serving, this.#building].filter(thread => thread !== undefined);
    if (threads.length === 0) throw new Unavailable('there is no search index yet');
    await Promise.all(threads.map(write));
    const nowMs = this.#options.clock.nowMs();
    if (this.#serving === undefined || nowMs < this.#wornCheckedMs + WEAR_EVERY_MS) return;
    this.#wornCheckedMs = nowMs;
    void this.#mend(this.#serving).catch(error => {
      this.#options.log.warn({ err: error }, 'the search index could not be renewed; it is tried again');
    });
  }
}

function spawnWorker(): Worker {
  return new Worker(new URL('./index.worker.ts', import.meta.url));
}

async function discard(thread: IndexThread): Promise<void> {
  await thread.close();
  await removeFolder(thread.folder);
}
