import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#platform/clock';
import { seededRandom } from '#platform/seeded-random';
import type { ChaosRates } from '../../src/payments/simulator/chaos.ts';
import { simulatorGateway } from '../../src/payments/simulator/simulator-gateway.ts';
import { countOpen, findForgotten } from '../../test/support/open-work.ts';
import { startToxiproxy, type Toxic, type Toxiproxy } from '../../test/support/toxiproxy.ts';
import type { BenchScope } from './benchmark.ts';
import { type BothBooks, moneyChecks } from './money-checks.ts';
import { type OrderModules, openOrderModules } from './order-modules.ts';
import { createPayingCrowd, type PayingCrowd } from './paying-crowd.ts';
import { type SimulatedGateway, startSimulatedGateway } from './simulated-gateway.ts';

export interface MoneyProof {
  payments: number;
  clients: number;
  seed: string;
  rates: ChaosRates;
  /** A toxiproxy to put between shop and gateway. */
  toxiproxy: string | null;
  /** Of one try of a call at the gateway. */
  timeoutMs: number;
  drainedWithinMs: number;
  /** Of both sides, to be put forward while they come to rest; without it they take their time. */
  clock?: Clock & { shiftMs: number };
}

export interface MoneyProven {
  perSecond: number;
  p50: number;
  p99: number;
  drainedSeconds: number;
  /** Orders by their status. */
  ended: Record<string, number>;
  /** What each check found: all are to be empty. */
  found: Record<string, string[]>;
}

const PRODUCTS = 100;
const UNITS = 1_000_000;
const FACTS = 1_000;
const TELL_EVERY_MS = 5_000;
const ROUND_MS = 500;
const CLOCK_STEP_MS = 61_000;

/** Pays, lets everything come to its end, and compares the gateway's own books with ours. */
export async function proveMoney(scope: BenchScope, proof: MoneyProof): Promise<MoneyProven> {
  const { clock, seed, rates, timeoutMs } = proof;
  const gateway = await startSimulatedGateway(scope, { rates, seed, clock });
  const proxy = proof.toxiproxy === null ? null : await startToxiproxy(scope, proof.toxiproxy, gateway.url);
  const modules = await openOrderModules(scope, {
    gateways: [simulatorGateway({ url: proxy?.url ?? gateway.url, secret: gateway.secret })],
    gatewayTimeoutMs: timeoutMs,
    logLevel: 'error',
    clock,
  });
  await gateway.tell(modules.payments);
  const crowd = createPayingCrowd(modules, await modules.sell(PRODUCTS, UNITS), seed);
  const change = weather(proxy, proof);
  const { seconds } = await crowd.pay({ ...proof, onPaid: change });
  await proxy?.setToxics([]);
  scope.say(`${proof.payments} answered in ${seconds.toFixed(0)} s; now everything comes to its end`);
  const drainedSeconds = await drain(scope, { gateway, modules, crowd }, proof);
  const books = await readBothBooks(modules, gateway);
  const found = { ...checkBooks(books), ...(await checkRest(modules)) };
  const ended = Object.groupBy(books.orders, order => order.status);
  return {
    perSecond: proof.payments / seconds,
    p50: crowd.latency.percentile(0.5),
    p99: crowd.latency.percentile(0.99),
    drainedSeconds,
    ended: Object.fromEntries(Object.entries(ended).map(([status, orders]) => [status, orders.length])),
    found,
  };
}

const well: Toxic[] = [];
const slow: Toxic[] = [{ type: 'latency', stream: 'downstream', toxicity: 1, attributes: { latency: 60, jitter: 60 } }];
const resetting: Toxic[] = [{ type: 'reset_peer', stream: 'downstream', toxicity: 0.3, attributes: { timeout: 5 } }];
/** Less than an answer has with its headers: it ends in the middle. */
const cutting: Toxic[] = [{ type: 'limit_data', stream: 'downstream', toxicity: 0.3, attributes: { bytes: 400 } }];
const WEATHERS = [well, slow, resetting, cutting, [...slow, ...cutting]];
const CHANGES = 20;

/** Another state of the network after every twentieth part of the payments, however long that takes. */
function weather(proxy: Toxiproxy | null, { payments, seed }: MoneyProof): (done: number) => Promise<void> {
  const draw = seededRandom(`${seed} weather`);
  const every = Math.max(1, Math.floor(payments / CHANGES));
  let changing = Promise.resolve();
  return async done => {
    if (proxy === null || done % every !== 0) return;
    const next = WEATHERS[Math.floor(draw() * WEATHERS.length)]!;
    changing = changing.then(() => proxy.setToxics(next));
    await changing;
  };
}

interface Sides {
  gateway: SimulatedGateway;
  modules: OrderModules;
  crowd: PayingCrowd;
}

/** Until nobody is to be led to a bank, no webhook is under way and nothing of ours is open; tells how it goes. */
async function drain(scope: BenchScope, { gateway, modules, crowd }: Sides, proof: MoneyProof): Promise<number> {
  const { clock, drainedWithinMs } = proof;
  const beganMs = performance.now();
  for (let toldMs = beganMs; ; ) {
    const challenges = await crowd.answerChallenges();
    await modules.drained();
    const open = { ...(await countOpen(modules.db)), challenges, untold: gateway.isTelling() ? 1 : 0 };
    const nowMs = performance.now();
    if (Object.values(open).every(count => count === 0)) return (nowMs - beganMs) / 1_000;
    if (nowMs > beganMs + drainedWithinMs) throw new Error(`it did not come to its end: ${JSON.stringify(open)}`);
    if (nowMs > toldMs + TELL_EVERY_MS) {
      scope.say(`  still open: ${JSON.stringify(open)}`);
      toldMs = nowMs;
    }
    if (clock) clock.shiftMs += CLOCK_STEP_MS;
    await pause(ROUND_MS);
  }
}

async function readBothBooks({ orders, payments }: OrderModules, gateway: SimulatedGateway): Promise<BothBooks> {
  return {
    orders: await readAll(after => orders.readFacts({ after, limit: FACTS })),
    payments: await readAll(after => payments.readFacts({ after, limit: FACTS })),
    charges: gateway.charges(),
  };
}

async function readAll<Fact extends { key: string }>(read: (after: string | null) => Promise<Fact[]>): Promise<Fact[]> {
  const all: Fact[] = [];
  for (let after: string | null = null; ; after = all.at(-1)!.key) {
    const page = await read(after);
    all.push(...page);
    if (page.length < FACTS) return all;
  }
}

function checkBooks(books: BothBooks): Record<string, string[]> {
  return Object.fromEntries(Object.entries(moneyChecks).map(([name, check]) => [name, check(books)]));
}

async function checkRest(modules: OrderModules): Promise<Record<string, string[]>> {
  const { orders, payments, db } = modules;
  const stuck = [...(await orders.listStuck({})), ...(await payments.listStuck({}))];
  return {
    'stuck list': stuck.map(({ order_id, detail }) => `order ${order_id}: ${detail}`),
    'waiting without an alarm': await findForgotten(db),
    audit: await modules.audit(),
  };
}
