import { LRUCache } from 'lru-cache';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Search } from '#search';

/** How often products are looked at: gathered here, and told to search without a word of who looked. */
export interface ProductViews {
  /** `visitor` tells one from another, for half an hour and in this process alone. */
  note(visitor: string, productId: string): void;
  start(): void;
  /** Tells what is left. */
  stop(): Promise<void>;
}

export function createProductViews(deps: { search: Pick<Search, 'noteViews'>; clock: Clock; log: Log }): ProductViews {
  const { search, clock, log } = deps;
  const known = new LRUCache<string, number>({ max: limits.viewsKnownMax });
  let waiting = new Map<string, number>();
  const stopped = new AbortController();
  let rounds: Promise<void> = Promise.resolve();

  /** What search does not take is lost: told again it might count twice, and a few views more or less say the same. */
  async function flush(): Promise<void> {
    const views = Array.from(waiting, ([product_id, count]) => ({ product_id, count }));
    waiting = new Map();
    for (let at = 0; at < views.length; at += limits.idsPerReadMax) {
      const batch = views.slice(at, at + limits.idsPerReadMax);
      await search
        .noteViews({ views: batch })
        .catch(error => log.warn({ err: error, products: batch.length }, 'views of products were not counted'));
    }
  }

  async function keepFlushing(): Promise<void> {
    while (!stopped.signal.aborted) {
      await clock.sleep(limits.viewFlushMs, stopped.signal);
      await flush();
    }
  }

  return {
    note(visitor, productId) {
      const key = `${visitor} ${productId}`;
      const lookedMs = known.get(key);
      if (lookedMs !== undefined && clock.nowMs() - lookedMs < limits.viewKnownMs) return;
      const count = waiting.get(productId);
      if (count === undefined && waiting.size >= limits.viewedProductsMax) return;
      known.set(key, clock.nowMs());
      waiting.set(productId, Math.min((count ?? 0) + 1, limits.viewsPerProductMax));
    },
    start() {
      rounds = keepFlushing();
    },
    async stop() {
      stopped.abort();
      await rounds;
      await flush();
    },
  };
}
