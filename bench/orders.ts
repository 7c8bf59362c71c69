// Orders without HTTP, from the wish to the sale: what the modules and PostgreSQL can do, on one product and on many.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option, type OptionValues } from 'commander';
import type { Order } from '#orders';
import { createLog } from '#platform/log';
import { sql } from '#platform/sql';
import { simulatorGateway } from '../src/payments/simulator/simulator-gateway.ts';
import { startSimulator } from '../src/payments/simulator/start-simulator.ts';
import { address } from '../test/support/client.ts';
import type { BenchReport, BenchScope } from './support/benchmark.ts';
import { type LoopFigures, runClosedLoop } from './support/closed-loop.ts';
import { createInstantGateway } from './support/instant-gateway.ts';
import { BUYER_EMAIL, type OrderModules, type OrderModulesOptions, openOrderModules } from './support/order-modules.ts';
import { type RawOrder, writeRawOrders } from './support/raw-orders.ts';
import { readStatementTimes, resetStatementTimes } from './support/statement-times.ts';
import type { Table } from './support/table.ts';
import { wholeNumber } from './support/whole-number.ts';

export const description = 'orders without HTTP, from the wish to the sale, beside hand-written SQL of the same rows';

/** Of issue 5, on 2 cores. */
const HOT_PER_SECOND_MIN = 10_000;
const HOT_TO_SPREAD_MIN = 0.9;
const HOT_TO_RAW_MIN = 0.7;
const DRAINED_WITHIN_SECONDS = 10;
const UNITS = 100_000_000;
const ROWS = ['hot', 'spread', 'simulator', 'raw'];
/** Hand-written SQL has so many groups under way, each with its share of the clients' orders. */
const RAW_GROUPS = 4;

export function options(command: Command): Command {
  return command
    .option('--clients <n>', 'orders under way at once', wholeNumber, 512)
    .option('--seconds <n>', 'that are counted, for each row', wholeNumber, 60)
    .option('--warm <n>', 'seconds before, which are not counted', wholeNumber, 5)
    .option('--products <n>', 'of the row with many', wholeNumber, 10_000)
    .option('--statements', "also what PostgreSQL's time went into")
    .addOption(new Option('--rows <names...>', 'only these').choices(ROWS).default(ROWS));
}

export interface OrdersRow extends LoopFigures {
  name: string;
  /** Events that were not yet applied when the counting ended, and how long they took. */
  backlog: number;
  drainedSeconds: number;
  statements: Table | undefined;
}

export async function run(scope: BenchScope, options: OptionValues): Promise<BenchReport> {
  const rows: OrdersRow[] = [];
  const failures: string[] = [];
  const load = options as Load;
  for (const name of ROWS.filter(row => options.rows.includes(row))) {
    scope.say(`${name}: ${load.seconds} s of orders`);
    const { row, broken } = await measureRow(scope, name, load, options.products);
    rows.push(row);
    failures.push(...broken);
  }
  failures.unshift(...missedBy(rows));
  return { tables: [table(rows), ...rows.flatMap(row => row.statements ?? [])], failures, results: { rows } };
}

interface Load {
  clients: number;
  seconds: number;
  warm: number;
  statements: boolean;
}

/** Each on a database of its own, which is audited afterwards. */
async function measureRow(scope: BenchScope, name: string, load: Load, products: number) {
  const modules = await openOrderModules(scope, await gatewaysOf(scope, name));
  const productIds = await modules.sell(name === 'spread' ? products : 1, UNITS);
  const row = await measure(name, modules, { ...load, productIds });
  return { row, broken: (await modules.audit()).map(line => `${name}: ${line}`) };
}

async function gatewaysOf(scope: BenchScope, name: string): Promise<OrderModulesOptions> {
  if (name !== 'simulator') return { gateways: [createInstantGateway()], isFollowed: name !== 'raw' };
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-bench-'));
  scope.after(() => rm(dataDir, { recursive: true, force: true }));
  const secret = 'a secret of the benchmark';
  const log = createLog({ level: 'warn' });
  const simulator = await startSimulator({ dataDir, port: 0, secret, settleMs: 60_000, log });
  scope.after(() => simulator.stop());
  return { gateways: [simulatorGateway({ url: simulator.url, secret })], simulator: simulator.books };
}

