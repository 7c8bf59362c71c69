import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '#limits';
import type { Log } from '#platform/log';
import type { OpenSearchClient } from './opensearch-client.ts';

const QUERY_LENGTH_MAX = 100;
const FLUSH_EVERY_MS = 1_000;
/** How many are forgotten at once when there are too many: the least and longest ago used. */
const FORGOTTEN = Math.ceil(limits.searchQueriesKeptMax / 5);

const mappings = {
  dynamic: false,
  properties: { text: { type: 'keyword' }, times: { type: 'long' }, used_ms: { type: 'long' } },
};

const ADD = 'ctx._source.times += params.times; ctx._source.used_ms = params.used_ms;';

/** Queries that had results, in an index of their own: it outlives rebuilds, and several processes add to it. */
export interface PastQueries {
  note(text: string): void;
  /** Those that begin with one of the beginnings, the most used first. */
  beginningWith(starts: string[], most: number): Promise<string[]>;
  flush(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createPastQueries(
  client: OpenSearchClient,
  { index, nowMs, log }: { index: string; nowMs: () => number; log: Log },
): PastQueries {
  const waiting = new Map<string, number>();
  const stopped = new AbortController();
  let rounds: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const noted = [...waiting];
    if (noted.length === 0) return;
    waiting.clear();
    await client.bulk(`/${index}/_bulk`, useLines(noted, nowMs()));
    await forgetSome(client, index);
  }

  async function keepFlushing(): Promise<void> {
    while (!stopped.signal.aborted) {
      await sleep(FLUSH_EVERY_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
      // What is lost here are some uses of some queries.
      await flush().catch(error => log.warn({ err: error }, 'past queries could not be kept'));
    }
  }

  return {
    note(text) {
      if (text === '' || text.length > QUERY_LENGTH_MAX) return;
      if (waiting.has(text) || waiting.size < limits.searchQueriesWaitingMax) {
        waiting.set(text, (waiting.get(text) ?? 0) + 1);
      }
    },
    async beginningWith(starts, most) {
      const prefixes = starts.filter(start => start !== '').map(start => ({ prefix: { text: start } }));
      if (prefixes.length === 0) return [];
      const { hits } = await client.ask<{ hits: { hits: { _id: string }[] } }>('POST', `/${index}/_search`, {
        size: most,
        _source: false,
        query: { bool: { should: prefixes, minimum_should_match: 1 } },
        sort: [{ times: 'desc' }, { text: 'asc' }],
      });
      return hits.hits.map(hit => hit._id);
    },
    flush,
    async start() {
      if ((await client.find(`/${index}`)) === undefined) {
        await client.ask('PUT', `/${index}`, { settings: { index: { auto_expand_replicas: '0-1' } }, mappings });
      }
      rounds = keepFlushing();
    },
    async stop() {
      stopped.abort();
      await rounds;
    },
  };
}

function useLines(noted: [text: string, times: number][], usedMs: number): object[] {
  return noted.flatMap(([text, times]) => [
    { update: { _id: text, retry_on_conflict: 5 } },
    { script: { source: ADD, params: { times, used_ms: usedMs } }, upsert: { text, times, used_ms: usedMs } },
  ]);
}

async function forgetSome(client: OpenSearchClient, index: string): Promise<void> {
  const { count } = await client.ask<{ count: number }>('GET', `/${index}/_count`);
  if (count <= limits.searchQueriesKeptMax) return;
  const { hits } = await client.ask<{ hits: { hits: { _id: string }[] } }>('POST', `/${index}/_search`, {
    size: FORGOTTEN,
    _source: false,
    sort: [{ times: 'asc' }, { used_ms: 'asc' }],
  });
  await client.bulk(
    `/${index}/_bulk`,
    hits.hits.map(({ _id }) => ({ delete: { _id } })),
  );
}
