// Goal: the hot store on Redis keeps the port's promises, on one server and on a cluster, among several processes, and
// says at once that it is away. Method: the port's contract test on real servers, whose keys' ends are moved with the
// clock; then two stores over one Redis, as two processes have it.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { limits } from '#limits';
import { need } from '../../test/support/parts.ts';
import { openRedis, type RedisServer, startRedis, startRedisCluster, untilUp } from '../../test/support/redis.ts';
import { systemClock } from './clock.ts';
import { hotStoreContract } from './hot-store.contract.ts';
import type { HotStore } from './hot-store.ts';
import { Unavailable } from './outcome.ts';
import type { Redis } from './redis.ts';
import { createRedisHotStore } from './redis-hot-store.ts';

const open = (redis: Redis): HotStore => createRedisHotStore({ redis, clock: systemClock, random: Math.random });

/** Time goes on for what a node keeps: each key's end is nearer, and so is the moment that a limit holds. */
const AGE = `#!lua flags=allow-cross-slot-keys
for _, key in ipairs(redis.call('keys', '*')) do
  local left_ms = redis.call('pttl', key) - ARGV[1]
  local moment = tonumber(redis.call('get', key))
  if left_ms <= 0 then
    redis.call('del', key)
  else
    if moment and moment > 1e12 then redis.call('set', key, string.format('%.3f', moment - ARGV[1])) end
    redis.call('pexpire', key, left_ms)
  end
end`;

async function keepsContract(t: TestContext, redis: Redis, nodes: RedisServer[]): Promise<void> {
  const store = open(redis);
  const askAll = (...command: string[]) => Promise.all(nodes.map(node => node.ask(...command)));
  await hotStoreContract(t, async () => {
    await askAll('FLUSHALL');
    return { store, advance: async ms => void (await askAll('EVAL', AGE, '0', String(ms))) };
  });
}

test('on one server', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  await keepsContract(t, await openRedis(t, server.url), [server]);
});

test('on a cluster', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const { url, nodes } = await startRedisCluster(t, path);
  await keepsContract(t, await openRedis(t, url), nodes);
});

async function openTwo(t: TestContext) {
  const path = need(t, 'redis');
  if (path === null) return null;
  const server = await startRedis(t, path);
  const redis = await openRedis(t, server.url);
  return { server, redis, stores: [open(redis), open(await openRedis(t, server.url))] as const };
}

test('two processes that change one key 400 times lose none, and each change has its own answer', async t => {
  const opened = await openTwo(t);
  if (opened === null) return;
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, i) =>
      opened.stores[i % 2]!.update<number, number>('sum', 60_000, (sum = 0) => ({ value: sum + 1, answer: sum + 1 })),
    ),
  );
  assert.equal(await opened.stores[0].get('sum'), 400);
  assert.equal(new Set(answers).size, 400);
});

test('of two processes at once one sets an absent key, and a limit lets through what it would of one', async t => {
  const opened = await openTwo(t);
  if (opened === null) return;
  const { stores } = opened;
  const turns = Array.from({ length: 60 }, (_, i) => stores[i % 2]!);
  const won = await Promise.all(turns.map((store, i) => store.setIfAbsent('k', i, { ttlMs: 60_000 })));
  assert.equal(won.filter(each => each).length, 1);
  // A unit a minute: none comes back while the test runs.
  const takes = await Promise.all(turns.map(store => store.take('l', { rate: 1 / 60, burst: 25 })));
  assert.equal(takes.filter(({ allowed }) => allowed).length, 25);
});

test('every key has its end, and that of a limit is when the whole burst is back', async t => {
  const opened = await openTwo(t);
  if (opened === null) return;
  const { server, stores } = opened;
  await stores[0].set('value', 1, { ttlMs: 50_000.5 });
  await stores[0].update('updated', 50_000, () => ({ value: 1, answer: null }));
  await stores[0].take('limit', { rate: 1 / 10, burst: 5, cost: 5 });
  for (const key of ['value', 'updated', 'limit']) {
    const leftMs = Number(await server.ask('PTTL', key));
    assert.ok(leftMs > 40_000 && leftMs <= 50_001, `${key} ends in ${leftMs} ms`);
  }
  await stores[0].take('looked at', { rate: 1, burst: 5, cost: 0 });
  assert.equal(await server.ask('EXISTS', 'looked at'), 0, 'a limit that is full needs no key');
});

test('a limit of many units a second counts in fractions of a millisecond', async t => {
  const opened = await openTwo(t);
  if (opened === null) return;
  const limit = { rate: 3_000, burst: 30_000 };
  const answers = await Promise.all(Array.from({ length: 300 }, () => opened.stores[0].take('l', limit)));
  const leftMs = Number(await opened.server.ask('PTTL', 'l'));
  assert.ok(leftMs <= 101, `300 units at 3,000 a second are back in ${leftMs} ms at most, not in 300`);
  assert.equal(answers.filter(({ allowed }) => allowed).length, 300);
});

test('what can not be kept is a bug of the caller, and not an outage', async t => {
  const opened = await openTwo(t);
  if (opened === null) return;
  const [store] = opened.stores;
  await assert.rejects(store.set('k', undefined, { ttlMs: 1_000 }), /JSON/);
  await assert.rejects(store.set('k', 1, { ttlMs: 0 }), /has an end/);
  await assert.rejects(store.take('k', { rate: 1, burst: 1, cost: 2 }), /burst/);
  assert.equal(await store.get('k'), undefined);
});

test('while Redis is away each operation says so at once, and works again when it is back, empty', async t => {
  const opened = await openTwo(t);
  if (opened === null) return;
  const { server, redis, stores } = opened;
  const [store] = stores;
  await store.set('k', 1, { ttlMs: 60_000 });
  await server.kill();
  await untilUp(redis, false);
  const startedMs = performance.now();
  for (const ask of [
    () => store.get('k'),
    () => store.set('k', 2, { ttlMs: 1_000 }),
    () => store.setIfAbsent('k', 2, { ttlMs: 1_000 }),
    () => store.update('k', 1_000, () => ({ value: 2, answer: null })),
    () => store.delete('k'),
    () => store.take('l', { rate: 1, burst: 1 }),
  ]) {
    await assert.rejects(ask, Unavailable);
  }
  assert.ok(performance.now() - startedMs < limits.redisTimeoutMs, 'nobody waits for it');
  await server.start();
  await untilUp(redis);
  assert.equal(await store.get('k'), undefined);
  assert.equal(await store.update('k', 60_000, () => ({ value: 3, answer: 'written' })), 'written');
  assert.equal(await store.get('k'), 3);
});

test('a Redis that is full and keeps nothing more is away for who writes, and for nobody who reads', async t => {
  const opened = await openTwo(t);
  if (opened === null) return;
  const { server, redis, stores } = opened;
  await stores[0].set('k', 1, { ttlMs: 60_000 });
  await server.ask('CONFIG', 'SET', 'maxmemory', '1');
  await assert.rejects(stores[0].set('k', 2, { ttlMs: 60_000 }), Unavailable);
  await assert.rejects(
    stores[0].update('k', 60_000, () => ({ value: 2, answer: null })),
    Unavailable,
  );
  await assert.rejects(stores[0].take('l', { rate: 1, burst: 1 }), Unavailable);
  assert.equal(await stores[0].get('k'), 1);
  assert.match(redis.state(), /^degraded: Redis at 127\.0\.0\.1:\d+ refuses commands \(OOM\)$/);
});
