import { readFileSync } from 'node:fs';
import { limits } from '#limits';
import { type Redis, redisScript } from '#platform/redis';
import type { LedgerCount } from './gate-store.ts';

/** `short` tells how many are left, and how many lie between gate and ledger. */
export type HoldAnswer = { is: 'held' | 'known' | 'uncounted' } | { is: 'short'; left: number; onWay: number };

/** What the gate counts of a product at one moment. */
export interface GateView {
  left: number;
  onWay: number;
  /** Another figure afterwards means that something has changed; -1 is never equal to one. */
  changes: number;
  onWayIds: string[];
}

/** The scripts of `gate/*.lua`, each with what it guarantees in its header. All keys of a product share a slot. */
export interface GateCounts {
  hold(productId: string, reservationId: string, units: number): Promise<HoldAnswer>;
  /** False: the gate does not know the reservation. */
  keep(productId: string, reservationId: string, endsMs: number): Promise<boolean>;
  /** With `available`, what the ledger has, where it has refused. */
  release(productId: string, reservationId: string, how: Release): Promise<'known' | 'unknown' | 'uncounted'>;
  /** Null: the product is not counted. */
  view(productId: string): Promise<GateView | null>;
  /** Answers by how many units the count was wrong. */
  correct(productId: string, view: GateView | null, ledger: LedgerCount): Promise<number>;
  /** The product is counted no more: nobody is refused. */
  drop(productId: string): Promise<void>;
  /** Whether every product has been counted since Redis was last empty. */
  isRebuilt(): Promise<boolean>;
  markRebuilt(): Promise<void>;
}

export type Release = { units: 'back' | 'sold'; available?: number };

const lua = (name: string) => readFileSync(new URL(`./gate/${name}.lua`, import.meta.url), 'utf8');
const withOverdue = (name: string) => redisScript(lua('overdue') + lua(name));
const scripts = {
  hold: withOverdue('hold'),
  keep: redisScript(lua('keep')),
  release: redisScript(lua('release')),
  view: withOverdue('view'),
  correct: redisScript(lua('correct')),
};
const REBUILT = 'gate:rebuilt';

function keysOf(productId: string): string[] {
  const key = `gate:{${productId}}`;
  return [key, `${key}:way`, `${key}:held`, `${key}:ends`];
}

export function createGateCounts(redis: Redis): GateCounts {
  const run = (name: keyof typeof scripts, productId: string, args: (string | number)[]) =>
    redis.run(scripts[name], keysOf(productId), args);
  return {
    async hold(productId, reservationId, units) {
      const answer = await run('hold', productId, [reservationId, units, limits.gateAnswerMs]);
      const [is, left, onWay] = answer as [HoldAnswer['is'], number, number];
      return is === 'short' ? { is, left, onWay } : { is };
    },
    keep: async (productId, reservationId, endsMs) => (await run('keep', productId, [reservationId, endsMs])) === 1,
    async release(productId, reservationId, { units, available = '' }) {
      const known = await run('release', productId, [reservationId, units, available]);
      if (known === -1) return 'uncounted';
      return known === 1 ? 'known' : 'unknown';
    },
    async view(productId) {
      const answer = (await run('view', productId, [limits.gateIdsOnWayMax])) as
        | []
        | [number, number, number, string[]];
      if (answer.length === 0) return null;
      const [left, onWay, changes, onWayIds] = answer;
      return { left, onWay, changes, onWayIds };
    },
    async correct(productId, view, { available, seen }) {
      return (await run('correct', productId, [view?.changes ?? '', available, seen])) as number;
    },
    async drop(productId) {
      const keys = keysOf(productId);
      await redis.send(keys[0]!, ['UNLINK', ...keys]);
    },
    isRebuilt: async () => (await redis.send(REBUILT, ['GET', REBUILT])) !== null,
    async markRebuilt() {
      await redis.send(REBUILT, ['SET', REBUILT, '1']);
    },
  };
}
