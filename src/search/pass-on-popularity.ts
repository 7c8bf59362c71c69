import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { Unavailable } from '#platform/outcome';
import type { PopularityLevel, SearchEngine } from './engine.ts';

/** Which products' counts have changed, and their way into the index. */
export interface PopularityChanges {
  note(productIds: string[]): void;
  /** Brings everything noted so far to the index; what an outage has held back stays noted. */
  passOn(): Promise<void>;
  start(): void;
  /** Ends the rounds and makes a last one. */
  stop(): Promise<void>;
}

/**
 * Every view would be a write to the index: so they are gathered for some seconds, and each product is told once with
 * what its counts are by then. Kept in memory, since what a crash loses here is corrected by the product's next view.
 */
export function createPopularityChanges(deps: {
  engine: SearchEngine;
  read: (productIds: string[]) => Promise<PopularityLevel[]>;
  clock: Clock;
  log: Log;
}): PopularityChanges {
  const { engine, read, clock, log } = deps;
  const waiting = new Set<string>();
  const stopped = new AbortController();
  let rounds: Promise<void> = Promise.resolve();
  let last: Promise<void> = Promise.resolve();

  async function passAll(): Promise<void> {
    const all = [...waiting];
    for (let at = 0; at < all.length; at += limits.searchBatchMax) {
      const ids = all.slice(at, at + limits.searchBatchMax);
      // Before they are read: what changes from now on is noted anew.
      for (const id of ids) waiting.delete(id);
      try {
        await engine.setPopularity(levelsOf(ids, await read(ids)));
      } catch (error) {
        note(ids);
        throw error;
      }
    }
  }

  function note(productIds: string[]): void {
    for (const id of productIds) if (waiting.size < limits.popularityWaitingMax) waiting.add(id);
  }

  /** One after the other: of two levels of a product the later one must be written last. */
  function passOn(): Promise<void> {
    const turn = last.then(passAll);
    last = turn.catch(() => {});
    return turn;
  }

  async function keepPassing(): Promise<void> {
    while (!stopped.signal.aborted) {
      await clock.sleep(limits.popularityPassMs, stopped.signal);
      if (stopped.signal.aborted) return;
      await passOn().catch(error => {
        // While the first index is built there is none to tell: its pages carry the counts.
        if (!(error instanceof Unavailable)) log.error({ err: error }, 'popularity could not reach the search index');
      });
    }
  }

  return {
    note,
    passOn,
    start() {
      rounds = keepPassing();
    },
    async stop() {
      stopped.abort();
      await rounds;
      await passOn().catch(() => {});
    },
  };
}

/** A product that is not there has been forgotten: that is told as well. */
function levelsOf(productIds: string[], found: PopularityLevel[]): PopularityLevel[] {
  const levels = new Map(found.map(level => [level.product_id, level]));
  return productIds.map(product_id => levels.get(product_id) ?? { product_id, views: 0, orders: 0 });
}
