import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import { accept } from '#platform/outcome';
import type { Accounts } from './contract.ts';
import type { Deps } from './deps.ts';
import { normaliseEmail } from './rules.ts';
import { appendEvents, endMailTokens, findUserByEmail, lockUser, saveUser } from './store.ts';
import { writeMailToken } from './write-mail-token.ts';

/** A known e-mail costs a transaction, an unknown one a look: the answer comes after a fixed time, so neither shows. */
export async function requestPasswordReset(
  deps: Deps,
  { email, network }: Parameters<Accounts['requestPasswordReset']>[0],
): ReturnType<Accounts['requestPasswordReset']> {
  const address = normaliseEmail(email);
  const tried = await deps.tries.take({ reset_network: network, reset_account: address });
  if (!tried.ok) return tried;
  await Promise.all([sendReset(deps, address), deps.clock.sleep(limits.resetAnswerMs)]);
  deps.log.info({ network }, 'password reset requested');
  return accept(null);
}

async function sendReset(deps: Deps, email: string): Promise<void> {
  const { db, clock, outbox } = deps;
  const known = await findUserByEmail(db, email);
  if (known === undefined) return;
  const { user_id } = known;
  await db.transaction(async tx => {
    const user = await lockUser(tx, user_id);
    // The person was erased, or moved to another e-mail, in between.
    if (user?.email !== email) return;
    const version = user.version + 1;
    await saveUser(tx, { ...user, version });
    await endMailTokens(tx, { userId: user_id, kinds: ['reset'], now: timestamp(clock.nowMs()) });
    const token_id = await writeMailToken(deps, tx, { kind: 'reset', user });
    const data = { user_id, email, name: user.name, token_id };
    await appendEvents(tx, [{ aggregate_id: user_id, version, type: 'user.reset_requested', data }]);
  });
  outbox.committed();
}
