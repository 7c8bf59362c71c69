import assert from 'node:assert/strict';
import { limits } from '#limits';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { DomainEvent, EventBatch, ReadEvents } from './outbox.ts';
import { Unavailable } from './outcome.ts';
import { type Database, isConnectionLost, raw, type Sql, sql, sqlState } from './sql.ts';

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
  /** Whose events it reads, and for whom. */
  readonly source: string;
  readonly consumer: string;
  start(): void;
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
  /** Resolves when everything committed before the call is applied or put aside; throws when it is stopped before. */
  drained(): Promise<void>;
  stuck(): Promise<StuckEvent[]>;
  /** Applies the event and all later ones of its aggregate that were put aside with it; throws where it fails again. */
  retryStuck(eventId: string): Promise<void>;
}

const QUICK_POLL_MS = 10;
const STUCK_TRIES = 5;
const STUCK_FIRST_MS = 50;
const OUTAGE_FIRST_MS = 100;

/**
 * Delivers a source's events to one consumer at least once, each aggregate's in order. When two processes run the same
 * consumer both deliver, which costs work but no truth: `handle` applies by version.
 */
export function createSubscription(options: SubscriptionOptions): Subscription {
  const { source, consumer, clock, log, random = Math.random } = options;
  const cursors = options.cursors ?? sqlCursorStore(...ownTables(options));
  const stuckStore = options.stuck ?? (options.db ? sqlStuckStore(...ownTables(options)) : memoryStuckStore(clock));
  const stopped = new AbortController();
  const apply = applier({ ...options, random, stuck: stuckStore, stopSignal: stopped.signal });
  const delivered = options.metrics?.counter('events_applied_total', 'Events applied or put aside', [
    'source',
    'consumer',
  ]);
  let drains: { head: bigint; resolve: () => void; reject: (error: Error) => void }[] = [];
  let cursor: string | undefined;

  async function step(): Promise<Step> {
    cursor ??= (await cursors.load(source)) || (options.startAt ?? '');
    const before = cursor;
    const batch = await options.read({ consumer, after: before, limit: limits.eventBatchMax });
    await apply(batch.events);
    if (batch.cursor !== before) {
      await cursors.save(source, batch.cursor);
      cursor = batch.cursor;
    }
    delivered?.inc({ source, consumer }, batch.events.length);
    if (batch.events.length >= limits.eventBatchMax) return 'more';
    const seenTo = BigInt(batch.seen_to);
    for (const drain of drains) if (drain.head <= seenTo) drain.resolve();
    drains = drains.filter(drain => drain.head > seenTo);
    return batch.cursor === before ? 'idle' : 'moved';
  }

  const reading = keepReading({ step, source, consumer, clock, log, random, stopped });
  const stoppedEarly = () => new Unavailable(`the subscription to ${source} has stopped`);
  let running: Promise<void> | undefined;
  let unlisten = () => {};

  return {
    source,
    consumer,
    start() {
      if (running) return;
      unlisten = options.onCommitted?.(reading.poke) ?? unlisten;
      running = reading.run();
    },
    async stop() {
      unlisten();
      stopped.abort();
      reading.poke();
      await running;
      for (const drain of drains) drain.reject(stoppedEarly());
      drains = [];
    },
    async drained() {
      const { head } = await options.read({ consumer, after: 'now', limit: 1 });
      if (stopped.signal.aborted) throw stoppedEarly();
      const drained = new Promise<void>((resolve, reject) => drains.push({ head: BigInt(head), resolve, reject }));
      reading.poke();
      await drained;
    },
    stuck: () => stuckStore.list(source),
    retryStuck: eventId => apply.retry(eventId),
  };
}

/** What a step found: a full batch, some events, or none. */
type Step = 'more' | 'moved' | 'idle';

