import type { FastifyReply, RouteOptions } from 'fastify';
import { type TSchema, type TUnknown, Type } from 'typebox';
import { limits } from '#limits';
import type { Access } from './identity.ts';
import type { Outcome, Refusal } from './outcome.ts';
import { type EdgeCode, edgeProblem, edgeRefusals, statusText, writeProblem } from './problem.ts';
import { object, paramSchema } from './schema.ts';

/** Codes of a contract, with the status and the sentence that HTTP tells them by. */
export type RefusalTable<Code extends string = string> = Record<Code, { status: number; meaning: string }>;

/** The body of a 204. */
export const NoContent = Type.Null({ description: 'Done; there is nothing to say.' });

/**
 * The `response` of a route's schema: what success looks like by status, and the refusals of the contract that this
 * route can give. What every route can answer (400, 401, 429, 503 …) is added when the route is registered.
 */
export function answers<Success extends Record<number, TSchema>, Code extends string = never>(
  success: Success,
  refusals?: RefusalTable<Code>,
  codes: readonly NoInfer<Code>[] = [],
): Success {
  const responses: Responses = { ...success };
  for (const code of codes) addProblem(responses, code, refusals![code]);
  return responses as unknown as Success;
}

/**
 * Tells an outcome: the value with `status`, or the refusal as a problem whose title is its meaning and whose members
 * are its detail. To be returned from the handler, whose return type checks the value against the route's schema.
 */
export function answer<Value, Code extends string>(
  reply: Replying,
  status: number,
  outcome: Outcome<Value, Code>,
  refusals: RefusalTable<Code>,
): Value {
  if (!outcome.ok) return refusal(reply, outcome, refusals);
  (reply as FastifyReply).code(status);
  return status === 204 ? (null as Value) : outcome.value;
}

/** The refusal's half of `answer`, for a handler that makes its own success. */
export function refusal<Code extends string>(reply: Replying, no: Refusal<Code>, refusals: RefusalTable<Code>): never {
  const { status, meaning } = refusals[no.code];
  return writeProblem(reply as FastifyReply, { status, code: no.code, title: meaning, members: no.detail }) as never;
}

/** Any fastify reply, whatever its route's types are. */
export type Replying = { raw: FastifyReply['raw'] };

/** An answer that is not JSON of a schema: a page, a stream, a document. It is sent as it is. */
export function otherContent<Status extends number>(
  status: Status,
  contentType: string,
  description: string,
): Record<Status, TUnknown> {
  const responses: Responses = { [status]: { description, content: { [contentType]: { schema: {} } } } };
  return responses as unknown as Record<Status, TUnknown>;
}

type Response = TSchema | ProblemResponse;
type ProblemResponse = { description: string; headers?: Record<string, object>; content: Record<string, object> };
type Responses = Record<number, Response>;

const RETRY_AFTER = { 'Retry-After': { type: 'integer', description: 'Seconds to wait before another try' } };
const PROBLEM = { 'application/problem+json': { schema: { $ref: 'Problem#' } } };

function addProblem(responses: Responses, code: string, refusal: { status: number; meaning: string }): void {
  const { status, meaning } = refusal;
  const line = `\`${code}\`: ${meaning}`;
  const known = responses[status] as { description?: string; content?: Record<string, object> } | undefined;
  if (known?.description?.includes(line)) return;
  responses[status] =
    known === undefined
      ? { description: line, content: PROBLEM, ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}) }
      : { ...known, description: `${known.description ?? statusText(status)}\n\n${line}`, content: PROBLEM };
}

/** A page of a list that is short enough to be read whole. */
export function pageOf<Item>(items: Item[], { page, page_size }: { page: number; page_size: number }) {
  const first = (page - 1) * page_size;
  if (first + page_size > limits.listedRowsMax) throw edgeProblem('PAGE_TOO_DEEP');
  return { items: items.slice(first, first + page_size), total: items.length, page, page_size };
}

const MUTATES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function mutates(method: string): boolean {
  return MUTATES.has(method);
}

/** An `onRoute` step: fills in path parameters, the `Idempotency-Key` header and what the edge can answer by itself. */
export function describeRoute(route: RouteOptions): void {
  const { method, url, config } = route;
  const isMutation = mutates(String(method));
  const isKeyed = isMutation && config?.idempotency !== 'none';
  const names = pathParams(url);
  const schema = { ...route.schema };
  if (names.length > 0) schema.params ??= object(Object.fromEntries(names.map(name => [name, paramSchema(name)])));
  schema.querystring ??= object({});
  const responses: Responses = { ...(schema.response as Responses | undefined) };
  const codes: EdgeCode[] = [
    'INVALID_INPUT',
    'REQUEST_TIMEOUT',
    'TOO_MANY_REQUESTS',
    'HEADERS_TOO_LARGE',
    'INTERNAL',
    'UNAVAILABLE',
  ];
  codes.push(...accessCodes(config?.access ?? 'anyone'));
  if (isMutation) codes.push('CROSS_SITE');
  if (names.length > 0) codes.push('NOT_FOUND');
  if (isMutation) codes.push('BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (isKeyed) codes.push('IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_KEY_REUSED');
  for (const code of codes) addProblem(responses, code, edgeRefusals[code]);
  schema.response = responses;
  route.schema = schema;
}

function accessCodes(access: Access): EdgeCode[] {
  // A token that is wrong is told everywhere: who believes to be signed in must not go on as a stranger.
  return access === 'anyone' || access === 'person' ? ['UNAUTHENTICATED'] : ['UNAUTHENTICATED', 'FORBIDDEN'];
}

/** The names of `:param`s in a route's pattern. */
function pathParams(url: string): string[] {
  return [...url.matchAll(/:([A-Za-z_]\w*)/g)].map(match => match[1]!);
}
