import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts, Session } from '#accounts';
import type { Shopper } from '#orders';
import type { Clock } from '#platform/clock';
import { edgeProblem } from '#platform/http';
import type { Caller } from '#platform/identity';
import type { Ids } from '#platform/ids';
import type { GuestTokens } from './guest-tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What accounts told of a signed-in person; the guests' and the key's is null. */
    session: Session | null;
    /** The token that the caller was known by. */
    presentedToken: string | null;
  }
}

export interface IdentityOptions {
  accounts: Accounts;
  guestTokens: GuestTokens;
  adminKey: string;
  clock: Clock;
  ids: Ids;
  /** Under TLS the cookie is `__Host-` and Secure. */
  hasTls: boolean;
}

export type Identity = ReturnType<typeof createIdentity>;

const TOKEN_LENGTH_MAX = 200;
const COOKIE_SECONDS = 30 * 24 * 3600;

/** Finds out once, at the edge, who sends a request; nothing behind it asks accounts again. */
export function createIdentity(options: IdentityOptions) {
  const { guestTokens, clock, ids, hasTls } = options;
  const cookies = sessionCookies(hasTls);
  const adminKeyHash = hash(options.adminKey);

  async function byBearer(request: FastifyRequest, token: string): Promise<void> {
    // Guests first: they come in crowds, and what they bring is no key.
    const guest = guestBy(options, token);
    if (guest !== undefined) return enter(request, token, guest);
    if (timingSafeEqual(hash(token), adminKeyHash)) {
      request.caller = { kind: 'key' };
      return;
    }
    const known = await personOf(options, token);
    // A client that believes it is signed in must not go on as a guest.
    if (known === undefined) throw edgeProblem('UNAUTHENTICATED', { headers: INVALID_TOKEN });
    enter(request, token, known);
  }

  function newGuest(): { token: string; session_id: string } {
    const sessionId = ids.next();
    return { token: guestTokens.issue(sessionId, clock.nowMs()), session_id: sessionId };
  }

  /** A browser's first mutation makes it a guest; so does an API client's that brings no token. */
  function admitGuest(request: FastifyRequest, reply: FastifyReply): void {
    const { token, session_id } = newGuest();
    enter(request, token, { caller: { kind: 'guest', person_id: session_id }, session: null });
    request.isNewGuest = true;
    cookies.set(reply, token);
  }

  async function identify(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    request.session = null;
    request.presentedToken = null;
    if (request.routeOptions.config.isSameForAll === true) return;
    const { authorization } = request.headers;
    if (authorization !== undefined) return byBearer(request, bearerOf(authorization));
    const token = cookies.read(request);
    const known = token === undefined ? undefined : await personOf(options, token);
    if (known !== undefined) {
      enter(request, token!, known);
      request.byCookie = true;
      return;
    }
    if (token !== undefined) cookies.clear(reply);
    const isQuestion = request.method === 'GET' || request.method === 'HEAD';
    if (request.routeOptions.config.access === 'person' && !isQuestion) admitGuest(request, reply);
  }

  return {
    identify,
    newGuest,
    setCookie: cookies.set,
    clearCookie: cookies.clear,
    guestOf: (request: FastifyRequest) => (request.caller.kind === 'guest' ? request.caller.person_id : null),
    presentedToken: (request: FastifyRequest) => request.presentedToken,
  };
}

const INVALID_TOKEN = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };

interface KnownPerson {
  caller: Caller;
  session: Session | null;
}

/** Whose token it is: a guest's is checked here, a user's is looked up; undefined where it is neither's. */
async function personOf(options: IdentityOptions, token: string): Promise<KnownPerson | undefined> {
  if (token.length > TOKEN_LENGTH_MAX) return undefined;
  const guest = guestBy(options, token);
  if (guest !== undefined) return guest;
  const session = token.startsWith('g.') ? null : await options.accounts.resolveSession({ token });
  if (session === null) return undefined;
  const { user_id, role, seller_id, session_id } = session;
  return { caller: { kind: 'user', person_id: user_id, role, seller_id, session_id }, session };
}

function guestBy({ guestTokens, clock }: IdentityOptions, token: string): KnownPerson | undefined {
  const guestId = token.length > TOKEN_LENGTH_MAX ? undefined : guestTokens.verify(token, clock.nowMs());
  return guestId === undefined ? undefined : { caller: { kind: 'guest', person_id: guestId }, session: null };
}

function enter(request: FastifyRequest, token: string, { caller, session }: KnownPerson): void {
  request.caller = caller;
  request.session = session;
  request.presentedToken = token;
}

/** The token of an `Authorization` header; empty, and so nobody's, where it is not one bearer token. */
function bearerOf(authorization: string): string {
  const [scheme, token = '', ...rest] = authorization.split(' ');
  return scheme?.toLowerCase() === 'bearer' && rest.length === 0 ? token : '';
}

function sessionCookies(hasTls: boolean) {
  const name = hasTls ? '__Host-session' : 'session';
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax' as const, secure: hasTls };
  return {
    read: (request: FastifyRequest): string | undefined => request.cookies[name],
    set: (reply: FastifyReply, token: string) =>
      void reply.setCookie(name, token, { ...attributes, maxAge: COOKIE_SECONDS }),
    clear: (reply: FastifyReply) => void reply.clearCookie(name, attributes),
  };
}

/** The person as orders knows them. Only for routes that let persons in. */
export function shopperOf(request: FastifyRequest): Shopper {
  const { caller, session } = request;
  if (caller.kind === 'guest') return { kind: 'guest', person_id: caller.person_id, email: null, prime: false };
  if (caller.kind === 'user' && session) {
    return { kind: 'user', person_id: caller.person_id, email: session.email, prime: session.prime };
  }
  throw edgeProblem('UNAUTHENTICATED');
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
