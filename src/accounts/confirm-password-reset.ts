import { timestamp } from '#platform/clock';
import { accept, refuse } from '#platform/outcome';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { findPasswordFault } from './rules.ts';
import { appendEvents, deleteSessions, endMailTokens, saveUser } from './store.ts';
import { findGenuineToken, useMailToken } from './use-mail-token.ts';

export async function confirmPasswordReset(
  deps: Deps,
  { token, password, network }: Parameters<Accounts['confirmPasswordReset']>[0],
): ReturnType<Accounts['confirmPasswordReset']> {
  const { db, clock, hasher, log, outbox, tries } = deps;
  const fault = findPasswordFault(password);
  if (fault !== undefined) return refuse(fault);
  const tried = await tries.take({ token_network: network });
  if (!tried.ok) return tried;
  const row = await findGenuineToken(deps, { token, kind: 'reset' });
  if (row === undefined) return refuse('TOKEN_INVALID');

  const { user_id } = row;
  const password_hash = await hasher.hash(password);
  const isSet = await db.transaction(async tx => {
    const user = await useMailToken(deps, tx, row);
    if (user === undefined) return false;
    const { email, name } = user;
    const version = user.version + 1;
    await saveUser(tx, { ...user, password_hash, version });
    await deleteSessions(tx, { userId: user_id, keep: null });
    await endMailTokens(tx, { userId: user_id, kinds: ['reset'], now: timestamp(clock.nowMs()) });
    const data = { user_id, email, name };
    await appendEvents(tx, [{ aggregate_id: user_id, version, type: 'user.password_changed', data }]);
    return true;
  });
  if (!isSet) return refuse('TOKEN_INVALID');
  outbox.committed();
  log.info({ user_id, network }, 'password reset');
  return accept(null);
}
