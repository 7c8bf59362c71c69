import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { limits } from '#limits';
import { type Clock, systemClock } from './clock.ts';
import type { Contract, Operation } from './contract.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { Unavailable } from './outcome.ts';
import { isSignedCall, signCall } from './rpc-signature.ts';
import { newTraceId, parseTraceparent, traceId, traceparent, withTrace } from './trace.ts';
import { type Check, compileCheck } from './validate.ts';

/**
 * A module in another process: `POST /rpc/<module>/<operation>` with the input as JSON, answered by `{"value": …}`. The
 * three kinds of error stay what they are: refusals come back as data, a bug there is thrown here as an `Error` that
 * names the operation, an outage as `Unavailable`. Joined and split therefore behave alike; the one difference is that
 * input which its own schema refuses is a bug of the caller, told by the serving side.
 */

/** A module as it is served: its contract and the object that keeps it. */
export interface ServedModule {
  contract: { name: string; operations: Record<string, Operation<unknown>> };
  api: object;
}

export interface RpcServer {
  url: string;
  /** Takes no new calls, and ends when the running ones have been answered. */
  stop(): Promise<void>;
}

export interface RpcServerOptions {
  host: string;
  port: number;
  secret: string;
  modules: Record<string, ServedModule>;
  log: Log;
  metrics: Metrics;
  clock?: Clock;
}

