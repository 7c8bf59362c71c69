import { limits } from '#limits';

const QUERY_LENGTH_MAX = 100;
/** How many are forgotten at once when there are too many: the least and longest ago used. */
const FORGOTTEN = Math.ceil(limits.searchQueriesKeptMax / 5);

export interface KeptQuery {
  text: string;
  times: number;
  used: number;
}

export interface QueryChanges {
  queries: KeptQuery[];
  forgotten: string[];
}

/** Queries that had results. */
export interface PastQueries {
  note(text: string): void;
  /** Those that begin with it, the most used first. */
  beginningWith(prefix: string, most: number): string[];
  all(): KeptQuery[];
  adopt(queries: KeptQuery[]): void;
  /** What is to be written down since the last time. */
  changes(): QueryChanges | null;
  restore(changes: QueryChanges): void;
}

export function createPastQueries(): PastQueries {
  const kept = new Map<string, KeptQuery>();
  const changed = new Set<string>();
  let uses = 0;

  function keep(query: KeptQuery): void {
    kept.set(query.text, query);
    uses = Math.max(uses, query.used);
  }

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
      keep({ text, times: (kept.get(text)?.times ?? 0) + 1, used: uses + 1 });
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
        keep(query);
        changed.add(query.text);
      }
    },
    changes() {
      if (changed.size === 0) return null;
      const texts = [...changed];
      changed.clear();
      return {
        queries: texts.flatMap(text => kept.get(text) ?? []),
        forgotten: texts.filter(text => !kept.has(text)),
      };
    },
    restore({ queries, forgotten }) {
      for (const query of queries) keep(query);
      for (const text of forgotten) kept.delete(text);
    },
  };
}
