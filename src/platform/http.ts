import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
  type RouteOptions,
} from 'fastify';
import { limits } from '#limits';
import { describeRoute, mutates } from './answers.ts';
import type { Clock } from './clock.ts';
import { demandAccess } from './demand-access.ts';
import { type Access, type Caller, nobody, personOf } from './identity.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { Unavailable } from './outcome.ts';
import type { PageCache } from './page-cache.ts';
import { putLaneBefore } from './page-lane.ts';
import {
  type EdgeCode,
  edgeProblem,
  invalidInput,
  PROBLEM_TYPE,
  type Problem,
  ProblemSchema,
  problemBody,
  statusText,
  toProblem,
  writeProblem,
} from './problem.ts';
import { type ProblemPage, readsPages, sendProblemPage } from './problem-page.ts';
import { PARAM_LENGTH_MAX } from './schema.ts';
import { securityHeaders } from './security-headers.ts';
import { shareAnswers } from './share-answers.ts';
import { type SharedAnswer, UNSHARED } from './shared-answer.ts';
import { newTraceId, parseTraceparent, withTrace } from './trace.ts';
import { validatorCompiler } from './validate.ts';

export { answer, answers, NoContent, otherContent, pageOf, refusal } from './answers.ts';
export { edgeProblem, Problem } from './problem.ts';

/**
 * The HTTP edge's frame: what is the same for every route. A module declares its routes in `http.ts`:
 *
 *     export function inventoryRoutes(app: App, { inventory }: { inventory: Inventory }) {
 *       app.get(
 *         '/api/admin/inventory/:product_id',
 *         {
 *           config: { access: 'staff' },
 *           schema: {
 *             summary: 'Stock of a product',
 *             tags: ['inventory'],
 *             params: params('product_id'),
 *             response: answers({ 200: StockView }, contract.refusals, ['PRODUCT_NOT_FOUND']),
 *           },
 *         },
 *         async ({ params }, reply) => answer(reply, 200, await inventory.getStock(params), contract.refusals),
 *       );
 *     }
 */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may enter. Every route says it, or it is refused at start. */
    access?: Access;
    /** Where a mutation's Idempotency-Key is kept: `sql` (the default), `hot` (carts), or nowhere. */
    idempotency?: 'sql' | 'hot' | 'none';
    /** What caches may do with a 200 to nobody in particular. Every question that anybody may ask says it. */
    shared?: SharedAnswer | 'never';
    /** The class of rate limit, for the gateway; its default is by method. */
    rateLimit?: string;
    /** An HTML page: its Content-Security-Policy allows our own scripts, styles and images, and problems are pages. */
    page?: boolean;
    /** Nobody is asked who they are: the answer is the same for everybody and may be kept by shared caches. */
    isSameForAll?: boolean;
  }
  interface FastifyInstance {
    /** As they were declared, for tests that ask every one. */
    declaredRoutes: DeclaredRoute[];
  }
  interface FastifyRequest {
    caller: Caller;
    /** The caller was known by a cookie: a browser may have been made to send it by another site. */
    byCookie: boolean;
    /** The guest was made by this very request, so a retry after a lost answer comes as another guest. */
    isNewGuest: boolean;
    /** The id of what this mutation creates: fresh, or the first try's under the same Idempotency-Key. */
    commandId: string;
    /** Runs until the body has arrived. */
    arrival: NodeJS.Timeout | undefined;
    /** The code of the problem that is told, for the log. */
    refusedWith: string | undefined;
  }
}

export type DeclaredRoute = Pick<RouteOptions, 'url' | 'method' | 'config'>;

