import { accept, refuse } from '#platform/outcome';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { toUser } from './rules.ts';
import { deleteSessions, lockUser, saveUser } from './store.ts';

export async function setRole(
  { db, log }: Deps,
  input: Parameters<Accounts['setRole']>[0],
): ReturnType<Accounts['setRole']> {
  const { user_id, role, by = null } = input;
  const outcome = await db.transaction(async tx => {
    const user = await lockUser(tx, user_id);
    if (user === undefined) return refuse('USER_NOT_FOUND');
    if (user.role === 'staff' && role !== 'staff' && by === user_id) return refuse('OWN_STAFF_ROLE');
    const seller_id = role === 'seller' ? (input.seller_id ?? user.seller_id) : null;
    if (role === 'seller' && seller_id === null) return refuse('SELLER_MISSING');

    const after = { ...user, role, seller_id, prime: input.prime ?? user.prime };
    await saveUser(tx, after);
    const isOther = role !== user.role || seller_id !== user.seller_id;
    if (isOther) await deleteSessions(tx, { userId: user_id, keep: null });
    return accept(toUser(after));
  });
  if (outcome.ok)
    log.info({ user_id, role, by, seller_id: outcome.value.seller_id, prime: outcome.value.prime }, 'role set');
  return outcome;
}
