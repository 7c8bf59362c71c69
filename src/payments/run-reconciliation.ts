import { limits } from '#limits';
import { type Clock, timestamp } from '#platform/clock';
import type { Ids } from '#platform/ids';
import { accept, refuse } from '#platform/outcome';
import type { Database } from '#platform/sql';
import type { Payments, ReconciliationReport } from './contract.ts';
import type { GatewayCalls } from './gateway-call.ts';
import { periodIn } from './get-ledger.ts';
import type { PaymentContext } from './payment-context.ts';
import { reconcileBooks } from './reconcile-books.ts';
import {
  beginRun,
  endLostRuns,
  endRun,
  listDifferences,
  listRuns,
  pruneRuns,
  readComparedTo,
  saveProgress,
} from './reconcile-store.ts';

/** What is younger is mostly still under way. */
const SETTLED_MS = 120_000;
/** How far a first run of the schedule looks back. */
const FIRST_MS = 3_600_000;
const LOST_AFTER_MS = 3_600_000;
const KEPT_MS = 90 * 86_400_000;
const LISTED_RUNS = 20;

export interface Reconciler {
  start(input: Parameters<Payments['startReconciliation']>[0]): ReturnType<Payments['startReconciliation']>;
  report(): Promise<ReconciliationReport>;
  /** Every gateway, from where the last run ended to a little ago. */
  runSchedule(signal: AbortSignal): Promise<void>;
  prune(): Promise<void>;
  stop(): Promise<void>;
}

interface Deps {
  db: Database;
  clock: Clock;
  ids: Ids;
}

type Run = { gateway: GatewayCalls; from: string; to: string; is_scheduled: boolean };

export function createReconciler(context: PaymentContext, { db, clock, ids }: Deps): Reconciler {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const now = () => timestamp(clock.nowMs());

  async function begin(run: Run): Promise<string> {
    const run_id = ids.next();
    await beginRun(db, { run_id, ...run, gateway: run.gateway.name, started_at: now() });
    return run_id;
  }

  /** Throws where it couldn't be ended; the run says why. */
  async function compare(runId: string, { gateway, ...period }: Run, signal: AbortSignal): Promise<void> {
    try {
      await reconcileBooks({ context, db, gateway, period, signal }, counts => saveProgress(db, runId, counts));
      await endRun(db, runId, { problem: null, at: now() });
    } catch (error) {
      const isStopped = stopping.signal.aborted;
      const problem = isStopped ? 'the process stopped' : error instanceof Error ? error.message : String(error);
      await endRun(db, runId, { problem, at: now() });
      if (!isStopped) throw error;
    }
  }

  async function beginInBackground(run: Run): Promise<string> {
    const runId = await begin(run);
    const work: Promise<void> = compare(runId, run, stopping.signal)
      .catch(error => context.log.error({ err: error, gateway: run.gateway.name }, 'a reconciliation has failed'))
      .finally(() => running.delete(work));
    running.add(work);
    return runId;
  }

  return {
    async start({ gateway: name, ...asked }) {
      const { from, to } = periodIn(asked);
      const problem = problemOf({ from, to });
      if (problem !== null) return refuse('PERIOD_INVALID', { detail: problem });
      const gateways = [...context.gateways.values()].filter(gateway => name === undefined || gateway.name === name);
      if (gateways.length === 0) return refuse('GATEWAY_UNKNOWN');
      const runs = gateways.map(gateway => ({ gateway, from, to, is_scheduled: false }));
      return accept({ run_ids: await Promise.all(runs.map(beginInBackground)) });
    },
    report: () => readReport(db),
    async runSchedule(signal) {
      const nowMs = clock.nowMs();
      await endLostRuns(db, { since: timestamp(nowMs - LOST_AFTER_MS), at: now() });
      const to = timestamp(nowMs - SETTLED_MS);
      for (const gateway of context.gateways.values()) {
        const from = (await readComparedTo(db, gateway.name)) ?? timestamp(nowMs - FIRST_MS);
        if (from >= to) continue;
        const run = { gateway, from, to, is_scheduled: true };
        await compare(await begin(run), run, AbortSignal.any([signal, stopping.signal]));
      }
    },
    prune: () => pruneRuns(db, timestamp(clock.nowMs() - KEPT_MS)),
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

function problemOf({ from, to }: { from: string; to: string }): string | null {
  const ms = Date.parse(to) - Date.parse(from);
  if (ms <= 0) return 'it ends before it begins';
  return ms > limits.reconciledMs ? `at most ${limits.reconciledMs / 86_400_000} days` : null;
}

async function readReport(db: Database): Promise<ReconciliationReport> {
  const [runs, differences] = await Promise.all([listRuns(db, LISTED_RUNS), listDifferences(db, limits.pageSizeMax)]);
  return { runs, differences };
}
