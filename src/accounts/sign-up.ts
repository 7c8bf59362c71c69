import assert from 'node:assert/strict';
import { timestamp } from '#platform/clock';
import { accept, refuse } from '#platform/outcome';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { openSession } from './open-session.ts';
import { findPasswordFault, normaliseEmail, toUser } from './rules.ts';
import { appendEvents, findUserByEmail, insertUser } from './store.ts';
import { writeMailToken } from './write-mail-token.ts';

export async function signUp(deps: Deps, input: Parameters<Accounts['signUp']>[0]): ReturnType<Accounts['signUp']> {
  const { db, clock, hasher, log, outbox, tries } = deps;
  const { user_id, name, network, password } = input;
  const email = normaliseEmail(input.email);
  const fault = findPasswordFault(password);
  if (fault !== undefined) return refuse(fault);
  // Signing up tells which e-mails are taken, so asking is what is slowed.
  const tried = await tries.take({ signup_network: network });
  if (!tried.ok) return tried;
  if (await findUserByEmail(db, email)) return refuse('EMAIL_TAKEN');

  const password_hash = await hasher.hash(password);
  const opened = await db.transaction(async tx => {
    const user = await insertUser(tx, {
      user_id,
      email,
      name,
      password_hash,
      role: 'customer',
      seller_id: null,
      prime: false,
      email_verified: false,
      created_at: timestamp(clock.nowMs()),
      version: 1,
    });
    if (user === undefined) return null;
    const session = await openSession(deps, tx, user);
    assert(session !== null, 'a user who was just inserted has the password they were given');
    const token_id = await writeMailToken(deps, tx, { kind: 'verify', user });
    const data = { user_id, email, name, token_id };
    await appendEvents(tx, [{ aggregate_id: user_id, version: user.version, type: 'user.signed_up', data }]);
    return { user: toUser(user), ...session };
  });
  if (opened === null) return refuse('EMAIL_TAKEN');
  outbox.committed();
  log.info({ user_id, session_id: opened.session_id, network }, 'signed up');
  return accept(opened);
}
