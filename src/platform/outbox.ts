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
 *
 * Order per aggregate: (xid, event_id) alone does not give it. A transaction may draw its xid, wait for another one's
 * row lock, and commit after it: its event then stands before the other's although it came later. So a batch also
 * carries, ahead of their turn, the earlier events of its own aggregates that lie behind its end. They come again in
 * their turn, as at-least-once allows: the first delivery of an aggregate's events is in order.
 */
import assert from 'node:assert/strict';
import { LRUCache } from 'lru-cache';
import { Type } from 'typebox';
import { limits } from '#limits';
import type { Clock } from './clock.ts';
import { bucketOf } from './ids.ts';
import type { Log } from './log.ts';
import { type Route, rowsIn } from './route.ts';
import { type Connection, type Database, raw, type Sql, sql } from './sql.ts';

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
  /** Shared with other readers of this process: not to be changed. */
  events: DomainEvent[];
  /** Opaque; goes into the next `after`. Asking with it says that everything before has been applied. */
  cursor: string;
  /** A whole number as text. A batch that is not full has brought all below it. */
  seen_to: string;
  /** The like: all that was committed when the batch was read lies below it. */
  head: string;
}

export interface ReaderLag {
  consumer: string;
  /** Events not yet applied, counted up to `limits.eventLagCountedMax`. */
  events: number;
  /** When the oldest of them was written; null when there is none. */
  oldest_at: string | null;
}

export interface Outbox {
  /** As the contract's operation. Delivers committed events in order, never skipping one that commits late. */
  readEvents(input: ReadEvents): Promise<EventBatch>;
  /** Call it after a commit that appended events: wakes the readers of this process. */
  committed(): void;
  /** The answer ends the listening. */
  onCommitted(listener: () => void): () => void;
  /** Of every consumer that has read. One that keeps up costs one probe of the index. */
  lag(): Promise<ReaderLag[]>;
  /** Removes what is older than `limits.eventKeptMs` and applied by every reader; answers how many. */
  prune(): Promise<number>;
  /** Replay: the consumer's next read starts at `cursor` ('' = all that is kept) whatever it asks for. */
  restart(consumer: string, cursor: string): Promise<void>;
}

/** Appends events in the caller's transaction by one statement; `outbox.committed()` is due after the commit. */
export async function appendEvents(tx: Connection, schema: string, events: NewEvent[], route?: Route): Promise<void> {
  if (events.length > 0) await tx.query(appendEventsSql(schema, events, route));
}

/** The same `insert` as a fragment, for a hot statement that carries it in a `with`. */
export function appendEventsSql(schema: string, events: NewEvent[], route: Route = null): Sql {
  return sql`insert into ${schemaName(schema)}.outbox (bucket, aggregate_id, version, type, data)
    select * from unnest(
      ${events.map(event => bucketOf(event.aggregate_id))}::smallint[],
      ${events.map(event => event.aggregate_id)}::uuid[],
      ${events.map(event => event.version)}::integer[], ${events.map(event => event.type)}::text[],
      ${events.map(event => JSON.stringify(event.data))}::jsonb[]) as e${rowsIn(route, 'e')}`;
}

