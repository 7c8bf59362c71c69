import type { Catalog } from '#catalog';
import type { Inventory } from '#inventory';
import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { EventSources } from '#platform/module';
import type { DomainEvent } from '#platform/outbox';
import type { PageCache } from '#platform/page-cache';
import { EVERYTHING } from '#platform/shared-answer';
import { createSubscription, type Subscription } from '#platform/subscription';
import type { EdgePurger } from './purge-edge.ts';

export interface PurgeDeps {
  cache: Pick<PageCache, 'purge'>;
  edges: EdgePurger[];
  catalog: Catalog;
  inventory: Inventory;
  /** Whose commits are heard in this process as they happen. */
  isLocal(source: 'catalog'): boolean;
  events: EventSources;
  clock: Clock;
  log: Log;
}

export interface AnswerPurging {
  start(): void;
  stop(): Promise<void>;
  /** Something was committed in this process, and its purge has not come yet; where that can't be known, always. */
  isBehind(): boolean;
}

/**
 * Purges answers by key when what they show has changed: in the memory of this process, and at the edge in front of it.
 * This process reads the events itself, from the present on, and remembers its place nowhere: its memory is empty yet,
 * and the edge, which has missed an unknown part, is told to fetch everything anew.
 *
 * Each key is purged twice. The second time finds what was on its way to the edge during the first, and lists that were
 * made before the search index had followed the same event.
 */
export function purgeAnswers(deps: PurgeDeps): AnswerPurging {
  const { cache, edges, events, clock, log, isLocal } = deps;
  const stopping = new AbortController();

  function purge(keys: string[]): void {
    cache.purge(keys);
    for (const edge of edges) edge.purge(keys);
  }

  async function purgeTwice(keys: string[]): Promise<void> {
    if (keys.length === 0) return;
    purge(keys);
    void clock.sleep(limits.purgeAgainMs, stopping.signal).then(() => stopping.signal.aborted || purge(keys));
  }

  const follow = (source: 'catalog' | 'inventory', types: string[]) =>
    createSubscription({
      source,
      consumer: 'answers',
      types,
      read: deps[source].readEvents,
      onCommitted: listener => events.listen(source, listener),
      cursors: nowhere(),
      startAt: 'now',
      handle: batch => purgeTwice([...new Set(batch.flatMap(keysOf))]),
      log,
      clock,
    });
  const catalogEvents = follow('catalog', [
    'product.created',
    'product.updated',
    'product.reviewed',
    'product.deleted',
  ]);
  const subscriptions = [catalogEvents, follow('inventory', ['stock.level_changed'])];
  const commits = followCommits(catalogEvents, () => cache.purge([EVERYTHING]));
  let unlisten = () => {};

  return {
    start() {
      for (const edge of edges) edge.purge([EVERYTHING]);
      for (const subscription of subscriptions) subscription.start();
      unlisten = events.listen('catalog', commits.note);
    },
    async stop() {
      unlisten();
      stopping.abort();
      await Promise.all([...subscriptions, ...edges].map(part => part.stop()));
    },
    isBehind: () => !isLocal('catalog') || commits.areUnread(),
  };
}

/** Stock tells its transitions only: in stock, few left, out of stock. A new price is told as `updated` too. */
function keysOf({ type, aggregate_id, data }: DomainEvent): string[] {
  const product = `product:${aggregate_id}`;
  const isMoved = type === 'product.updated' && (data as { moved?: boolean }).moved === true;
  return type === 'product.created' || type === 'product.deleted' || isMoved ? [product, 'categories'] : [product];
}

/** Counts commits whose events have not been read. Where they can't be, `forget` what may be out of date by them. */
function followCommits(subscription: Subscription, forget: () => void) {
  let unread = 0;
  return {
    areUnread: () => unread > 0,
    note(): void {
      unread += 1;
      const settle = () => {
        unread -= 1;
      };
      subscription.drained().catch(forget).finally(settle);
    },
  };
}

function nowhere() {
  let place = '';
  return {
    load: async () => place,
    async save(_source: string, cursor: string) {
      place = cursor;
    },
  };
}
