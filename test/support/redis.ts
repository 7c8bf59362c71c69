import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, ErrorReply } from '@redis/client';
import { createLog } from '#platform/log';
import { connectRedis, type Redis } from '#platform/redis';
import { createClient as createHttpClient } from './client.ts';
import { freePort } from './free-port.ts';

type TestContext = { after(work: () => Promise<void>): void };

/** A real server of its own, which a test may stop, start empty, and ask directly. */
export interface RedisServer {
  port: number;
  url: string;
  /** A command on a connection of its own. */
  ask(...command: string[]): Promise<unknown>;
  /** As by `kill -9`. */
  kill(): Promise<void>;
  /** Empty, on the same port. */
  start(): Promise<void>;
}

const READY_WITHIN_MS = 10_000;
/** Its nodes tell each other in steps of a second or so; on a busy machine in many. */
const FORMED_WITHIN_MS = 30_000;

/** Started on a free port, and stopped after the test. */
export async function startRedis(t: TestContext, path: string, options: string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'doorbuster-redis-'));
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask: (...command) => askOnce(port, command),
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async start() {
      const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir, '--daemonize', 'no'];
      child = spawn(path, [...settings, ...options], { stdio: 'ignore' });
      await whenReady(port);
    },
  };
  t.after(async () => {
    await server.kill();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  await server.start();
  return server;
}

/** Three nodes that share the slots. Answers an address that names all of them, and the nodes. */
export async function startRedisCluster(t: TestContext, path: string): Promise<{ url: string; nodes: RedisServer[] }> {
  const nodes: RedisServer[] = [];
  for (const _ of [1, 2, 3]) {
    nodes.push(await startRedis(t, path, ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())]));
  }
  const [first, ...others] = nodes;
  const shares = [0, 5461, 10_922, 16_384];
  for (const [i, node] of nodes.entries()) {
    await node.ask('CLUSTER', 'ADDSLOTSRANGE', String(shares[i]), String(shares[i + 1]! - 1));
    await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
  }
  for (const { port, ask } of others) {
    const bus = /,?(?:@)(\d+)/.exec(String(await ask('CLUSTER', 'NODES')))![1]!;
    await first!.ask('CLUSTER', 'MEET', '127.0.0.1', String(port), bus);
  }
  const deadline = performance.now() + FORMED_WITHIN_MS;
  for (const node of nodes) {
    for (;;) {
      const info = String(await node.ask('CLUSTER', 'INFO'));
      if (info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')) break;
      assert.ok(performance.now() < deadline, `the cluster does not form: ${info}`);
      await pause(20);
    }
  }
  return { url: `redis://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, nodes };
}

/** The shop's own connection, closed after the test. */
export async function openRedis(t: TestContext, url: string): Promise<Redis> {
  const redis = await connectRedis({ url, log: createLog({ level: 'silent' }) });
  t.after(() => redis.stop());
  return redis;
}

/** Waits until the connection is there, or is gone. */
export async function untilUp(redis: Redis, isUp = true): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (redis.isUp !== isUp) {
    assert.ok(performance.now() < deadline, redis.state());
    await pause(5);
  }
}

/** Waits until `/readyz` says so of Redis; a shop that does without it is ready all the while. */
export async function untilRedisSays(shop: { url: string }, wanted: RegExp): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const { status, body } = await createHttpClient(shop.url).get('/readyz');
    assert.equal(status, 200, 'a shop without its Redis is ready');
    const parts = body.parts as { name: string; state: string }[];
    const { state } = parts.find(part => part.name === 'redis')!;
    if (wanted.test(state)) return;
    assert.ok(performance.now() < deadline, state);
    await pause(20);
  }
}

async function whenReady(port: number): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await askOnce(port, ['PING']);
      return;
    } catch (error) {
      // It wants a password first, so it is there.
      if (error instanceof ErrorReply) return;
      assert.ok(performance.now() < deadline, `no Redis on port ${port}: ${error}`);
      await pause(20);
    }
  }
}

async function askOnce(port: number, command: string[]): Promise<unknown> {
  const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}
