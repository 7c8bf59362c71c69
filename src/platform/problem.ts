import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Unavailable } from './outcome.ts';

/** One wrong field of the input. `path` is a JSON pointer into the body, or `?name` for a query parameter. */
export type InputError = { path: string; message: string };

export interface ProblemFields {
  status: number;
  /** Stable, upper-case; what clients switch on. */
  code: string;
  /** What the code means, the same each time. */
  title: string;
  /** What was wrong this time. */
  detail?: string;
  /** Further members of the problem: `lines`, `cart`, `errors`. */
  members?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** An expected error of the edge itself, thrown; what a module refuses is an `Outcome` and goes through `answer`. */
export class Problem extends Error {
  readonly fields: ProblemFields;

  constructor(fields: ProblemFields) {
    super(`${fields.status} ${fields.code}: ${fields.detail ?? fields.title}`);
    this.name = 'Problem';
    this.fields = fields;
  }
}

/** RFC 9457, as OpenAPI shows it. Routes refer to it by `$ref`, so that it stands in the document once. */
export const ProblemSchema = Type.Object(
  {
    type: Type.Optional(Type.String()),
    status: Type.Integer(),
    title: Type.String(),
    detail: Type.Optional(Type.String()),
    code: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$' }),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
    request_id: Type.Optional(Type.String()),
  },
  { $id: 'Problem' },
);

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The codes that the edge itself gives, with their titles. */
export const edgeRefusals = {
  INVALID_INPUT: { status: 400, meaning: 'The request does not have the form that this route takes.' },
  PAGE_TOO_DEEP: { status: 400, meaning: 'Lists end at row 10,000. Narrow the list instead.' },
  UNAUTHENTICATED: { status: 401, meaning: 'This needs a session or the key, and none was given that is valid.' },
  FORBIDDEN: { status: 403, meaning: 'You may not do this.' },
  CROSS_SITE: { status: 403, meaning: 'A change by cookie must come from our own pages.' },
  NOT_FOUND: { status: 404, meaning: 'There is nothing here.' },
  METHOD_NOT_ALLOWED: { status: 405, meaning: 'This path does not take this method.' },
  REQUEST_TIMEOUT: { status: 408, meaning: 'The request did not arrive in time.' },
  IDEMPOTENCY_IN_FLIGHT: { status: 409, meaning: 'The first request with this key is still running.' },
  EVENT_STILL_STUCK: { status: 409, meaning: 'The event could not be applied this time either.' },
  BODY_TOO_LARGE: { status: 413, meaning: 'The body is larger than this route takes.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: 'This route does not take this content type.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, meaning: 'This key was used before with other input.' },
  TOO_MANY_REQUESTS: { status: 429, meaning: 'Too many requests; try again later.' },
  HEADERS_TOO_LARGE: { status: 431, meaning: 'The headers are too large.' },
  INTERNAL: { status: 500, meaning: 'Something is broken on our side.' },
  UNAVAILABLE: { status: 503, meaning: 'A part of the shop does not answer; try again.' },
} as const;

export type EdgeCode = keyof typeof edgeRefusals;

/** `throw edgeProblem('NOT_FOUND')`. */
export function edgeProblem(code: EdgeCode, more: Omit<ProblemFields, 'status' | 'code' | 'title'> = {}): Problem {
  const { status, meaning } = edgeRefusals[code];
  return new Problem({ status, code, title: meaning, ...more });
}

export function invalidInput(detail: string, errors: InputError[] = []): Problem {
  return edgeProblem('INVALID_INPUT', { detail, members: errors.length === 0 ? {} : { errors } });
}

/** The problem that an error is told as. What is not expected becomes INTERNAL, without a word about the cause. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Unavailable) {
    return edgeProblem('UNAVAILABLE', { headers: { 'Retry-After': String(Math.max(1, error.retryAfterSeconds)) } });
  }
  const { statusCode, code, message } = (error ?? {}) as { statusCode?: number; code?: string; message?: string };
  // Errors of fastify and its plugins carry FST_…; broken JSON is a SyntaxError that fastify has marked with 400.
  if (!code?.startsWith('FST_') && !(error instanceof SyntaxError && statusCode === 400))
    return edgeProblem('INTERNAL');
  if (statusCode === 413) return edgeProblem('BODY_TOO_LARGE');
  if (statusCode === 415 || statusCode === 406) return edgeProblem('UNSUPPORTED_MEDIA_TYPE');
  if (statusCode === 400) return invalidInput(code === undefined ? 'the body is not JSON' : (message ?? ''));
  return edgeProblem('INTERNAL');
}

/** The JSON text of a problem. Its own members come last, so that no detail can overwrite status or code. */
export function problemBody(fields: ProblemFields, requestId: string | undefined): string {
  const { status, code, title, detail, members } = fields;
  return JSON.stringify({ ...members, status, title, detail, code, request_id: requestId });
}

/** Sets status and headers of `reply` and gives the body to send. */
export function writeProblem(reply: FastifyReply, fields: ProblemFields): string {
  reply.request.refusedWith = fields.code;
  reply.code(fields.status).type(PROBLEM_TYPE);
  if (fields.headers !== undefined) reply.headers(fields.headers);
  if ((fields.status === 429 || fields.status === 503) && !reply.hasHeader('retry-after')) {
    reply.header('Retry-After', '1');
  }
  return problemBody(fields, reply.request.id);
}

export function statusText(status: number): string {
  return STATUS_CODES[status] ?? `Status ${status}`;
}
