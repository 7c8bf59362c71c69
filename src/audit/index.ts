import type { Audit } from '#audit';
import type { Module } from '#platform/module';
import { type AuditDeps, runAudit } from './run-audit.ts';

/** Owns nothing, so it starts and stops nothing. */
export function createAudit(deps: AuditDeps): Module<Audit> {
  return { api: { runAudit: () => runAudit(deps) } };
}
