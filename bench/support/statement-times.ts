import { type Database, sql } from '#platform/sql';
import type { Table } from './table.ts';

const SHOWN = 30;

/** What PostgreSQL itself says that it does, statement by statement. */
export async function resetStatementTimes(db: Database): Promise<void> {
  await db.query(sql`create extension if not exists pg_stat_statements`);
  await db.query(sql`select pg_stat_statements_reset()`);
}

/** The statements since the reset that took most of the time, for each of `orders`. */
export async function readStatementTimes(db: Database, orders: number): Promise<Table> {
  const rows = await db.query<{ query: string; calls: number; ms: number; rows: number; wal: number }>(sql`
    select regexp_replace(query, '\\s+', ' ', 'g') as query, calls, total_exec_time as ms, rows,
      wal_bytes::bigint as wal
    from pg_stat_statements order by total_exec_time desc limit ${SHOWN}`);
  return {
    columns: ['statement', 'calls', 'µs an order', 'rows an order', 'WAL bytes an order'],
    rows: rows.map(({ query, calls, ms, rows, wal }) => [
      query.trim().slice(0, 110),
      String(calls),
      ((ms * 1_000) / orders).toFixed(1),
      (rows / orders).toFixed(2),
      (wal / orders).toFixed(0),
    ]),
  };
}
