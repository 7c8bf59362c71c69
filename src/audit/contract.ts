/**
 * audit: every invariant, checked over all data in bounded memory.
 *
 * Owns nothing. It reads the modules' facts through their contracts: sorted streams in pages, which it merge-joins, and
 * what a module has compared within itself, a span of buckets at a time. So neither its memory nor a statement grows
 * with the shop, but for the part of it that one span is. Each answer is of one moment; modules commit one after
 * another, so what was put together from several of them, is younger than a minute and looks wrong is read again before
 * it is called a violation. It needs no index but the tables' own keys. What is checked stands in `checks.ts`.
 */
import { type Static, Type } from 'typebox';
import { defineContract, Nothing, query } from '#platform/contract';
import { object, text } from '#platform/schema';

/**
 * `checked` counts what was looked at: 0 where there is none of it, as without Redis there is no gate. `violations` names
 * the first 100 of what breaks the invariant.
 */
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
