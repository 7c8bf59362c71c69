import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

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
  /** The cron line, or `every 5 s`. */
  schedule: string;
  running: boolean;
  /** Runs and failures of this process since it started. */
  runs: number;
  failures: number;
  /** RFC 3339; null before the first run in this process. */
  last_run_at: string | null;
  last_duration_ms: number | null;
  /** Of the last run; null when it went well. */
  last_error: string | null;
}

export interface Jobs {
  /** Registers a job; before `start`. */
  every(job: Job): void;
  start(): Promise<void>;
  /** Aborts the signals of running jobs and waits for them. */
  stop(): Promise<void>;
  /** Runs a job now in this process unless it is running somewhere; answers whether it ran. For tests and the admin. */
  runNow(name: string): Promise<boolean>;
  status(): JobStatus[];
}

export function createJobs(_options: { url: string; log: Log; clock: Clock; metrics?: Metrics }): Jobs {
  throw new Error('written next');
}
