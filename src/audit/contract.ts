/**
 * audit: every invariant, checked over all data in bounded memory.
 *
 * Owns nothing. It reads the modules' sorted fact streams and merge-joins them, so memory does not grow with the shop.
 * Modules commit one after another, so what is younger than a minute and looks wrong is read again before it is called
 * a violation.
 */
import { type Static, Type } from 'typebox';
import { defineContract, Nothing, query } from '#platform/contract';
import { object, text } from '#platform/schema';

/** `checked` counts what was looked at; `violations` names the first 100 of what breaks the invariant. */
export const AuditReport = object({
  ok: Type.Boolean(),
  checked_at: Type.String({ format: 'date-time' }),
  invariants: Type.Array(
    object({
      name: text(100),
      ok: Type.Boolean(),
      checked: Type.Integer(),
      violations: Type.Array(text(1000)),
    }),
  ),
});
export type AuditReport = Static<typeof AuditReport>;

export interface Audit {
  runAudit(input: Record<string, never>): Promise<AuditReport>;
}

export const auditContract = defineContract<Audit>({
  name: 'audit',
  operations: { runAudit: query(Nothing, 600_000) },
  refusals: {},
});
