/**
 * The frame that every route stands in: what it refuses before a handler runs, and the one form in which it says no.
 * Requests are injected into an app with a few routes; what depends on sockets is sent over a real one.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { type Static, Type } from 'typebox';
import { systemClock } from './clock.ts';
import { type App, answer, answers, createApp, edgeProblem, NoContent } from './http.ts';
import type { Access, Caller } from './identity.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { accept, type Outcome, refuse, Unavailable } from './outcome.ts';
import { Id, nullable, object, PageQuery, page, params, text } from './schema.ts';
import type { SharedAnswer } from './shared-answer.ts';
import { traceId } from './trace.ts';

const refusals = {
  SOLD_OUT: { status: 409, meaning: 'Every unit is sold.' },
  GONE: { status: 410, meaning: 'It was here.' },
};
const Thing = object({
  thing_id: Id,
  name: text(20),
  note: nullable(text(20)),
  box: nullable(object({ size: Type.Integer() })),
});
type Thing = Static<typeof Thing>;

const THING = '01990000-0000-7000-8000-0000000000aa';
const callers: Record<string, Caller> = {
  guest: { kind: 'guest', person_id: THING },
  customer: { kind: 'user', person_id: THING, role: 'customer', seller_id: null, session_id: THING },
  seller: { kind: 'user', person_id: THING, role: 'seller', seller_id: THING, session_id: THING },
  staff: { kind: 'user', person_id: THING, role: 'staff', seller_id: null, session_id: THING },
  key: { kind: 'key' },
};

async function shopOfThings(lines: string[] = []): Promise<App> {
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const app = await createApp({
    log: createLog({ level: 'info', destination }),
    metrics: createMetrics(),
    clock: systemClock,
    identify: async request => {
      const name = request.headers['x-caller'] as string | undefined;
      if (name !== undefined) request.caller = callers[name] ?? { kind: 'nobody' };
      request.byCookie = request.headers.cookie !== undefined;
    },
    limitRate: async request => {
      if (request.headers['x-flood'] !== undefined)
        throw edgeProblem('TOO_MANY_REQUESTS', { headers: { 'Retry-After': '7' } });
    },
  });
  declareThings(app);
  declareOddities(app);
  return app;
}

const thingsShared: SharedAnswer = {
  ...{ freshSeconds: 5, staleSeconds: 10, browserSeconds: 60, shows: ['thing'], isKeptHere: false },
  keysIn: ({ params, body }) => [
    `thing:${(params as { thing_id: string }).thing_id}`,
    `name:${(body as { name: string }).name}`,
  ],
};

function declareThings(app: App): void {
  const anyone = { access: 'anyone' } as const;
  app.get(
    '/things/:thing_id',
    {
      config: { ...anyone, shared: thingsShared },
      schema: { params: params('thing_id'), response: answers({ 200: Thing }) },
    },
    async ({ params: { thing_id } }) => ({ thing_id, name: 'box', note: null, box: { size: 3 } }),
  );
  app.get(
    '/things',
    {
      config: { ...anyone, shared: 'never' },
      schema: {
        querystring: Type.Object({
          ...PageQuery,
          category: Type.Optional(Type.Array(text(20))),
          prime: Type.Optional(Type.Boolean()),
          price_min: Type.Optional(Type.Integer({ minimum: 0 })),
        }),
        response: answers({ 200: object({ seen: Type.String() }) }),
      },
    },
    async ({ query }) => ({ seen: JSON.stringify(query) }),
  );
  app.post(
    '/things',
    {
      config: anyone,
      schema: {
        body: object({
          name: text(20),
          quantity: Type.Integer({ minimum: 1, maximum: 999 }),
          note: Type.Optional(text(20)),
        }),
        response: answers({ 201: Thing }, refusals, ['SOLD_OUT', 'GONE']),
      },
    },
    async ({ body }, reply) => answer(reply, 201, await makeThing(body.name), refusals),
  );
  app.delete(
    '/things/:thing_id',
    { config: anyone, schema: { params: params('thing_id'), response: answers({ 204: NoContent }) } },
    async (_request, reply) => answer(reply, 204, accept(null), refusals),
  );
  for (const access of ['anyone', 'person', 'user', 'seller', 'staff'] satisfies Access[]) {
    app.post(`/for/${access}`, { config: { access } }, async () => ({ trace: traceId() }));
  }
}

async function makeThing(name: string): Promise<Outcome<Thing, 'SOLD_OUT' | 'GONE'>> {
  if (name === 'last') return refuse('SOLD_OUT', { lines: [{ available: 0 }], status: 200, code: 'OK' });
  return name === 'gone'
    ? refuse('GONE')
    : accept({ thing_id: THING, name, note: null, box: null, cost_price: 7 } as Thing);
}

function declareOddities(app: App): void {
  const config = { access: 'anyone', shared: 'never' } as const;
  app.get('/bug', { config }, async () => assert.fail('password=hunter2'));
  app.get('/outage', { config }, async () => {
    throw new Unavailable('no ledger', { retryAfterSeconds: 3 });
  });
  app.get('/page', { config: { ...config, page: true } }, async (_request, reply) =>
    reply.type('text/html').send('<p>hi'),
  );
  app.get('/files/*', { config }, async () => 'file');
  app.get('/by/:name', { config, schema: { params: params('name') } }, async ({ params: { name } }) => ({ name }));
}

type Answer = { statusCode: number; headers: Record<string, unknown>; json(): Record<string, unknown> };

function assertProblem(answered: Answer, status: number, code: string): Record<string, unknown> {
  const problem = answered.json();
  assert.deepEqual([answered.statusCode, problem.status, problem.code], [status, status, code]);
  assert.match(String(answered.headers['content-type']), /^application\/problem\+json/);
  assert.equal(problem.request_id, answered.headers['request-id']);
  assert.equal(answered.headers['cache-control'], 'private, no-store');
  assert.ok(String(problem.title).length > 5);
  return problem;
}

describe('the HTTP frame', async () => {
  const app = await shopOfThings();
  after(() => app.close());
  const post = (payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/things',
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });

  test('an answer holds the fields of its schema and no others', async () => {
    const made = await post({ name: 'box', quantity: 1 });
    assert.equal(made.statusCode, 201);
    assert.deepEqual(made.json(), { thing_id: THING, name: 'box', note: null, box: null });
  });

  test('nullable objects and texts are written in both states', async () => {
    const got = await app.inject(`/things/${THING}`);
    assert.deepEqual(got.json(), { thing_id: THING, name: 'box', note: null, box: { size: 3 } });
  });

  test('a delete answers 204 without a body, and takes an empty JSON body', async () => {
    const headers = { 'content-type': 'application/json' };
    const gone = await app.inject({ method: 'DELETE', url: `/things/${THING}`, headers, payload: '' });
    assert.deepEqual([gone.statusCode, gone.body], [204, '']);
  });

  test('a refusal is a problem: its meaning as title, its detail as members that overwrite nothing', async () => {
    const problem = assertProblem(await post({ name: 'last', quantity: 1 }), 409, 'SOLD_OUT');
    assert.equal(problem.title, 'Every unit is sold.');
    assert.deepEqual(problem.lines, [{ available: 0 }]);
    assertProblem(await post({ name: 'gone', quantity: 1 }), 410, 'GONE');
  });

  test('a body is taken as it is: nothing coerced, nothing unknown, nothing missing', async () => {
    for (const [body, paths] of [
      [{ name: 'a', quantity: '1' }, ['/quantity']],
      [{ name: 'a', quantity: 0.5 }, ['/quantity']],
      [{ name: 'a', quantity: 1e9 }, ['/quantity']],
      [{ name: 'a', quantity: 1, price: 1 }, ['/price']],
      [{ name: 'a' }, ['/quantity']],
      [{}, ['/name', '/quantity']],
      [{ name: 7, quantity: -1 }, ['/name', '/quantity']],
      [{ name: null, quantity: 1 }, ['/name']],
      [{ name: 'x'.repeat(21), quantity: 1 }, ['/name']],
      [{ name: 'a\0', quantity: 1 }, ['/name']],
      [[], ['']],
      ['"text"', ['']],
      ['null', ['']],
    ] as [unknown, string[]][]) {
      const problem = assertProblem(await post(body), 400, 'INVALID_INPUT');
      const told = new Set((problem.errors as { path: string }[]).map(error => error.path));
      assert.deepEqual([...told].sort(), paths, JSON.stringify(body));
    }
    assertProblem(await post('{"name":"\\ud800","quantity":1}'), 400, 'INVALID_INPUT');
    assertProblem(await post(''), 400, 'INVALID_INPUT');
  });

  test('broken JSON, poisoned prototypes, other content types and large bodies have their own answers', async () => {
    for (const broken of ['{', '{"name":}', 'name=1', '\u0000', '{"__proto__":{"a":1},"name":"a","quantity":1}']) {
      assertProblem(await post(broken), 400, 'INVALID_INPUT');
    }
    assertProblem(
      await post('a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
    assertProblem(await post('hi', { 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    assertProblem(await post('hi', { 'content-type': 'gibberish' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    assertProblem(await post({ name: 'x'.repeat(2_000_000), quantity: 1 }), 413, 'BODY_TOO_LARGE');
    assertProblem(await post('['.repeat(500_000)), 400, 'INVALID_INPUT');
    assertProblem(await post(`{"name":${'['.repeat(200_000)}${']'.repeat(200_000)}}`), 400, 'INVALID_INPUT');
  });

  test('a route without a body takes none', async () => {
    const send = (payload: object) => app.inject({ method: 'POST', url: '/for/anyone', payload });
    assert.equal((await send({})).statusCode, 200);
    assertProblem(await send({ admin: true }), 400, 'INVALID_INPUT');
  });

  test('a query is read by its schema; what no route knows is left out', async () => {
    const seen = async (query: string) =>
      JSON.parse((await app.inject(`/things?${query}`)).json<{ seen: string }>().seen);
    assert.deepEqual(await seen(''), { page: 1, page_size: 24 });
    assert.deepEqual(await seen('category=A&utm=1&page=2'), { page: 2, page_size: 24, category: ['A'] });
    assert.deepEqual(await seen('category=A&category=B%20C&prime=true&price_min=5'), {
      page: 1,
      page_size: 24,
      category: ['A', 'B C'],
      prime: true,
      price_min: 5,
    });
    const bad = [
      'page=0',
      'page=x',
      'page=',
      'page=1.5',
      'page=1&page=2',
      'page_size=101',
      'prime=yes',
      'price_min=-1',
      'category=%00',
      'x=%00',
    ];
    for (const query of bad) assertProblem(await app.inject(`/things?${query}`), 400, 'INVALID_INPUT');
    const problem = assertProblem(await app.inject('/things?page=0'), 400, 'INVALID_INPUT');
    assert.deepEqual(problem.errors, [{ path: '?page', message: 'must be >= 1' }]);
  });

  test('a malformed id is not found, an odd address is malformed', async () => {
    for (const id of ['1', 'x'.repeat(600), THING.toUpperCase(), `${THING}x`, '..%2f..']) {
      assertProblem(await app.inject(`/things/${id}`), 404, 'NOT_FOUND');
    }
    assertProblem(await app.inject('/things/%00'), 400, 'INVALID_INPUT');
    assertProblem(await app.inject('/things/%zz'), 400, 'INVALID_INPUT');
    assertProblem(await app.inject('/by/%ED%A0%80'), 400, 'INVALID_INPUT');
    assertProblem(await app.inject('/nowhere'), 404, 'NOT_FOUND');
  });

  test('a known path with another method names those that it takes', async () => {
    const refused = await app.inject({ method: 'PUT', url: '/things?x=1' });
    assertProblem(refused, 405, 'METHOD_NOT_ALLOWED');
    assert.equal(refused.headers.allow, 'GET, HEAD, POST');
    assert.equal((await app.inject({ method: 'PATCH', url: `/things/${THING}` })).headers.allow, 'DELETE, GET, HEAD');
    assert.equal((await app.inject({ method: 'POST', url: '/files/a/b' })).headers.allow, 'GET, HEAD');
    assertProblem(await app.inject({ method: 'OPTIONS', url: '/things' }), 405, 'METHOD_NOT_ALLOWED');
  });

  test('where nothing is, nobody asks what was sent', async () => {
    const headers = { 'content-type': 'application/json' };
    const send = (method: 'POST' | 'PUT', url: string) => app.inject({ method, url, headers, body: '{"a":' });
    assertProblem(await send('POST', '/nowhere'), 404, 'NOT_FOUND');
    assertProblem(await send('PUT', '/things'), 405, 'METHOD_NOT_ALLOWED');
  });

  test('bugs tell nothing, outages say when to come back', async () => {
    const bug = await app.inject('/bug');
    assertProblem(bug, 500, 'INTERNAL');
    assert.ok(!bug.body.includes('hunter2'));
    const outage = await app.inject('/outage');
    assertProblem(outage, 503, 'UNAVAILABLE');
    assert.equal(outage.headers['retry-after'], '3');
  });

  test('every access level lets in exactly its callers', async () => {
    const table: Record<string, Record<Access, number>> = {
      nobody: { anyone: 200, person: 401, user: 401, seller: 401, staff: 401 },
      guest: { anyone: 200, person: 200, user: 403, seller: 403, staff: 403 },
      customer: { anyone: 200, person: 200, user: 200, seller: 403, staff: 403 },
      seller: { anyone: 200, person: 200, user: 200, seller: 200, staff: 403 },
      staff: { anyone: 200, person: 200, user: 200, seller: 200, staff: 200 },
      key: { anyone: 200, person: 401, user: 401, seller: 200, staff: 200 },
    };
    for (const [caller, levels] of Object.entries(table)) {
      for (const [access, status] of Object.entries(levels)) {
        const headers = { 'x-caller': caller };
        const answered = await app.inject({ method: 'POST', url: `/for/${access}`, headers });
        assert.equal(answered.statusCode, status, `${caller} at ${access}`);
        if (status === 401) assertProblem(answered, 401, 'UNAUTHENTICATED');
        if (status === 403) assertProblem(answered, 403, 'FORBIDDEN');
      }
    }
  });

  test('access and rate are decided before the body is read', async () => {
    const payload = { method: 'POST', headers: { 'content-type': 'text/odd' }, payload: '{' } as const;
    assertProblem(await app.inject({ ...payload, url: '/for/staff' }), 401, 'UNAUTHENTICATED');
    const flood = await app.inject({ method: 'POST', url: '/for/staff', headers: { 'x-flood': '1' }, payload: '{' });
    assertProblem(flood, 429, 'TOO_MANY_REQUESTS');
    assert.equal(flood.headers['retry-after'], '7');
  });

  test('a change by cookie must come from our own pages', async () => {
    const send = (headers: Record<string, string>) =>
      app.inject({
        method: 'POST',
        url: '/for/person',
        headers: { host: 'shop.test', 'x-caller': 'guest', ...headers },
      });
    const cookie = { cookie: 's=1' };
    const allowed: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { origin: 'http://shop.test' },
      { 'sec-fetch-site': 'same-origin', origin: 'http://shop.test' },
    ];
    for (const headers of allowed) assert.equal((await send({ ...cookie, ...headers })).statusCode, 200);
    const refused: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', origin: 'http://evil.test' },
    ];
    for (const headers of refused) assertProblem(await send({ ...cookie, ...headers }), 403, 'CROSS_SITE');
    assert.equal((await send({ 'sec-fetch-site': 'cross-site' })).statusCode, 200);
  });

  test('only a shared answer to nobody may be cached', async () => {
    const cached = async (headers: Record<string, string>) =>
      (await app.inject({ url: `/things/${THING}`, headers })).headers['cache-control'];
    assert.equal(await cached({}), 'public, max-age=60, s-maxage=5, stale-while-revalidate=10');
    assert.equal(await cached({ 'x-caller': 'customer' }), 'private, no-store');
    assert.equal((await app.inject('/things')).headers['cache-control'], 'private, no-store');
  });

  test('a shared answer tells the keys of what it shows, and one that is not shared tells none', async () => {
    const keys = async (url: string, headers = {}) =>
      (await app.inject({ url, headers })).headers['surrogate-key'] as string | undefined;
    assert.equal(await keys(`/things/${THING}`), `shop thing:${THING} name:box`);
    assert.equal(await keys(`/things/${THING}`, { 'x-caller': 'customer' }), undefined);
    assert.equal(await keys('/things'), undefined);
    assert.equal(await keys('/things/%zz'), undefined);
  });

  test('every answer carries the headers that keep a browser safe', async () => {
    for (const url of ['/things', '/nowhere', '/bug', '/things/%zz', '/page']) {
      const { headers } = await app.inject(url);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
      assert.ok(!String(headers['content-security-policy']).includes('unsafe'));
      assert.ok(headers['referrer-policy'] && headers['permissions-policy']);
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
    assert.match(String((await app.inject('/page')).headers['content-security-policy']), /script-src 'self'/);
  });

  test('the trace id of the sender is the request id and reaches the handler, with a body or without', async () => {
    const id = 'ab'.repeat(16);
    const headers = { traceparent: `00-${id}-${'1'.repeat(16)}-01` };
    for (const payload of [undefined, {}]) {
      const answered = await app.inject({ method: 'POST', url: '/for/anyone', headers, payload });
      assert.equal(answered.headers['request-id'], id);
      assert.deepEqual(answered.json(), { trace: id });
    }
    const odd = await app.inject({ method: 'POST', url: '/for/anyone', headers: { traceparent: 'x' } });
    assert.match(String(odd.headers['request-id']), /^[0-9a-f]{32}$/);
  });

  test('a list schema is a page', () => {
    assert.deepEqual(page(Thing).required, ['items', 'total', 'page', 'page_size']);
  });
});

test('a route that does not say who may enter, or whether its answer is everybody’s, is refused at start', async () => {
  const app = await shopOfThings();
  assert.throws(() => app.get('/open', async () => 1), /config.access/);
  assert.throws(
    () => app.get('/odd', { config: { access: 'anyone', idempotency: 'sql' } }, async () => 1),
    /only mutations/,
  );
  assert.throws(() => app.get('/undecided', { config: { access: 'anyone' } }, async () => 1), /config.shared/);
  assert.throws(
    () => app.post('/odd', { config: { access: 'anyone', shared: 'never' } }, async () => 1),
    /only questions/,
  );
  await app.close();
});

test('the log holds refusals by route, never an address with its secrets', async () => {
  const lines: string[] = [];
  const app = await shopOfThings(lines);
  await app.inject('/things?page=0&access=supersecret');
  await app.inject('/bug');
  await app.close();
  const log = lines.join('');
  assert.ok(!log.includes('supersecret'));
  assert.match(log, /"code":"INVALID_INPUT"/);
  assert.match(log, /"route":"\/bug".*a bug/);
});

test('over a socket: what is not HTTP and headers that never end get a problem too', async () => {
  const app = await shopOfThings();
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const say = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(url.port), '127.0.0.1', () => socket.write(text));
      let heard = '';
      socket.on('data', chunk => {
        heard += chunk;
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });
  assert.match(await say('GIBBERISH\r\n\r\n'), /^HTTP\/1.1 400 [\s\S]*problem\+json[\s\S]*INVALID_INPUT/);
  assert.match(
    await say(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`),
    /^HTTP\/1.1 431 [\s\S]*HEADERS_TOO_LARGE/,
  );
  await app.close();
});

type Signal = PromiseWithResolvers<void>;

test('a stop answers what is under way and closes kept and silent connections, without waiting for the clients', {
  timeout: 5_000,
}, async () => {
  const app = await shopOfThings();
  const [entered, closing, leave] = [0, 0, 0].map(() => Promise.withResolvers<void>()) as [Signal, Signal, Signal];
  app.addHook('preClose', async () => closing.resolve());
  app.get('/slow', { config: { access: 'anyone', shared: 'never' } }, async () => {
    entered.resolve();
    await leave.promise;
    return 'done';
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const silent = connect(Number(new URL(url).port), '127.0.0.1');
  await once(silent, 'connect');
  const silenced = once(silent.resume(), 'close');
  const answering = fetch(`${url}/slow`);
  await entered.promise;
  const closed = app.close();
  await closing.promise;
  leave.resolve();
  const answer = await answering;
  assert.deepEqual([answer.status, await answer.text(), answer.headers.get('connection')], [200, 'done', 'close']);
  await closed;
  await silenced;
});
