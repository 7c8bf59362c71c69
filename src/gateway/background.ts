import type { JobStatus, Jobs } from '#platform/jobs';
import type { Database } from '#platform/sql';
import { type LocalModules, readSubscriptions, type SubscriptionStatus } from '#platform/subscription-status';

export interface BackgroundDeps {
  jobs: Jobs;
  modules: LocalModules;
  db: Database;
}

/** What runs beside the requests, of the process that answers: in a split shop each has its own. */
export interface OperationsView {
  jobs: JobStatus[];
  subscriptions: SubscriptionStatus[];
  database: { connections: number; waiting: number };
  process: { uptime_seconds: number; memory_bytes: number; node: string };
}

export async function readOperations({ jobs, modules, db }: BackgroundDeps): Promise<OperationsView> {
  return {
    jobs: jobs.status(),
    subscriptions: await readSubscriptions(modules),
    database: { connections: db.pool.total, waiting: db.pool.waiting },
    process: {
      uptime_seconds: Math.floor(process.uptime()),
      memory_bytes: process.memoryUsage.rss(),
      node: process.version,
    },
  };
}

/** Starts a job and does not wait for it; false where this process has none of this name. */
export function startJob(jobs: Jobs, name: string): boolean {
  if (!jobs.status().some(job => job.name === name)) return false;
  // It never throws: how it went stands in the job's status.
  void jobs.runNow(name);
  return true;
}
