// Goal: Redis may be away, slow, or come back empty, and whoever asks it knows at once. Method: a real server that is
// stopped, started and held still, alone and as a cluster.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#limits';
import { need } from '../../test/support/parts.ts';
import { openRedis, type RedisServer, startRedis, startRedisCluster, untilUp } from '../../test/support/redis.ts';
import { createLog } from './log.ts';
import { Unavailable } from './outcome.ts';
import { connectRedis, type Redis, redisScript } from './redis.ts';

const add = redisScript("return redis.call('incrby', KEYS[1], ARGV[1])");

/** What is logged, line by line. */
function listenToLog() {
  const lines: string[] = [];
  return { lines, log: createLog({ level: 'info', destination: { write: line => void lines.push(line) } }) };
}

/** How long it takes to be told that there is no answer. */
async function refusedAfterMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await assert.rejects(work, Unavailable);
  return performance.now() - startedMs;
}

test('a script is known by its hash once it was sent, and sent again to a server that forgot it', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const redis = await openRedis(t, server.url);
  assert.equal(redis.state(), 'ok');
  assert.equal(await redis.run(add, ['sum'], [2]), 2);
  assert.deepEqual(await server.ask('SCRIPT', 'EXISTS', add.sha), [1]);
  await server.ask('SCRIPT', 'FLUSH');
  assert.deepEqual(await Promise.all([1, 2, 3].map(n => redis.run(add, ['sum'], [n]))), [3, 5, 8]);
  assert.equal(await redis.send('sum', ['GET', 'sum']), '8');
});

test('an answer of the server that is an error is told as it is', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const redis = await openRedis(t, server.url);
  const told = await redis.send('x', ['NO-SUCH-COMMAND']).catch(error => error as Error);
  assert.match(String(told), /unknown command/);
  assert.equal(told instanceof Unavailable, false);
  assert.equal(redis.state(), 'ok');
});

test('a server that is killed is told of at once, and found again, empty, when it is back', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const { lines, log } = listenToLog();
  const redis = await connectRedis({ url: server.url, log });
  t.after(() => redis.stop());
  await redis.run(add, ['sum'], [2]);
  await server.kill();
  await untilUp(redis, false);
  assert.match(redis.state(), /^degraded: Redis at 127\.0\.0\.1:\d+ is not connected/);
  assert.ok(
    (await refusedAfterMs(() => redis.run(add, ['sum'], [2]))) < limits.redisTimeoutMs / 2,
    'nobody waits for it',
  );
  await server.start();
  await untilUp(redis);
  assert.equal(await redis.run(add, ['sum'], [1]), 1);
  const told = lines.map(line => JSON.parse(line).msg as string);
  assert.deepEqual(told, [
    'Redis is connected',
    'Redis is gone: the shop does without, and looks for it',
    'Redis is connected',
  ]);
});

test('a server that hangs costs the first callers the time-out, later ones nothing, and is used again after it', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const redis = await openRedis(t, server.url);
  await redis.run(add, ['sum'], [1]);
  await server.ask('CLIENT', 'PAUSE', '2500', 'ALL');
  const waits = await Promise.all([1, 2, 3].map(() => refusedAfterMs(() => redis.run(add, ['sum'], [1]))));
  for (const ms of waits)
    assert.ok(ms >= limits.redisTimeoutMs - 5 && ms < 2000, `${ms} ms, before the server went on`);
  assert.match(redis.state(), /^degraded: .* is too slow/);
  assert.ok((await refusedAfterMs(() => redis.run(add, ['sum'], [1]))) < limits.redisTimeoutMs / 2, 'not kept');
  await whenAnswered(() => redis.run(add, ['sum'], [10]));
  assert.equal(redis.state(), 'ok');
});

test('without a server at the start it is said loudly, without the password, and found when it comes', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path, ['--requirepass', 'a-secret-of-redis']);
  await server.kill();
  const { lines, log } = listenToLog();
  const url = server.url.replace('//', '//:a-secret-of-redis@');
  const redis = await connectRedis({ url, log });
  t.after(() => redis.stop());
  assert.equal(redis.isUp, false);
  const [first] = lines.map(line => JSON.parse(line));
  assert.equal(first.level, 'warn');
  assert.equal(first.redis, `127.0.0.1:${server.port}`);
  await assert.rejects(redis.run(add, ['sum'], [1]), Unavailable);
  await server.start();
  await untilUp(redis);
  assert.equal(await redis.run(add, ['sum'], [1]), 1);
  assert.ok(!lines.join('\n').includes('a-secret'), lines.join('\n'));
});

