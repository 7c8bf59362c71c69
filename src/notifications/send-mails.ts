import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { Deps } from './deps.ts';
import { renderLetter } from './render-letter.ts';
import { isRecipientRefused, SMTP_CONNECTIONS_MAX, type Smtp } from './smtp.ts';
import { type DueMail, endMail, postponeMail, pruneMails, putBackMails, takeDueMails } from './store.ts';
import { MAIL_KEPT_MS } from './write-mails.ts';

const BATCH = 25;
/** Longer than a batch can take: five rounds over the connections, each with its time-outs. */
const LEASE_MS = 300_000;
const RETRY_FIRST_MS = 10_000;
const RETRY_MAX_MS = 3_600_000;
const ERROR_LENGTH_MAX = 500;
const GIVE_UP_MS = 24 * 3_600_000;

/** Sends what is due, a batch at a time; answers when nothing is left that is due now. */
export async function sendMails(deps: Deps, signal?: AbortSignal): Promise<void> {
  const { smtp } = deps;
  if (smtp === undefined) return;
  while (!signal?.aborted) {
    const nowMs = deps.clock.nowMs();
    const due = await takeDueMails(deps.db, {
      now: timestamp(nowMs),
      again: timestamp(nowMs + LEASE_MS),
      limit: BATCH,
    });
    const waiting = due.values();
    const unsent: string[] = [];
    const sendInTurn = async () => {
      for (const mail of waiting) {
        if (signal?.aborted) unsent.push(mail.mail_id);
        else await sendMail(deps, smtp, mail);
      }
    };
    await Promise.all(Array.from({ length: SMTP_CONNECTIONS_MAX }, sendInTurn));
    // We are stopping: whoever comes next need not wait for the lease.
    if (unsent.length > 0) await putBackMails(deps.db, unsent, timestamp(nowMs));
    if (due.length < BATCH) return;
  }
}

async function sendMail(deps: Deps, smtp: Smtp, mail: DueMail): Promise<void> {
  const { db, clock, log } = deps;
  const { mail_id, kind, tries } = mail;
  try {
    await smtp.send({ ...mail, ...renderLetter(mail.letter) });
  } catch (error) {
    const nowMs = clock.nowMs();
    const last_error = (error as Error).message.slice(0, ERROR_LENGTH_MAX);
    if (isRecipientRefused(error) || nowMs - Date.parse(mail.created_at) > GIVE_UP_MS) {
      log.error({ err: error, mail_id, kind, tries }, 'a mail could not be sent and is given up');
      return endMail(db, { mail_id, state: 'failed', sent_at: null, last_error });
    }
    log.warn({ err: error, mail_id, kind, tries }, 'a mail could not be sent; it is tried again');
    const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** Math.min(tries - 1, 20), RETRY_MAX_MS);
    return postponeMail(db, { mail_id, next_try_at: timestamp(nowMs + pauseMs), last_error });
  }
  await endMail(db, { mail_id, state: 'sent', sent_at: timestamp(clock.nowMs()), last_error: null });
}

export async function dropOldMails({ db, clock }: Deps): Promise<void> {
  const before = timestamp(clock.nowMs() - MAIL_KEPT_MS);
  while ((await pruneMails(db, before, limits.sweepBatchMax)) === limits.sweepBatchMax);
}
