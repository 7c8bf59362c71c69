import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { PageCache } from './page-cache.ts';
import { type SharedAnswer, sharedHeaders, UNSHARED } from './shared-answer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a shared answer: the keys of what it shows, and how it is kept; null for all others. */
    sharing: { keys: string[]; keep: ReturnType<PageCache['watch']> } | null;
  }
}

/** Where nothing is kept here, the headers say all the same what others may do. */
const keepsNothing: Pick<PageCache, 'watch'> = { watch: () => () => true };

/**
 * An `onRoute` step: answers of a route with a row in `shared-answers.ts` get the headers by which caches keep and
 * purge them, and what may be kept here is. Only a 200 to nobody in particular is shared. A page that `publicPage`
 * makes goes by itself: it has the cache write it.
 */
export function shareAnswers(route: RouteOptions, cache: Pick<PageCache, 'watch'> = keepsNothing): void {
  const shared = route.config?.shared;
  if (shared === undefined || shared === 'never') return;
  route.preHandler = [...listOf(route.preHandler), beginWatching(cache)];
  route.preSerialization = [...listOf(route.preSerialization), findKeys(shared)];
  route.onSend = [...listOf(route.onSend), share(shared)];
}

function listOf<Hook>(hooks: Hook | Hook[] | undefined): Hook[] {
  return hooks === undefined ? [] : ([hooks].flat() as Hook[]);
}

/** Before anything is read: what is purged from here on was not seen, perhaps. */
function beginWatching(cache: Pick<PageCache, 'watch'>) {
  return (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    request.sharing = { keys: [], keep: cache.watch() };
    done();
  };
}

function findKeys(shared: SharedAnswer) {
  return (
    request: FastifyRequest,
    reply: FastifyReply,
    body: unknown,
    done: (error: null, body: unknown) => void,
  ): void => {
    const { params, sharing } = request;
    if (sharing !== null && reply.statusCode === 200) sharing.keys = shared.keysIn({ params, body });
    done(null, body);
  };
}

function share(shared: SharedAnswer) {
  return (
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    done: (error: null, payload: unknown) => void,
  ): void => {
    const { sharing, caller } = request;
    const isShared = reply.statusCode === 200 && caller.kind === 'nobody' && !reply.hasHeader('set-cookie');
    if (sharing !== null && isShared) {
      void reply.headers(sharedHeaders(shared, sharing.keys));
      if (!keep(shared, { request, reply, payload })) {
        void reply.removeHeader('Surrogate-Key').header('Cache-Control', UNSHARED);
      }
    }
    done(null, payload);
  };
}

/** False where what it shows has changed while it was made. */
function keep(
  shared: SharedAnswer,
  { request, reply, payload }: { request: FastifyRequest; reply: FastifyReply; payload: unknown },
): boolean {
  const { sharing, method, url } = request;
  if (sharing === null || method !== 'GET' || typeof payload !== 'string') return true;
  const headers = shared.isKeptHere ? headersToKeep(reply) : {};
  return sharing.keep(url, { text: payload, headers, tags: sharing.keys, shared });
}

/** What belongs to this one answer would be wrong on the next. */
function headersToKeep(reply: FastifyReply): Record<string, string> {
  const { 'request-id': _id, connection: _connection, ...headers } = reply.getHeaders() as Record<string, string>;
  return headers;
}