export interface AppOptions {
  log: Log;
  metrics: Metrics;
  clock: Clock;
  /** CIDRs whose forwarding headers count; none by default. */
  trustedProxies?: readonly string[];
  /** TLS ends here or before us: HSTS is sent. */
  hasTls?: boolean;
  /** Plugins that must run before `identify`, cookies for example. */
  before?: (app: App) => Promise<void>;
  /** Finds out who sends the request: sets `caller`, `byCookie`, `isNewGuest`. */
  identify?: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Answers what it has in memory before anything else looks at the request. */
  front?: Front;
  /** The page that tells a problem to somebody who reads pages, or where to send them instead. */
  problemPage?: ProblemPage;
  /** Throws `edgeProblem('TOO_MANY_REQUESTS', …)`; runs after `identify` and before the route's access is checked. */
  limitRate?: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

/** What is kept in memory, asked before the framework. */
type Front = Pick<PageCache, 'serve' | 'wire' | 'watch'>;

/** Add `openapi`, then `idempotency`, then the modules' routes. */
export async function createApp(options: AppOptions): Promise<App> {
  const headers = securityHeaders({ hasTls: options.hasTls ?? false });
  const app: App = Fastify({
    logger: false,
    genReqId: request => parseTraceparent(request.headers.traceparent) ?? newTraceId(),
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit: limits.bodyBytesMax,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    // Requests that are under way when we stop are served; then their connections are closed, by `close`.
    return503OnClosing: false,
    // The router's own complaints come before any hook has run.
    frameworkErrors: ({ code }, request, reply) => {
      reply.headers({ ...headers.data, 'Request-Id': request.id, 'Cache-Control': UNSHARED });
      const isBadUrl = code === 'FST_ERR_BAD_URL';
      const problem = isBadUrl ? invalidInput('the address is malformed') : edgeProblem('NOT_FOUND');
      void (reply as FastifyReply).send(writeProblem(reply as FastifyReply, problem.fields));
    },
    clientErrorHandler: tellMalformed,
  }).withTypeProvider<TypeBoxTypeProvider>();

  if (options.front !== undefined) putInFront(app, options.front);
  app.setValidatorCompiler(validatorCompiler);
  app.addSchema(ProblemSchema);
  app.decorate('declaredRoutes', []);
  // Declared so that all requests have one hidden class; `begin` fills it in.
  app.decorateRequest('caller', null as never);
  app.decorateRequest('byCookie', false);
  app.decorateRequest('isNewGuest', false);
  app.decorateRequest('commandId', '');
  app.decorateRequest('arrival', undefined);
  app.decorateRequest('refusedWith', undefined);
  app.decorateRequest('sharing', null);
  readBodies(app);
  const methodsOf = routeRules(app, options.front);
  begin(app, headers);
  await options.before?.(app);
  enter(app, options, methodsOf);
  end(app, options);
  close(app);
  app.setErrorHandler((error, request, reply) => {
    const problem = tellError(options.log, error, request);
    if (options.problemPage === undefined || !readsPages(request))
      return reply.send(writeProblem(reply, problem.fields));
    return sendProblemPage(options.problemPage, problem, reply, headers.page);
  });
  return app;
}

/** Node's own listener stays as it is behind it: connections, time-outs and malformed requests are its business. */
function putInFront(app: App, front: Front): void {
  putLaneBefore(app.server, front.wire);
  const [behind] = app.server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  app.server.removeAllListeners('request');
  app.server.on('request', (request, response) => {
    if (!front.serve(request, response)) behind!(request, response);
  });
}

/** Why nothing is at this address; a path that takes other methods says which. */
function notHere({ method }: FastifyRequest, allowed: string[]): Problem {
  if (allowed.length === 0 || allowed.includes(method)) return edgeProblem('NOT_FOUND');
  return edgeProblem('METHOD_NOT_ALLOWED', { headers: { Allow: allowed.join(', ') } });
}

/** JSON is the only body that is read unless a route's plugin adds a parser; an empty one is no body. */
function readBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
}

/**
 * Checks each route as it is declared, completes its description, and remembers which methods a path takes. The answer
 * is asked only for paths that matched nothing.
 */
function routeRules(app: App, front?: Front): (url: string) => string[] {
  const known = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', (route: RouteOptions) => {
    const { url, config } = route;
    const methods = [route.method].flat();
    const name = `${methods.join()} ${url}`;
    assert(config?.access !== undefined, `${name}: config.access says who may enter`);
    const isQuestion = methods.every(method => !mutates(method));
    assert(!isQuestion || config.idempotency === undefined, `${name}: only mutations have idempotency`);
    assert(isQuestion || config.shared === undefined, `${name}: only questions are shared`);
    const isDecided = !isQuestion || config.access !== 'anyone' || config.shared !== undefined;
    assert(isDecided, `${name}: anybody may ask it, so config.shared says what caches may do with its answer`);
    describeRoute(route);
    shareAnswers(route, front);
    app.declaredRoutes.push({ url, method: route.method, config });
    const entry = known.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const method of methods) entry.methods.add(method);
    known.set(url, entry);
  });
  return url => {
    const path = url.split('?', 1)[0]!;
    const methods = [...known.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap(entry => [...entry.methods]);
    return [...new Set(methods)].sort();
  };
}

