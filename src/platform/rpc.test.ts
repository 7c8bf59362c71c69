/**
 * A module behind rpc behaves as the object itself: values, refusals, bugs and outages. A proxy that cuts connections
 * stands between the two where it is asked what is sent again.
 */
import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import pino from 'pino';
import { type Static, Type } from 'typebox';
import { systemClock } from './clock.ts';
import { command, defineContract, onceCommand, query } from './contract.ts';
import { createMetrics } from './metrics.ts';
import { accept, type Outcome, refuse, Unavailable } from './outcome.ts';
import { connectRpc, serveRpc } from './rpc.ts';
import { object } from './schema.ts';
import { traceId, withTrace } from './trace.ts';

const Echo = object({ value: Type.Unknown(), maybe: Type.Optional(Type.String()) });
const Amount = object({ amount: Type.Integer({ minimum: 1 }) });

interface Counter {
  echo(input: Static<typeof Echo>): Promise<unknown>;
  add(input: Static<typeof Amount>): Promise<Outcome<{ sum: number }, 'TOO_MUCH'>>;
  addOnce(input: Static<typeof Amount>): Promise<Outcome<{ sum: number }>>;
  nothing(input: object): Promise<void>;
  breaks(input: object): Promise<never>;
  isOut(input: object): Promise<never>;
  isOutOnce(input: object): Promise<never>;
  sleeps(input: { ms: number }): Promise<string>;
  trace(input: object): Promise<string | null>;
}

const contract = defineContract<Counter>({
  name: 'counter',
  refusals: { TOO_MUCH: { status: 409, meaning: 'That is too much.' } },
  operations: {
    echo: query(Echo),
    add: command(Amount),
    addOnce: onceCommand(Amount),
    nothing: query(object({})),
    breaks: query(object({})),
    isOut: query(object({})),
    isOutOnce: onceCommand(object({})),
    sleeps: query(object({ ms: Type.Integer() }), 150),
    trace: query(object({})),
  },
});

function createCounter() {
  const calls: string[] = [];
  let sum = 0;
  const out = async (name: string): Promise<never> => {
    calls.push(name);
    throw new Unavailable('no ledger', { retryAfterSeconds: 4 });
  };
  const counter: Counter = {
    echo: async ({ value, maybe }) => ({ value, maybe, had: maybe !== undefined }),
    async add({ amount }) {
      calls.push('add');
      if (amount > 100) return refuse('TOO_MUCH', { most: 100 });
      sum += amount;
      return accept({ sum });
    },
    async addOnce({ amount }) {
      calls.push('addOnce');
      sum += amount;
      return accept({ sum });
    },
    nothing: async () => {},
    breaks: async () => assert.fail('the till is empty'),
    isOut: () => out('isOut'),
    isOutOnce: () => out('isOutOnce'),
    async sleeps({ ms }) {
      calls.push('sleeps');
      await systemClock.sleep(ms);
      return 'slept';
    },
    trace: async () => traceId() ?? null,
  };
  return { counter, calls };
}

const common = { secret: 'one secret', log: pino({ level: 'silent' }), metrics: createMetrics() };

async function served(t: TestContext, options: { secret?: string; via?: (url: string) => Promise<string> } = {}) {
  const { counter, calls } = createCounter();
  const server = await serveRpc({
    ...common,
    host: '127.0.0.1',
    port: 0,
    modules: { counter: { contract, api: counter } },
  });
  const url = (await options.via?.(server.url)) ?? server.url;
  const remote = connectRpc(contract, { ...common, url, secret: options.secret ?? common.secret });
  t.after(async () => {
    await remote.close();
    await server.stop();
  });
  return { counter, remote, calls, server, url };
}

