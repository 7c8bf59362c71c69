/**
 * Scheduled work, once overall however many processes run the same module.
 *
 * A `cron` job is graphile-worker's: its table of known cron lines lets one process queue each minute's tick, and any
 * process that registered the job takes it. An `everySeconds` job may be more frequent than cron's minute, and a row
 * written and deleted each second would be waste, so it is a timer in every process that only the leader obeys: the
 * process whose session holds the job's advisory lock, from its first tick until it ends or loses the connection. The
 * same lock keeps a cron job from overlapping its own next tick. (graphile-worker's queues could do that too, but they
 * stay locked for four hours when a process is killed; a session's lock ends with the session.)
 */
import assert from 'node:assert/strict';
import { Logger, parseCronItem, type Runner, run as runWorker, type TaskList } from 'graphile-worker';
import pg from 'pg';
import { limits } from '#limits';
import { type Clock, timestamp } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { Unavailable } from './outcome.ts';

export interface Job {
  /** Unique over all processes: `inventory_sweep`. */
  name: string;
  /** Five fields in UTC (`0 3 * * *`); either this or `everySeconds`. */
  cron?: string;
  everySeconds?: number;
  /** `signal` aborts at `timeoutMs` and when the process stops. */
  run(signal: AbortSignal): Promise<unknown>;
  timeoutMs: number;
}

export interface JobStatus {
  name: string;
  /** The cron line in UTC, or `every 5 s`. */
  schedule: string;
  running: boolean;
  /** Runs and failures of this process since it started. */
  runs: number;
  failures: number;
  /** RFC 3339; null before the first run in this process. */
  last_started_at: string | null;
  /** Of the last run that ended: before `last_started_at` while another is running. */
  last_finished_at: string | null;
  /** Of the last run that ended; null when it went well. */
  last_error: string | null;
}

export interface Jobs {
  /** Registers a job; before `start`. */
  every(job: Job): void;
  start(): Promise<void>;
  /** Aborts the signals of running jobs and waits for them. */
  stop(): Promise<void>;
  /**
   * Runs a job now in this process, under the same lock as its schedule, and answers when it has ended whether it ran:
   * not while it is running somewhere, and a timer only in the process that leads it. For tests and the admin.
   */
  runNow(name: string): Promise<boolean>;
  /** The jobs of this process in the order of their registration. Kept in memory: other processes count their own. */
  status(): JobStatus[];
}

const WORKER_CONCURRENCY = 4;
const WORKER_POOL_MAX = 6;
/** New work is announced by `notify`; polling only finds what an ended process left. */
const WORKER_POLL_MS = 10_000;
const WORKER_STARTS_MAX = 5;
const WORKER_RESTART_MS = 1_000;
const WORKER_RESTART_MAX_MS = 30_000;

interface Entry {
  job: Job;
  status: JobStatus;
  running: Promise<boolean> | undefined;
}

export function createJobs(options: { url: string; log: Log; clock: Clock; metrics?: Metrics }): Jobs {
  const { url, log, clock } = options;
  const entries = new Map<string, Entry>();
  const stopping = new AbortController();
  const locks = sessionLocks({ url, log });
  const execute = executor({ ...options, stopSignal: stopping.signal });
  const runOnce = guard({ log, locks, execute, stopSignal: stopping.signal });
  let worker: { stop(): Promise<void> } | undefined;
  let timers: Promise<void>[] = [];

  async function keepTime(entry: Entry, everyMs: number): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(everyMs, stopping.signal);
      if (!stopping.signal.aborted) await runOnce(entry);
    }
  }

  return {
    every(job) {
      assert(!entries.has(job.name), `two jobs are named ${job.name}`);
      assert((job.cron === undefined) !== (job.everySeconds === undefined), `${job.name} needs one schedule`);
      const schedule = job.cron ?? `every ${job.everySeconds} s`;
      entries.set(job.name, { job, running: undefined, status: unrun(job.name, schedule) });
    },
    async start() {
      const all = [...entries.values()];
      const byCron = all.filter(entry => entry.job.cron !== undefined);
      if (byCron.length > 0) {
        worker = await superviseWorker({ url, log, clock, stopSignal: stopping.signal, entries: byCron, runOnce });
      }
      timers = all.flatMap(entry =>
        entry.job.everySeconds === undefined ? [] : [keepTime(entry, entry.job.everySeconds * 1000)],
      );
    },
    async stop() {
      stopping.abort();
      const ended = Promise.all([worker?.stop(), ...timers, ...[...entries.values()].map(entry => entry.running)]);
      const grace = new AbortController();
      await Promise.race([ended, clock.sleep(limits.stopGraceMs, grace.signal)]);
      grace.abort();
      await locks.end();
    },
    async runNow(name) {
      const entry = entries.get(name);
      assert(entry, `there is no job ${name}`);
      return runOnce(entry);
    },
    status: () => [...entries.values()].map(entry => ({ ...entry.status, running: entry.running !== undefined })),
  };
}

