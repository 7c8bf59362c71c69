import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../../src/demo/chance.ts';
import { createClient, eventually } from './client.ts';
import type { RedisServer } from './redis.ts';
import type { ShopProcess, Victim } from './shop-process.ts';

/** One kill of the plan: whom, how long after the last one, and what comes of it. */
export interface Kill {
  victim: Victim | 'Redis';
  afterMs: number;
  /** How long Redis stays away. */
  awayMs: number;
  /** Whether the next kill waits until the shop has got over this one. */
  isAwaited: boolean;
}

/** A start costs seconds, so that most kills are of what a running shop goes on without. */
const DECK: Kill['victim'][] = [
  ...(['Redis', 'Redis', 'Redis', 'PostgreSQL', 'PostgreSQL', 'PostgreSQL'] as const),
  ...(['the shop', 'the shop and the watcher', 'everything'] as const),
];
export const DECK_SIZE = DECK.length;
const BETWEEN_MS = { min: 50, max: 1_500 };
const AWAY_MS = { min: 0, max: 2_000 };
const READY_WITHIN_MS = 20_000;

/** The same for the same chance, whatever happens meanwhile. Each deck is dealt to its end. */
export function planKills(kills: number, chance: Chance): Kill[] {
  const plan: Kill[] = [];
  while (plan.length < kills) {
    for (const victim of chance.sample(DECK, DECK_SIZE)) {
      plan.push({
        victim,
        afterMs: chance.between(BETWEEN_MS.min, BETWEEN_MS.max),
        awayMs: chance.between(AWAY_MS.min, AWAY_MS.max),
        isAwaited: chance.isHit(0.5),
      });
    }
  }
  return plan.slice(0, kills);
}

export interface Killers {
  /** True where the shop's own process is dead. */
  carryOut(kill: Kill, shop: ShopProcess): Promise<boolean>;
  /** Redis is back. */
  end(): Promise<void>;
}

/** `redis` starts empty each time; where there is none, nobody is killed in its place. */
export function createKillers(redis: RedisServer | null): Killers {
  let redisIsBack = Promise.resolve();

  async function killRedis(awayMs: number): Promise<void> {
    if (redis === null) return;
    await redisIsBack;
    await redis.kill();
    redisIsBack = pause(awayMs).then(() => redis.start());
  }

  return {
    async carryOut({ victim, afterMs, awayMs, isAwaited }, shop) {
      await pause(afterMs);
      if (victim === 'Redis') {
        await killRedis(awayMs);
        return false;
      }
      // While the shop starts PostgreSQL anew there is none: the next one is killed, perhaps as it starts.
      await eventually(`${victim} to be killed`, () => shop.kill(victim), READY_WITHIN_MS);
      if (victim !== 'PostgreSQL') return true;
      if (isAwaited) await untilReady(shop);
      return false;
    },
    end: () => redisIsBack,
  };
}

/** The shop does without Redis, and without PostgreSQL until it is there again. */
export async function untilReady(shop: ShopProcess): Promise<void> {
  const client = createClient(shop.url);
  await eventually(
    'a ready shop',
    async () => {
      const { status, body } = await client.get('/readyz');
      assert.ok([200, 503].includes(status), `/readyz is answered ${status}: ${JSON.stringify(body)}`);
      return status === 200;
    },
    READY_WITHIN_MS,
  );
}