export function createOutbox(options: { db: Database; schema: string; log: Log; clock: Clock }): Outbox {
  const { db, log, clock } = options;
  const schema = schemaName(options.schema);
  const listeners = new Set<() => void>();
  const readShared = shareBatches(db, schema);
  let renewed: Promise<void> | undefined;

  function committed(): void {
    for (const listener of listeners) listener();
  }

  return {
    committed,
    onCommitted(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    async readEvents({ consumer, after, limit }) {
      renewed ??= renewRestored(db, schema, log).catch(error => {
        renewed = undefined;
        throw error;
      });
      await renewed;
      const reader = await readReader(db, schema, consumer);
      const start = startOf(reader, after);
      const [{ events, end, seenTo }] = await Promise.all([
        readShared({ start, limit, horizon: reader.horizon }),
        after === 'now' ? undefined : recordReader({ db, schema, consumer, reader, start, clock }),
      ]);
      const cursor = format(end === undefined ? start : { ...end, replay: start.replay });
      return { events, cursor, seen_to: seenTo, head: reader.head };
    },

    lag: () => readLag(db, schema),
    prune: () => pruneRead({ db, schema, clock }),

    async restart(consumer, cursor) {
      const reader = await readReader(db, schema, consumer);
      const { xid, eventId } = cursor === 'now' ? { xid: reader.horizon, eventId: '0' } : parse(cursor);
      await db.query(sql`
        insert into ${schema}.outbox_readers as r
          (consumer, xid, event_id, replay, replay_xid, replay_event_id, read_at)
        values (${consumer}, ${xid}::xid8, ${eventId}, 1, ${xid}::xid8, ${eventId}, ${now(clock)})
        on conflict (consumer) do update set xid = excluded.xid, event_id = excluded.event_id, replay = r.replay + 1,
          replay_xid = excluded.xid, replay_event_id = excluded.event_id, read_at = excluded.read_at`);
      committed();
    },
  };
}

const PRUNE_BATCH = 5_000;
/**
 * How far behind a batch's end its aggregates' earlier events are looked for. An event gets there only from a
 * transaction that overlapped a short one, so the distance is what is written within some milliseconds.
 */
const LOOK_AHEAD = 1_000;

/** `replay` counts the restarts of a consumer: a cursor from before the last one is no longer valid. */
interface Cursor {
  xid: string;
  eventId: string;
  replay: number;
}

interface Reader {
  position: Cursor | undefined;
  replayFrom: Cursor | undefined;
  readAt: string | null;
  /** Every transaction below it has ended. */
  horizon: string;
  /** Every transaction that has ended lies below it. */
  head: string;
}

function parse(text: string): Cursor {
  if (text === '') return { xid: '0', eventId: '0', replay: 0 };
  const [, xid, eventId, replay] = /^(\d{1,20})-(\d{1,19})-(\d{1,9})$/.exec(text) ?? [];
  assert(xid !== undefined && eventId !== undefined && replay !== undefined, 'a cursor comes from readEvents');
  return { xid, eventId, replay: Number(replay) };
}

function format({ xid, eventId, replay }: Cursor): string {
  if (xid === '0' && eventId === '0' && replay === 0) return '';
  return `${xid}-${eventId}-${replay}`;
}

function startOf(reader: Reader, after: string): Cursor {
  const replay = reader.replayFrom?.replay ?? 0;
  if (after === 'now') return { xid: reader.horizon, eventId: '0', replay };
  const asked = parse(after);
  if (reader.replayFrom && asked.replay < replay) return reader.replayFrom;
  // A cursor from beyond the present belongs to another life of the data (see `renewRestored`): deliver all again.
  return BigInt(asked.xid) > BigInt(reader.head) ? { xid: '0', eventId: '0', replay } : { ...asked, replay };
}

async function readReader(db: Database, schema: Sql, consumer: string): Promise<Reader> {
  const rows = await db.query<{
    xid: string | null;
    event_id: string;
    replay: number;
    replay_xid: string;
    replay_event_id: string;
    read_at: string | null;
    horizon: string;
    head: string;
  }>(sql`
    select r.xid::text, r.event_id::text, r.replay, r.replay_xid::text, r.replay_event_id::text, r.read_at,
      pg_snapshot_xmin(s.now)::text as horizon, pg_snapshot_xmax(s.now)::text as head
    from (select pg_current_snapshot() as now) s left join ${schema}.outbox_readers r on r.consumer = ${consumer}`);
  const row = rows[0]!;
  const { replay, read_at: readAt, horizon, head } = row;
  if (row.xid === null) return { position: undefined, replayFrom: undefined, readAt, horizon, head };
  return {
    position: { xid: row.xid, eventId: row.event_id, replay },
    replayFrom: { xid: row.replay_xid, eventId: row.replay_event_id, replay },
    readAt,
    horizon,
    head,
  };
}

interface Wanted {
  start: Cursor;
  limit: number;
  horizon: string;
}

interface Batch {
  events: DomainEvent[];
  /** Where it ends; undefined where there was nothing. */
  end: Pick<Cursor, 'xid' | 'eventId'> | undefined;
  seenTo: string;
}

type ReadBatch = (wanted: Wanted) => Promise<Batch>;

/** Readers follow one another within milliseconds, so that few batches are between the first and the last of them. */
const SHARED_BATCHES = 16;
/** Who asks from one place again and again, to see what has come, sees it after so long. */
const SHARED_MS = 100;

/**
 * Reads a batch once for all readers of this process that come to the same place: what lies behind a horizon never
 * changes. Only a batch with events is shared, since an empty one may have been read before the latest commit.
 */
function shareBatches(db: Database, schema: Sql): ReadBatch {
  const shared = new LRUCache<string, Promise<Batch>>({ max: SHARED_BATCHES, ttl: SHARED_MS });
  return async wanted => {
    const { start, limit } = wanted;
    const key = `${start.xid}-${start.eventId}-${limit}`;
    const found = await shared.get(key)?.catch(() => undefined);
    if (found !== undefined && found.events.length > 0) return found;
    const reading = readBatch(db, schema, wanted);
    shared.set(key, reading);
    return reading;
  };
}

async function readBatch(db: Database, schema: Sql, { start, limit, horizon }: Wanted): Promise<Batch> {
  const columns = sql`o.xid, o.event_id, o.type, o.aggregate_id, o.version, o.at, o.data`;
  const rows = await db.query<DomainEvent & { xid: string; is_ahead: boolean }>(sql`
    with batch as materialized (
      select ${columns} from ${schema}.outbox o
      where (o.xid, o.event_id) > (${start.xid}::xid8, ${start.eventId}::bigint) and o.xid < ${horizon}::xid8
      order by o.xid, o.event_id limit ${limit}
    ), newest as (
      select aggregate_id, max(event_id) as event_id from batch group by 1
    ), ahead as (
      select o.* from (
        select ${columns} from ${schema}.outbox o
        where (o.xid, o.event_id) > (select xid, event_id from batch order by xid desc, event_id desc limit 1)
        order by o.xid, o.event_id limit ${LOOK_AHEAD}
      ) o join newest n on n.aggregate_id = o.aggregate_id and n.event_id > o.event_id
    )
    select xid::text, event_id::text, type, aggregate_id, version, at, data, is_ahead from (
      select *, false as is_ahead from batch union all select *, true as is_ahead from ahead
    ) found order by found.is_ahead, found.xid, found.event_id`);
  const own = rows.findLast(row => !row.is_ahead);
  const events = rows.map(({ xid: _xid, is_ahead: _isAhead, ...event }): DomainEvent => event);
  // Ids are drawn under the aggregate's lock, so within an aggregate their order is that of its versions.
  events.sort((a, b) => Number(a.event_id) - Number(b.event_id));
  return { events, end: own && { xid: own.xid, eventId: own.event_id }, seenTo: horizon };
}

async function readLag(db: Database, schema: Sql): Promise<ReaderLag[]> {
  return await db.query<ReaderLag>(sql`
    select r.consumer, b.events, b.oldest_at
    from ${schema}.outbox_readers r, lateral (
      select count(*) as events, min(at) as oldest_at
      from (select at from ${schema}.outbox o
        where (o.xid, o.event_id) > (r.xid, r.event_id)
        order by o.xid, o.event_id limit ${limits.eventLagCountedMax}) behind
    ) b order by r.consumer`);
}

async function pruneRead(options: { db: Database; schema: Sql; clock: Clock }): Promise<number> {
  const { db, schema, clock } = options;
  const keptSince = new Date(clock.nowMs() - limits.eventKeptMs).toISOString();
  let total = 0;
  for (;;) {
    // Bounded batches, so that no transaction holds back the horizon that readers wait for.
    const rows = await db.query<{ event_id: number }>(sql`
      delete from ${schema}.outbox where (xid, event_id) in (
        select o.xid, o.event_id from ${schema}.outbox o
        where o.at < ${keptSince} and not exists (
          select from ${schema}.outbox_readers r where (r.xid, r.event_id) < (o.xid, o.event_id))
        order by o.xid, o.event_id limit ${PRUNE_BATCH})
      returning event_id`);
    total += rows.length;
    if (rows.length < PRUNE_BATCH) return total;
  }
}

/** What the consumer has applied, for `lag` and `prune`: written when it moved, and at most once in a poll's time. */
async function recordReader(options: {
  db: Database;
  schema: Sql;
  consumer: string;
  reader: Reader;
  start: Cursor;
  clock: Clock;
}): Promise<void> {
  const { db, schema, consumer, reader, start, clock } = options;
  const { position, readAt } = reader;
  if (position?.xid === start.xid && position.eventId === start.eventId) return;
  if (readAt !== null && clock.nowMs() - Date.parse(readAt) < limits.eventPollMs) return;
  await db.query(sql`
    insert into ${schema}.outbox_readers as r (consumer, xid, event_id, read_at)
    values (${consumer}, ${start.xid}::xid8, ${start.eventId}, ${now(clock)})
    on conflict (consumer) do update set xid = excluded.xid, event_id = excluded.event_id, read_at = excluded.read_at
    where r.replay <= ${start.replay}`);
}

/**
 * A dump restored into a new cluster brings rows with transaction ids that this cluster has not reached: they would
 * stay above the horizon, and new events would sort before them. They are given a present id, once, at the first read.
 */
async function renewRestored(db: Database, schema: Sql, log: Log): Promise<void> {
  const rows = await db.query(sql`update ${schema}.outbox set xid = pg_current_xact_id()
    where xid >= pg_snapshot_xmax(pg_current_snapshot()) returning event_id`);
  if (rows.length > 0) log.warn({ events: rows.length }, 'events of a restored dump were given new transaction ids');
}

function schemaName(schema: string): Sql {
  assert(/^[a-z][a-z0-9_]*$/.test(schema), 'a schema has a plain name');
  return raw(schema);
}

function now(clock: Clock): string {
  return new Date(clock.nowMs()).toISOString();
}