function unrun(name: string, schedule: string): JobStatus {
  const none = { last_started_at: null, last_finished_at: null, last_error: null };
  return { name, schedule, running: false, runs: 0, failures: 0, ...none };
}

/** Runs a job unless it runs already, here or in another process; answers whether it ran. Never throws. */
function guard(options: {
  log: Log;
  locks: SessionLocks;
  execute: (entry: Entry) => Promise<void>;
  stopSignal: AbortSignal;
}) {
  const { log, locks, execute, stopSignal } = options;

  async function runLocked(entry: Entry): Promise<boolean> {
    const { name, everySeconds } = entry.job;
    try {
      if (!(await locks.take(name))) return false;
      await execute(entry);
      // A timer's leader stays leader; a cron tick may fall to any process.
      if (everySeconds === undefined) await locks.release(name);
      return true;
    } catch (error) {
      log.warn({ err: error, job: name }, 'the lock of a job could not be asked for; its next tick tries again');
      return false;
    } finally {
      entry.running = undefined;
    }
  }

  return async (entry: Entry): Promise<boolean> => {
    if (entry.running || stopSignal.aborted) return false;
    const running = runLocked(entry);
    entry.running = running;
    return running;
  };
}

/** Runs a job within its time and notes how it went; never throws. */
function executor(options: { log: Log; clock: Clock; metrics?: Metrics; stopSignal: AbortSignal }) {
  const { log, clock, metrics, stopSignal } = options;
  const runs = metrics?.counter('job_runs_total', 'Runs of scheduled jobs', ['job', 'outcome']);
  const seconds = metrics?.histogram('job_seconds', 'Duration of scheduled jobs', { labels: ['job'] });

  return async ({ job, status }: Entry): Promise<void> => {
    const startedMs = clock.nowMs();
    const late = new AbortController();
    const done = new AbortController();
    // A run that does not heed its signal is waited for all the same: its next one must not overlap it.
    void clock.sleep(job.timeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) late.abort(new Unavailable(`${job.name} took longer than ${job.timeoutMs} ms`));
    });
    status.runs += 1;
    status.last_started_at = timestamp(startedMs);
    try {
      await job.run(AbortSignal.any([stopSignal, late.signal]));
      late.signal.throwIfAborted();
      status.last_error = null;
      runs?.inc({ job: job.name, outcome: 'done' });
    } catch (error) {
      status.failures += 1;
      status.last_error = (error instanceof Error ? error.message : String(error)).slice(0, 500);
      runs?.inc({ job: job.name, outcome: 'failed' });
      if (!stopSignal.aborted) log.error({ err: error, job: job.name }, 'a scheduled job failed');
    } finally {
      done.abort();
      const endedMs = clock.nowMs();
      status.last_finished_at = timestamp(endedMs);
      seconds?.observe({ job: job.name }, (endedMs - startedMs) / 1000);
    }
  };
}

/** Advisory locks on one connection of their own: they are held as long as the session lives. */
interface SessionLocks {
  take(name: string): Promise<boolean>;
  release(name: string): Promise<void>;
  end(): Promise<void>;
}

