// B buyers click at once on U units: exactly the units are sold, everybody else is told so, and nobody gets an error.
import { type Command, Option, type OptionValues } from 'commander';
import { PARTS } from '../test/support/parts.ts';
import { startRedis } from '../test/support/redis.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { type Contended, type Contention, crowdTheModules, crowdTheShop } from './support/contention-doors.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = 'B buyers on U units: exactly U sold, all others told OUT_OF_STOCK';

/** Of these the large crowd's time is told, and judged only behind a gate. */
const ONE_BY_ONE = ['pessimistic', 'optimistic'];
const STRATEGIES = ['grouped', ...ONE_BY_ONE];
const DOORS = { http: crowdTheShop, module: crowdTheModules };
const SOLD_OUT = '409 OUT_OF_STOCK';
/** Of issue 5: a crowd of 400 is answered within a second each, one of 50,000 within 15 seconds in all. */
const SMALL_CROWD = 1_000;
const SMALL_CROWD_MS_MAX = 1_000;
const LARGE_CROWD_SECONDS_MAX = 15;

export function options(command: Command): Command {
  return command
    .option('--buyers <n>', 'who click at once', wholeNumber, 400)
    .option('--units <n>', 'in stock', wholeNumber, 100)
    .option('--connections <n>', 'open at once at most; at the module: calls', wholeNumber, 1_000)
    .option('--gate', 'a Redis of its own before the ledger')
    .addOption(new Option('--door <name>', 'over HTTP, or at the module').choices(Object.keys(DOORS)).default('http'))
    .addOption(new Option('--strategy <name>', 'how stock is decided').choices(STRATEGIES).default('grouped'));
}

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const { buyers, units, connections, strategy, gate, door } = options;
  const redisUrl = gate ? await startGate(scope) : undefined;
  const contention: Contention = { buyers, units, connections, strategy, redisUrl };
  const contended = await DOORS[door as keyof typeof DOORS](scope, contention);
  return report(contention, contended);
}

async function startGate(scope: BenchScope): Promise<string> {
  const path = PARTS.redis.find();
  if (path === null) throw new Error(`there is no Redis for the gate on this machine: ${PARTS.redis.enable}`);
  return (await startRedis(scope, path)).url;
}

function missedBy({ buyers, units, strategy, redisUrl }: Contention, { crowd, left, broken }: Contended): string[] {
  const { told, latencyMs, seconds } = crowd;
  const { confirmed = 0, [SOLD_OUT]: soldOut = 0, ...others } = told;
  const sold = Math.min(units, buyers);
  const missed = Object.entries(others).map(([answer, count]) => `${count} were told ${answer}`);
  if (confirmed !== sold) missed.push(`${confirmed} of ${sold} units were sold`);
  if (soldOut !== buyers - sold) missed.push(`${soldOut} of ${buyers - sold} were told that it is sold out`);
  if (left !== units - sold) missed.push(`${left} units are left, and not ${units - sold}`);
  if (buyers <= SMALL_CROWD && latencyMs.max > SMALL_CROWD_MS_MAX)
    missed.push(`the last was answered after ${Math.round(latencyMs.max)} ms`);
  const isJudged = buyers > SMALL_CROWD && (redisUrl !== undefined || !ONE_BY_ONE.includes(strategy));
  if (isJudged && seconds > LARGE_CROWD_SECONDS_MAX) missed.push(`the crowd was served in ${seconds.toFixed(1)} s`);
  return [...missed, ...broken];
}

function report(contention: Contention, contended: Contended): BenchReport {
  const { crowd, cpu, left } = contended;
  const { told, retried, latencyMs, seconds } = crowd;
  const whole = (count: number) => count.toLocaleString('en');
  const micros = (part: number | null) => (part === null ? 'n/a' : whole(Math.round((part / contention.buyers) * 1e6)));
  const rows = [
    ...Object.entries(told).map(([answer, count]) => [answer, whole(count)]),
    ['left over', whole(left)],
    ['p50 ms', latencyMs.p50.toFixed(0)],
    ['p99 ms', latencyMs.p99.toFixed(0)],
    ['longest ms', latencyMs.max.toFixed(0)],
    ['whole crowd, s', seconds.toFixed(2)],
    ['503 tried again', whole(retried)],
    ['CPU µs a buyer: shop', micros(cpu.shop)],
    ['… PostgreSQL', micros(cpu.postgres)],
    ['… the crowd itself', micros(cpu.generator)],
  ];
  const { broken: _broken, ...results } = contended;
  return { tables: [{ columns: ['', 'buyers'], rows }], failures: missedBy(contention, contended), results };
}
