import type { Address } from '#platform/address';
import { bucketOf } from '#platform/ids';
import { appendEvents as append, type DomainEvent, type NewEvent } from '#platform/outbox';
import { type Connection, empty, sql } from '#platform/sql';
import type { AccountsEvent, Role } from './contract.ts';

/**
 * Rows are locked and written in one order: users, sessions, addresses, mail tokens, outbox. Whatever belongs to a
 * person and depends on their state is written under the lock of their row in users.
 */

export interface UserRow {
  user_id: string;
  email: string;
  name: string;
  password_hash: string;
  role: Role;
  seller_id: string | null;
  prime: boolean;
  email_verified: boolean;
  created_at: string;
  version: number;
}

export interface SessionRow {
  session_id: string;
  user_id: string;
  token_hash: Buffer;
  created_at: string;
  expires_at: string;
}

export interface FoundSession {
  /** The place of its key among those that were asked for, from 1. */
  place: number;
  session_id: string;
  created_at: string;
  expires_at: string;
  user_id: string;
  role: Role;
  seller_id: string | null;
  email: string;
  name: string;
  prime: boolean;
}

export interface AddressRow {
  address_id: string;
  address: Address;
}

export type MailTokenKind = 'verify' | 'reset';

export interface MailTokenRow {
  token_id: string;
  kind: MailTokenKind;
  user_id: string;
  email: string;
  expires_at: string;
}

type Unsent<Event> = Event extends DomainEvent<infer EventType, infer Data> ? NewEvent<EventType, Data> : never;
export type NewAccountsEvent = Unsent<AccountsEvent>;

const userColumns = sql`
  user_id, email, name, password_hash, role, seller_id, prime, email_verified, created_at, version`;

/** Answers nothing when the e-mail belongs to somebody, or the id to somebody who may have been erased since. */
export async function insertUser(tx: Connection, user: UserRow): Promise<UserRow | undefined> {
  const rows = await tx.query<UserRow>(sql`
    insert into accounts.users (bucket, user_id, email, name, password_hash, role, seller_id, prime, email_verified,
      created_at, version)
    values (${bucketOf(user.user_id)}, ${user.user_id}, ${user.email}, ${user.name}, ${user.password_hash},
      ${user.role}, ${user.seller_id}, ${user.prime}, ${user.email_verified}, ${user.created_at}, ${user.version})
    on conflict do nothing
    returning ${userColumns}`);
  return rows[0];
}

export async function findUserByEmail(db: Connection, email: string): Promise<UserRow | undefined> {
  const rows = await db.query<UserRow>(sql`
    select ${userColumns} from accounts.users where email = ${email} and erased_at is null`);
  return rows[0];
}

export async function findUser(db: Connection, userId: string): Promise<UserRow | undefined> {
  const rows = await db.query<UserRow>(sql`
    select ${userColumns} from accounts.users
    where bucket = ${bucketOf(userId)} and user_id = ${userId} and erased_at is null`);
  return rows[0];
}

/** The person as they are now, held still until the transaction ends. */
export async function lockUser(tx: Connection, userId: string): Promise<UserRow | undefined> {
  const rows = await tx.query<UserRow>(sql`
    select ${userColumns} from accounts.users
    where bucket = ${bucketOf(userId)} and user_id = ${userId} and erased_at is null
    for update`);
  return rows[0];
}

/** Writes a person who is locked. */
export async function saveUser(tx: Connection, user: UserRow): Promise<void> {
  await tx.query(sql`
    update accounts.users set email = ${user.email}, name = ${user.name}, password_hash = ${user.password_hash},
      role = ${user.role}, seller_id = ${user.seller_id}, prime = ${user.prime},
      email_verified = ${user.email_verified}, version = ${user.version}
    where bucket = ${bucketOf(user.user_id)} and user_id = ${user.user_id}`);
}

/** Takes everything personal out of the row of a person who is locked. */
export async function blankUser(tx: Connection, user: { user_id: string; version: number; erased_at: string }) {
  await tx.query(sql`
    update accounts.users set email = null, name = '', password_hash = null, role = 'customer', seller_id = null,
      prime = false, email_verified = false, version = ${user.version}, erased_at = ${user.erased_at}
    where bucket = ${bucketOf(user.user_id)} and user_id = ${user.user_id}`);
}

interface UserFilter {
  text: string | null;
  role: Role | null;
}

