import { bucketOf, compareKeys } from '#platform/ids';
import { type Connection, empty, sql } from '#platform/sql';
import type { Mail, MailKind } from './contract.ts';
import type { Letter } from './render-letter.ts';

export interface MailRow {
  mail_id: string;
  kind: Mail['kind'];
  person_id: string;
  order_id: string | null;
  recipient: string;
  subject: string;
  letter: Letter;
  state: 'queued' | 'sent' | 'failed';
  next_try_at: string | null;
  sent_at: string | null;
  created_at: string;
}

/** A mail that is being sent. `tries` counts this one. */
export type DueMail = MailRow & { tries: number };

const columns = sql`m.mail_id, m.kind, m.person_id, m.order_id, m.recipient, m.subject, m.letter, m.state,
  m.next_try_at, m.sent_at, m.created_at`;

/** Mails that are there already stay as they are. */
export async function insertMails(db: Connection, mails: MailRow[]): Promise<void> {
  const rows = mails.toSorted((a, b) => compareKeys(a.mail_id, b.mail_id));
  await db.query(sql`
    insert into notifications.mails (bucket, mail_id, kind, person_id, order_id, recipient, subject, letter, state,
      next_try_at, sent_at, created_at)
    select * from unnest(
      ${rows.map(mail => bucketOf(mail.mail_id))}::smallint[], ${rows.map(mail => mail.mail_id)}::uuid[],
      ${rows.map(mail => mail.kind)}::text[], ${rows.map(mail => mail.person_id)}::uuid[],
      ${rows.map(mail => mail.order_id)}::uuid[], ${rows.map(mail => mail.recipient)}::text[],
      ${rows.map(mail => mail.subject)}::text[], ${rows.map(mail => JSON.stringify(mail.letter))}::json[],
      ${rows.map(mail => mail.state)}::text[], ${rows.map(mail => mail.next_try_at)}::timestamptz[],
      ${rows.map(mail => mail.sent_at)}::timestamptz[], ${rows.map(mail => mail.created_at)}::timestamptz[]
    )
    on conflict (bucket, mail_id) do nothing`);
}

/** Newest first; `recipient` null for all. */
export function readMails(db: Connection, recipient: string | null, limit: number): Promise<MailRow[]> {
  return db.query<MailRow>(sql`
    select ${columns} from notifications.mails m
    where ${recipient}::text is null or lower(m.recipient) = lower(${recipient})
    order by m.created_at desc, m.mail_id desc limit ${limit}`);
}

/** What is due, put off at once, so that two senders take different ones and a crash leaves them for later. */
export function takeDueMails(db: Connection, due: { now: string; again: string; limit: number }): Promise<DueMail[]> {
  return db.query<DueMail>(sql`
    update notifications.mails m set tries = m.tries + 1, next_try_at = ${due.again}
    from (
      select bucket, mail_id from notifications.mails where next_try_at <= ${due.now}
      order by next_try_at limit ${due.limit} for update skip locked
    ) d
    where m.bucket = d.bucket and m.mail_id = d.mail_id
    returning ${columns}, m.tries`);
}

export async function endMail(
  db: Connection,
  end: { mail_id: string; state: 'sent' | 'failed'; sent_at: string | null; last_error: string | null },
): Promise<void> {
  await db.query(sql`
    update notifications.mails set state = ${end.state}, sent_at = ${end.sent_at}, next_try_at = null,
      last_error = ${end.last_error}
    where bucket = ${bucketOf(end.mail_id)} and mail_id = ${end.mail_id} and state = 'queued'`);
}

export async function postponeMail(
  db: Connection,
  { mail_id, next_try_at, last_error }: { mail_id: string; next_try_at: string; last_error: string },
): Promise<void> {
  await db.query(sql`
    update notifications.mails set next_try_at = ${next_try_at}, last_error = ${last_error}
    where bucket = ${bucketOf(mail_id)} and mail_id = ${mail_id} and state = 'queued'`);
}

export interface SentMailRow {
  mail_id: string;
  recipient: string;
  subject: string;
  kind: MailKind;
  order_id: string | null;
  state: MailRow['state'];
  tries: number;
  last_error: string | null;
  created_at: string;
  sent_at: string | null;
}

export interface MailRowFilter {
  to?: string;
  kind?: MailKind;
  state?: MailRow['state'];
}

/** The states' texts, not their values, so that the partial indexes of waiting and of failed mails serve. */
const inState = {
  queued: sql`and m.state = 'queued' and m.next_try_at is not null`,
  sent: sql`and m.state = 'sent'`,
  failed: sql`and m.state = 'failed'`,
};

function matching({ to, kind, state }: MailRowFilter) {
  return sql`where true
    ${to === undefined ? empty : sql`and lower(m.recipient) = lower(${to}::text)`}
    ${kind === undefined ? empty : sql`and m.kind = ${kind}`}
    ${state === undefined ? empty : inState[state]}`;
}

/** Newest first, without their bodies. */
export function readSentMails(
  db: Connection,
  filter: MailRowFilter,
  { limit, offset }: { limit: number; offset: number },
): Promise<SentMailRow[]> {
  return db.query<SentMailRow>(sql`
    select m.mail_id, m.recipient, m.subject, m.kind, m.order_id, m.state, m.tries, m.last_error, m.created_at,
      m.sent_at
    from notifications.mails m ${matching(filter)}
    order by m.created_at desc, m.mail_id desc limit ${limit} offset ${offset}`);
}

export async function countSentMails(db: Connection, filter: MailRowFilter, most: number): Promise<number> {
  const rows = await db.query<{ count: number }>(sql`
    select count(*) from (select 1 from notifications.mails m ${matching(filter)} limit ${most}) counted`);
  return rows[0]!.count;
}

/** Taken, and not tried after all. */
export async function putBackMails(db: Connection, mailIds: string[], nextTryAt: string): Promise<void> {
  await db.query(sql`
    update notifications.mails m set tries = m.tries - 1, next_try_at = ${nextTryAt}
    from unnest(${mailIds.map(bucketOf)}::smallint[], ${mailIds}::uuid[]) as back (bucket, mail_id)
    where m.bucket = back.bucket and m.mail_id = back.mail_id and m.state = 'queued'`);
}

export async function pruneMails(db: Connection, before: string, limit: number): Promise<number> {
  const rows = await db.query<{ mail_id: string }>(sql`
    delete from notifications.mails where (bucket, mail_id) in (
      select bucket, mail_id from notifications.mails where created_at < ${before} order by created_at limit ${limit})
    returning mail_id`);
  return rows.length;
}

export async function forgetPerson(db: Connection, personId: string): Promise<void> {
  await db.query(sql`
    delete from notifications.mails where bucket = ${bucketOf(personId)} and person_id = ${personId}`);
}
