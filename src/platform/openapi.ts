import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifySchema, RouteOptions } from 'fastify';
import { limits } from '#limits';
import { sharedAnswers } from '#shared-answers';
import { mutates, otherContent } from './answers.ts';
import type { App } from './http.ts';
import type { Access } from './identity.ts';
import type { OpenapiDocument, OpenapiOperation } from './openapi-document.ts';
import { READER_STYLE, renderReader } from './openapi-reader.ts';

export interface OpenapiOptions {
  title: string;
  version: string;
  description: string;
  /** The name of the session cookie. */
  sessionCookie: string;
}

/**
 * `/openapi.json` and the reader at `/docs`, for every route that is registered afterwards: made from the schemas that
 * validate and serialize, so it can't say anything else than what happens.
 */
export async function openapi(app: App, options: OpenapiOptions): Promise<void> {
  const { title, version, description, sessionCookie } = options;
  const free = new Map<string, object[]>();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A session token, or the admin key.' },
          cookie: { type: 'apiKey', in: 'cookie', name: sessionCookie },
        },
      },
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _uri, _fragment, i) => String(json.$id ?? `Schema${i}`) },
    transform: ({ schema, url, route }) => {
      const described = describe(schema ?? {}, route);
      const operationId = String((described as { operationId?: string }).operationId);
      const parameters = freeParameters(schema?.querystring);
      if (parameters.length > 0) free.set(operationId, parameters);
      return { schema: described, url };
    },
    transformObject: input => {
      if (!('openapiObject' in input)) return input.swaggerObject;
      const document = input.openapiObject as unknown as OpenapiDocument;
      for (const operation of Object.values(document.paths).flatMap(path => Object.values(path))) {
        const more = free.get(operation.operationId) as OpenapiOperation['parameters'];
        if (more !== undefined) operation.parameters = [...(operation.parameters ?? []), ...more];
      }
      return input.openapiObject;
    },
  } satisfies FastifyDynamicSwaggerOptions);
  serveDocuments(app);
}

function serveDocuments(app: App): void {
  const read = () => app.swagger() as unknown as OpenapiDocument;
  let json: string | undefined;
  let html: string | undefined;
  app.get(
    '/openapi.json',
    {
      config: { access: 'anyone', shared: sharedAnswers['/openapi.json'] },
      schema: {
        summary: 'This interface as OpenAPI 3.1',
        tags: ['operations'],
        response: otherContent(200, 'application/json', 'The document'),
      },
    },
    async (_request, reply) => {
      json ??= JSON.stringify(read());
      return reply.type('application/json; charset=utf-8').send(json);
    },
  );
  app.get(
    '/docs',
    {
      config: { access: 'anyone', shared: sharedAnswers['/docs'], page: true },
      schema: { summary: 'A reader', tags: ['operations'], response: otherContent(200, 'text/html', 'A page') },
    },
    async (_request, reply) => {
      html ??= renderReader(read());
      return reply.type('text/html; charset=utf-8').send(html);
    },
  );
  const config = { access: 'anyone', shared: sharedAnswers['/docs/reader.css'] } as const;
  app.get('/docs/reader.css', { config, schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(READER_STYLE),
  );
}

const IDEMPOTENCY_KEY = {
  type: 'string',
  minLength: 1,
  maxLength: limits.idempotencyKeyLengthMax,
  pattern: '^[\\x21-\\x7e]+$',
  description: 'Repeating a request under the same key gives the first answer, for 24 hours.',
};
const REPLAYED = { 'Idempotency-Replayed': { type: 'string', description: '"true" on the repeated answer of a key' } };

/** What a route's schema leaves unsaid: who may enter, the key of its mutation, a name for generated clients. */
function describe(schema: FastifySchema, route: RouteOptions): FastifySchema {
  const { config, url } = route;
  const method = [route.method].flat()[0]!;
  const isKeyed = mutates(method) && config?.idempotency !== 'none';
  const { querystring } = schema as { querystring?: { required?: string[]; properties?: Record<string, Field> } };
  const responses = Object.entries((schema.response ?? {}) as Record<string, object>);
  return {
    operationId: nameOperation(method, url),
    ...schema,
    security: securityOf(config?.access ?? 'anyone', method),
    ...(querystring === undefined ? {} : { querystring: withoutDefaulted(querystring) }),
    ...(isKeyed ? { headers: { type: 'object', properties: { 'Idempotency-Key': IDEMPOTENCY_KEY } } } : {}),
    response: Object.fromEntries(
      responses.map(([status, answer]) => [
        status,
        isKeyed && status.startsWith('2') ? { ...answer, headers: REPLAYED } : answer,
      ]),
    ),
  } as FastifySchema;
}

type Field = { default?: unknown };

/** A parameter with a default is always there for the handler, and optional for the client. */
function withoutDefaulted<Query extends { required?: string[]; properties?: Record<string, Field> }>(
  query: Query,
): Query {
  const required = query.required?.filter(name => query.properties?.[name]?.default === undefined);
  return { ...query, required };
}

/** Who comes without a session to a mutation for persons is made a guest by it. */
function securityOf(access: Access, method: string): Record<string, string[]>[] {
  const known: Record<string, string[]>[] = [{ bearer: [] }, { cookie: [] }];
  const isOpen = access === 'anyone' || (access === 'person' && mutates(method));
  return isOpen ? [{}, ...known] : known;
}

/** `GET /api/orders/:order_id` is `getApiOrdersByOrderId`. */
function nameOperation(method: string, url: string): string {
  const words = url
    .replaceAll('*', 'rest')
    .replaceAll(':', 'by_')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method.toLowerCase() + words.map(word => word[0]!.toUpperCase() + word.slice(1)).join('');
}

/** Parameters whose names the shop doesn't know beforehand (`attr.color`): an exploded object, by OpenAPI's rules. */
function freeParameters(querystring: unknown): object[] {
  const { patternProperties } = (querystring ?? {}) as { patternProperties?: Record<string, object> };
  if (patternProperties === undefined) return [];
  const schema = { type: 'object', patternProperties };
  return [{ name: 'more', in: 'query', required: false, style: 'form', explode: true, schema }];
}
