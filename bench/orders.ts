// Orders without HTTP, from the wish to the sale: what the modules and PostgreSQL can do, on one product and on many.
import type { Command, OptionValues } from 'commander';
import { address, card } from '../test/support/client.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { type LoopFigures, runClosedLoop } from './support/closed-loop.ts';
import { createInstantGateway } from './support/instant-gateway.ts';
import { type OrderModules, openOrderModules } from './support/order-modules.ts';
import { readStatementTimes, resetStatementTimes } from './support/statement-times.ts';
import type { Table } from './support/table.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = 'orders without HTTP, from the wish to the sale, on one hot product and on many';

/** Of issue 5, on 2 cores. */
const HOT_PER_SECOND_MIN = 10_000;
const HOT_TO_SPREAD_MIN = 0.9;
const DRAINED_WITHIN_SECONDS = 10;
const UNITS = 100_000_000;

export function options(command: Command): Command {
  return command
    .option('--clients <n>', 'orders under way at once', wholeNumber, 512)
    .option('--seconds <n>', 'that are counted, for each row', wholeNumber, 60)
    .option('--warm <n>', 'seconds before, which are not counted', wholeNumber, 5)
    .option('--products <n>', 'of the row with many', wholeNumber, 10_000)
    .option('--statements', "also what PostgreSQL's time went into")
    .option('--rows <names...>', 'only these: hot, spread', ['hot', 'spread']);
}

export interface OrdersRow extends LoopFigures {
  name: string;
  /** Events that were not yet applied when the counting ended, and how long they took. */
  backlog: number;
  drainedSeconds: number;
  statements: Table | undefined;
}

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const gateway = createInstantGateway();
  const modules = await openOrderModules(scope, { gateways: [gateway] });
  const rows: OrdersRow[] = [];
  const names: string[] = options.rows;
  for (const [name, products] of [
    ['hot', 1],
    ['spread', options.products],
  ] as const) {
    if (!names.includes(name)) continue;
    const productIds = await modules.sell(products, UNITS);
    scope.say(`${name}: ${options.seconds} s of orders on ${products.toLocaleString('en')} products`);
    rows.push(await measure(name, modules, { ...options, productIds } as Load));
  }
  const failures = [...missedBy(rows), ...(await modules.audit())];
  const tables = [table(rows), ...rows.flatMap(row => row.statements ?? [])];
  return { tables, failures, results: { rows } };
}

interface Load {
  clients: number;
  seconds: number;
  warm: number;
  statements: boolean;
  /** Bought in turn. */
  productIds: string[];
}

async function measure(name: string, modules: OrderModules, load: Load): Promise<OrdersRow> {
  const { db, postgresPid } = modules;
  const { statements: isTold, ...loop } = load;
  let statements: Table | undefined;
  const figures = await runClosedLoop({
    ...loop,
    postgresPid,
    work: productId => buyOne(modules, productId),
    onCounting: async () => void (isTold && (await resetStatementTimes(db))),
    onCounted: async orders => {
      if (isTold) statements = await readStatementTimes(db, orders);
    },
  });
  const backlog = await modules.backlog();
  const beganMs = performance.now();
  await modules.drained();
  return { name, ...figures, backlog, drainedSeconds: (performance.now() - beganMs) / 1_000, statements };
}

const delivery = { email: 'bench@example.com', shipping_method: 'standard' as const, shipping_address: address };
const payment = { ...card(), method: 'card' as const };

async function buyOne({ orders, ids }: OrderModules, product_id: string): Promise<void> {
  const person_id = ids.next();
  const bought = await orders.buyNow({
    ...delivery,
    ...{ order_id: ids.nextFor(person_id), product_id, quantity: 1, payment },
    shopper: { kind: 'guest', person_id, email: null, prime: false },
  });
  if (!bought.ok || bought.value.order.status !== 'CONFIRMED') {
    throw new Error(`an order was not confirmed: ${JSON.stringify(bought)}`);
  }
}

function missedBy(rows: OrdersRow[]): string[] {
  const [hot, spread] = ['hot', 'spread'].map(name => rows.find(row => row.name === name));
  const missed: string[] = [];
  if (hot && hot.perSecond < HOT_PER_SECOND_MIN) {
    missed.push(`hot: ${hot.perSecond.toFixed(0)} of ${HOT_PER_SECOND_MIN.toLocaleString('en')} orders a second`);
  }
  if (hot && spread && hot.perSecond < HOT_TO_SPREAD_MIN * spread.perSecond) {
    const share = (hot.perSecond / spread.perSecond).toFixed(2);
    missed.push(`hot is ${share} of spread, at least ${HOT_TO_SPREAD_MIN} wanted`);
  }
  for (const { name, drainedSeconds } of rows) {
    if (drainedSeconds > DRAINED_WITHIN_SECONDS) missed.push(`${name}: drained after ${drainedSeconds.toFixed(1)} s`);
  }
  return missed;
}

function table(rows: OrdersRow[]) {
  return {
    columns: ['', 'orders/s', 'p50 ms', 'p99 ms', 'Node µs', 'PostgreSQL µs', 'backlog', 'drained s'],
    rows: rows.map(row => [
      row.name,
      ...[row.perSecond, row.p50, row.p99, row.nodeMicros].map(value => value.toFixed(0)),
      row.postgresMicros === null ? 'n/a' : row.postgresMicros.toFixed(0),
      ...[row.backlog.toLocaleString('en'), row.drainedSeconds.toFixed(1)],
    ]),
  };
}
