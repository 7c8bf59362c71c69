// Money moves once: payments of every outcome while the gateway and the network lie, and at the end the simulator's own
// books beside ours.
import type { Command, OptionValues } from 'commander';
import { PARTS } from '../test/support/parts.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { type MoneyProven, proveMoney } from './support/prove-money.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = "payments of every outcome, and the simulator's own books beside ours: money moves once";

/** Of issue 6. */
const CHAOS = { timeout: 0.1, error: 0.1, duplicate: 0.2, reorder: 0.2 };
const CALM = { timeout: 0, error: 0, duplicate: 0, reorder: 0 };

export function options(command: Command): Command {
  return command
    .option('--payments <n>', 'that are made', wholeNumber, 20_000)
    .option('--clients <n>', 'payments under way at once', wholeNumber, 64)
    .option('--chaos', '10 % time-outs after success, 10 % 5xx, 20 % of webhooks twice and 20 % out of order')
    .option('--proxy', 'a toxiproxy between shop and gateway: latency, resets, cuts in mid-answer')
    .option('--timeout-ms <n>', 'of one try of a call at the gateway', wholeNumber, 500)
    .option('--drain-seconds <n>', 'within which everything has come to its end', wholeNumber, 300)
    .option('--seed <text>', 'of what goes wrong, and of who pays how', 'doorbuster');
}

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const { payments, clients, timeoutMs, seed } = options;
  scope.say(`${payments} payments, seed "${seed}"`);
  const proven = await proveMoney(scope, {
    ...{ payments, clients, timeoutMs, seed },
    rates: options.chaos ? CHAOS : CALM,
    toxiproxy: options.proxy ? findToxiproxy() : null,
    drainedWithinMs: options.drainSeconds * 1_000,
  });
  return report(proven);
}

function findToxiproxy(): string {
  const path = PARTS.toxiproxy.find();
  if (path === null) throw new Error(`there is no toxiproxy on this machine: ${PARTS.toxiproxy.enable}`);
  return path;
}

function report(proven: MoneyProven): BenchReport {
  const { perSecond, p50, p99, drainedSeconds, ended, found } = proven;
  const whole = (count: number) => count.toLocaleString('en');
  const figures = [
    ['payments/s', perSecond.toFixed(0)],
    ['p50 ms', p50.toFixed(0)],
    ['p99 ms', p99.toFixed(0)],
    ['at rest after, s', drainedSeconds.toFixed(1)],
    ...Object.entries(ended).map(([status, count]) => [status, whole(count)]),
  ];
  const checks = Object.entries(found).map(([name, breaches]) => [name, whole(breaches.length)]);
  const failures = Object.entries(found).flatMap(([name, breaches]) =>
    breaches.length === 0 ? [] : [`${name}: ${breaches.length}, such as ${breaches[0]}`],
  );
  const tables = [
    { columns: ['', 'payments'], rows: figures },
    { columns: ['must be 0', 'found'], rows: checks },
  ];
  return { tables, failures, results: proven };
}
