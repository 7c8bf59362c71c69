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
  const { accounts, guestTokens, clock, ids, hasTls } = options;
  const cookieName = hasTls ? '__Host-session' : 'session';
  const adminKeyHash = hash(options.adminKey);

  /** A wrong token is told (401): a client that believes it is signed in must not go on as a guest. */
  async function byToken(token: string): Promise<{ caller: Caller; session: Session | null } | undefined> {
    if (token.length > TOKEN_LENGTH_MAX) return undefined;
    const guestId = guestTokens.verify(token, clock.nowMs());
    if (guestId !== undefined) return { caller: { kind: 'guest', person_id: guestId }, session: null };
    const session = token.startsWith('g.') ? null : await accounts.resolveSession({ token });
    if (session === null) return undefined;
    const { user_id, role, seller_id, session_id } = session;
    return { caller: { kind: 'user', person_id: user_id, role, seller_id, session_id }, session };
  }

  async function byBearer(request: FastifyRequest, token: string): Promise<void> {
    if (timingSafeEqual(hash(token), adminKeyHash)) {
      request.caller = { kind: 'key' };
      return;
    }
    const found = await byToken(token);
    if (found === undefined) {
      // A page or a product is for everybody: there a stale token is no reason to refuse.
      throw edgeProblem('UNAUTHENTICATED', { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });
    }
    request.caller = found.caller;
    request.session = found.session;
    request.presentedToken = token;
  }

  function setCookie(reply: FastifyReply, token: string): void {
    const expiry = { path: '/', httpOnly: true, sameSite: 'lax' as const, secure: hasTls, maxAge: COOKIE_SECONDS };
    reply.setCookie(cookieName, token, expiry);
  }

  /** A browser's first mutation makes it a guest; so does an API client's that brings no token. */
  function admitGuest(request: FastifyRequest, reply: FastifyReply): void {
    const sessionId = ids.next();
    const token = guestTokens.issue(sessionId, clock.nowMs());
    request.caller = { kind: 'guest', person_id: sessionId };
    request.isNewGuest = true;
    request.presentedToken = token;
    setCookie(reply, token);
  }

  return {
    async identify(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      request.session = null;
      request.presentedToken = null;
      const { authorization } = request.headers;
      if (authorization !== undefined) {
        const [scheme, token, ...rest] = authorization.split(' ');
        const isBearer = scheme?.toLowerCase() === 'bearer' && token && rest.length === 0;
        return byBearer(request, isBearer ? token : '');
      }
      const cookie = request.cookies[cookieName];
      const found = cookie === undefined ? undefined : await byToken(cookie);
      if (found !== undefined) {
        request.caller = found.caller;
        request.session = found.session;
        request.presentedToken = cookie!;
        request.byCookie = true;
        return;
      }
      if (cookie !== undefined) clearCookie(reply);
      const { access } = request.routeOptions.config;
      if (access === 'person' && request.method !== 'GET' && request.method !== 'HEAD') admitGuest(request, reply);
    },
    setCookie,
    clearCookie,
    guestOf: (request: FastifyRequest) => (request.caller.kind === 'guest' ? request.caller.person_id : null),
    presentedToken: (request: FastifyRequest) => request.presentedToken,
    newGuest(): { token: string; session_id: string } {
      const sessionId = ids.next();
      return { token: guestTokens.issue(sessionId, clock.nowMs()), session_id: sessionId };
    },
  };

  function clearCookie(reply: FastifyReply): void {
    reply.clearCookie(cookieName, { path: '/', httpOnly: true, sameSite: 'lax', secure: hasTls });
  }
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
