import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import { EVERYTHING } from '#platform/shared-answer';

/** A cache in front of the shop that is told what to fetch anew. */
export interface EdgePurger {
  /** Returns at once. What can't be told now is told later, in this order. */
  purge(keys: Iterable<string>): void;
  stop(): Promise<void>;
}

export interface EdgePurgerOptions {
  /** Where the edge takes `PURGE` with the keys in `Surrogate-Key`. */
  url: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/**
 * Tells one edge, one request at a time. Keys that wait are a set, so however often a product changes while the edge
 * is away, it is one key; of more than are remembered, the edge is told once to fetch everything anew. Purging twice
 * does no harm, so a request whose answer was lost is sent again.
 */
export function createEdgePurger({ url, clock, log, metrics }: EdgePurgerOptions): EdgePurger {
  const stopping = new AbortController();
  const told = metrics.counter('edge_purges_total', 'Requests to purge keys at the edge', ['outcome']);
  const waiting = new Set<string>();
  const { host: edge } = new URL(url);
  const readWaiting = () => [{ labels: { edge }, value: waiting.size }];
  metrics.gauge('edge_keys_waiting', 'Keys that the edge has not been told', readWaiting, ['edge']);
  let telling: Promise<void> | undefined;

  async function tellAll(): Promise<void> {
    for (let failures = 0; waiting.size > 0 && !stopping.signal.aborted; ) {
      const keys = takeFirst(waiting, limits.edgeKeysPerPurgeMax);
      try {
        await send(url, keys, stopping.signal);
        told.inc({ outcome: 'done' });
        failures = 0;
      } catch (error) {
        told.inc({ outcome: 'failed' });
        giveBack(waiting, keys);
        if (failures === 0) log.warn({ err: error }, 'the edge could not be told what has changed; trying again');
        const pauseMs = Math.min(limits.edgeRetryFirstMs * 2 ** failures, limits.edgeRetryMaxMs);
        failures += 1;
        await clock.sleep(pauseMs, stopping.signal);
      }
    }
    telling = undefined;
  }

  return {
    purge(keys) {
      if (stopping.signal.aborted) return;
      for (const key of keys) waiting.add(key);
      if (waiting.size > limits.edgeKeysWaitingMax) {
        waiting.clear();
        waiting.add(EVERYTHING);
      }
      // After this turn, so that what is purged together is told together.
      telling ??= Promise.resolve().then(tellAll);
    },
    async stop() {
      stopping.abort();
      await telling;
    },
  };
}

function takeFirst(keys: Set<string>, most: number): string[] {
  const first = [...keys].slice(0, most);
  for (const key of first) keys.delete(key);
  return first;
}

/** To the beginning, where they came from. */
function giveBack(waiting: Set<string>, keys: string[]): void {
  const later = [...waiting];
  waiting.clear();
  for (const key of [...keys, ...later]) waiting.add(key);
}

async function send(url: string, keys: string[], stopped: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(limits.edgeTimeoutMs)]);
  const answer = await fetch(url, { method: 'PURGE', headers: { 'Surrogate-Key': keys.join(' ') }, signal });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the edge answers a purge with ${answer.status}`);
}
