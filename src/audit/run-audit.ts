import type { AuditReport } from '#audit';
import { type Clock, timestamp } from '#platform/clock';
import type { AuditRun } from './check.ts';
import { checksOf } from './checks.ts';
import type { AuditedModules } from './order-views.ts';

export interface AuditDeps extends AuditedModules {
  clock: Clock;
  /** Told after each fact. */
  onProgress?: AuditRun['onProgress'];
}

const RECHECKS_WITHIN_MS = 30_000;

export async function runAudit({ clock, onProgress = () => {}, ...modules }: AuditDeps): Promise<AuditReport> {
  const run = { clock, onProgress, recheckLeftMs: RECHECKS_WITHIN_MS };
  const invariants: AuditReport['invariants'] = [];
  for (const check of checksOf(modules)) invariants.push(...(await check.run(run)));
  return { ok: invariants.every(finding => finding.ok), checked_at: timestamp(clock.nowMs()), invariants };
}
