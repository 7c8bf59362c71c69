// Reservations at inventory's own door: each way to decide stock, on one hot product and on many, by few and by many
// connections.
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, Option, type OptionValues } from 'commander';
import type { Inventory } from '#inventory';
import { reservation } from '../test/support/inventory.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { cpuSecondsOf } from './support/cpu-time.ts';
import { latencyHistogram } from './support/latency-histogram.ts';
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

interface Figures {
  perSecond: number;
  p50: number;
  p99: number;
  /** CPU microseconds a reservation, with those of the callers; PostgreSQL's are null where they can't be read. */
  nodeMicros: number;
  postgresMicros: number | null;
}

type Row = LedgerOnTrial & { products: number } & Figures;

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const stocked = await openStockedInventory(scope);
  const readTimes = () => timesOf(stocked.postgresPid);
  const rows: Row[] = [];
  for (const { products, ...trial } of trialsOf(options)) {
    // New ones for each row, or it would meet what the last one has left of them.
    const productIds = await stocked.stock(products, UNITS);
    const { clients, seconds, warm } = options;
    const load = { clients, seconds, warm, productIds, readTimes };
    const figures = await stocked.use(trial, inventory => measure(inventory, load));
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

interface Load {
  clients: number;
  seconds: number;
  warm: number;
  /** Reserved in turn. */
  productIds: string[];
  readTimes(): Times;
}

/** Each client asks again as soon as it is answered. */
async function measure(inventory: Inventory, load: Load): Promise<Figures> {
  const { productIds, readTimes } = load;
  const histogram = latencyHistogram();
  const state = { isCounted: false, isOver: false, counted: 0, next: 0 };

  async function reserve(): Promise<void> {
    while (!state.isOver) {
      const productId = productIds[state.next++ % productIds.length]!;
      const beganMs = performance.now();
      const answer = await inventory.reserveStock(reservation([productId]));
      if (!answer.ok) throw new Error(`a reservation was refused: ${answer.code}`);
      if (!state.isCounted || state.isOver) continue;
      state.counted += 1;
      histogram.add(performance.now() - beganMs);
    }
  }

  const clients = Promise.all(Array.from({ length: load.clients }, reserve));
  const counting = async () => {
    await pause(load.warm * 1_000);
    state.isCounted = true;
    const began = readTimes();
    await pause(load.seconds * 1_000);
    state.isOver = true;
    return { began, ended: readTimes() };
  };
  const [{ began, ended }] = await Promise.all([counting(), clients]);
  const { counted } = state;
  return {
    perSecond: (counted / (ended.ms - began.ms)) * 1_000,
    p50: histogram.percentile(0.5),
    p99: histogram.percentile(0.99),
    nodeMicros: (ended.nodeMicros - began.nodeMicros) / counted,
    postgresMicros:
      began.postgresMicros === null || ended.postgresMicros === null
        ? null
        : (ended.postgresMicros - began.postgresMicros) / counted,
  };
}

interface Times {
  ms: number;
  nodeMicros: number;
  postgresMicros: number | null;
}

function timesOf(postgresPid: number): Times {
  const { user, system } = process.cpuUsage();
  const seconds = cpuSecondsOf(postgresPid);
  return {
    ms: performance.now(),
    nodeMicros: user + system,
    postgresMicros: seconds === null ? null : seconds * 1_000_000,
  };
}

const rate = ({ perSecond }: Figures) => Math.round(perSecond).toLocaleString('en');

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
