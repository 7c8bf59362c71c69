import type { Catalog } from '#catalog';
import type { Inventory } from '#inventory';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { EventSources } from '#platform/module';
import type { DomainEvent } from '#platform/outbox';
import type { PageCache } from '#platform/page-cache';
import { createSubscription, type Subscription } from '#platform/subscription';

export interface PurgeDeps {
  cache: PageCache;
  catalog: Catalog;
  inventory: Inventory;
  events: EventSources;
  clock: Clock;
  log: Log;
}

/**
 * Drops pages when what they show has changed. The cache lives in this process, so this process reads the events
 * itself, from the present on, and remembers its place nowhere: a new process has no page yet.
 */
export function purgePages(deps: PurgeDeps): Subscription[] {
  const { cache, events, clock, log } = deps;
  const follow = (source: 'catalog' | 'inventory', types: string[]) =>
    createSubscription({
      source,
      consumer: 'pages',
      types,
      read: deps[source].readEvents,
      onCommitted: listener => events.listen(source, listener),
      cursors: nowhere(),
      startAt: 'now',
      handle: async batch => cache.purge(batch.flatMap(tagsOf)),
      log,
      clock,
    });
  return [
    follow('catalog', ['product.created', 'product.updated', 'product.reviewed', 'product.deleted']),
    follow('inventory', ['stock.level_changed']),
  ];
}

/** What is created or gone changes the counts of categories; lists that lack it are past their time within a minute. */
function tagsOf({ type, aggregate_id }: DomainEvent): string[] {
  const isCounted = type === 'product.created' || type === 'product.deleted';
  return isCounted ? [`product:${aggregate_id}`, 'categories'] : [`product:${aggregate_id}`];
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
