import type { WebhookName } from '#payments';
import type { JobStatus } from '#platform/jobs';
import type { Outcome } from '#platform/outcome';
import type { SubscriptionStatus } from '#platform/subscription-status';

/** One moment of the shop. Revenue is in minor units of its currency; what could not be read is null. */
export interface LiveTick {
  at: string;
  orders_per_second: number | null;
  revenue_per_second: number | null;
  orders_today: number | null;
  revenue_today: number | null;
  visits: number;
  conversion: number | null;
  low_stock: number | null;
  out_of_stock: number | null;
  http_per_second: number;
  http_p99_ms: number | null;
  event_backlog: number | null;
}

export interface OperationsView {
  jobs: JobStatus[];
  subscriptions: SubscriptionStatus[];
  database: { connections: number; waiting: number };
  process: { uptime_seconds: number; memory_bytes: number; node: string };
}

/** What needs a person. `id` is an order's, or empty where none is known; an event's is `source/event_id`. */
export interface StuckItem {
  kind: 'order' | 'payment' | 'event';
  id: string;
  detail: string;
  since: string;
  what_to_do: string;
  /** The webhook that contradicts our record. */
  webhook: WebhookName | null;
}

/** The shop as it runs, which the gateway watches: of this process, where the shop is split. */
export interface RunningShop {
  readLive(): Promise<LiveTick>;
  readOperations(): Promise<OperationsView>;
  readStuck(): Promise<StuckItem[]>;
  /** Does not wait for it; false where there is no such job. */
  startJob(name: string): boolean;
  retryStuckEvent(event: {
    source: string;
    event_id: string;
  }): Promise<Outcome<null, 'NOT_FOUND' | 'EVENT_STILL_STUCK'>>;
}
