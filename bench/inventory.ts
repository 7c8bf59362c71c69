// Reservations at inventory's own door: each way to decide stock, on one hot product and on many, by few and by many
// connections.
import { type Command, Option, type OptionValues } from 'commander';
import type { Inventory } from '#inventory';
import { reservation } from '../test/support/inventory.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { type LoopFigures, runClosedLoop } from './support/closed-loop.ts';
import { type LedgerOnTrial, openStockedInventory } from './support/stocked-inventory.ts';
import type { Table } from './support/table.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = 'reservations a second: ledger strategies, on one hot product and on many';

const STRATEGIES = ['grouped', 'pessimistic', 'optimistic'];
const PRODUCTS = ['hot', 'spread'];
const UNITS = 100_000_000;

export function options(command: Command): Command {
  return command
    .addOption(new Option('--strategies <names...>', 'rows of only these').choices(STRATEGIES).default(STRATEGIES))
    .addOption(new Option('--rows <names...>', 'on one product, on many').choices(PRODUCTS).default(PRODUCTS))
    .option('--connections <n...>', 'of the pool, a row each', ['4', '16', '64'])
    .option('--products <n>', 'of the rows with many', wholeNumber, 10_000)
    .option('--clients <n>', 'reservations under way at once', wholeNumber, 256)
    .option('--seconds <n>', 'that are counted, for each row', wholeNumber, 10)
    .option('--warm <n>', 'seconds before, which are not counted', wholeNumber, 2);
}

type Row = LedgerOnTrial & { products: number } & LoopFigures;

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const stocked = await openStockedInventory(scope);
  const rows: Row[] = [];
  for (const { products, ...trial } of trialsOf(options)) {
    // New ones for each row, or it would meet what the last one has left of them.
    const productIds = await stocked.stock(products, UNITS);
    const { clients, seconds, warm } = options;
    const load = { clients, seconds, warm, productIds, postgresPid: stocked.postgresPid };
    const work = (inventory: Inventory) => (productId: string) => reserve(inventory, productId);
    const figures = await stocked.use(trial, inventory => runClosedLoop({ ...load, work: work(inventory) }));
    rows.push({ ...trial, products, ...figures });
    scope.say(`${trial.strategy}: ${products} products, ${trial.connections} connections: ${rate(figures)}/s`);
  }
  return { tables: [table(rows)], failures: await stocked.audit(), results: { rows } };
}

function trialsOf({ rows, strategies, connections, products }: OptionValues): (LedgerOnTrial & { products: number })[] {
  const counts = PRODUCTS.filter(name => rows.includes(name)).map(name => (name === 'hot' ? 1 : products));
  return counts.flatMap(products =>
    (strategies as LedgerOnTrial['strategy'][]).flatMap(strategy =>
      (connections as string[]).map(text => ({ products, strategy, connections: wholeNumber(text) })),
    ),
  );
}

async function reserve(inventory: Inventory, productId: string): Promise<void> {
  const answer = await inventory.reserveStock(reservation([productId]));
  if (!answer.ok) throw new Error(`a reservation was refused: ${answer.code}`);
}

const rate = ({ perSecond }: LoopFigures) => Math.round(perSecond).toLocaleString('en');

function table(rows: Row[]): Table {
  return {
    columns: ['strategy', 'products', 'connections', 'a second', 'p50 ms', 'p99 ms', 'Node µs', 'PostgreSQL µs'],
    rows: rows.map(row => [
      row.strategy,
      ...[row.products.toLocaleString('en'), String(row.connections), rate(row)],
      ...[row.p50.toFixed(1), row.p99.toFixed(1), row.nodeMicros.toFixed(0)],
      row.postgresMicros === null ? 'n/a' : row.postgresMicros.toFixed(0),
    ]),
  };
}
