import type { Catalog } from '#catalog';
import { limits } from '#limits';
import type { Orders } from '#orders';
import { type Clock, timestamp } from '#platform/clock';
import type { DomainEvent } from '#platform/outbox';
import type { Database } from '#platform/sql';
import type { Search } from './contract.ts';
import type { PopularityChanges } from './pass-on-popularity.ts';
import { addOrders, addViews } from './popularity-store.ts';

export interface PopularityDeps {
  db: Database;
  catalog: Catalog;
  orders: Orders;
  clock: Clock;
  changes: PopularityChanges;
}

/** An address with an id that no product has is not counted: anybody may ask for it. */
export async function noteViews(
  { db, catalog, clock, changes }: PopularityDeps,
  { views }: Parameters<Search['noteViews']>[0],
): Promise<null> {
  const living = await livingOf(
    catalog,
    views.map(view => view.product_id),
  );
  const counted = views.filter(view => living.has(view.product_id));
  if (counted.length === 0) return null;
  await addViews(db, counted, timestamp(clock.nowMs()));
  changes.note(counted.map(view => view.product_id));
  return null;
}

/**
 * An order counts once for each of its products, however many units it has: a rate is about shoppers. An event may come
 * again in many ways (ahead of its turn, after a crash, from a second process), so not the place in the events but the
 * orders that are counted are kept, in the statement that counts them.
 */
export async function countOrders(deps: PopularityDeps, events: DomainEvent[]): Promise<void> {
  const { db, catalog, orders, clock, changes } = deps;
  const ids = [...new Set(events.map(event => event.aggregate_id))];
  for (let at = 0; at < ids.length; at += limits.idsPerReadMax) {
    const found = await orders.getDeliveries({ order_ids: ids.slice(at, at + limits.idsPerReadMax) });
    const lines = found.flatMap(({ order_id, items }) => items.map(({ product_id }) => ({ order_id, product_id })));
    const living = await livingOf(
      catalog,
      lines.map(line => line.product_id),
    );
    const counted = lines.filter(line => living.has(line.product_id));
    if (counted.length > 0) changes.note(await addOrders(db, counted, timestamp(clock.nowMs())));
  }
}

/** What is deleted stays erased. */
async function livingOf(catalog: Catalog, productIds: string[]): Promise<Set<string>> {
  const asked = [...new Set(productIds)];
  const living = new Set<string>();
  for (let at = 0; at < asked.length; at += limits.idsPerReadMax) {
    const products = await catalog.getProducts({ product_ids: asked.slice(at, at + limits.idsPerReadMax) });
    for (const { product_id, deleted } of products) if (!deleted) living.add(product_id);
  }
  return living;
}
