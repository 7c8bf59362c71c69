import type { Clock } from './clock.ts';
import type { Ids } from './ids.ts';
import type { Job } from './jobs.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Outbox } from './outbox.ts';
import type { Sharding } from './route.ts';
import type { Database } from './sql.ts';
import type { Subscription } from './subscription.ts';

/** What every module is given: nothing of it knows which module it is for. */
export interface ModuleDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  /** 0 to 1; seeded in tests. */
  random: () => number;
  log: Log;
  metrics: Metrics;
  /** How to hear of a module's events: in-process pokes where it runs here, its `readEvents` by rpc elsewhere. */
  events: EventSources;
  /** How the hot tables lie; on one database where it is absent. */
  sharding?: Sharding;
}

/** `listen` pokes after commits of a source that runs in this process; elsewhere it is a no-op and polling remains. */
export interface EventSources {
  listen(source: string, listener: () => void): () => void;
}

/** A module as the composition root holds it: its operations, and what runs beside them. */
export interface Module<Api> {
  api: Api;
  /** Its own events: absent for a module that sends none. */
  outbox?: Outbox;
  subscriptions?: Subscription[];
  jobs?: Job[];
  /** Work before the first call: warehouses, caches, a worker. Runs after migrations; other modules answer already. */
  start?(): Promise<void>;
  /** Finishes what was accepted: groups, backups, workers. Subscriptions and jobs are stopped before it. */
  stop?(): Promise<void>;
  /** For /readyz: 'ok', or what is missing. Absent: ready once started. */
  ready?(): Promise<string>;
}