async function measure(name: string, modules: OrderModules, load: Load & { productIds: string[] }): Promise<OrdersRow> {
  const { db, postgresPid } = modules;
  const { statements: isTold, ...loop } = load;
  const isRaw = name === 'raw';
  const size = isRaw ? Math.ceil(loop.clients / RAW_GROUPS) : 1;
  const raw = isRaw ? await rawOrderLike(modules, loop.productIds[0]!) : undefined;
  let statements: Table | undefined;
  const figures = await runClosedLoop({
    ...loop,
    clients: isRaw ? RAW_GROUPS : loop.clients,
    postgresPid,
    work: productId => (raw ? writeRawOrders(db, modules.ids, raw, size) : buyOne(modules, productId)),
    onCounting: async () => void (isTold && (await resetStatementTimes(db))),
    onCounted: async done => {
      if (isTold) statements = await readStatementTimes(db, done * size);
    },
  });
  const backlog = await modules.backlog();
  const beganMs = performance.now();
  await modules.drained();
  const drainedSeconds = (performance.now() - beganMs) / 1_000;
  return { name, ...perOrder(figures, size), backlog, drainedSeconds, statements };
}

/** Of a piece of work that makes `size` orders. */
function perOrder(figures: LoopFigures, size: number): LoopFigures {
  const { perSecond, nodeMicros, postgresMicros } = figures;
  return {
    ...figures,
    perSecond: perSecond * size,
    nodeMicros: nodeMicros / size,
    postgresMicros: postgresMicros === null ? null : postgresMicros / size,
  };
}

/** What an order of this product is made of: one is bought, and read. */
async function rawOrderLike(modules: OrderModules, product_id: string): Promise<RawOrder> {
  const { subtotal, shipping_cost, tax, total, items } = await buyOne(modules, product_id);
  const [shelf] = await modules.db.query<{ warehouse_id: string }>(sql`
    select warehouse_id from inventory.stock where product_id = ${product_id}`);
  const [line] = await modules.db.query<{ tax: number }>(sql`
    select (lines -> 0 ->> 'tax')::integer as tax from orders.order_contents`);
  return {
    product_id,
    warehouse_id: shelf!.warehouse_id,
    seller_id: items[0]!.seller_id,
    email: BUYER_EMAIL,
    address,
    lineTax: line!.tax,
    amounts: {
      subtotal: subtotal.amount,
      shipping_cost: shipping_cost.amount,
      tax: tax.amount,
      total: total.amount,
    },
  };
}

async function buyOne(modules: OrderModules, product_id: string): Promise<Order> {
  const bought = await modules.buyNow(product_id);
  if (!bought.ok || bought.value.order.status !== 'CONFIRMED') {
    throw new Error(`an order was not confirmed: ${JSON.stringify(bought)}`);
  }
  return bought.value.order;
}

function missedBy(rows: OrdersRow[]): string[] {
  const [hot, spread, raw] = ['hot', 'spread', 'raw'].map(name => rows.find(row => row.name === name));
  const missed: string[] = [];
  if (hot && hot.perSecond < HOT_PER_SECOND_MIN) {
    missed.push(`hot: ${hot.perSecond.toFixed(0)} of ${HOT_PER_SECOND_MIN.toLocaleString('en')} orders a second`);
  }
  if (hot && spread && hot.perSecond < HOT_TO_SPREAD_MIN * spread.perSecond) {
    const share = (hot.perSecond / spread.perSecond).toFixed(2);
    missed.push(`hot is ${share} of spread, at least ${HOT_TO_SPREAD_MIN} wanted`);
  }
  if (hot && raw && hot.perSecond < HOT_TO_RAW_MIN * raw.perSecond) {
    missed.push(`hot is ${(hot.perSecond / raw.perSecond).toFixed(2)} of raw, at least ${HOT_TO_RAW_MIN} wanted`);
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