function patternOf(url: string): RegExp {
  const escaped = url.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/:[A-Za-z_]\w*/g, '[^/]+').replaceAll('*', '.*')}$`);
}

/** What happens before anything is known of the caller. */
function begin(app: App, headers: ReturnType<typeof securityHeaders>): void {
  app.addHook('onRequest', (request, reply, done) => {
    request.caller = nobody;
    reply.headers(request.routeOptions.config.page === true ? headers.page : headers.data);
    reply.header('Request-Id', request.id);
    if (request.url.includes('%00')) return done(invalidInput('the address holds a NUL'));
    limitArrival(request);
    withTrace(request.id, done);
  });
  // A body arrives in the socket's own async context, so the trace is entered a second time after it.
  app.addHook('preValidation', (request, _reply, done) => {
    clearTimeout(request.arrival);
    const { body } = request;
    const isTaken = request.routeOptions.schema?.body !== undefined || !isRecord(body);
    if (!isTaken && Object.keys(body).length > 0) {
      const errors = Object.keys(body).map(name => ({ path: `/${name}`, message: 'is not a field of this request' }));
      return done(invalidInput('this route takes no body', errors));
    }
    withTrace(request.id, done);
  });
}

/**
 * A body that trickles in must not hold its connection for ever. Node's own `requestTimeout` counts for the whole
 * server; an import of gigabytes reads its stream in the handler, where this timer has ended.
 */
function limitArrival(request: FastifyRequest): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (length === '0' && encoding === undefined) return;
  request.arrival = setTimeout(() => request.raw.destroy(), limits.requestTimeoutMs);
  request.arrival.unref();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Who is it, and may they? Decided before a byte of the body is read. */
function enter(app: App, { identify, limitRate }: AppOptions, methodsOf: (url: string) => string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const refused: unknown = await identify?.(request, reply).then(
      () => undefined,
      error => error,
    );
    // Before a wrong token is told: who guesses is slowed like everybody.
    if (limitRate !== undefined) await limitRate(request, reply);
    if (refused !== undefined) throw refused;
    // Before the body: where nothing is, nobody asks what was sent.
    if (request.is404) throw notHere(request, methodsOf(request.url));
    demandAccess(request, request.routeOptions.config.access ?? 'anyone');
    if (!mutates(request.method) || !isCrossSite(request)) return;
    // Any site can send a form to a page of ours; JSON needs a permission (CORS) that nobody has. So a form is refused
    // without a cookie too: it would give its browser the session of a new guest in the place of the one it has.
    if (request.byCookie || request.routeOptions.config.page === true) throw edgeProblem('CROSS_SITE');
  });
}

/** A browser says where a request comes from; what says nothing is no browser. */
function isCrossSite({ headers, host }: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, origin } = headers;
  if (site === 'same-origin' || site === 'none') return false;
  if (origin !== undefined) return !(URL.canParse(origin) && new URL(origin).host === host);
  return site !== undefined;
}

/** What every answer gets at last: cache headers, a measurement, a line in the log when it is a refusal. */
function end(app: App, { log, metrics }: AppOptions): void {
  const labels = ['method', 'route', 'status'] as const;
  const seconds = metrics.histogram('http_seconds', 'From a request to its answer', { labels });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('Cache-Control', UNSHARED);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { method, caller } = request;
    const route = request.routeOptions.url ?? '(unknown)';
    const status = reply.statusCode;
    seconds.observe({ method, route, status: String(status) }, reply.elapsedTime / 1000);
    // The route's pattern, not the address: a path or a query may hold a ticket or an access token.
    const fields = {
      method,
      route,
      status,
      caller: personOf(caller) ?? caller.kind,
      ip: request.ip,
      trace_id: request.id,
    };
    if (status >= 400) log.info({ ...fields, code: request.refusedWith }, 'refused');
    else log.debug(fields, 'answered');
    done();
  });
}

/**
 * A stop waits for every connection, and Node closes none but those that idle between two requests. So one that is busy
 * when the stop begins is closed by its answer, one that has not said anything (browsers open such ones ahead) at once,
 * and one that is busy for longer than we wait for anything else is cut.
 */
function close(app: App): void {
  const unused = new Set<Socket>();
  let isClosing = false;
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }) => unused.delete(socket));
  app.addHook('preClose', async () => {
    isClosing = true;
    for (const socket of unused) socket.destroy();
    setTimeout(() => app.server.closeAllConnections(), limits.stopGraceMs).unref();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('Connection', 'close');
    done();
  });
}

/** Maps what was thrown to a problem, and logs what nobody expected. */
function tellError(log: Log, error: unknown, request: FastifyRequest): Problem {
  clearTimeout(request.arrival);
  const problem = toProblem(error);
  const { fields } = problem;
  const place = { method: request.method, route: request.routeOptions.url, trace_id: request.id };
  // A client that went away while it was sending leaves an error of its socket behind, which is nobody's bug.
  const isGone = request.raw.destroyed && !request.raw.complete;
  if (fields.status >= 500 && !isGone) {
    if (error instanceof Unavailable) log.warn({ ...place, err: error }, 'a part does not answer');
    else log.error({ ...place, err: error }, 'a bug');
  }
  return problem;
}

/** What is not even HTTP. Node gives a bare socket, so the answer is written by hand. */
function tellMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const code = tellMalformedCodes[error.code ?? ''] ?? 'INVALID_INPUT';
  const { fields } = edgeProblem(code);
  const body = problemBody(fields, undefined);
  const head = [
    `HTTP/1.1 ${fields.status} ${statusText(fields.status)}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Cache-Control: ${UNSHARED}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const tellMalformedCodes: Record<string, EdgeCode> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};
