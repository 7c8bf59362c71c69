import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import type { Mail } from './contract.ts';
import type { Deps } from './deps.ts';
import { type Letter, subjectOf } from './render-letter.ts';
import { insertMails, type MailRow } from './store.ts';

/** How long a mail is kept, and so how old an event may be that still makes one. */
export const MAIL_KEPT_MS = 7 * 24 * 3_600_000;

export interface Draft {
  kind: Mail['kind'];
  /** What makes it the same mail when it is drafted again. */
  cause: string;
  person_id: string;
  order_id: string | null;
  to: string;
  letter: Letter;
}

/** Without a mail server the mailbox is where mails go, so they have arrived by being written. */
export async function writeMails(deps: Deps, drafts: Draft[]): Promise<void> {
  if (drafts.length === 0) return;
  const at = timestamp(deps.clock.nowMs());
  const isSent = deps.smtp === undefined;
  const state = isSent
    ? { state: 'sent' as const, sent_at: at, next_try_at: null }
    : { state: 'queued' as const, sent_at: null, next_try_at: at };
  await insertMails(
    deps.db,
    drafts.map(
      ({ kind, cause, person_id, order_id, to, letter }): MailRow => ({
        mail_id: derivedId(order_id ?? person_id, `${cause} ${kind}`),
        kind,
        person_id,
        order_id,
        recipient: to,
        subject: subjectOf(letter),
        letter,
        ...state,
        created_at: at,
      }),
    ),
  );
  deps.pokeSender();
}
