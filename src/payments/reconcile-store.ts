import { type Connection, sql } from '#platform/sql';
import type { Disagreement } from './compare-books.ts';
import type { Reconciliation } from './contract.ts';

type Run = Omit<Reconciliation, 'from' | 'to'>;

const runColumns = sql`run_id, gateway, period_from as "from", period_to as "to", is_scheduled, state, compared, open,
  differences, problem, started_at, ended_at`;

export async function beginRun(
  db: Connection,
  run: Pick<Reconciliation, 'run_id' | 'gateway' | 'from' | 'to' | 'is_scheduled' | 'started_at'>,
): Promise<void> {
  await db.query(sql`
    insert into payments.reconciliations (run_id, gateway, period_from, period_to, is_scheduled, state, started_at)
    values (${run.run_id}, ${run.gateway}, ${run.from}, ${run.to}, ${run.is_scheduled}, 'running', ${run.started_at})`);
}

export type Counts = Pick<Run, 'compared' | 'open' | 'differences'>;

export async function saveProgress(db: Connection, runId: string, { compared, open, differences }: Counts) {
  await db.query(sql`
    update payments.reconciliations
    set compared = ${compared}, open = ${open}, differences = ${differences} where run_id = ${runId}`);
}

export async function endRun(db: Connection, runId: string, end: { problem: string | null; at: string }) {
  const state = end.problem === null ? 'done' : 'failed';
  await db.query(sql`
    update payments.reconciliations
    set state = ${state}, problem = ${end.problem}, ended_at = ${end.at}
    where run_id = ${runId}`);
}

/** Up to where the schedule has compared a gateway. */
export async function readComparedTo(db: Connection, gateway: string): Promise<string | null> {
  const rows = await db.query<{ to: string | null }>(sql`
    select max(period_to) as "to" from payments.reconciliations
    where gateway = ${gateway} and state = 'done' and is_scheduled`);
  return rows[0]!.to;
}

export function listRuns(db: Connection, most: number): Promise<Reconciliation[]> {
  return db.query<Reconciliation>(sql`
    select ${runColumns} from payments.reconciliations order by started_at desc, run_id desc limit ${most}`);
}

/** Their processes ended without a word. */
export async function endLostRuns(db: Connection, { since, at }: { since: string; at: string }): Promise<void> {
  await db.query(sql`
    update payments.reconciliations set state = 'failed', problem = 'the process ended', ended_at = ${at}
    where state = 'running' and started_at < ${since}`);
}

export async function pruneRuns(db: Connection, before: string): Promise<void> {
  await db.query(sql`delete from payments.reconciliations where started_at < ${before}`);
  await db.query(sql`delete from payments.differences where resolved_at is not null and seen_at < ${before}`);
}

/** Orders with a payment at this gateway, by the time in their ids. */
export async function readOrderIdsBetween(
  db: Connection,
  { gateway, fromId, toId }: { gateway: string; fromId: string; toId: string },
): Promise<string[]> {
  const rows = await db.query<{ order_id: string }>(sql`
    select p.order_id
    from generate_series(0, 255) as b (bucket)
    cross join lateral (
      select order_id from payments.payments p
      where p.bucket = b.bucket::smallint and p.order_id >= ${fromId} and p.order_id < ${toId}
        and p.gateway = ${gateway}
    ) p`);
  return rows.map(row => row.order_id);
}

export interface FoundDifference extends Disagreement {
  order_id: string;
}

/** A difference that was there before keeps the time when it was found. */
export async function saveDifferences(
  db: Connection,
  { gateway, found, at }: { gateway: string; found: FoundDifference[]; at: string },
): Promise<void> {
  if (found.length === 0) return;
  await db.query(sql`
    insert into payments.differences as d (gateway, order_id, kind, detail, found_at, seen_at)
    select ${gateway}, order_id, kind, detail, ${at}, ${at}
    from unnest(
      ${found.map(each => each.order_id)}::uuid[],
      ${found.map(each => each.kind)}::text[],
      ${found.map(each => each.detail)}::text[]
    ) as f (order_id, kind, detail)
    on conflict (gateway, order_id) do update
    set kind = excluded.kind, detail = excluded.detail, seen_at = excluded.seen_at, resolved_at = null,
      found_at = case when d.resolved_at is null then d.found_at else excluded.found_at end`);
}

export async function resolveDifferences(
  db: Connection,
  { gateway, orderIds, at }: { gateway: string; orderIds: string[]; at: string },
): Promise<void> {
  if (orderIds.length === 0) return;
  await db.query(sql`
    update payments.differences set resolved_at = ${at}
    where gateway = ${gateway} and order_id = any(${orderIds}::uuid[]) and resolved_at is null`);
}

/** That were not looked at since. */
export async function readOpenDifferences(
  db: Connection,
  { gateway, seenBefore, most }: { gateway: string; seenBefore: string; most: number },
): Promise<string[]> {
  const rows = await db.query<{ order_id: string }>(sql`
    select order_id from payments.differences
    where gateway = ${gateway} and resolved_at is null and seen_at < ${seenBefore}
    order by found_at limit ${most}`);
  return rows.map(row => row.order_id);
}

export interface DifferenceRow extends FoundDifference {
  gateway: string;
  found_at: string;
  seen_at: string;
  resolved_at: string | null;
}

/** Open ones first, then the latest. */
export function listDifferences(db: Connection, most: number): Promise<DifferenceRow[]> {
  return db.query<DifferenceRow>(sql`
    select gateway, order_id, kind, detail, found_at, seen_at, resolved_at from payments.differences
    order by resolved_at is not null, seen_at desc, order_id limit ${most}`);
}

/** Found before `since`, and still there. */
export function listStandingDifferences(db: Connection, since: string, most: number): Promise<DifferenceRow[]> {
  return db.query<DifferenceRow>(sql`
    select gateway, order_id, kind, detail, found_at, seen_at, resolved_at from payments.differences
    where resolved_at is null and found_at < ${since}
    order by found_at limit ${most}`);
}
