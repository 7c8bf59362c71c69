import { accept, refuse } from '#platform/outcome';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { saveUser } from './store.ts';
import { findGenuineToken, useMailToken } from './use-mail-token.ts';

export async function verifyEmail(
  deps: Deps,
  { token, network }: Parameters<Accounts['verifyEmail']>[0],
): ReturnType<Accounts['verifyEmail']> {
  const tried = await deps.tries.take({ token_network: network });
  if (!tried.ok) return tried;
  const row = await findGenuineToken(deps, { token, kind: 'verify' });
  if (row === undefined) return refuse('TOKEN_INVALID');

  return await deps.db.transaction(async tx => {
    const user = await useMailToken(deps, tx, row);
    if (user === undefined) return refuse('TOKEN_INVALID');
    await saveUser(tx, { ...user, email_verified: true });
    return accept(null);
  });
}
