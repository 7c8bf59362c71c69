import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import { type GroupCommit, groupCommit } from '#platform/group-commit';
import type { Session } from './contract.ts';
import type { AccountsOptions } from './deps.ts';
import { type SessionKey, sessionEnd, toSession } from './rules.ts';
import { type FoundSession, findSessions, prolongSessions } from './store.ts';

/** Statements in flight: while all are, those who come wait and share the next one. */
const PARALLEL = 2;

/**
 * The living sessions of all requests that arrive in one tick, by one statement. There is no cache in front of it, so a
 * session that ends in any process ends at once. What a cache would save is small: measured over 5,000 sessions with
 * PostgreSQL and the callers on the same 2 cores, 64 callers at once got 3,000 sessions/s by a statement each (p50 20
 * ms) and 32,000–36,000/s in groups (p50 1.3 ms); one caller alone got 1,400–2,000/s either way (p50 0.5–0.7 ms).
 */
export function resolveSessions({
  db,
  clock,
  metrics,
  random,
}: AccountsOptions): GroupCommit<SessionKey, Session | null> {
  async function resolve(keys: SessionKey[]): Promise<(Session | null)[]> {
    const nowMs = clock.nowMs();
    const buckets = keys.map(key => key.bucket);
    const hashes = keys.map(key => key.token_hash);
    const found = await findSessions(db, { buckets, hashes, now: timestamp(nowMs) });
    await prolong(found, keys, nowMs);
    const sessions = new Map(found.map(row => [row.place, toSession(row)]));
    return keys.map((_, index) => sessions.get(index + 1) ?? null);
  }

  /** At most once a day each, so that a session in use costs a write a day. */
  async function prolong(found: FoundSession[], keys: SessionKey[], nowMs: number): Promise<void> {
    const due = found.flatMap(({ place, created_at, expires_at }) => {
      const end = sessionEnd(nowMs, Date.parse(created_at));
      const isDue = Date.parse(end) - Date.parse(expires_at) >= limits.sessionRefreshMs;
      return isDue ? [{ ...keys[place - 1]!, end }] : [];
    });
    if (due.length === 0) return;
    await prolongSessions(db, {
      buckets: due.map(({ bucket }) => bucket),
      hashes: due.map(({ token_hash }) => token_hash),
      ends: due.map(({ end }) => end),
    });
  }

  const sizeMax = limits.sessionsPerReadMax;
  return groupCommit({
    name: 'accounts_sessions',
    run: resolve,
    find: resolve,
    parallel: PARALLEL,
    sizeMax,
    metrics,
    random,
  });
}
