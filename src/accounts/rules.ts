import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import { isId } from '#platform/ids';
import { isCommonPassword } from './common-passwords.ts';
import type { OpenSession, SavedAddress, Session, User } from './contract.ts';
import type { AddressRow, FoundSession, SessionRow, UserRow } from './store.ts';

/** The one form in which e-mails are stored and compared: lower-case and NFC. */
export function normaliseEmail(email: string): string {
  return email.toLowerCase().normalize('NFC');
}

export type PasswordFault = 'PASSWORD_TOO_SHORT' | 'PASSWORD_TOO_LONG' | 'PASSWORD_TOO_COMMON';

/** Counts code points of the NFC form: what the person sees as characters, on every keyboard. */
export function findPasswordFault(password: string): PasswordFault | undefined {
  const normal = password.normalize('NFC');
  const length = [...normal].length;
  if (length < 8) return 'PASSWORD_TOO_SHORT';
  if (length > 128) return 'PASSWORD_TOO_LONG';
  return isCommonPassword(normal) ? 'PASSWORD_TOO_COMMON' : undefined;
}

/** Where a session is found: its user's bucket and the SHA-256 of its token. */
export interface SessionKey {
  bucket: number;
  token_hash: Buffer;
}

const SESSION_SECRET_BYTES = 32;
const SESSION_TOKEN = /^u\.([0-9a-f]{2})\.[A-Za-z0-9_-]{43}$/;

/** `u.<bucket in hex>.<256 random bits>`: the bucket leads to the row, and only the hash of it all is stored. */
export function makeSessionToken(userId: string, secret: (bytes: number) => string): string {
  return `u.${userId.slice(-2)}.${secret(SESSION_SECRET_BYTES)}`;
}

/** Null for what can't be a user's session: a guest's token, the admin's key, noise. */
export function readSessionToken(token: string): SessionKey | null {
  const bucket = SESSION_TOKEN.exec(token)?.[1];
  if (bucket === undefined) return null;
  return { bucket: Number.parseInt(bucket, 16), token_hash: createHash('sha256').update(token).digest() };
}

/** A session ends 30 days after the day of its last use, and a year after the login whatever happens. */
export function sessionEnd(nowMs: number, createdMs: number): string {
  return timestamp(Math.min(nowMs + limits.sessionLifeMs, createdMs + limits.sessionLifeMaxMs));
}

/** A mail's token: its id and an HMAC of it. Its kind (verify, reset) stands in its row and is compared there. */
export function mintMailToken(secret: string, tokenId: string): string {
  return `${tokenId}.${createHmac('sha256', secret).update(`mail-token:${tokenId}`).digest('base64url')}`;
}

/** The id of a genuine token, or null. */
export function readMailToken(secret: string, token: string): string | null {
  const tokenId = token.slice(0, 36);
  if (!isId(tokenId)) return null;
  const [given, right] = [Buffer.from(token), Buffer.from(mintMailToken(secret, tokenId))];
  return given.length === right.length && timingSafeEqual(given, right) ? tokenId : null;
}

export function toUser(row: UserRow): User {
  const { user_id, email, name, role, seller_id, prime, email_verified, created_at } = row;
  return { user_id, email, name, role, seller_id, prime, email_verified, created_at };
}

export function toSession(row: FoundSession): Session {
  const { session_id, user_id, role, seller_id, email, name, prime } = row;
  return { session_id, user_id, role, seller_id, email, name, prime };
}

export function toOpenSession({ session_id, created_at, expires_at }: SessionRow): OpenSession {
  return { session_id, created_at, expires_at };
}

export function toSavedAddress({ address_id, address }: AddressRow): SavedAddress {
  return { address_id, ...address };
}
