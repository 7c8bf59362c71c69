import { timestamp } from '#platform/clock';
import { accept, refuse } from '#platform/outcome';
import { type Connection, violates } from '#platform/sql';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { findPasswordFault, normaliseEmail, toUser } from './rules.ts';
import {
  appendEvents,
  deleteSessions,
  endMailTokens,
  findUser,
  lockUser,
  type NewAccountsEvent,
  saveUser,
  type UserRow,
} from './store.ts';
import { writeMailToken } from './write-mail-token.ts';

type Input = Parameters<Accounts['updateUser']>[0];
type Change = { name?: string; email?: string; password_hash?: string };

export async function updateUser(deps: Deps, input: Input): ReturnType<Accounts['updateUser']> {
  const { db, hasher, log, outbox } = deps;
  const { user_id, session_id, name, password } = input;
  const fault = password === undefined ? undefined : findPasswordFault(password);
  if (fault !== undefined) return refuse(fault);
  const before = await findUser(db, user_id);
  if (before === undefined) return refuse('USER_NOT_FOUND');
  const wanted = input.email === undefined ? before.email : normaliseEmail(input.email);
  const email = wanted === before.email ? undefined : wanted;

  const isProofNeeded = email !== undefined || password !== undefined;
  if (isProofNeeded) {
    const proof = await prove(deps, before, input);
    if (proof !== 'proven') return proof;
  }
  const password_hash = password === undefined ? undefined : await hasher.hash(password);
  try {
    const after = await db.transaction(async tx => {
      const user = await lockUser(tx, user_id);
      // What was proven must still hold: another request may have changed the password meanwhile.
      const isProven = user?.password_hash === before.password_hash;
      if (user === undefined || (isProofNeeded && !isProven)) return null;
      return await write(deps, tx, { user, session_id, change: { name, email, password_hash } });
    });
    if (after === null) return refuse(isProofNeeded ? 'CURRENT_PASSWORD_WRONG' : 'USER_NOT_FOUND');
    if (isProofNeeded) outbox.committed();
    const changed = { email: email !== undefined, secret: password !== undefined };
    if (isProofNeeded) log.info({ user_id, session_id, changed }, 'login data changed');
    return accept(toUser(after));
  } catch (error) {
    if (violates(error, 'users_email')) return refuse('EMAIL_TAKEN');
    throw error;
  }
}

/** The current password; or, when this repeats a change that was made, the new one, which is in place already. */
async function prove({ hasher, log, tries }: Deps, user: UserRow, { current_password, password, session_id }: Input) {
  const { user_id, password_hash } = user;
  if (current_password === undefined) return refuse('CURRENT_PASSWORD_WRONG');
  const tried = await tries.take({ password_account: user_id });
  if (!tried.ok) return tried;
  if (await hasher.verify(password_hash, current_password)) return 'proven';
  if (password !== undefined && (await hasher.verify(password_hash, password))) return 'proven';
  log.info({ user_id, session_id }, 'current password wrong');
  return refuse('CURRENT_PASSWORD_WRONG');
}

async function write(
  deps: Deps,
  tx: Connection,
  { user, session_id, change }: { user: UserRow; session_id: string; change: Change },
): Promise<UserRow> {
  const { user_id } = user;
  const isNewEmail = change.email !== undefined && change.email !== user.email;
  const isNewPassword = change.password_hash !== undefined;
  const after: UserRow = {
    ...user,
    name: change.name ?? user.name,
    email: change.email ?? user.email,
    password_hash: change.password_hash ?? user.password_hash,
    email_verified: user.email_verified && !isNewEmail,
    version: user.version + Number(isNewEmail) + Number(isNewPassword),
  };
  const { email, name } = after;
  await saveUser(tx, after);
  if (isNewPassword) await deleteSessions(tx, { userId: user_id, keep: session_id });
  const now = timestamp(deps.clock.nowMs());
  // A link in a mail to the old address must open nothing, and none outlives the password it was to replace.
  if (isNewEmail) await endMailTokens(tx, { userId: user_id, kinds: ['verify', 'reset'], now });
  if (isNewPassword && !isNewEmail) await endMailTokens(tx, { userId: user_id, kinds: ['reset'], now });
  const events: NewAccountsEvent[] = [];
  if (isNewEmail) {
    const token_id = await writeMailToken(deps, tx, { kind: 'verify', user: after });
    const data = { user_id, email, previous_email: user.email, name, token_id };
    events.push({ aggregate_id: user_id, version: user.version + 1, type: 'user.email_changed', data });
  }
  if (isNewPassword) {
    const data = { user_id, email, name };
    events.push({ aggregate_id: user_id, version: after.version, type: 'user.password_changed', data });
  }
  await appendEvents(tx, events);
  return after;
}
