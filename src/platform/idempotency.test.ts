/**
 * The rules of `Idempotency-Key` over HTTP, with handlers that count their runs. Keys are kept in PostgreSQL; two apps
 * over one database stand for two processes.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { Type } from 'typebox';
import { testDatabase } from '../../test/support/postgres.ts';
import { type Clock, systemClock } from './clock.ts';
import { takeForms } from './form.ts';
import { hotKeyStore } from './hot-key-store.ts';
import { createHotStore } from './hot-store.ts';
import { type App, createApp, Problem } from './http.ts';
import { canonicalJson, idempotency } from './idempotency.ts';
import { bucketOf, createIds } from './ids.ts';
import { createMetrics } from './metrics.ts';
import { Unavailable } from './outcome.ts';
import { createSeal } from './seal.ts';
import { type Database, sql } from './sql.ts';
import { sqlKeyStore } from './sql-key-store.ts';

const ids = createIds();
const ANN = ids.next();
const BOB = ids.next();

interface World {
  db: Database;
  /** The command ids that handlers ran under, in order. */
  ran: string[];
  /** What the next run does instead of answering 201. */
  next: (() => Promise<unknown>) | undefined;
  clock: Clock;
  lateMs: number;
}

async function createWorld(t: TestContext): Promise<World> {
  const { db } = await testDatabase(t, ['gateway']);
  const world: World = { db, ran: [], next: undefined, lateMs: 0, clock: systemClock };
  world.clock = { ...systemClock, nowMs: () => Date.now() + world.lateMs };
  return world;
}

async function startApp(t: TestContext, world: World): Promise<App> {
  const log = pino({ level: 'silent' });
  const { clock } = world;
  const app = await createApp({
    log,
    metrics: createMetrics(),
    clock,
    identify: async request => {
      const { 'x-person': person, 'x-new-guest': isNew } = request.headers;
      if (typeof person === 'string') request.caller = { kind: 'guest', person_id: person };
      request.isNewGuest = isNew !== undefined;
    },
  });
  const stores = {
    sql: sqlKeyStore({ db: world.db, schema: 'gateway', clock }),
    hot: hotKeyStore({ hotStore: createHotStore({ clock }), clock }),
  };
  idempotency(app, { stores, ids, secret: 'seal', log, clock, waitMs: 600 });
  const run = async (commandId: string) => {
    world.ran.push(commandId);
    const { next } = world;
    world.next = undefined;
    return (await next?.()) ?? { command_id: commandId, access_token: 'very-secret' };
  };
  const body = Type.Object({ quantity: Type.Integer({ minimum: 1 }), note: Type.Optional(Type.String()) });
  for (const [url, place] of [
    ['/orders', 'sql'],
    ['/carts', 'hot'],
    ['/sessions', 'none'],
  ] as const) {
    app.post(url, { config: { access: 'anyone', idempotency: place }, schema: { body } }, async (request, reply) => {
      reply.code(201);
      return run(request.commandId);
    });
  }
  app.delete('/orders/:order_id', { config: { access: 'anyone' } }, async ({ commandId }, reply) => {
    await run(commandId);
    return reply.code(204).send();
  });
  t.after(() => app.close());
  return app;
}

async function createShop(t: TestContext) {
  const world = await createWorld(t);
  const app = await startApp(t, world);
  return { world, app, post: poster(app) };
}

interface Sent {
  url?: string;
  key?: string | undefined;
  person?: string | undefined;
  newGuest?: boolean;
  body?: object;
}

function poster(app: App) {
  return async ({ url = '/orders', key = 'k1', person = ANN, newGuest, body = { quantity: 1 } }: Sent = {}) => {
    const headers: Record<string, string> = {};
    if (key !== '-') headers['idempotency-key'] = key;
    if (person !== 'nobody') headers['x-person'] = person;
    if (newGuest) headers['x-new-guest'] = '1';
    const answered = await app.inject({ method: 'POST', url, headers, payload: body });
    const isReplayed = answered.headers['idempotency-replayed'] === 'true';
    return { status: answered.statusCode, body: answered.json<Record<string, unknown>>(), isReplayed, answered };
  };
}

const fail =
  (status: number, code = 'NO') =>
  async () => {
    throw new Problem({ status, code, title: 'no' });
  };

test('30 at once under one key run once, and all get the answer', async t => {
  const { world, post } = await createShop(t);
  world.next = async () => void (await systemClock.sleep(60));
  const all = await Promise.all(Array.from({ length: 30 }, () => post()));
  assert.equal(world.ran.length, 1);
  for (const one of all) assert.deepEqual([one.status, one.body.command_id], [201, world.ran[0]]);
  assert.equal(all.filter(one => one.isReplayed).length, 29);
});

test('two processes: one runs, the other waits for its answer', async t => {
  const { world, post } = await createShop(t);
  const elsewhere = poster(await startApp(t, world));
  world.next = async () => void (await systemClock.sleep(150));
  const [here, there] = await Promise.all([post(), elsewhere()]);
  assert.equal(world.ran.length, 1);
  assert.deepEqual(here.body, there.body);
  assert.ok(here.isReplayed !== there.isReplayed);
});