test('an address that is none is an error, and does not repeat it', async () => {
  const { log } = listenToLog();
  const wrong = connectRedis({ url: 'http://:a-secret-of-redis@cache', log });
  await assert.rejects(wrong, (error: Error) => /REDIS_URL/.test(error.message) && !/secret/.test(error.message));
});

test('a cluster is found from any node, goes on without one of them, and takes it back', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url, nodes } = await startRedisCluster(t, path);
  const { lines, log } = listenToLog();
  const redis = await connectRedis({ url, log });
  t.after(() => redis.stop());
  await untilUp(redis);
  const keys = Array.from({ length: 30 }, (_, i) => `key-${i}`);
  for (const key of keys) assert.equal(await redis.run(add, [key], [1]), 1);
  const lost = await keysOf(nodes[2]!);
  assert.ok(lost.length >= 3 && lost.length <= 20, `${lost.length} of 30 keys lie on the third node`);
  // The other nodes go on answering for their slots, as a cluster does that may be incomplete.
  for (const node of nodes) await node.ask('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
  await nodes[2]!.kill();
  for (const key of lost) await assert.rejects(redis.run(add, [key], [1]), Unavailable);
  for (const key of keys.filter(key => !lost.includes(key))) assert.equal(await redis.run(add, [key], [1]), 2);
  assert.equal(redis.state(), `degraded: Redis at 127.0.0.1:${nodes[2]!.port} is not connected, the shop does without`);
  await nodes[2]!.start();
  for (const key of lost) assert.equal(await whenAnswered(() => redis.run(add, [key], [1])), 1);
  await untilWell(redis);
  const told = lines.map(line => JSON.parse(line).msg as string);
  assert.deepEqual(told, [
    'Redis is connected',
    'a node of Redis is gone: the shop does without, and looks for it',
    'a node of Redis is connected again',
  ]);
});

test('a node of a cluster that hangs costs nobody who asks another one', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url, nodes } = await startRedisCluster(t, path);
  const redis = await openRedis(t, url);
  await untilUp(redis);
  const keys = Array.from({ length: 30 }, (_, i) => `key-${i}`);
  for (const key of keys) await redis.run(add, [key], [1]);
  const held = await keysOf(nodes[0]!);
  await nodes[0]!.ask('CLIENT', 'PAUSE', '2000', 'ALL');
  const waits = await Promise.all(held.map(key => refusedAfterMs(() => redis.run(add, [key], [1]))));
  assert.ok(Math.max(...waits) < 1500, `${waits} ms`);
  for (const key of keys.filter(key => !held.includes(key))) assert.equal(await redis.run(add, [key], [1]), 2);
  assert.equal(redis.state(), `degraded: Redis at 127.0.0.1:${nodes[0]!.port} is too slow, the shop does without`);
  for (const key of held) await whenAnswered(() => redis.run(add, [key], [1]));
  assert.equal(redis.state(), 'ok');
});

test('all nodes of a cluster away is Redis away: it is known at once, and found again', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url, nodes } = await startRedisCluster(t, path);
  const redis = await openRedis(t, url);
  await untilUp(redis);
  const keys = Array.from({ length: 9 }, (_, i) => `key-${i}`);
  for (const key of keys) await redis.run(add, [key], [1]);
  for (const node of nodes) await node.kill();
  await untilUp(redis, false);
  assert.ok((await refusedAfterMs(() => redis.run(add, ['key-1'], [1]))) < limits.redisTimeoutMs / 2);
  for (const node of nodes) await node.start();
  for (const key of keys) assert.equal(await whenAnswered(() => redis.run(add, [key], [1])), 1);
  await untilWell(redis);
});

/** What it refused a moment ago, as a node that finds back to its cluster does, is told for a second. */
async function untilWell(redis: Redis): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (; redis.state() !== 'ok'; await pause(20)) assert.ok(performance.now() < deadline, redis.state());
}

async function keysOf(node: RedisServer): Promise<string[]> {
  return (await node.ask('KEYS', '*')) as string[];
}

/** Tried again while it is another node's silence that stands in the way. */
async function whenAnswered(ask: () => Promise<unknown>): Promise<unknown> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      assert.ok(error instanceof Unavailable && performance.now() < deadline, String(error));
      await pause(20);
    }
  }
}
