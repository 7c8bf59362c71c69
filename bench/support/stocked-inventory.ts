import type { Inventory } from '#inventory';
import { limits } from '#limits';
import { systemClock } from '#platform/clock';
import { systemRandom } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { EventBatch } from '#platform/outbox';
import { openDatabase, sql } from '#platform/sql';
import type { LedgerStrategy } from '../../src/inventory/create-ledger.ts';
import { createInventory } from '../../src/inventory/index.ts';
import { assertBalanced, ids, stocked, WAREHOUSES } from '../../test/support/inventory.ts';
import { openBenchPostgres } from './bench-postgres.ts';
import type { BenchScope } from './benchmark.ts';

export interface StockedInventory {
  /** Of the server, for its CPU time. */
  postgresPid: number;
  /** Products of `units` each, in one warehouse. */
  stock(products: number, units: number): Promise<string[]>;
  /** Does `work` with an inventory of its own, on so many connections. */
  use<Told>(ledger: LedgerOnTrial, work: (inventory: Inventory) => Promise<Told>): Promise<Told>;
  /** What is not in balance. */
  audit(): Promise<string[]>;
}

export interface LedgerOnTrial {
  strategy: LedgerStrategy;
  connections: number;
}

const AUDITED_WITHIN_MS = 300_000;
const STOCKED_AT_ONCE = 500;

/** Inventory alone in this process, on an embedded PostgreSQL that keeps what it has told. */
export async function openStockedInventory(scope: BenchScope): Promise<StockedInventory> {
  const log = createLog({ level: 'warn' });
  const pool = { poolMax: 1, statementTimeoutMs: AUDITED_WITHIN_MS };
  const { postgres, db: beside } = await openBenchPostgres(scope, { schemas: ['inventory'], log, ...pool });

  async function use<Told>({ strategy, connections }: LedgerOnTrial, work: (inventory: Inventory) => Promise<Told>) {
    // What the last one has left to be written is not on this one's account.
    await beside.query(sql`checkpoint`);
    const { statementTimeoutMs } = limits;
    const db = openDatabase({ url: postgres.url, poolMax: connections, statementTimeoutMs });
    const deps = { db, clock: systemClock, ids, random: systemRandom, log, metrics: createMetrics(), events: noEvents };
    const module = createInventory({ ...deps, catalog: noEvents, warehouses: WAREHOUSES, ledgerStrategy: strategy });
    try {
      await module.start!();
      return await work(module.api);
    } finally {
      await module.stop!();
      await db.end();
    }
  }

  return {
    get postgresPid() {
      return postgres.pid;
    },
    use,
    stock: (products, units) =>
      use({ strategy: 'grouped', connections: 2 }, async inventory => {
        const productIds: string[] = [];
        while (productIds.length < products) {
          const some = Math.min(STOCKED_AT_ONCE, products - productIds.length);
          productIds.push(...(await Promise.all(Array.from({ length: some }, () => stocked(inventory, units)))));
        }
        return productIds;
      }),
    audit: () =>
      assertBalanced(beside).then(
        () => [],
        (error: Error) => [error.message],
      ),
  };
}

const noEvents = {
  listen: () => () => {},
  readEvents: async (): Promise<EventBatch> => ({ events: [], cursor: '', seen_to: '0', head: '0' }),
};
