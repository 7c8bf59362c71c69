import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inventory } from '#inventory';
import { limits } from '#limits';
import { systemClock } from '#platform/clock';
import { systemRandom } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { migrate } from '#platform/migrate';
import type { EventBatch } from '#platform/outbox';
import { startPostgres } from '#platform/postgres';
import { openDatabase, sql } from '#platform/sql';
import type { LedgerStrategy } from '../../src/inventory/create-ledger.ts';
import { createInventory } from '../../src/inventory/index.ts';
import { assertBalanced, ids, stocked, WAREHOUSES } from '../../test/support/inventory.ts';
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
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-bench-'));
  scope.after(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const log = createLog({ level: 'warn' });
  const postgres = await startPostgres({ dataDir, log });
  scope.after(() => postgres.stop());
  const open = (poolMax: number, statementTimeoutMs: number) =>
    openDatabase({ url: postgres.url, poolMax, statementTimeoutMs });
  const beside = open(1, AUDITED_WITHIN_MS);
  scope.after(() => beside.end());
  const folder = new URL('../../src/inventory/migrations/', import.meta.url);
  await migrate({ db: beside, schema: 'inventory', folder, log });

  async function use<Told>({ strategy, connections }: LedgerOnTrial, work: (inventory: Inventory) => Promise<Told>) {
    // What the last one has left to be written is not on this one's account.
    await beside.query(sql`checkpoint`);
    const db = open(connections, limits.statementTimeoutMs);
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