function sessionLocks(options: { url: string; log: Log }): SessionLocks {
  const held = new Set<string>();
  let opening: Promise<pg.Client> | undefined;
  let current: pg.Client | undefined;
  let lastAsked: Promise<unknown> = Promise.resolve();

  async function open(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: 'doorbuster jobs',
      keepAlive: true,
      connectionTimeoutMillis: limits.statementTimeoutMs,
      query_timeout: limits.statementTimeoutMs,
    });
    current = client;
    const forget = () => {
      // A connection that was given up may end when its successor already holds locks.
      if (current !== client) return;
      held.clear();
      opening = undefined;
    };
    client.on('error', error => {
      options.log.warn({ err: error }, 'the connection that holds the locks of jobs was lost');
      forget();
    });
    client.on('end', forget);
    await client.connect();
    return client;
  }

  /** One after another: a connection takes one statement at a time. */
  function ask(text: string, name: string): Promise<boolean> {
    const answer = lastAsked.then(() => askNow(text, name));
    lastAsked = answer.catch(() => {});
    return answer;
  }

  async function askNow(text: string, name: string): Promise<boolean> {
    opening ??= open();
    try {
      const client = await opening;
      const result = await client.query<{ answer: boolean }>(text, [`doorbuster job ${name}`]);
      return result.rows[0]?.answer === true;
    } catch (error) {
      const broken = opening;
      opening = undefined;
      held.clear();
      await broken?.then(client => client.end()).catch(() => {});
      throw error;
    }
  }

  return {
    async take(name: string): Promise<boolean> {
      // Taken twice by one session, a lock would have to be released twice.
      if (held.has(name)) return true;
      const isTaken = await ask('select pg_try_advisory_lock(hashtextextended($1, 0)) as answer', name);
      if (isTaken) held.add(name);
      return isTaken;
    },
    async release(name: string): Promise<void> {
      if (held.delete(name)) await ask('select pg_advisory_unlock(hashtextextended($1, 0)) as answer', name);
    },
    async end(): Promise<void> {
      await opening?.then(client => client.end()).catch(() => {});
    },
  };
}

/** Keeps a worker running: it gives up when its database is away for long, and is then begun anew. */
async function superviseWorker(options: {
  url: string;
  log: Log;
  clock: Clock;
  stopSignal: AbortSignal;
  entries: Entry[];
  runOnce: (entry: Entry) => Promise<boolean>;
}): Promise<{ stop(): Promise<void> }> {
  const { log, clock, stopSignal } = options;
  const pool = openWorkerPool(options);
  let runner: Runner | undefined;

  async function begin(triesMax: number): Promise<Runner> {
    for (let tries = 1; ; tries++) {
      try {
        return await startWorker({ ...options, pool });
      } catch (error) {
        // Two processes that install graphile-worker's schema at the same time: one of them meets the other's rows.
        if (tries >= triesMax || stopSignal.aborted) throw error;
        log.warn({ err: error, tries }, 'the worker of scheduled jobs could not start; trying again');
        await clock.sleep(Math.min(WORKER_RESTART_MS * 2 ** (tries - 1), WORKER_RESTART_MAX_MS), stopSignal);
      }
    }
  }

  async function watch(): Promise<void> {
    while (runner && !stopSignal.aborted) {
      await runner.promise.catch(error => log.error({ err: error }, 'the worker of scheduled jobs ended'));
      if (stopSignal.aborted) return;
      await clock.sleep(WORKER_RESTART_MS, stopSignal);
      if (stopSignal.aborted) return;
      runner = await begin(Number.POSITIVE_INFINITY).catch(() => undefined);
    }
    // `stop` came while a new one was being started.
    if (stopSignal.aborted) await runner?.stop().catch(() => {});
  }

  try {
    runner = await begin(WORKER_STARTS_MAX);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const watching = watch();
  return {
    async stop() {
      // It refuses when it has stopped by itself already.
      await runner?.stop().catch(() => {});
      await watching;
      await pool.end();
    },
  };
}

/**
 * Ours, and not one that the worker makes: that has nobody to hear its errors once the worker stops, so that a database
 * which stops next, and cuts a connection while it is being closed, would end the process.
 */
function openWorkerPool({ url, log }: { url: string; log: Log }): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: WORKER_POOL_MAX });
  const lost = (error: Error) => log.debug({ err: error }, 'a connection of the worker of scheduled jobs was lost');
  pool.on('error', lost);
  pool.on('connect', client => void client.on('error', lost));
  return pool;
}

function startWorker(options: {
  pool: pg.Pool;
  log: Log;
  entries: Entry[];
  runOnce: (entry: Entry) => Promise<boolean>;
}): Promise<Runner> {
  const { pool, log, entries, runOnce } = options;
  const taskList: TaskList = {};
  for (const entry of entries) taskList[entry.job.name] = async () => void (await runOnce(entry));
  return runWorker({
    pgPool: pool,
    concurrency: WORKER_CONCURRENCY,
    pollInterval: WORKER_POLL_MS,
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => {
      if (level === 'error') log.error(message);
      else if (level === 'warning') log.warn(message);
      else log.debug(message);
    }),
    taskList,
    parsedCronItems: entries.map(({ job }) =>
      parseCronItem({
        task: job.name,
        identifier: job.name,
        match: job.cron!,
        // The next tick is the retry; the key keeps ticks from piling up while no process is there to take them.
        options: { backfillPeriod: 0, maxAttempts: 1, jobKey: job.name, jobKeyMode: 'replace' },
      }),
    ),
  });
}
