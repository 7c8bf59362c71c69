/**
 * The document says what the routes do: a small app is described, and the document is compared with what it then
 * answers.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { Type } from 'typebox';
import { systemClock } from './clock.ts';
import { answers, createApp, NoContent } from './http.ts';
import { createMetrics } from './metrics.ts';
import { openapi } from './openapi.ts';
import type { OpenapiDocument } from './openapi-document.ts';
import { Id, nullable, object, oneOf, PageQuery, page, params, text } from './schema.ts';

const refusals = { SOLD_OUT: { status: 409, meaning: 'Every <unit> is sold.' } };
const Thing = object({ thing_id: Id, kind: oneOf('a', 'b'), note: nullable(text(10)) });

async function describedApp(t: TestContext) {
  const app = await createApp({ log: pino({ level: 'silent' }), metrics: createMetrics(), clock: systemClock });
  await openapi(app, { title: 'Things & more', version: '1.0', description: 'All of it.', sessionCookie: 'session' });
  app.get(
    '/api/things',
    {
      config: { access: 'anyone', shared: 'never' },
      schema: {
        summary: 'List <them>',
        tags: ['things'],
        querystring: Type.Object(
          { ...PageQuery, category: Type.Optional(Type.Array(text(20))) },
          { patternProperties: { '^attr\\.': Type.Array(text(20)) } },
        ),
        response: answers({ 200: page(Thing) }),
      },
    },
    async ({ query }) => ({ items: [], total: 0, page: query.page, page_size: query.page_size }),
  );
  app.post(
    '/api/things/:thing_id/parts',
    {
      config: { access: 'staff' },
      schema: {
        tags: ['things'],
        params: params('thing_id'),
        body: object({ name: text(20) }),
        response: answers({ 201: Thing }, refusals, ['SOLD_OUT']),
      },
    },
    async ({ params: { thing_id } }, reply) => reply.code(201).send({ thing_id, kind: 'a', note: null }),
  );
  app.delete(
    '/api/session',
    { config: { access: 'person', idempotency: 'none' }, schema: { response: answers({ 204: NoContent }) } },
    async (_request, reply) => reply.code(204).send(null),
  );
  t.after(() => app.close());
  const answered = await app.inject('/openapi.json');
  return { app, answered, document: answered.json<OpenapiDocument>() };
}

test('it is OpenAPI 3.1 with the schemes that open the routes', async t => {
  const { answered, document } = await describedApp(t);
  assert.match(String(answered.headers['content-type']), /^application\/json/);
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(Object.keys(document.components.securitySchemes), ['bearer', 'cookie']);
  assert.deepEqual(Object.keys(document.components.schemas), ['Problem']);
  assert.deepEqual(Object.keys(document.paths).sort(), [
    '/api/session',
    '/api/things',
    '/api/things/{thing_id}/parts',
    '/docs',
    '/openapi.json',
  ]);
  assert.deepEqual(Object.keys(document.paths['/api/things']!), ['get']);
});

test('parameters, bodies and nullable fields stand as they are checked', async t => {
  const { document } = await describedApp(t);
  const list = document.paths['/api/things']!.get!;
  const told = list.parameters!.map(({ name, in: place, required }) => [name, place, required ?? false]);
  assert.deepEqual(told, [
    ['page', 'query', false],
    ['page_size', 'query', false],
    ['category', 'query', false],
    ['more', 'query', false],
  ]);
  const make = document.paths['/api/things/{thing_id}/parts']!.post!;
  assert.deepEqual(
    make.parameters!.map(({ name, in: place, required }) => [name, place, required ?? false]),
    [
      ['thing_id', 'path', true],
      ['Idempotency-Key', 'header', false],
    ],
  );
  assert.deepEqual(make.requestBody!.content['application/json']!.schema, {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string', minLength: 1, maxLength: 20 } },
    additionalProperties: false,
  });
  const thing = make.responses['201']!.content!['application/json']!.schema as { properties: Record<string, object> };
  assert.deepEqual(thing.properties.note, { type: ['string', 'null'], minLength: 1, maxLength: 10 });
  assert.deepEqual(thing.properties.kind, { type: 'string', enum: ['a', 'b'] });
});

test('every status that a route can answer is there, problems as such', async t => {
  const { document } = await describedApp(t);
  const statuses = (path: string, method: string) => Object.keys(document.paths[path]![method]!.responses);
  assert.deepEqual(statuses('/api/things', 'get'), ['200', '400', '401', '408', '429', '431', '500', '503']);
  assert.deepEqual(
    statuses('/api/things/{thing_id}/parts', 'post').join(' '),
    '201 400 401 403 404 408 409 413 415 422 429 431 500 503',
  );
  assert.deepEqual(statuses('/api/session', 'delete').join(' '), '204 400 401 403 408 413 415 429 431 500 503');
  const { responses, security } = document.paths['/api/things/{thing_id}/parts']!.post!;
  assert.match(responses['409']!.description, /`SOLD_OUT`[\s\S]*`IDEMPOTENCY_IN_FLIGHT`/);
  assert.deepEqual(responses['409']!.content, {
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  });
  assert.ok('Retry-After' in responses['503']!.headers!);
  assert.ok('Idempotency-Replayed' in responses['201']!.headers!);
  assert.equal(document.paths['/api/session']!.delete!.responses['204']!.content, undefined);
  assert.deepEqual(security, [{ bearer: [] }, { cookie: [] }]);
});

test('the reader is a page without scripts that escapes what it shows', async t => {
  const { app } = await describedApp(t);
  const { body, headers } = await app.inject('/docs');
  assert.match(String(headers['content-type']), /^text\/html/);
  assert.ok(!/<script|<style| style=|javascript:/i.test(body));
  assert.ok(body.includes('List &lt;them&gt;') && body.includes('Every &lt;unit&gt; is sold.'));
  assert.ok(body.includes('Things &amp; more'));
  assert.match(String((await app.inject('/docs/reader.css')).headers['content-type']), /^text\/css/);
});

test('a parameter with a default is filled in, one of a pattern is read', async t => {
  const { app } = await describedApp(t);
  const { items: _items, ...rest } = (await app.inject('/api/things?attr.color=red')).json();
  assert.deepEqual(rest, { total: 0, page: 1, page_size: 24 });
});
