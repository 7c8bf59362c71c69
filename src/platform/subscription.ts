import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { DomainEvent, EventBatch, ReadEvents } from './outbox.ts';
import type { Database } from './sql.ts';

/** Where a consumer keeps its position; '' where there is none yet. */
export interface CursorStore {
  load(source: string): Promise<string>;
  save(source: string, cursor: string): Promise<void>;
}

export interface StuckEvent {
  source: string;
  event: DomainEvent;
  error: string;
  tries: number;
  /** RFC 3339 */
  at: string;
}

/** Where a consumer puts aside what it can't apply. */
export interface StuckStore {
  list(source: string): Promise<StuckEvent[]>;
  add(source: string, events: { event: DomainEvent; error: string; tries: number }[]): Promise<void>;
  remove(source: string, eventId: string): Promise<void>;
}

export interface SubscriptionOptions {
  /** The module whose events these are: `catalog`. */
  source: string;
  /** Who reads: `search`. */
  consumer: string;
  /** Others are skipped; all when left out. */
  types?: readonly string[];
  /** The source's `readEvents`, in-process or remote. */
  read: (input: ReadEvents) => Promise<EventBatch>;
  /** The source's `outbox.onCommitted` when it runs in this process. */
  onCommitted?: (listener: () => void) => () => void;
  /** With `schema`: the consumer's own schema, whose `event_cursors` and `stuck_events` are used. */
  db?: Database;
  schema?: string;
  /** Instead of `event_cursors`: for a consumer that keeps its position beside its own data (the search index). */
  cursors?: CursorStore;
  /** Instead of `stuck_events`; without it and `db`, in memory. */
  stuck?: StuckStore;
  /** Where a consumer without a position begins; '' (default) = all that is kept. */
  startAt?: '' | 'now';
  /** Applies a batch, set-based, by version: the same event may come again. */
  handle: (events: DomainEvent[]) => Promise<void>;
  log: Log;
  clock: Clock;
  metrics?: Metrics;
  random?: () => number;
}

export interface Subscription {
  start(): void;
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
  /** Resolves when everything committed before the call is applied or put aside. */
  drained(): Promise<void>;
  stuck(): Promise<StuckEvent[]>;
  /** Applies the event and all later ones of its aggregate that were put aside with it; throws where it fails again. */
  retryStuck(eventId: string): Promise<void>;
}

export function sqlCursorStore(_db: Database, _schema: string): CursorStore {
  throw new Error('written next');
}

export function createSubscription(_options: SubscriptionOptions): Subscription {
  throw new Error('written next');
}