/** Cuts a connection the first `cuts` times that an answer would pass, after the server has run the call. */
async function cuttingProxy(t: TestContext, target: string, cuts: number): Promise<string> {
  let left = cuts;
  const sockets = new Set<Socket>();
  const server: Server = createServer(inner => {
    const outer = connect(Number(new URL(target).port), '127.0.0.1');
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    inner.pipe(outer);
    inner.on('close', () => outer.destroy());
    outer.on('data', chunk => {
      if (left-- > 0) inner.destroy();
      else inner.write(chunk);
    });
    outer.on('close', () => inner.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

test('any JSON-safe value comes back as from the object itself', async t => {
  const { counter, remote } = await served(t);
  await fc.assert(
    fc.asyncProperty(
      fc.jsonValue({ noUnicodeString: false }),
      fc.option(fc.string(), { nil: undefined }),
      async (value, maybe) => {
        const near = JSON.parse(JSON.stringify(await counter.echo({ value, maybe })));
        assert.deepEqual(await remote.echo({ value, maybe }), near);
      },
    ),
    { numRuns: 200 },
  );
});

test('outcomes, refusals with their detail included, are data', async t => {
  const { remote } = await served(t);
  assert.deepEqual(await remote.add({ amount: 2 }), { ok: true, value: { sum: 2 } });
  assert.deepEqual(await remote.add({ amount: 101 }), { ok: false, code: 'TOO_MUCH', detail: { most: 100 } });
  assert.equal(await remote.nothing({}), null);
});

test('wrong input is a bug of the caller, and nothing runs', async t => {
  const { remote, calls } = await served(t);
  await assert.rejects(remote.add({ amount: 0 }), /counter.add refused the call \(400\).*\/amount/);
  await assert.rejects(remote.add({ amount: 1, more: 1 } as { amount: number }), /\/more/);
  assert.deepEqual(calls, []);
});

test('a bug there is thrown here without its text, and once', async t => {
  const { remote } = await served(t);
  await assert.rejects(remote.breaks({}), (error: Error) => {
    assert.equal(error.message, 'remote bug in counter.breaks');
    return !(error instanceof Unavailable);
  });
});

test('an outage there is an outage here: tried again where that is safe, and only there', async t => {
  const { remote, calls } = await served(t);
  const isOutage = (error: unknown) => error instanceof Unavailable && error.retryAfterSeconds === 4;
  await assert.rejects(remote.isOut({}), isOutage);
  await assert.rejects(remote.isOutOnce({}), isOutage);
  assert.deepEqual(calls, ['isOut', 'isOut', 'isOut', 'isOutOnce']);
});

test('another secret is refused, and nothing runs', async t => {
  const { remote, calls, url } = await served(t, { secret: 'another secret' });
  await assert.rejects(remote.add({ amount: 1 }), /401.*signature/);
  for (const headers of [{}, { 'rpc-time': String(Date.now()), 'rpc-signature': 'x' }] as Record<string, string>[]) {
    const answered = await fetch(`${url}/rpc/counter/add`, { method: 'POST', body: '{"amount":1}', headers });
    assert.equal(answered.status, 401);
  }
  assert.deepEqual(calls, []);
});

test('a recorded call is stale after a minute', async t => {
  const { url } = await served(t);
  const late = { ...systemClock, nowMs: () => Date.now() - 61_000 };
  const remote = connectRpc(contract, { ...common, url, clock: late });
  t.after(() => remote.close());
  await assert.rejects(remote.add({ amount: 1 }), /401/);
});

test('a call that takes too long is an outage after its own time-out, retries included', async t => {
  const { remote, calls } = await served(t);
  const startedMs = performance.now();
  await assert.rejects(remote.sleeps({ ms: 400 }), Unavailable);
  assert.ok(performance.now() - startedMs < 1_500);
  assert.deepEqual(calls, ['sleeps', 'sleeps', 'sleeps']);
  assert.equal(await remote.sleeps({ ms: 1 }), 'slept');
});

test('after a cut connection a safe operation is sent again, another one is not', async t => {
  const safe = await served(t, { via: url => cuttingProxy(t, url, 1) });
  assert.deepEqual(await safe.remote.add({ amount: 1 }), { ok: true, value: { sum: 2 } });
  assert.deepEqual(safe.calls, ['add', 'add']);
  const once = await served(t, { via: url => cuttingProxy(t, url, 1) });
  await assert.rejects(once.remote.addOnce({ amount: 1 }), Unavailable);
  assert.deepEqual(once.calls, ['addOnce']);
});

test('a process that is not there is an outage', async t => {
  const remote = connectRpc(contract, { ...common, url: 'http://127.0.0.1:1' });
  t.after(() => remote.close());
  await assert.rejects(remote.add({ amount: 1 }), Unavailable);
});

test('the trace id passes on', async t => {
  const { remote } = await served(t);
  const id = 'cd'.repeat(16);
  assert.equal(await withTrace(id, () => remote.trace({})), id);
});

test('stopping answers the calls that run', async t => {
  const { remote, server } = await served(t);
  await remote.nothing({});
  const running = remote.sleeps({ ms: 100 });
  await systemClock.sleep(30);
  const stopped = server.stop();
  assert.equal(await running, 'slept');
  await stopped;
  await assert.rejects(remote.nothing({}), Unavailable);
});

test('an input beyond the bound is refused before it is sent', async t => {
  const { remote } = await served(t);
  await assert.rejects(remote.echo({ value: 'x'.repeat(17_000_000) }), /too large/);
});
