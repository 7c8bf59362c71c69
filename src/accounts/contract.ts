/**
 * accounts: people, their sessions, roles, addresses, and the sellers' staff.
 *
 * Owns users, passwords (argon2id), sessions, addresses and the tokens of mails. Guests are not here: a guest's session
 * is a signed token without a row, issued and checked at the edge.
 * Invariants: an e-mail belongs to at most one living user; a session, a reset or a verification token works until it
 * is ended, and never again, also after a restart and after any restore of a cache.
 * Repeats: a command that carries the id of what it creates has the same effect when sent again; logging in, signing up
 * and using a mail's token are sent once, because what they answer or use up is a secret.
 * Secrets: a password is stored as its argon2id hash, a session's token as its SHA-256, a mail's token not at all: it
 * is its id with an HMAC. Events carry token ids only; `mintMailToken` gives the token to whoever writes the mail.
 */
import { type Static, Type } from 'typebox';
import { Address } from '#platform/address';
import { command, defineContract, onceCommand, query } from '#platform/contract';
import { type DomainEvent, type EventBatch, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import { Id, nullable, object, Timestamp, text } from '#platform/schema';

export const Role = Type.Union([Type.Literal('customer'), Type.Literal('seller'), Type.Literal('staff')]);
export type Role = Static<typeof Role>;

/** A user as the user sees it. `prime` members get free standard shipping. */
export const User = object({
  user_id: Id,
  email: text(254),
  name: text(200),
  role: Role,
  seller_id: nullable(Id),
  prime: Type.Boolean(),
  email_verified: Type.Boolean(),
  created_at: Timestamp,
});
export type User = Static<typeof User>;

/** A living session: what the edge needs to know of a person on each request. */
export const Session = object({
  session_id: Id,
  user_id: Id,
  role: Role,
  seller_id: nullable(Id),
  email: text(254),
  name: text(200),
  prime: Type.Boolean(),
});
export type Session = Static<typeof Session>;

/** A living session as its owner may see it: never with its token. */
export const OpenSession = object({ session_id: Id, created_at: Timestamp, expires_at: Timestamp });
export type OpenSession = Static<typeof OpenSession>;

export const SavedAddress = object({ address_id: Id, ...Address.properties });
export type SavedAddress = Static<typeof SavedAddress>;

/** 8 to 128 characters; common passwords are refused, nothing else is demanded. The schema leaves that to the rules. */
const Password = Type.String({ maxLength: 1024 });
/** One address and nothing that a mail header would read as two: no spaces, quotes, brackets, commas, semicolons. */
const WORD = '[^@\\s\\x00-\\x1f\\x7f,;:<>()"\\[\\]\\\\]+';
const Email = Type.String({ minLength: 3, maxLength: 254, pattern: `^${WORD}@${WORD}\\.${WORD}$` });
const PersonName = text(200, { pattern: '\\S' });
/** Where the try comes from: guesses are slowed per account and per network address. */
const network = Type.String({ maxLength: 64 });

export const SignUp = object({
  user_id: Id,
  email: Email,
  password: Password,
  name: PersonName,
  network,
});
export const LogIn = object({ email: Type.String({ maxLength: 254 }), password: Password, network });
export const UpdateUser = object({
  user_id: Id,
  session_id: Id,
  name: Type.Optional(PersonName),
  email: Type.Optional(Email),
  password: Type.Optional(Password),
  current_password: Type.Optional(Password),
});
/** The body as HTTP takes it. */
export const RoleInput = object({
  role: Role,
  seller_id: Type.Optional(nullable(Id)),
  prime: Type.Optional(Type.Boolean()),
});
export const SetRole = object({ user_id: Id, by: Type.Optional(nullable(Id)), ...RoleInput.properties });
export const AddAddress = object({ address_id: Id, user_id: Id, address: Address });

export interface Accounts {
  /**
   * Creates the user with role customer and a session. Sends `user.signed_up`, whose mail verifies the address. An id
   * that was used before, also by a person erased since, is EMAIL_TAKEN too: it never becomes somebody else.
   */
  signUp(
    input: Static<typeof SignUp>,
  ): Promise<
    Outcome<
      { user: User; token: string; session_id: string },
      'EMAIL_TAKEN' | 'PASSWORD_TOO_SHORT' | 'PASSWORD_TOO_LONG' | 'PASSWORD_TOO_COMMON' | 'TOO_MANY_TRIES'
    >
  >;
  /** Takes the same time whether the e-mail exists or not. Tries are slowed per account and per network. */
  logIn(
    input: Static<typeof LogIn>,
  ): Promise<Outcome<{ user: User; token: string; session_id: string }, 'LOGIN_FAILED' | 'TOO_MANY_TRIES'>>;
  /** Ends the session durably before it answers; an unknown token is no error. */
  logOut(input: { token: string }): Promise<null>;
  /** The living session of a token, or null. Lookups of one tick share a statement. */
  resolveSession(input: { token: string }): Promise<Session | null>;
  getUser(input: { user_id: string }): Promise<User | null>;
  /** A new e-mail or password needs `current_password`; a new password ends all other sessions. */
  updateUser(
    input: Static<typeof UpdateUser>,
  ): Promise<
    Outcome<
      User,
      | 'USER_NOT_FOUND'
      | 'EMAIL_TAKEN'
      | 'CURRENT_PASSWORD_WRONG'
      | 'PASSWORD_TOO_SHORT'
      | 'PASSWORD_TOO_LONG'
      | 'PASSWORD_TOO_COMMON'
      | 'TOO_MANY_TRIES'
    >
  >;
  /**
   * Staff only. `seller_id` is for sellers, who keep the one they have when it is left out. Ends the user's sessions
   * when the role or the seller changes, so that no cached role outlives it. `by` is the user who does it, if it is
   * one: nobody takes the role of staff from themselves, so that never nobody is left.
   */
  setRole(
    input: Static<typeof SetRole>,
  ): Promise<Outcome<User, 'USER_NOT_FOUND' | 'SELLER_MISSING' | 'OWN_STAFF_ROLE'>>;
  /** All users by creation, newest first; `text` filters by e-mail or name, `role` by role. For staff. */
  listUsers(input: {
    text?: string;
    role?: Role;
    page: number;
    page_size: number;
  }): Promise<{ items: User[]; total: number }>;
  /** The user whose e-mail this is now, in any case. For staff. */
  findUserByEmail(input: { email: string }): Promise<User | null>;
  /** Always the same answer in the same time; sends `user.reset_requested` where the e-mail is known. */
  requestPasswordReset(input: { email: string; network: string }): Promise<Outcome<null, 'TOO_MANY_TRIES'>>;
  /** Sets the password, ends all sessions and the token. */
  confirmPasswordReset(input: {
    token: string;
    password: string;
    network: string;
  }): Promise<
    Outcome<
      null,
      'TOKEN_INVALID' | 'PASSWORD_TOO_SHORT' | 'PASSWORD_TOO_LONG' | 'PASSWORD_TOO_COMMON' | 'TOO_MANY_TRIES'
    >
  >;
  verifyEmail(input: { token: string; network: string }): Promise<Outcome<null, 'TOKEN_INVALID' | 'TOO_MANY_TRIES'>>;
  /** The secret token that belongs to a token id of an event: for the mail, and for nobody else. */
  mintMailToken(input: { token_id: string }): Promise<{ token: string }>;
  listAddresses(input: { user_id: string }): Promise<SavedAddress[]>;
  addAddress(input: Static<typeof AddAddress>): Promise<Outcome<SavedAddress, 'USER_NOT_FOUND' | 'TOO_MANY_ADDRESSES'>>;
  removeAddress(input: { user_id: string; address_id: string }): Promise<Outcome<null, 'ADDRESS_NOT_FOUND'>>;
  /** Everything this module knows of the user, without secrets. */
  exportUser(input: {
    user_id: string;
  }): Promise<{ user: User; addresses: SavedAddress[]; sessions: OpenSession[] } | null>;
  /** Erases the person: sessions end, all that is personal goes, the e-mail is free again. Sends `user.erased`. */
  eraseUser(input: { user_id: string }): Promise<null>;
  readEvents(input: ReadEvents): Promise<EventBatch>;
}

export type AccountsEvent =
  | DomainEvent<'user.signed_up', { user_id: string; email: string; name: string; token_id: string }>
  | DomainEvent<
      'user.email_changed',
      /** The new address, to be verified; the previous one is told too, in case it was not its owner who did this. */
      { user_id: string; email: string; previous_email: string; name: string; token_id: string }
    >
  | DomainEvent<'user.reset_requested', { user_id: string; email: string; name: string; token_id: string }>
  | DomainEvent<'user.password_changed', { user_id: string; email: string; name: string }>
  | DomainEvent<'user.erased', { user_id: string }>;

export const accountsContract = defineContract<Accounts>({
  name: 'accounts',
  operations: {
    signUp: onceCommand(SignUp),
    logIn: onceCommand(LogIn),
    logOut: command(object({ token: text(200) })),
    resolveSession: query(object({ token: text(200) })),
    getUser: query(object({ user_id: Id })),
    updateUser: command(UpdateUser),
    setRole: command(SetRole),
    listUsers: query(
      object({
        text: Type.Optional(text(200)),
        role: Type.Optional(Role),
        page: Type.Integer(),
        page_size: Type.Integer(),
      }),
    ),
    findUserByEmail: query(object({ email: text(254) })),
    requestPasswordReset: onceCommand(object({ email: text(254), network })),
    confirmPasswordReset: onceCommand(object({ token: text(200), password: Password, network })),
    verifyEmail: onceCommand(object({ token: text(200), network })),
    mintMailToken: query(object({ token_id: Id })),
    listAddresses: query(object({ user_id: Id })),
    addAddress: command(AddAddress),
    removeAddress: command(object({ user_id: Id, address_id: Id })),
    exportUser: query(object({ user_id: Id })),
    eraseUser: command(object({ user_id: Id })),
    readEvents: query(ReadEvents),
  },
  refusals: {
    EMAIL_TAKEN: { status: 409, meaning: 'An account with this e-mail exists already.' },
    LOGIN_FAILED: { status: 401, meaning: 'The e-mail or the password is wrong.' },
    TOO_MANY_TRIES: { status: 429, meaning: 'Too many tries. Wait before the next one.' },
    PASSWORD_TOO_SHORT: { status: 400, meaning: 'A password has at least 8 characters.' },
    PASSWORD_TOO_LONG: { status: 400, meaning: 'A password has at most 128 characters.' },
    PASSWORD_TOO_COMMON: { status: 400, meaning: 'This password is on the list of common ones. Choose another.' },
    CURRENT_PASSWORD_WRONG: { status: 403, meaning: 'The current password is missing or wrong.' },
    TOKEN_INVALID: { status: 400, meaning: 'This link has been used, has expired or never existed.' },
    USER_NOT_FOUND: { status: 404, meaning: 'There is no such user.' },
    SELLER_MISSING: { status: 400, meaning: 'A seller needs the id of its shop.' },
    OWN_STAFF_ROLE: { status: 409, meaning: 'Your own role as staff can only be taken by somebody else.' },
    ADDRESS_NOT_FOUND: { status: 404, meaning: 'There is no such address.' },
    TOO_MANY_ADDRESSES: { status: 409, meaning: 'The address book is full.' },
  },
});
