/**
 * The outbox: what a module tells the others, written in the transaction of the change itself. Every module that emits
 * events copies these tables into its first migration, with its own schema for `<schema>`:
 *
 *   create table <schema>.outbox (
 *     event_id bigint generated always as identity,
 *     xid xid8 not null default pg_current_xact_id(),
 *     bucket smallint not null,
 *     aggregate_id uuid not null,
 *     version integer not null,
 *     type text not null,
 *     data jsonb not null,
 *     at timestamptz not null default now(),
 *     primary key (xid, event_id, bucket)
 *   );
 *   create table <schema>.outbox_readers (
 *     consumer text primary key,
 *     xid xid8 not null,
 *     event_id bigint not null,
 *     replay integer not null default 0,
 *     replay_xid xid8 not null default '0',
 *     replay_event_id bigint not null default 0,
 *     read_at timestamptz not null
 *   );
 *
 * and every module that consumes events (see `subscription.ts`) these:
 *
 *   create table <schema>.event_cursors (
 *     source text primary key,
 *     cursor text not null,
 *     updated_at timestamptz not null default now()
 *   );
 *   create table <schema>.stuck_events (
 *     source text not null,
 *     event_id bigint not null,
 *     aggregate_id uuid not null,
 *     type text not null,
 *     event jsonb not null,
 *     error text not null,
 *     tries integer not null,
 *     at timestamptz not null default now(),
 *     primary key (source, event_id)
 *   );
 *
 * The key is the reading order, so an event costs one index. `bucket` stands last in it only because Citus wants the
 * column that distributes a table in every unique key.
 */
import { Type } from 'typebox';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Connection, Database, Sql } from './sql.ts';

export interface DomainEvent<EventType extends string = string, Data = unknown> {
  /** A number as text, unique within its source. */
  event_id: string;
  /** Past tense: `order.confirmed`. */
  type: EventType;
  aggregate_id: string;
  /** Raised by one under the aggregate's lock: consumers apply by it and skip what they have. */
  version: number;
  /** RFC 3339: the start of the transaction that wrote it. */
  at: string;
  data: Data;
}

export interface NewEvent<EventType extends string = string, Data = unknown> {
  aggregate_id: string;
  version: number;
  type: EventType;
  data: Data;
}

/** Input of the operation `readEvents` that every module with an outbox offers in its contract. */
export const ReadEvents = Type.Object(
  {
    consumer: Type.String({ minLength: 1, maxLength: 100 }),
    /** The cursor of the batch before; '' from the start, 'now' from the present end. */
    after: Type.String({ maxLength: 100 }),
    limit: Type.Integer({ minimum: 1, maximum: 10_000 }),
  },
  { additionalProperties: false },
);
export type ReadEvents = { consumer: string; after: string; limit: number };

export interface EventBatch {
  events: DomainEvent[];
  /** Opaque; goes into the next `after`. Asking with it says that everything before has been applied. */
  cursor: string;
  /** Opaque: `head` of an answer has been delivered once a batch that is not full has a `seen_to` that reaches it. */
  seen_to: string;
  head: string;
}

export interface ReaderLag {
  consumer: string;
  /** Events not yet applied. */
  events: number;
  /** Age of the oldest of them, 0 when there is none. */
  ageMs: number;
}

export interface Outbox {
  /** As the contract's operation. Delivers committed events in order, never skipping one that commits late. */
  readEvents(input: ReadEvents): Promise<EventBatch>;
  /** Call it after a commit that appended events: wakes the readers of this process. */
  committed(): void;
  /** The answer ends the listening. */
  onCommitted(listener: () => void): () => void;
  lag(): Promise<ReaderLag[]>;
  /** Removes what is older than `limits.eventKeptMs` and applied by every reader; answers how many. */
  prune(): Promise<number>;
  /** Replay: the consumer's next read starts at `cursor` ('' = all that is kept) whatever it asks for. */
  restart(consumer: string, cursor: string): Promise<void>;
}

/** Appends events in the caller's transaction by one statement; `outbox.committed()` is due after the commit. */
export async function appendEvents(_tx: Connection, _schema: string, _events: NewEvent[]): Promise<void> {
  throw new Error('written next');
}

/** The same `insert` as a fragment, for a hot statement that carries it in a `with`. */
export function appendEventsSql(_schema: string, _events: NewEvent[]): Sql {
  throw new Error('written next');
}

export function createOutbox(_options: { db: Database; schema: string; log: Log; clock: Clock }): Outbox {
  throw new Error('written next');
}
