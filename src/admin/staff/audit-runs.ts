import type { Audit, AuditReport } from '#audit';
import { type Clock, timestamp } from '#platform/clock';

export interface AuditState {
  /** When the audit began that is running now. */
  running: { since: string } | null;
  last: { report: AuditReport; took_ms: number } | null;
  /** Why the last run ended without a report; null when it has one. */
  error: string | null;
}

/**
 * Audits that staff begin on a page: longer than a request may last, so the page looks again until there is a result,
 * which this process keeps. One at a time: an audit reads the whole shop, and a second one would find the same.
 */
export interface AuditRuns {
  start(): void;
  state(): AuditState;
}

export function createAuditRuns({ audit, clock }: { audit: Audit; clock: Clock }): AuditRuns {
  let running: AuditState['running'] = null;
  let last: AuditState['last'] = null;
  let error: string | null = null;

  async function run(): Promise<void> {
    const startedMs = clock.nowMs();
    running = { since: timestamp(startedMs) };
    try {
      const report = await audit.runAudit({});
      last = { report, took_ms: clock.nowMs() - startedMs };
      error = null;
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      running = null;
    }
  }

  return {
    start() {
      if (running === null) void run();
    },
    state: () => ({ running, last, error }),
  };
}
