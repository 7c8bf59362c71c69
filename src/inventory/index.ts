import { timestamp } from '#platform/clock';
import { derivedId } from '#platform/ids';
import type { Module, ModuleDeps } from '#platform/module';
import { createOutbox, type EventBatch, type ReadEvents } from '#platform/outbox';
import { accept } from '#platform/outcome';
import type { Redis } from '#platform/redis';
import type { Database } from '#platform/sql';
import { createSubscription, type Subscription } from '#platform/subscription';
import { reservationOf } from './commands.ts';
import type { Inventory, Warehouse } from './contract.ts';
import { createLowStockCount } from './count-low-stock.ts';
import { createLedger, type LedgerStrategy } from './create-ledger.ts';
import { explainStock } from './explain-stock.ts';
import { createAvailability } from './get-availability.ts';
import { getStock } from './get-stock.ts';
import { getStocks } from './get-stocks.ts';
import type { Ledger } from './ledger.ts';
import { listMovements } from './list-movements.ts';
import { listStock } from './list-stock.ts';
import { adjustStock, receiveStock, returnStock } from './move-stock.ts';
import { readFacts } from './read-facts.ts';
import { receiveInitialStock } from './receive-initial-stock.ts';
import { createGate, withGate } from './redis-gate.ts';
import { createShardReads, type ShardReads } from './shard-reads.ts';
import { readWhole, withShards } from './sharded-ledger.ts';
import { addWarehouses, readReservation } from './store.ts';
import { sweepHolds } from './sweep-holds.ts';
import { createWarehouses, type Warehouses } from './warehouses.ts';

export interface InventoryDeps extends ModuleDeps {
  /** Whose `product.created` brings initial stock. */
  catalog: { readEvents(input: ReadEvents): Promise<EventBatch> };
  /** Made at the start where they are missing; without any, one main warehouse is. */
  warehouses?: readonly Warehouse[];
  /** Where it is given, a gate stands before the ledger. */
  redis?: Redis;
  /** `grouped` where it is absent. */
  ledgerStrategy?: LedgerStrategy;
}

const SWEEP_TIMEOUT_MS = 30_000;
const FIRST_WAREHOUSE: Warehouse = {
  warehouse_id: derivedId('00000000-0000-8000-8000-000000000000', 'the first warehouse'),
  name: 'Main warehouse',
  country: 'US',
  region: '',
};

export function createInventory(deps: InventoryDeps): Module<Inventory> {
  const { db, log, clock, redis } = deps;
  const outbox = createOutbox({ db, schema: 'inventory', log, clock });
  const warehouses = createWarehouses(db);
  const gate = redis && createGate({ ...deps, redis });
  const ledgerDeps = { ...deps, outbox, warehouses };
  const strategy = createLedger(ledgerDeps, deps.ledgerStrategy ?? 'grouped');
  const shardReads = deps.sharding === 'citus' ? createShardReads(ledgerDeps) : undefined;
  const ledger = withGate(withShards(strategy, shardReads), gate);
  const availability = createAvailability(deps);
  return {
    api: {
      ...stockApi({ deps, ledger, warehouses }),
      ...reservationApi({ db, ledger, shardReads }),
      ...stockListApi(deps),
      getAvailability: ({ product_ids }) => availability.read(product_ids),
      ...readFacts(db, deps.sharding ?? 'none'),
      readGateFacts: async input => (gate === undefined ? [] : await gate.readFacts(input)),
      readEvents: input => outbox.readEvents(input),
    },
    outbox,
    subscriptions: [subscribeToCatalog({ deps, ledger, warehouses })],
    jobs: [
      {
        name: 'inventory_sweep',
        everySeconds: 1,
        timeoutMs: SWEEP_TIMEOUT_MS,
        run: signal => sweepHolds({ db, clock, ledger }, signal),
      },
      ...(gate ? [gate.job] : []),
    ],
    async start() {
      const isEmpty = (await warehouses.list()).length === 0;
      const { warehouses: wanted = [] } = deps;
      const missing = wanted.length === 0 && isEmpty ? [FIRST_WAREHOUSE] : wanted;
      await addWarehouses(db, missing, timestamp(clock.nowMs()));
      await warehouses.reload();
    },
    async stop() {
      await Promise.all([ledger.stop(), availability.stop()]);
    },
  };
}

interface Parts {
  deps: InventoryDeps;
  ledger: Ledger;
  warehouses: Warehouses;
}

type StockApi = Pick<
  Inventory,
  | 'listWarehouses'
  | 'createWarehouse'
  | 'getStock'
  | 'receiveStock'
  | 'adjustStock'
  | 'returnStock'
  | 'listMovements'
  | 'explainStock'
>;

function stockApi({ deps: { db, clock }, ledger, warehouses }: Parts): StockApi {
  const parts = { ledger, warehouses };
  return {
    listWarehouses: async () => [...(await warehouses.list())],
    async createWarehouse(warehouse) {
      await addWarehouses(db, [warehouse], timestamp(clock.nowMs()));
      await warehouses.reload();
      return warehouses.get(warehouse.warehouse_id);
    },
    getStock: ({ product_id }) => getStock(db, product_id),
    async receiveStock(input) {
      const received = await receiveStock(parts, input);
      return received.ok ? accept(await getStock(db, input.product_id)) : received;
    },
    async adjustStock(input) {
      const adjusted = await adjustStock(parts, input);
      return adjusted.ok ? accept(await getStock(db, input.product_id)) : adjusted;
    },
    returnStock: input => returnStock(parts, input),
    listMovements: input => listMovements(db, input),
    explainStock: ({ product_id }) => explainStock(db, product_id),
  };
}

/** What the desk asks of many products at once. */
function stockListApi({ db, clock }: InventoryDeps): Pick<Inventory, 'listStock' | 'getStocks' | 'countLowStock'> {
  const lowStock = createLowStockCount({ db, clock });
  return {
    listStock: input => listStock(db, input),
    getStocks: ({ product_ids }) => getStocks(db, product_ids),
    countLowStock: () => lowStock.read(),
  };
}

type ReservationApi = Pick<Inventory, 'reserveStock' | 'getReservation' | `${ReservationVerb}Reservation`>;
type ReservationVerb = 'extend' | 'sell' | 'unsell' | 'release';

/** The ledger is the operation: what would stand between is nothing. */
function reservationApi({
  db,
  ledger,
  shardReads,
}: {
  db: Database;
  ledger: Ledger;
  shardReads: ShardReads | undefined;
}): ReservationApi {
  return {
    reserveStock: input => ledger.reserve(input),
    async getReservation(key) {
      if (shardReads !== undefined) return await readWhole(shardReads, key);
      const holds = await readReservation(db, key);
      return holds.length === 0 ? null : reservationOf(holds);
    },
    extendReservation: input => ledger.extend(input),
    sellReservation: input => ledger.sell(input),
    unsellReservation: input => ledger.unsell(input),
    releaseReservation: input => ledger.release(input),
  };
}

function subscribeToCatalog({ deps, ledger, warehouses }: Parts): Subscription {
  const { db, log, clock, metrics, random, catalog, events } = deps;
  return createSubscription({
    source: 'catalog',
    consumer: 'inventory',
    types: ['product.created'],
    read: input => catalog.readEvents(input),
    onCommitted: listener => events.listen('catalog', listener),
    db,
    schema: 'inventory',
    handle: batch => receiveInitialStock({ ledger, warehouses }, batch),
    log,
    clock,
    metrics,
    random,
  });
}
