import assert from 'node:assert/strict';
import { PARTS } from './parts.ts';
import { startRedis, startRedisCluster } from './redis.ts';

/** `TEST_REDIS=server npm test` gives each test shop a Redis of its own, `cluster` one of three nodes. */
const wanted = process.env.TEST_REDIS;

/** What a test shop is told of it: nothing, unless the run wants a Redis. */
export async function redisOfRun(t: { after(work: () => Promise<void>): void }): Promise<{ REDIS_URL?: string }> {
  if (wanted === undefined) return {};
  const path = PARTS.redis.find();
  assert.ok(path !== null, `TEST_REDIS needs Redis: ${PARTS.redis.enable}`);
  assert.ok(wanted === 'server' || wanted === 'cluster', 'TEST_REDIS is server or cluster');
  return { REDIS_URL: (wanted === 'server' ? await startRedis(t, path) : await startRedisCluster(t, path)).url };
}