/** A listener of its own: it is never reachable through the shop's public port. */
export async function serveRpc(options: RpcServerOptions): Promise<RpcServer> {
  const operations = servedOperations(options.modules);
  const answerCall = callAnswerer(operations, options);
  const running = new Set<Promise<void>>();
  let isStopping = false;

  const server = createServer((request, response) => {
    if (isStopping) response.setHeader('Connection', 'close');
    const call = answerCall(request, response).finally(() => running.delete(call));
    running.add(call);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://${options.host}:${port}`,
    async stop() {
      isStopping = true;
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeIdleConnections();
      await Promise.all(running);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Longer than the client keeps a connection, so that it is never the server which closes one just being used. */
const KEEP_ALIVE_MS = 70_000;
const CLIENT_KEEP_ALIVE_MS = 30_000;

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

interface ServedOperation {
  name: string;
  check: Check;
  run(input: unknown): Promise<unknown>;
}

function servedOperations(modules: Record<string, ServedModule>): Map<string, ServedOperation> {
  const served = new Map<string, ServedOperation>();
  for (const { contract, api } of Object.values(modules)) {
    for (const [operation, { input }] of Object.entries(contract.operations)) {
      const name = `${contract.name}.${operation}`;
      const method = (api as Record<string, unknown>)[operation];
      assert(typeof method === 'function', `${name} stands in the contract but not in the module`);
      const run = (value: unknown): Promise<unknown> => method.call(api, value);
      served.set(pathOf(contract.name, operation), { name, check: compileCheck(input), run });
    }
  }
  return served;
}

function pathOf(module: string, operation: string): string {
  return `/rpc/${module}/${operation}`;
}

type Answer = { status: number; body: { value: unknown } | { error: string; retryAfterSeconds?: number } };

function callAnswerer(operations: Map<string, ServedOperation>, options: RpcServerOptions) {
  const { secret, log, metrics, clock = systemClock } = options;
  const labels = ['operation', 'status'] as const;
  const seconds = metrics.histogram('rpc_served_seconds', 'Calls served for other processes', { labels });

  async function answerFor(request: IncomingMessage): Promise<Answer & { name: string }> {
    const path = request.url ?? '';
    const body = await readBody(request);
    if (body === 'too large') return { name: 'unknown', status: 413, body: { error: 'the input is too large' } };
    const timeMs = Number(request.headers['rpc-time']);
    if (!isSignedCall(secret, { timeMs, path, body }, request.headers['rpc-signature'], clock.nowMs())) {
      log.warn({ path: path.slice(0, 200), ip: request.socket.remoteAddress }, 'an rpc call without a right signature');
      return {
        name: 'unknown',
        status: 401,
        body: { error: 'the signature is wrong: another RPC_SECRET, or clocks apart' },
      };
    }
    const operation = request.method === 'POST' ? operations.get(path) : undefined;
    if (operation === undefined)
      return { name: 'unknown', status: 404, body: { error: `nothing is served at ${path}` } };
    return { name: operation.name, ...(await run(operation, body.toString())) };
  }

  async function run(operation: ServedOperation, text: string): Promise<Answer> {
    const input: unknown = JSON.parse(text);
    const errors = operation.check(input);
    if (errors !== 'valid') return { status: 400, body: { error: `wrong input: ${JSON.stringify(errors)}` } };
    try {
      return { status: 200, body: { value: (await operation.run(input)) ?? null } };
    } catch (error) {
      if (error instanceof Unavailable) {
        log.warn({ operation: operation.name, trace_id: traceId(), err: error }, 'a part does not answer');
        return { status: 503, body: { error: error.message, retryAfterSeconds: error.retryAfterSeconds } };
      }
      log.error({ operation: operation.name, trace_id: traceId(), err: error }, 'a bug');
      // What went wrong is in this process's log under the trace id; it may name things that don't leave it.
      return { status: 500, body: { error: 'a bug' } };
    }
  }

  return (request: IncomingMessage, response: ServerResponse) =>
    withTrace(parseTraceparent(request.headers.traceparent) ?? newTraceId(), async () => {
      const startedMs = performance.now();
      try {
        const { name, status, body } = await answerFor(request);
        seconds.observe({ operation: name, status: String(status) }, (performance.now() - startedMs) / 1000);
        await send(response, status, JSON.stringify(body));
      } catch (error) {
        // The caller went away, or sent what isn't JSON although it is signed: there is no one to tell but the log.
        log.warn({ err: error }, 'an rpc call broke off');
        response.destroy();
      }
    });
}

/** Ends when the answer has left, so that stopping can wait for it; at once where the caller is gone already. */
function send(response: ServerResponse, status: number, text: string): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise(resolve => {
    response.once('close', resolve);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limits.rpcBodyBytesMax) return 'too large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

export interface RpcClientOptions {
  url: string;
  secret: string;
  log: Log;
  metrics: Metrics;
  /** For operations that have none of their own. */
  timeoutMs?: number;
  clock?: Clock;
  /** 0 to 1, for the jitter of retries. */
  random?: () => number;
}

export type Remote<Api> = Api & { close(): Promise<void> };

/** A remote module: the same methods with the same outcomes; an outage is thrown as `Unavailable`. */
export function connectRpc<Api extends object>(contract: Contract<Api>, options: RpcClientOptions): Remote<Api> {
  const pool = new Pool(options.url, {
    connections: limits.rpcConnectionsMax,
    keepAliveTimeout: CLIENT_KEEP_ALIVE_MS,
    keepAliveMaxTimeout: CLIENT_KEEP_ALIVE_MS,
    connect: { timeout: options.timeoutMs ?? limits.rpcTimeoutMs },
  });
  const call = caller(pool, options);
  const methods: Record<string, unknown> = { close: () => pool.close() };
  for (const [operation, described] of Object.entries<Operation<unknown>>(contract.operations)) {
    const target = {
      name: `${contract.name}.${operation}`,
      path: pathOf(contract.name, operation),
      timeoutMs: described.timeoutMs ?? options.timeoutMs ?? limits.rpcTimeoutMs,
      triesMax: described.repeat === 'safe' ? limits.rpcRetriesMax + 1 : 1,
    };
    methods[operation] = (input: unknown) => call(target, input);
  }
  // The contract's type says that its operations are exactly the methods of `Api`.
  return methods as Remote<Api>;
}

interface Target {
  name: string;
  path: string;
  timeoutMs: number;
  triesMax: number;
}

const RETRY_FIRST_MS = 25;

function caller(pool: Pool, options: RpcClientOptions) {
  const { secret, metrics, log, clock = systemClock, random = Math.random } = options;
  const labels = ['operation', 'status'] as const;
  const seconds = metrics.histogram('rpc_called_seconds', 'Calls to other processes, each try', { labels });

  async function tryOnce(target: Target, body: string): Promise<Answer> {
    const startedMs = performance.now();
    const timeMs = clock.nowMs();
    const { path, name, timeoutMs } = target;
    let status = 'lost';
    try {
      const response = await pool.request({
        method: 'POST',
        path,
        body,
        headers: {
          'content-type': 'application/json',
          traceparent: traceparent(),
          'rpc-time': String(timeMs),
          'rpc-signature': signCall(secret, { timeMs, path, body }),
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer = (await response.body.json()) as Answer['body'];
      status = String(response.statusCode);
      return { status: response.statusCode, body: answer };
    } catch (error) {
      // Refused, cut, timed out, or half an answer: whether the operation ran is not known.
      throw new Unavailable(`${name} does not answer`, { cause: error });
    } finally {
      seconds.observe({ operation: name, status }, (performance.now() - startedMs) / 1000);
    }
  }

  return async (target: Target, input: unknown): Promise<unknown> => {
    const body = JSON.stringify(input ?? null);
    assert(Buffer.byteLength(body) <= limits.rpcBodyBytesMax, `${target.name}: the input is too large`);
    for (let tries = 1; ; tries++) {
      try {
        return readAnswer(target, await tryOnce(target, body));
      } catch (error) {
        if (!(error instanceof Unavailable) || tries >= target.triesMax) throw error;
        log.debug({ operation: target.name, tries, trace_id: traceId(), err: error }, 'an rpc call is tried again');
        await clock.sleep(RETRY_FIRST_MS * 2 ** tries * (0.5 + random()));
      }
    }
  };
}

function readAnswer({ name }: Target, { status, body }: Answer): unknown {
  if ('value' in body) return body.value;
  if (status === 503) {
    const { retryAfterSeconds } = body;
    throw new Unavailable(`${name}: ${body.error}`, { retryAfterSeconds });
  }
  // 404 too: a process that does not serve the module is a mistake in the split, not an outage that will pass.
  throw new Error(status === 500 ? `remote bug in ${name}` : `${name} refused the call (${status}): ${body.error}`);
}
