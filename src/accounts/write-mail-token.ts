import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { Connection } from '#platform/sql';
import type { Deps } from './deps.ts';
import { insertMailToken, type MailTokenKind, type UserRow } from './store.ts';

const lifeMs = { verify: limits.verifyTokenLifeMs, reset: limits.resetTokenLifeMs };

/** A token for a mail to the e-mail that this person has now; answers its id, which an event may carry. */
export async function writeMailToken(
  { clock, ids }: Deps,
  tx: Connection,
  { kind, user }: { kind: MailTokenKind; user: UserRow },
): Promise<string> {
  const { user_id, email } = user;
  const token_id = ids.nextFor(user_id);
  const expires_at = timestamp(clock.nowMs() + lifeMs[kind]);
  await insertMailToken(tx, { token_id, kind, user_id, email, expires_at });
  return token_id;
}
