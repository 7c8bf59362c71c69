import { limits } from '#limits';
import type { IndexStore, KeptQuery } from './index-store.ts';

const QUERY_LENGTH_MAX = 100;
/** How many are forgotten at once when there are too many: the least and longest ago used. */
const FORGOTTEN = Math.ceil(limits.searchQueriesKeptMax / 5);

/** Queries that had results: in memory, written to the index's file now and then. */
export interface PastQueries {
  note(text: string): void;
  /** Those that begin with it, the most used first. */
  beginningWith(prefix: string, most: number): string[];
  all(): KeptQuery[];
  adopt(queries: KeptQuery[]): void;
  flush(): void;
}

export function createPastQueries(store: IndexStore): PastQueries {
  const kept = new Map(store.readQueries().map(query => [query.text, query]));
  const changed = new Set<string>();
  let uses = Math.max(0, ...[...kept.values()].map(query => query.used));

  function forgetSome(): void {
    const order = [...kept.values()].sort((a, b) => a.times - b.times || a.used - b.used);
    for (const { text } of order.slice(0, FORGOTTEN)) {
      kept.delete(text);
      changed.add(text);
    }
  }

  return {
    note(text) {
      if (text === '' || text.length > QUERY_LENGTH_MAX) return;
      kept.set(text, { text, times: (kept.get(text)?.times ?? 0) + 1, used: ++uses });
      changed.add(text);
      if (kept.size > limits.searchQueriesKeptMax) forgetSome();
    },
    beginningWith(prefix, most) {
      const found = [...kept.values()].filter(query => query.text.startsWith(prefix));
      found.sort((a, b) => b.times - a.times || (a.text < b.text ? -1 : 1));
      return found.slice(0, most).map(query => query.text);
    },
    all: () => [...kept.values()],
    adopt(queries) {
      for (const query of queries.slice(0, limits.searchQueriesKeptMax)) {
        kept.set(query.text, query);
        changed.add(query.text);
        uses = Math.max(uses, query.used);
      }
    },
    flush() {
      if (changed.size === 0) return;
      store.inTransaction(() => {
        for (const text of changed) {
          const query = kept.get(text);
          if (query === undefined) store.removeQuery(text);
          else store.putQuery(query);
        }
      });
      changed.clear();
    },
  };
}
