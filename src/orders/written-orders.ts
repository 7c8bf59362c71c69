import { LRUCache } from 'lru-cache';
import type { DomainEvent } from '#platform/outbox';
import type { Database } from '#platform/sql';
import { type OrderRow, readOrders } from './store.ts';

/** Rows that this process wrote a moment ago: who follows its events mostly finds them here. */
export interface WrittenOrders {
  add(order: OrderRow): void;
  /** The orders that the events tell of, each once, at least as new as its newest event. */
  rowsOf(events: readonly DomainEvent[]): Promise<OrderRow[]>;
}

/** Events come within milliseconds; what has been pushed out by then is read. */
const ORDERS_MAX = 5_000;

export function createWrittenOrders(db: Database): WrittenOrders {
  const written = new LRUCache<string, OrderRow>({ max: ORDERS_MAX });
  return {
    add: order => void written.set(order.order_id, order),
    async rowsOf(events) {
      const versions = new Map<string, number>();
      for (const { aggregate_id, version } of events) {
        versions.set(aggregate_id, Math.max(version, versions.get(aggregate_id) ?? 0));
      }
      const known: OrderRow[] = [];
      const unknown: string[] = [];
      for (const [orderId, version] of versions) {
        const row = written.get(orderId);
        if (row !== undefined && row.version >= version) known.push(row);
        else unknown.push(orderId);
      }
      return unknown.length === 0 ? known : [...known, ...(await readOrders(db, unknown))];
    },
  };
}
