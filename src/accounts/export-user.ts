import { timestamp } from '#platform/clock';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { toOpenSession, toSavedAddress, toUser } from './rules.ts';
import { findUser, listAddresses, listSessions } from './store.ts';

export async function exportUser(
  { db, clock }: Deps,
  { user_id }: Parameters<Accounts['exportUser']>[0],
): ReturnType<Accounts['exportUser']> {
  const [user, addresses, sessions] = await Promise.all([
    findUser(db, user_id),
    listAddresses(db, user_id),
    listSessions(db, user_id, timestamp(clock.nowMs())),
  ]);
  if (user === undefined) return null;
  return { user: toUser(user), addresses: addresses.map(toSavedAddress), sessions: sessions.map(toOpenSession) };
}
