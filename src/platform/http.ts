import assert from 'node:assert/strict';
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
import { limits } from '../limits.ts';
import { describeRoute, mutates } from './answers.ts';
import type { Clock } from './clock.ts';
import { type Access, type Caller, mayEnter, nobody } from './identity.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { edgeProblem, invalidInput, PROBLEM_TYPE, Problem, ProblemSchema, problemBody, toProblem, writeProblem } from './problem.ts';
import { PARAM_LENGTH_MAX } from './schema.ts';
import { securityHeaders } from './security-headers.ts';
import { newTraceId, parseTraceparent, withTrace } from './trace.ts';
import { validatorCompiler } from './validate.ts';

export { answer, answers, NoContent, refusal } from './answers.ts';
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
    /** `Cache-Control` of a 200 to nobody in particular; everything else is `private, no-store`. */
    cache?: string;
    /** The class of rate limit, for the gateway; its default is by method. */
    rateLimit?: string;
    /** An HTML page: its Content-Security-Policy allows our own scripts, styles and images. */
    page?: boolean;
  }
  interface FastifyRequest {
    caller: Caller;
    /** The caller was known by a cookie: a browser may have been made to send it by another site. */
    byCookie: boolean;
    /** The guest was made by this very request, so a retry after a lost answer comes as another guest. */
    isNewGuest: boolean;
    /** The id of what this mutation creates: fresh, or the first try's under the same Idempotency-Key. */
    commandId: string;
  }
}

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
  /** Throws `edgeProblem('TOO_MANY_REQUESTS', …)`; runs after `identify` and before the route's access is checked. */
  limitRate?: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

/** Add openapi, then idempotency, then the modules' routes. */
export async function createApp(options: AppOptions): Promise<App> {
  const app: App = Fastify({
    logger: false,
    genReqId: request => parseTraceparent(request.headers.traceparent) ?? newTraceId(),
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit: limits.bodyBytesMax,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    // Requests that are under way when we stop are served; fastify then closes their connections.
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => void tellError(options.log, invalidInput('the address is malformed'), request, reply),
    clientErrorHandler: tellMalformed,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.addSchema(ProblemSchema);
  app.decorateRequest('caller', nobody as never);
  app.decorateRequest('byCookie', false);
  app.decorateRequest('isNewGuest', false);
  app.decorateRequest('commandId', '');
  readBodies(app);
  const paths = routeRules(app);
  traceRequests(app);
  app.addHook('onRequest', async (_request, reply) => void reply.headers(securityHeaders.api));
  await options.before?.(app);
  checkEntry(app, options);
  finishAnswers(app, options);
  app.setErrorHandler((error, request, reply) => tellError(options.log, error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const allow = paths.methodsOf(request.url);
    if (allow.length === 0 || allow.includes(request.method)) throw edgeProblem('NOT_FOUND');
    return reply.send(writeProblem(reply, edgeProblem('METHOD_NOT_ALLOWED', { headers: { Allow: allow.join(', ') } }).fields));
  });
  return app;
}
