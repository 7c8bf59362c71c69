// Orders per second over HTTP, from the first request to the confirmed order: buy-now in one request, and the journey
// of cart, checkout and order in three; one hot product, the shoppers on the same cores, and the audit at the end.
import type { Command, OptionValues } from 'commander';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { type OrdersResult, WAYS, type Way } from './support/generate-orders.ts';
import { runBeside } from './support/run-beside.ts';
import { auditFailures, newGuests, startStockedShop } from './support/stocked-shop.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = 'orders per second over HTTP: buy-now, and the journey of cart, checkout and order';

const PER_SECOND_MIN: Record<Way, number> = { 'buy-now': 4_000, journey: 2_000 };
const P99_MS_MAX = 200;
const STOCK = 100_000_000;

export function options(command: Command): Command {
  return command
    .option('--clients <n>', 'with one order under way each', wholeNumber, 256)
    .option('--products <n>', 'that are bought in turn; 1 is a hot one', wholeNumber, 1)
    .option('--guests <n>', 'who buy in turn', wholeNumber, 2_000)
    .option('--seconds <n>', 'counted, a row', wholeNumber, 20)
    .option('--warm <n>', 'seconds before counting, a row', wholeNumber, 5);
}

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const { clients, products, guests, seconds, warm } = options;
  const { shop, productIds } = await startStockedShop(scope, { products, stock: STOCK });
  const tokens = await newGuests(shop.url, Math.max(guests, clients));
  const rows: { way: Way; result: OrdersResult }[] = [];
  for (const way of WAYS) {
    const job = { url: shop.url, pid: shop.pid, way, productIds, tokens, clients, warmSeconds: warm, seconds };
    const result = await runBeside(scope, 'orders', job);
    scope.say(`${way}: ${Math.round(result.perSecond).toLocaleString('en')} orders a second`);
    rows.push({ way, result });
  }
  const failures = await auditFailures(shop);
  scope.say(failures.length === 0 ? 'the audit holds' : 'the audit does not hold');
  return report(rows, failures);
}

function report(rows: { way: Way; result: OrdersResult }[], broken: string[]): BenchReport {
  const columns = [
    '',
    'orders/s',
    'at least',
    'p50 ms',
    'p99 ms',
    'Node µs',
    'PostgreSQL µs',
    'generator µs',
    'refused',
  ];
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const lines = rows.map(({ way, result: { perSecond, latencyMs, micros, cpuShare, refusals } }) => [
    ...[way, whole(perSecond), whole(PER_SECOND_MIN[way]), latencyMs.p50.toFixed(1), latencyMs.p99.toFixed(1)],
    ...[micros?.node, micros?.postgres, (cpuShare / perSecond) * 1e6].map(time => (time ? whole(time) : '')),
    ...[whole(Object.values(refusals).reduce((sum, count) => sum + count, 0))],
  ]);
  const missed = rows.flatMap(({ way, result: { perSecond, latencyMs, refusals } }) => [
    ...(perSecond < PER_SECOND_MIN[way] ? [`${way}: ${whole(perSecond)} orders a second`] : []),
    ...(latencyMs.p99 > P99_MS_MAX ? [`${way}: p99 is ${whole(latencyMs.p99)} ms`] : []),
    ...Object.entries(refusals).map(([refusal, count]) => `${way}: ${count} answers of ${refusal}`),
  ]);
  return { tables: [{ columns, rows: lines }], failures: [...missed, ...broken], results: rows };
}
