import { accept, refuse } from '#platform/outcome';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { openSession } from './open-session.ts';
import { NOBODYS_HASH } from './password-hasher.ts';
import { normaliseEmail, toUser } from './rules.ts';
import { findUserByEmail } from './store.ts';

export async function logIn(deps: Deps, input: Parameters<Accounts['logIn']>[0]): ReturnType<Accounts['logIn']> {
  const { db, hasher, log, tries } = deps;
  const { network, password } = input;
  const email = normaliseEmail(input.email);
  const ofAccount = { login_pair: `${email} ${network}`, login_account: email };
  const tried = await tries.take({ login_network: network, ...ofAccount });
  if (!tried.ok) return tried;

  const user = await findUserByEmail(db, email);
  // Always one hash to compare with: an unknown e-mail takes as long as a wrong password.
  const isRight = await hasher.verify(user?.password_hash ?? NOBODYS_HASH, password);
  const session = user !== undefined && isRight ? await openSession(deps, db, user) : null;
  if (user === undefined || session === null) {
    // Without the e-mail that was given: people type passwords into that field.
    log.info({ user_id: user?.user_id ?? null, network }, 'login refused');
    return refuse('LOGIN_FAILED');
  }
  await tries.forgive(ofAccount);
  log.info({ user_id: user.user_id, session_id: session.session_id, network }, 'logged in');
  return accept({ user: toUser(user), ...session });
}
