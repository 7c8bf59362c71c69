import { readFileSync } from 'node:fs';
import { limits } from '#limits';
import type { Metrics } from '#platform/metrics';
import { type Redis, redisScript } from '#platform/redis';
import type { LedgerCount } from './gate-store.ts';
import { groupByProduct } from './group-by-product.ts';

/** `short` tells how many are left, and how many lie between gate and ledger, when its whole group has been answered. */
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
  keep(productId: string, reservationId: string, endsMs: number): Promise<Known>;
  /** With `available`, what the ledger has, where it has refused. */
  release(productId: string, reservationId: string, how: Release): Promise<Known>;
  /** Null: the product is not counted. */
  view(productId: string): Promise<GateView | null>;
  correct(productId: string, view: GateView | null, ledger: LedgerCount): Promise<Corrected>;
  /** The product is counted no more: nobody is refused. */
  drop(productId: string): Promise<void>;
  /** Whether every product has been counted since Redis was last empty. */
  isRebuilt(): Promise<boolean>;
  markRebuilt(): Promise<void>;
  stop(): Promise<void>;
}

export interface Corrected {
  /** By how many the count differed. */
  wrongUnits: number;
  /** Otherwise something changed meanwhile, and the count may still be too high. */
  isExact: boolean;
}

/** Of the reservation that something was told of. */
export type Known = 'known' | 'unknown' | 'uncounted';

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
const PARALLEL = 4;

function keysOf(productId: string): string[] {
  const key = `gate:{${productId}}`;
  return [key, `${key}:way`, `${key}:held`, `${key}:ends`];
}

export function createGateCounts({ redis, metrics }: { redis: Redis; metrics: Metrics }): GateCounts {
  const run = (name: keyof typeof scripts, productId: string, args: (string | number)[]) =>
    redis.run(scripts[name], keysOf(productId), args);
  const holds = groupByProduct<HoldQuestion, HoldAnswer>({
    name: 'inventory_gate_hold',
    metrics,
    parallel: PARALLEL,
    async call(productId, questions) {
      const args = questions.flatMap(({ reservationId, units }) => [reservationId, units]);
      return holdAnswers(questions.length, (await run('hold', productId, [limits.gateAnswerMs, ...args])) as number[]);
    },
  });
  const told = groupByProduct<Told, Known>({
    name: 'inventory_gate_told',
    metrics,
    parallel: 1,
    call: (productId, many) => tellAll(many, (name, args) => run(name, productId, args)),
  });
  return {
    hold: (productId, reservationId, units) => holds.ask(productId, { reservationId, units }),
    keep: (productId, reservationId, endsMs) => told.ask(productId, { script: 'keep', args: [reservationId, endsMs] }),
    release: (productId, reservationId, { units, available = '' }) =>
      told.ask(productId, { script: 'release', args: [reservationId, units, available] }),
    async view(productId) {
      const answer = (await run('view', productId, [limits.gateIdsOnWayMax])) as
        | []
        | [number, number, number, string[]];
      if (answer.length === 0) return null;
      const [left, onWay, changes, onWayIds] = answer;
      return { left, onWay, changes, onWayIds };
    },
    async correct(productId, view, { available, seen }) {
      const told = await run('correct', productId, [view?.changes ?? '', available, seen]);
      const [wrongUnits, exact] = told as [number, number];
      return { wrongUnits, isExact: exact === 1 };
    },
    async drop(productId) {
      const keys = keysOf(productId);
      await redis.send(keys[0]!, ['UNLINK', ...keys]);
    },
    isRebuilt: async () => (await redis.send(REBUILT, ['GET', REBUILT])) !== null,
    async markRebuilt() {
      await redis.send(REBUILT, ['SET', REBUILT, '1']);
    },
    async stop() {
      await Promise.all([holds.stop(), told.stop()]);
    },
  };
}

interface HoldQuestion {
  reservationId: string;
  units: number;
}

const HOLD_ANSWERS = ['short', 'held', 'known'] as const;

function holdAnswers(count: number, told: number[]): HoldAnswer[] {
  if (told.length === 0) return new Array(count).fill({ is: 'uncounted' });
  const [left, onWay, ...answers] = told as [number, number, ...number[]];
  return answers.map(answer => {
    const is = HOLD_ANSWERS[answer]!;
    return is === 'short' ? { is, left, onWay } : { is };
  });
}

interface Told {
  script: 'keep' | 'release';
  args: (string | number)[];
}

/** Runs of the same script are one call; their order stays, since a reservation is kept before it is released. */
async function tellAll(
  many: Told[],
  run: (script: Told['script'], args: (string | number)[]) => Promise<unknown>,
): Promise<Known[]> {
  const calls: { script: Told['script']; tells: Told[] }[] = [];
  for (const one of many) {
    const last = calls.at(-1);
    if (last?.script === one.script) last.tells.push(one);
    else calls.push({ script: one.script, tells: [one] });
  }
  const told = calls.map(async ({ script, tells }) => {
    const answers = (await run(
      script,
      tells.flatMap(one => one.args),
    )) as number[];
    return tells.map((_, i): Known => (answers.length === 0 ? 'uncounted' : answers[i] === 1 ? 'known' : 'unknown'));
  });
  return (await Promise.all(told)).flat();
}