test('a replay is the first answer, however the fields are ordered, and in the hot store too', async t => {
  const { world, post } = await createShop(t);
  for (const url of ['/orders', '/carts']) {
    const first = await post({ url, body: { quantity: 1, note: 'a' } });
    const again = await post({ url, body: { note: 'a', quantity: 1 } });
    assert.deepEqual([again.status, again.body, again.isReplayed], [201, first.body, true]);
    assert.match(String(again.answered.headers['content-type']), /^application\/json/);
  }
  assert.equal(world.ran.length, 2);
});

test('an answer without a body is replayed without one', async t => {
  const { world, app } = await createShop(t);
  const send = () =>
    app.inject({ method: 'DELETE', url: `/orders/${ANN}`, headers: { 'idempotency-key': 'd', 'x-person': ANN } });
  for (const replayed of [undefined, 'true']) {
    const { statusCode, body, headers } = await send();
    assert.deepEqual([statusCode, body, headers['idempotency-replayed']], [204, '', replayed]);
  }
  assert.equal(world.ran.length, 1);
});

test('other input under a used key is refused, also while the first still runs', async t => {
  const { world, post } = await createShop(t);
  world.next = async () => void (await systemClock.sleep(80));
  const running = post();
  await systemClock.sleep(40);
  const refused = await post({ body: { quantity: 2 } });
  assert.deepEqual([refused.status, refused.body.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
  await running;
  assert.equal((await post({ body: { quantity: 2 } })).status, 422);
  assert.equal((await post()).isReplayed, true);
  assert.equal(world.ran.length, 1);
});

test('a key of another person reveals nothing and blocks nothing', async t => {
  const { world, post } = await createShop(t);
  const ann = await post({ person: ANN });
  const bob = await post({ person: BOB });
  const nobody = await post({ person: 'nobody' });
  assert.deepEqual(
    [ann, bob, nobody].map(one => [one.status, one.isReplayed]),
    [
      [201, false],
      [201, false],
      [201, false],
    ],
  );
  assert.equal(new Set(world.ran).size, 3);
});

test('a key belongs to one path', async t => {
  const { world, app, post } = await createShop(t);
  await post();
  for (const order of [ANN, BOB]) {
    const headers = { 'idempotency-key': 'k1', 'x-person': ANN };
    assert.equal((await app.inject({ method: 'DELETE', url: `/orders/${order}`, headers })).statusCode, 204);
  }
  assert.equal(world.ran.length, 3);
});

test('without a lasting session, key and input together find the first answer', async t => {
  const { world, post } = await createShop(t);
  const first = await post({ person: ANN, newGuest: true });
  const again = await post({ person: BOB, newGuest: true });
  assert.deepEqual([again.isReplayed, again.body], [true, first.body]);
  const other = await post({ person: BOB, newGuest: true, body: { quantity: 2 } });
  assert.deepEqual([other.status, other.isReplayed], [201, false]);
  assert.equal(world.ran.length, 2);
});

test('the command id lies in the bucket of its person, and is there without a key too', async t => {
  const { world, post } = await createShop(t);
  await post();
  for (const url of ['/orders', '/sessions']) await post({ url, key: '-' });
  assert.equal(new Set(world.ran).size, 3);
  for (const id of world.ran) assert.equal(bucketOf(id), bucketOf(ANN));
});

test('a route without keys ignores them', async t => {
  const { world, post } = await createShop(t);
  await post({ url: '/sessions' });
  await post({ url: '/sessions' });
  assert.equal(world.ran.length, 2);
});

test('business refusals are kept', async t => {
  for (const status of [402, 409, 410]) {
    const { world, post } = await createShop(t);
    world.next = fail(status, 'SOLD_OUT');
    const first = await post();
    const again = await post();
    assert.deepEqual([first.status, first.isReplayed, again.status, again.isReplayed], [status, false, status, true]);
    assert.equal(again.body.code, 'SOLD_OUT');
    assert.match(String(again.answered.headers['content-type']), /^application\/problem\+json/);
    assert.equal(world.ran.length, 1);
  }
});

test('other refusals free the key: the next try is a new command', async t => {
  const { world, post } = await createShop(t);
  for (const status of [400, 401, 403, 404, 413, 429]) {
    world.next = fail(status);
    assert.equal((await post()).status, status);
  }
  const done = await post({ body: { quantity: 2 } });
  assert.deepEqual([done.status, done.isReplayed], [201, false]);
  assert.equal(new Set(world.ran).size, 7);
});

test('after an outage or a bug the next try runs under the same command id', async t => {
  const { world, post } = await createShop(t);
  world.next = async () => {
    throw new Unavailable('the ledger is away');
  };
  assert.equal((await post()).status, 503);
  world.next = async () => assert.fail('a bug');
  assert.equal((await post()).status, 500);
  // A run before this one may have done its work, so that not even a 404 frees the key.
  world.next = fail(404);
  assert.equal((await post()).status, 404);
  assert.equal((await post()).status, 201);
  assert.equal((await post()).isReplayed, true);
  assert.deepEqual([world.ran.length, new Set(world.ran).size], [4, 1]);
});

test('a crash between claim and answer: told in flight, then taken over under the same command id', async t => {
  const { world, post } = await createShop(t);
  const crashed = await startApp(t, world);
  let end: (() => void) | undefined;
  world.next = () =>
    new Promise<void>(resolve => {
      end = resolve;
    });
  // A run that never ends stands for the process that died: its claim stays unanswered.
  const lost = poster(crashed)();
  while (world.ran.length === 0) await systemClock.sleep(5);
  const waiting = await post();
  assert.deepEqual([waiting.status, waiting.body.code], [409, 'IDEMPOTENCY_IN_FLIGHT']);
  world.lateMs = 31_000;
  const resumed = await post();
  assert.deepEqual([resumed.status, resumed.isReplayed], [201, false]);
  assert.equal((await post()).isReplayed, true);
  assert.deepEqual([world.ran.length, new Set(world.ran).size], [2, 1]);
  end?.();
  await lost;
  assert.deepEqual((await post()).body, resumed.body);
});

test('a malformed key is refused before anything runs', async t => {
  const { world, post } = await createShop(t);
  for (const key of ['', 'a b', 'ä', 'x'.repeat(256)]) {
    const refused = await post({ key });
    assert.deepEqual([refused.status, refused.body.code], [400, 'INVALID_INPUT'], key);
  }
  assert.equal((await post({ key: 'x'.repeat(255) })).status, 201);
  assert.equal(world.ran.length, 1);
});

test('input that the schema refuses claims nothing', async t => {
  const { world, post } = await createShop(t);
  assert.equal((await post({ body: { quantity: 0 } })).status, 400);
  assert.equal((await post()).status, 201);
  assert.equal(world.ran.length, 1);
});

test('the table holds neither the answer in plain text nor who sent it', async t => {
  const { world, post } = await createShop(t);
  await post();
  const rows = await world.db.query<Record<string, unknown>>(sql`select * from gateway.idempotency_keys`);
  assert.equal(rows.length, 1);
  const text = JSON.stringify(rows);
  assert.ok(!text.includes('very-secret') && !text.includes(ANN) && !text.includes('orders'));
});

test('a seal opens only with its secret, at its place, unaltered', () => {
  const seal = createSeal({ secret: 'a', purpose: 'p', ids });
  const sealed = seal.seal('text', 'here');
  assert.equal(seal.open(sealed, 'here'), 'text');
  assert.equal(seal.open(sealed, 'there'), undefined);
  assert.equal(createSeal({ secret: 'b', purpose: 'p', ids }).open(sealed, 'here'), undefined);
  assert.equal(createSeal({ secret: 'a', purpose: 'q', ids }).open(sealed, 'here'), undefined);
  assert.equal(
    seal.open(`A${sealed.slice(1)}` === sealed ? `B${sealed.slice(1)}` : `A${sealed.slice(1)}`, 'here'),
    undefined,
  );
  assert.equal(seal.open('', 'here'), undefined);
});

test('canonical JSON is the same for the same input and no other', () => {
  assert.equal(canonicalJson({ b: [1, { d: null, c: undefined }], a: 'x' }), '{"a":"x","b":[1,{"d":null}]}');
  assert.notEqual(canonicalJson({ a: ['b'] }), canonicalJson({ a: 'b' }));
  assert.notEqual(canonicalJson([1, 2]), canonicalJson([2, 1]));
});

test('a form sent twice has one effect and one answer: the address where it is to be seen, or the page that was shown', async t => {
  const world = await createWorld(t);
  const app = await startApp(t, world);
  await app.register(async scope => {
    takeForms(scope as unknown as App);
    const body = Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' } });
    const config = { access: 'anyone', page: true } as const;
    scope.post('/pay', { config, schema: { body } as object }, async ({ body, commandId }, reply) => {
      world.ran.push(commandId);
      const { card } = body as { card: string };
      if (card === 'good') return reply.redirect(`/orders/${commandId}`, 303);
      return reply.code(402).type('text/html; charset=utf-8').send(`<p>declined ${commandId}</p>`);
    });
  });
  const post = (fields: string) =>
    app.inject({
      method: 'POST',
      url: '/pay',
      payload: fields,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-person': ANN },
    });
  const first = await post('_key=one&card=good');
  const again = await post('_key=one&card=good');
  assert.deepEqual([first.statusCode, again.statusCode], [303, 303]);
  assert.equal(again.headers.location, first.headers.location);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  const declined = await post('_key=two&card=bad');
  const declinedAgain = await post('_key=two&card=bad');
  assert.deepEqual([declined.statusCode, declinedAgain.statusCode], [402, 402]);
  assert.equal(declinedAgain.body, declined.body);
  assert.equal(declinedAgain.headers['content-type'], 'text/html; charset=utf-8');
  assert.equal((await post('_key=two&card=good')).statusCode, 422);
  assert.equal(world.ran.length, 2);
});
