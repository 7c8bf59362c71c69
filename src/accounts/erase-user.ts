import { timestamp } from '#platform/clock';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { appendEvents, blankUser, deleteAddresses, deleteMailTokens, deleteSessions, lockUser } from './store.ts';

/** Events of before keep the e-mail until they are pruned, `limits.eventKeptMs` after everyone has read them. */
export async function eraseUser(
  { db, clock, log, outbox }: Deps,
  { user_id }: Parameters<Accounts['eraseUser']>[0],
): ReturnType<Accounts['eraseUser']> {
  const isErased = await db.transaction(async tx => {
    const user = await lockUser(tx, user_id);
    if (user === undefined) return false;
    const version = user.version + 1;
    await blankUser(tx, { user_id, version, erased_at: timestamp(clock.nowMs()) });
    await deleteSessions(tx, { userId: user_id, keep: null });
    await deleteAddresses(tx, user_id);
    await deleteMailTokens(tx, user_id);
    await appendEvents(tx, [{ aggregate_id: user_id, version, type: 'user.erased', data: { user_id } }]);
    return true;
  });
  if (!isErased) return null;
  outbox.committed();
  log.info({ user_id }, 'user erased');
  return null;
}
