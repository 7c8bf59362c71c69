import { timestamp } from '#platform/clock';
import type { Connection } from '#platform/sql';
import type { Deps } from './deps.ts';
import { makeSessionToken, readSessionToken, sessionEnd } from './rules.ts';
import { insertSession, type UserRow } from './store.ts';

/** A session under a new token for somebody whose password has been checked; null when it no longer is the password. */
export async function openSession(
  { clock, ids }: Deps,
  db: Connection,
  user: UserRow,
): Promise<{ token: string; session_id: string } | null> {
  const nowMs = clock.nowMs();
  const token = makeSessionToken(user.user_id, ids.secret);
  const session = {
    session_id: ids.nextFor(user.user_id),
    user_id: user.user_id,
    token_hash: readSessionToken(token)!.token_hash,
    created_at: timestamp(nowMs),
    expires_at: sessionEnd(nowMs, nowMs),
  };
  const isOpen = await insertSession(db, { session, passwordHash: user.password_hash });
  return isOpen ? { token, session_id: session.session_id } : null;
}
