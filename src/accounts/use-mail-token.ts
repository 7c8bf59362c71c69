import { timestamp } from '#platform/clock';
import type { Connection } from '#platform/sql';
import type { Deps } from './deps.ts';
import { readMailToken } from './rules.ts';
import {
  findMailToken,
  lockUser,
  type MailTokenKind,
  type MailTokenRow,
  takeMailToken,
  type UserRow,
} from './store.ts';

/** The row of a genuine token that still works. */
export async function findGenuineToken(
  { db, clock, mailTokenSecret }: Deps,
  { token, kind }: { token: string; kind: MailTokenKind },
): Promise<MailTokenRow | undefined> {
  const token_id = readMailToken(mailTokenSecret, token);
  if (token_id === null) return undefined;
  return await findMailToken(db, { token_id, kind, now: timestamp(clock.nowMs()) });
}

/** Locks the token's person and uses the token up: undefined when either is gone by now. */
export async function useMailToken(
  { clock }: Deps,
  tx: Connection,
  { token_id, user_id }: MailTokenRow,
): Promise<UserRow | undefined> {
  const user = await lockUser(tx, user_id);
  if (user === undefined) return undefined;
  return (await takeMailToken(tx, { token_id, now: timestamp(clock.nowMs()) })) ? user : undefined;
}