/** `text`: part of the e-mail or the name, in any case; null for all. Compared without wildcards. */
function matching({ text, role }: UserFilter) {
  const byText = sql`and (strpos(email, lower(${text}::text)) > 0 or strpos(lower(name), lower(${text}::text)) > 0)`;
  // The index of roles leaves customers out; it is used where the statement does so too.
  const byRole = role === 'customer' ? sql`and role = 'customer'` : sql`and role = ${role} and role <> 'customer'`;
  return sql`erased_at is null ${text === null ? empty : byText} ${role === null ? empty : byRole}`;
}

/** Newest first. */
export async function listUsers(
  db: Connection,
  { limit, offset, ...filter }: UserFilter & { limit: number; offset: number },
): Promise<UserRow[]> {
  return await db.query<UserRow>(sql`
    select ${userColumns} from accounts.users where ${matching(filter)}
    order by created_at desc, user_id desc
    limit ${limit} offset ${offset}`);
}

export async function countUsers(db: Connection, filter: UserFilter): Promise<number> {
  const rows = await db.query<{ total: number }>(sql`
    select count(*) as total from accounts.users where ${matching(filter)}`);
  return rows[0]!.total;
}

/**
 * Opens a session for the person whose password was checked, if it still is their password. The share lock makes a
 * change of the password, which ends all sessions, come wholly before (nothing is inserted) or wholly after.
 */
export async function insertSession(
  db: Connection,
  { session, passwordHash }: { session: SessionRow; passwordHash: string },
): Promise<boolean> {
  const rows = await db.query(sql`
    insert into accounts.sessions (bucket, token_hash, session_id, user_id, created_at, expires_at)
    select bucket, ${session.token_hash}::bytea, ${session.session_id}::uuid, user_id,
      ${session.created_at}::timestamptz, ${session.expires_at}::timestamptz
    from accounts.users
    where bucket = ${bucketOf(session.user_id)} and user_id = ${session.user_id} and password_hash = ${passwordHash}
    for share
    returning session_id`);
  return rows.length === 1;
}

/** Many sessions with their people in one statement, each by its key. */
export async function findSessions(
  db: Connection,
  { buckets, hashes, now }: { buckets: number[]; hashes: Buffer[]; now: string },
): Promise<FoundSession[]> {
  return await db.query<FoundSession>(sql`
    select k.place, s.session_id, s.created_at, s.expires_at, u.user_id, u.role, u.seller_id, u.email, u.name, u.prime
    from unnest(${buckets}::smallint[], ${hashes}::bytea[]) with ordinality as k (bucket, token_hash, place)
    join accounts.sessions s on s.bucket = k.bucket and s.token_hash = k.token_hash
    join accounts.users u on u.bucket = s.bucket and u.user_id = s.user_id
    where s.expires_at > ${now}::timestamptz and u.erased_at is null`);
}

/** A row that somebody else has locked is being prolonged or ended: skipped, so that nobody waits and none deadlock. */
export async function prolongSessions(
  db: Connection,
  { buckets, hashes, ends }: { buckets: number[]; hashes: Buffer[]; ends: string[] },
): Promise<void> {
  await db.query(sql`
    update accounts.sessions s set expires_at = d.ends_at
    from (
      select h.bucket, h.token_hash, k.ends_at
      from unnest(${buckets}::smallint[], ${hashes}::bytea[], ${ends}::timestamptz[]) as k (bucket, token_hash, ends_at)
      join accounts.sessions h on h.bucket = k.bucket and h.token_hash = k.token_hash
      for update of h skip locked
    ) d
    where s.bucket = d.bucket and s.token_hash = d.token_hash`);
}

export async function deleteSession(db: Connection, key: { bucket: number; token_hash: Buffer }): Promise<void> {
  await db.query(sql`
    delete from accounts.sessions where bucket = ${key.bucket} and token_hash = ${key.token_hash}`);
}

/** Ends all sessions of a person who is locked, but for the one to keep (null: none). */
export async function deleteSessions(tx: Connection, { userId, keep }: { userId: string; keep: string | null }) {
  await tx.query(sql`
    delete from accounts.sessions
    where bucket = ${bucketOf(userId)} and user_id = ${userId} and session_id is distinct from ${keep}::uuid`);
}