/** When to read: at once after a poke or a full batch, soon after events, then ever more rarely. */
function keepReading(options: {
  step: () => Promise<Step>;
  source: string;
  consumer: string;
  clock: Clock;
  log: Log;
  random: () => number;
  stopped: AbortController;
}): { run(): Promise<void>; poke(): void } {
  const { step, source, consumer, clock, log, random } = options;
  const stopSignal = options.stopped.signal;
  let isPoked = false;
  let wake = () => {};

  async function nap(ms: number): Promise<void> {
    const waking = new AbortController();
    wake = () => waking.abort();
    if (!isPoked && !stopSignal.aborted) await clock.sleep(ms, waking.signal);
    wake = () => {};
  }

  return {
    poke() {
      isPoked = true;
      wake();
    },
    async run() {
      let failures = 0;
      let pauseMs = QUICK_POLL_MS;
      while (!stopSignal.aborted) {
        try {
          // An event stays unread while any older transaction runs: after a poke too, the next look comes soon.
          pauseMs = isPoked ? QUICK_POLL_MS : Math.min(pauseMs * 2, limits.eventPollMs);
          isPoked = false;
          const found = await step();
          failures = 0;
          if (found === 'more') continue;
          if (found === 'moved') pauseMs = QUICK_POLL_MS;
          await nap(pauseMs);
        } catch (error) {
          if (stopSignal.aborted) return;
          log.warn({ err: error, source, consumer, failures }, 'events could not be applied; trying again');
          await clock.sleep(backoff(failures++, OUTAGE_FIRST_MS, limits.eventRetryMaxMs, random), stopSignal);
        }
      }
    },
  };
}

type ApplierOptions = SubscriptionOptions & { random: () => number; stuck: StuckStore; stopSignal: AbortSignal };

/** Hands batches to `handle` and separates the events that it can't take from those that it can. */
function applier(options: ApplierOptions): ((events: DomainEvent[]) => Promise<void>) & {
  retry(eventId: string): Promise<void>;
} {
  const { source, consumer, handle, stuck, clock, log, random, stopSignal } = options;
  const types = options.types && new Set(options.types);
  const aside = setAside(options);
  let last: Promise<unknown> = Promise.resolve();

  /** Batches and retries of stuck events take turns: an aggregate has one event in hand at a time. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  async function applyAll(all: DomainEvent[]): Promise<void> {
    const events = await aside.without(all);
    if (events.length === 0) return;
    try {
      return await handle(events);
    } catch (error) {
      if (isPassing(error)) throw error;
      if (events.length === 1) return await applyAlone(events[0]!, error);
      log.warn({ err: error, source, consumer, events: events.length }, 'a batch failed; applying it in halves');
    }
    const middle = events.length >> 1;
    await applyAll(events.slice(0, middle));
    await applyAll(events.slice(middle));
  }

  async function applyAlone(event: DomainEvent, first: unknown): Promise<void> {
    let error = first;
    for (let tries = 1; tries < STUCK_TRIES; tries++) {
      await clock.sleep(backoff(tries, STUCK_FIRST_MS, limits.eventRetryMaxMs, random), stopSignal);
      if (stopSignal.aborted) throw error;
      try {
        return await handle([event]);
      } catch (again) {
        if (isPassing(again)) throw again;
        error = again;
      }
    }
    await aside.put(event, error);
  }

  async function retry(eventId: string): Promise<void> {
    const all = await stuck.list(source);
    const asked = all.find(each => each.event.event_id === eventId);
    assert(asked, `event ${eventId} of ${source} is not stuck`);
    for (const { event } of all.filter(each => each.event.aggregate_id === asked.event.aggregate_id)) {
      await handle([event]);
      await stuck.remove(source, event.event_id);
    }
    await aside.refresh();
  }

  async function applyBatch(events: DomainEvent[]): Promise<void> {
    await aside.refreshIfAny();
    await applyAll(types ? events.filter(event => types.has(event.type)) : events);
  }

  return Object.assign((events: DomainEvent[]) => inTurn(() => applyBatch(events)), {
    retry: (eventId: string) => inTurn(() => retry(eventId)),
  });
}

/** The aggregates that have a stuck event: their later events wait behind it, so that their order holds. */
function setAside(options: ApplierOptions) {
  const { source, consumer, stuck, log } = options;
  const count = options.metrics?.counter('events_stuck_total', 'Events put aside', ['source', 'consumer']);
  let aggregates: Set<string> | undefined;

  async function refresh(): Promise<void> {
    aggregates = new Set((await stuck.list(source)).map(each => each.event.aggregate_id));
  }

  return {
    refresh,
    /** While something is stuck it is read anew for each batch: another process of this consumer may have freed it. */
    async refreshIfAny(): Promise<void> {
      if (aggregates === undefined || aggregates.size > 0) await refresh();
    },
    async without(all: DomainEvent[]): Promise<DomainEvent[]> {
      const waiting = all.filter(event => aggregates?.has(event.aggregate_id));
      if (waiting.length === 0) return all;
      const error = 'waits behind a stuck event of its aggregate';
      await stuck.add(
        source,
        waiting.map(event => ({ event, error, tries: 0 })),
      );
      return all.filter(event => !aggregates?.has(event.aggregate_id));
    },
    async put(event: DomainEvent, error: unknown): Promise<void> {
      await stuck.add(source, [{ event, error: textOf(error), tries: STUCK_TRIES }]);
      aggregates?.add(event.aggregate_id);
      count?.inc({ source, consumer });
      const { event_id, type, aggregate_id } = event;
      log.error({ err: error, source, consumer, event_id, type, aggregate_id }, 'an event is stuck and was put aside');
    },
  };
}

/** An outage or a collision says nothing against the event: it is tried until it passes. */
function isPassing(error: unknown): boolean {
  if (error instanceof Unavailable || isConnectionLost(error)) return true;
  return /^(40|53|55P03|57)/.test(sqlState(error) ?? '');
}

function backoff(failures: number, firstMs: number, maxMs: number, random: () => number): number {
  return Math.min(firstMs * 2 ** failures, maxMs) * (0.5 + random() / 2);
}

function textOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 2_000);
}

