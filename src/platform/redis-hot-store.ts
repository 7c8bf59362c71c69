import { readFileSync } from 'node:fs';
import { changeByKey } from './change-by-key.ts';
import type { Clock } from './clock.ts';
import { assertLimit, type HotStore, type TakeAnswer, toJson } from './hot-store.ts';
import { type Redis, redisScript } from './redis.ts';

const lua = (name: string) => redisScript(readFileSync(new URL(`./hot-store/${name}.lua`, import.meta.url), 'utf8'));
const scripts = { take: lua('take'), replace: lua('replace') };

/** A key's text, null where there is none, and how long it is kept from the moment it is written. */
interface Kept {
  text: string | null;
  ttlMs: number;
}

/**
 * The hot store on one Redis or a cluster, shared by all processes. Every operation touches one key and is one command
 * or one script. Where Redis is away, too slow, or keeps nothing more, each throws `Unavailable`; then what was asked
 * for may have happened all the same, so that whoever writes does it under an id, or does without.
 */
export function createRedisHotStore(options: { redis: Redis; clock: Clock; random: () => number }): HotStore {
  const { redis } = options;
  const changes = changeByKey<Kept>(
    {
      read: async key => ({ text: await read(key), ttlMs: 0 }),
      async replace(key, seen, next) {
        const args = [seen.text ?? '', next.text ?? '', next.ttlMs];
        const [written, kept] = (await redis.run(scripts.replace, [key], args)) as [0 | 1, string];
        return written === 1 ? null : { kept: { text: kept === '' ? null : kept, ttlMs: 0 } };
      },
    },
    options,
  );

  async function read(key: string): Promise<string | null> {
    return (await redis.send(key, ['GET', key])) as string | null;
  }

  /** `PX` takes whole milliseconds. */
  function keptFor(value: unknown, ttlMs: number): Kept & { text: string } {
    return { text: toJson(value, ttlMs), ttlMs: Math.ceil(ttlMs) };
  }

  async function write(key: string, value: unknown, ttlMs: number, ...how: string[]): Promise<unknown> {
    const kept = keptFor(value, ttlMs);
    return await redis.send(key, ['SET', key, kept.text, 'PX', String(kept.ttlMs), ...how]);
  }

  return {
    async get<Value>(key: string) {
      const text = await read(key);
      return text === null ? undefined : (JSON.parse(text) as Value);
    },
    async set(key, value, { ttlMs }) {
      await write(key, value, ttlMs);
    },
    update: <Value, Answer>(
      key: string,
      ttlMs: number,
      change: (value: Value | undefined) => { value: Value | undefined; answer: Answer },
    ) =>
      changes.change<Answer>(key, kept => {
        const { value, answer } = change(kept.text === null ? undefined : (JSON.parse(kept.text) as Value));
        if (value !== undefined) return { state: keptFor(value, ttlMs), answer };
        return { state: kept.text === null ? kept : { text: null, ttlMs: 0 }, answer };
      }),
    async delete(key) {
      await redis.send(key, ['DEL', key]);
    },
    setIfAbsent: async (key, value, { ttlMs }) => (await write(key, value, ttlMs, 'NX')) !== null,
    async take(limitKey, limit): Promise<TakeAnswer> {
      assertLimit(limit);
      const { rate, burst, cost = 1 } = limit;
      const told = await redis.run(scripts.take, [limitKey], [rate, burst, cost]);
      const [taken, retryAfterMs, remaining] = told as [number, number, number];
      return { allowed: taken === 1, retryAfterMs, remaining };
    },
  };
}