export async function listSessions(db: Connection, userId: string, now: string): Promise<SessionRow[]> {
  return await db.query<SessionRow>(sql`
    select session_id, user_id, token_hash, created_at, expires_at from accounts.sessions
    where bucket = ${bucketOf(userId)} and user_id = ${userId} and expires_at > ${now}
    order by session_id`);
}

export async function insertAddress(tx: Connection, userId: string, { address_id, address }: AddressRow) {
  await tx.query(sql`
    insert into accounts.addresses (bucket, user_id, address_id, address)
    values (${bucketOf(userId)}, ${userId}, ${address_id}, ${JSON.stringify(address)}::jsonb)`);
}

/** In the order in which they were added, as their ids are. */
export async function listAddresses(db: Connection, userId: string): Promise<AddressRow[]> {
  return await db.query<AddressRow>(sql`
    select address_id, address from accounts.addresses
    where bucket = ${bucketOf(userId)} and user_id = ${userId}
    order by address_id`);
}

/** Answers whether there was such an address of this person. */
export async function deleteAddress(db: Connection, userId: string, addressId: string): Promise<boolean> {
  const rows = await db.query(sql`
    delete from accounts.addresses
    where bucket = ${bucketOf(userId)} and user_id = ${userId} and address_id = ${addressId}
    returning address_id`);
  return rows.length === 1;
}

export async function deleteAddresses(tx: Connection, userId: string): Promise<void> {
  await tx.query(sql`
    delete from accounts.addresses where bucket = ${bucketOf(userId)} and user_id = ${userId}`);
}

export async function insertMailToken(tx: Connection, token: MailTokenRow): Promise<void> {
  await tx.query(sql`
    insert into accounts.mail_tokens (bucket, token_id, kind, user_id, email, expires_at)
    values (${bucketOf(token.token_id)}, ${token.token_id}, ${token.kind}, ${token.user_id}, ${token.email},
      ${token.expires_at})`);
}

/** A token that still works. */
export async function findMailToken(
  db: Connection,
  { token_id, kind, now }: { token_id: string; kind: MailTokenKind; now: string },
): Promise<MailTokenRow | undefined> {
  const rows = await db.query<MailTokenRow>(sql`
    select token_id, kind, user_id, email, expires_at from accounts.mail_tokens
    where bucket = ${bucketOf(token_id)} and token_id = ${token_id} and kind = ${kind} and used_at is null
      and expires_at > ${now}`);
  return rows[0];
}

/** Check and take in one: of two that use a token, one is told true. */
export async function takeMailToken(tx: Connection, { token_id, now }: { token_id: string; now: string }) {
  const rows = await tx.query(sql`
    update accounts.mail_tokens set used_at = ${now}
    where bucket = ${bucketOf(token_id)} and token_id = ${token_id} and used_at is null and expires_at > ${now}
    returning token_id`);
  return rows.length === 1;
}

/** Ends the tokens of these kinds of a person who is locked. */
export async function endMailTokens(
  tx: Connection,
  { userId, kinds, now }: { userId: string; kinds: MailTokenKind[]; now: string },
): Promise<void> {
  await tx.query(sql`
    update accounts.mail_tokens set used_at = ${now}
    where bucket = ${bucketOf(userId)} and user_id = ${userId} and kind = any(${kinds}::text[]) and used_at is null`);
}

export async function deleteMailTokens(tx: Connection, userId: string): Promise<void> {
  await tx.query(sql`
    delete from accounts.mail_tokens where bucket = ${bucketOf(userId)} and user_id = ${userId}`);
}

export async function appendEvents(tx: Connection, events: NewAccountsEvent[]): Promise<void> {
  await append(tx, 'accounts', events);
}

/** Answers how many went. */
export async function sweepSessions(db: Connection, { now, limit }: { now: string; limit: number }): Promise<number> {
  const rows = await db.query(sql`
    delete from accounts.sessions where (bucket, token_hash) in (
      select bucket, token_hash from accounts.sessions where expires_at <= ${now}
      order by expires_at limit ${limit} for update skip locked)
    returning session_id`);
  return rows.length;
}

export async function sweepMailTokens(db: Connection, { now, limit }: { now: string; limit: number }): Promise<number> {
  const rows = await db.query(sql`
    delete from accounts.mail_tokens where (bucket, token_id) in (
      select bucket, token_id from accounts.mail_tokens where expires_at <= ${now}
      order by expires_at limit ${limit} for update skip locked)
    returning token_id`);
  return rows.length;
}