function ownTables({ db, schema, source }: SubscriptionOptions): [Database, string] {
  assert(db && schema, `the subscription to ${source} needs db and schema, or stores of its own`);
  return [db, schema];
}

function schemaName(schema: string): Sql {
  assert(/^[a-z][a-z0-9_]*$/.test(schema), 'a schema has a plain name');
  return raw(schema);
}

/** The position in `<schema>.event_cursors`. */
function sqlCursorStore(db: Database, schema: string): CursorStore {
  const tables = schemaName(schema);
  return {
    async load(source) {
      const rows = await db.query<{ cursor: string }>(
        sql`select cursor from ${tables}.event_cursors where source = ${source}`,
      );
      return rows[0]?.cursor ?? '';
    },
    async save(source, cursor) {
      await db.query(sql`insert into ${tables}.event_cursors (source, cursor) values (${source}, ${cursor})
        on conflict (source) do update set cursor = excluded.cursor, updated_at = now()`);
    },
  };
}

/** Stuck events in `<schema>.stuck_events`. */
function sqlStuckStore(db: Database, schema: string): StuckStore {
  const tables = schemaName(schema);
  return {
    list: source =>
      db.query<StuckEvent>(sql`select source, event, error, tries, at from ${tables}.stuck_events
        where source = ${source} order by event_id limit ${limits.listedRowsMax}`),
    async add(source, events) {
      await db.query(sql`
        insert into ${tables}.stuck_events (source, event_id, aggregate_id, type, event, error, tries)
        select ${source}, e.id, (e.event->>'aggregate_id')::uuid, e.event->>'type', e.event, e.error, e.tries
        from unnest(${events.map(each => each.event.event_id)}::bigint[],
          ${events.map(each => JSON.stringify(each.event))}::jsonb[],
          ${events.map(each => each.error)}::text[], ${events.map(each => each.tries)}::integer[])
          as e (id, event, error, tries)
        on conflict (source, event_id) do nothing`);
    },
    async remove(source, eventId) {
      await db.query(sql`delete from ${tables}.stuck_events where source = ${source} and event_id = ${eventId}`);
    },
  };
}

/** For a consumer whose state is rebuilt at every start anyway. */
function memoryStuckStore(clock: Clock): StuckStore {
  const stuck = new Map<string, StuckEvent>();
  const key = (source: string, eventId: string) => `${source} ${eventId}`;
  return {
    async list(source) {
      const own = [...stuck.values()].filter(each => each.source === source);
      return own.sort((a, b) => Number(a.event.event_id) - Number(b.event.event_id));
    },
    async add(source, events) {
      const at = new Date(clock.nowMs()).toISOString();
      for (const each of events) {
        const id = key(source, each.event.event_id);
        if (!stuck.has(id)) stuck.set(id, { source, ...each, at });
      }
    },
    async remove(source, eventId) {
      stuck.delete(key(source, eventId));
    },
  };
}
