import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Database } from '#platform/sql';
import { type Change, type Place, presentPlace, readChanges } from './store.ts';

export interface ChangeFollower {
  /** From the present on: what was read before is not known to be fresh. */
  start(): Promise<void>;
  /** Reads what is new at once. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Hears of what other processes write (an import by hand, a second catalogue), by reading the own outbox. */
export function followChanges(options: {
  db: Database;
  clock: Clock;
  log: Log;
  apply: (changes: Change[]) => void;
}): ChangeFollower {
  const { db, clock, log, apply } = options;
  const stopping = new AbortController();
  let place: Place | undefined;
  let following: Promise<void> | undefined;
  let reading: Promise<void> = Promise.resolve();

  async function readOn(): Promise<void> {
    if (place === undefined) return;
    for (;;) {
      const changes = await readChanges(db, place, limits.eventBatchMax);
      if (changes.length > 0) apply(changes);
      const last = changes.at(-1);
      if (last !== undefined) place = { xid: last.xid, event_id: last.event_id };
      if (changes.length < limits.eventBatchMax || stopping.signal.aborted) return;
    }
  }

  /** One after the other: two reads from one place would only do the work twice. */
  function catchUp(): Promise<void> {
    const done = reading.then(readOn);
    reading = done.catch(() => {});
    return done;
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(limits.eventPollMs, stopping.signal);
      if (stopping.signal.aborted) return;
      // The place is kept, so nothing is missed: the next poll begins where this one could not read.
      await catchUp().catch(error => log.warn({ err: error }, 'changes of other processes could not be read'));
    }
  }

  return {
    catchUp,
    async start() {
      place = await presentPlace(db);
      following = follow();
    },
    async stop() {
      stopping.abort();
      await following;
      await reading;
    },
  };
}
