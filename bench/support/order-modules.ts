import type { Static } from 'typebox';
import type { Accounts } from '#accounts';
import type { CartModule } from '#cart';
import type { Catalog, CatalogProduct } from '#catalog';
import type { Inventory } from '#inventory';
import { limits } from '#limits';
import type { BuyNow, Orders } from '#orders';
import type { PaymentInput, Payments } from '#payments';
import { type Clock, systemClock } from '#platform/clock';
import { createIds, type Ids, systemRandom } from '#platform/ids';
import { createJobs } from '#platform/jobs';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { Module, ModuleDeps } from '#platform/module';
import type { EventBatch, Outbox } from '#platform/outbox';
import type { Database } from '#platform/sql';
import type { Subscription } from '#platform/subscription';
import { runAudit } from '../../src/audit/run-audit.ts';
import { createInventory } from '../../src/inventory/index.ts';
import { createOrders } from '../../src/orders/index.ts';
import type { Gateway } from '../../src/payments/gateway.ts';
import { createPayments } from '../../src/payments/index.ts';
import { address, card } from '../../test/support/client.ts';
import { fakeProduct } from '../../test/support/fake-shop.ts';
import { WAREHOUSES, WEST } from '../../test/support/inventory.ts';
import { openBenchPostgres } from './bench-postgres.ts';
import type { BenchScope } from './benchmark.ts';

export interface OrderModules {
  db: Database;
  ids: Ids;
  inventory: Inventory;
  orders: Orders;
  payments: Payments;
  /** Of the server, for its CPU time. */
  postgresPid: number;
  /** One unit for a guest of its own, by a card that pays or in another way: what `buyNow` is asked. */
  wish(productId: string, payment?: PaymentInput): Static<typeof BuyNow>;
  /** One unit, by a guest of its own. */
  buyNow(productId: string): ReturnType<Orders['buyNow']>;
  /** Puts products of `units` each on sale. */
  sell(products: number, units: number): Promise<string[]>;
  /** Events that the slowest of the readers has still to apply. */
  backlog(): Promise<number>;
  /** Everything committed so far has been applied. */
  drained(): Promise<void>;
  /** The broken invariants. */
  audit(): Promise<string[]>;
}

export interface OrderModulesOptions {
  /** The first is the default. */
  gateways: Gateway[];
  /** The simulator's books, where it is one of them. */
  simulator?: Parameters<typeof createPayments>[0]['simulator'];
  /** False: nobody reads events, and nobody sweeps. */
  isFollowed?: boolean;
  /** Of one try of a call. */
  gatewayTimeoutMs?: number;
  /** `error` where outages are made on purpose. */
  logLevel?: 'warn' | 'error';
  clock?: Clock;
  /** The default one where it is absent. */
  ledger?: Pick<Parameters<typeof createInventory>[0], 'ledgerStrategy' | 'redis'>;
}

const schemas = ['inventory', 'payments', 'orders'];
const RESERVATION_TTL_MS = 900_000;
export const BUYER_EMAIL = 'bench@example.com';
const delivery = { email: BUYER_EMAIL, shipping_method: 'standard' as const, shipping_address: address };
const byCard = { ...card(), method: 'card' as const };

/**
 * Inventory, payments and orders with their subscriptions and jobs in this process, on an embedded PostgreSQL that
 * keeps what it has told. Catalogue, carts and accounts are plain data: an order does not write there.
 */
export async function openOrderModules(scope: BenchScope, options: OrderModulesOptions): Promise<OrderModules> {
  const { gateways, simulator, isFollowed = true, clock = systemClock, ledger } = options;
  const log = createLog({ level: options.logLevel ?? 'warn' });
  const { poolMax, statementTimeoutMs } = limits;
  const { postgres, db } = await openBenchPostgres(scope, { schemas, log, poolMax, statementTimeoutMs });
  const outboxes = new Map<string, Outbox>();
  const events = {
    listen: (source: string, listener: () => void) => outboxes.get(source)?.onCommitted(listener) ?? (() => {}),
  };
  const ids = createIds();
  const deps: ModuleDeps = { db, clock, ids, random: systemRandom, log, metrics: createMetrics(), events };
  const goods = new Map<string, CatalogProduct>();
  const catalog = { getProducts: async ({ product_ids }) => product_ids.flatMap(id => goods.get(id) ?? []) } as Catalog;
  const inventory = createInventory({ ...deps, ...ledger, catalog: { readEvents: noEvents }, warehouses: WAREHOUSES });
  const paying = { gateways, simulator, gatewayTimeoutMs: options.gatewayTimeoutMs };
  const payments = createPayments({ ...deps, ...paying });
  const orders = createOrders({
    ...deps,
    ...{ catalog, inventory: inventory.api, payments: payments.api, currency: 'USD' },
    cart: {} as CartModule,
    accounts: { readEvents: noEvents } as Partial<Accounts> as Accounts,
    reservationTtlMs: RESERVATION_TTL_MS,
    orderAccessSecret: 'a secret of the benchmark',
  });
  const modules = { inventory, payments, orders };
  for (const [name, module] of Object.entries(modules)) if (module.outbox) outboxes.set(name, module.outbox);
  await startAll(scope, Object.values(modules));
  if (isFollowed) await followAll(scope, Object.values(modules), createJobs({ url: postgres.url, log, clock }));
  const subscriptions = orders.subscriptions ?? [];
  const wish: OrderModules['wish'] = (product_id, payment = byCard) => {
    const person_id = ids.next();
    const of = { order_id: ids.nextFor(person_id), product_id, quantity: 1, payment };
    return { ...delivery, ...of, shopper: { kind: 'guest', person_id, email: null, prime: false } };
  };
  return {
    ...{ db, ids, inventory: inventory.api, orders: orders.api, payments: payments.api, postgresPid: postgres.pid },
    wish,
    async sell(products, units) {
      const productIds = Array.from({ length: products }, () => ids.next());
      for (const product_id of productIds) {
        goods.set(product_id, fakeProduct({ product_id }));
        await inventory.api.receiveStock({
          ...{ movement_id: ids.nextFor(product_id), product_id, warehouse_id: WEST, quantity: units, reason: '' },
        });
      }
      return productIds;
    },
    buyNow: product_id => orders.api.buyNow(wish(product_id)),
    backlog: () => backlogOf([orders, payments]),
    drained: () => drain(isFollowed ? subscriptions : []),
    audit: () => auditAll({ inventory: inventory.api, orders: orders.api, payments: payments.api, clock }),
  };
}

const noEvents = async (): Promise<EventBatch> => ({ events: [], cursor: '', seen_to: '0', head: '0' });

async function startAll(scope: BenchScope, modules: Module<unknown>[]) {
  for (const module of modules) {
    await module.start?.();
    scope.after(async () => module.stop?.());
  }
}

async function followAll(scope: BenchScope, modules: Module<unknown>[], jobs: ReturnType<typeof createJobs>) {
  for (const job of modules.flatMap(module => module.jobs ?? [])) jobs.every(job);
  const subscriptions = modules.flatMap(module => module.subscriptions ?? []);
  for (const subscription of subscriptions) subscription.start();
  scope.after(async () => void (await Promise.all(subscriptions.map(subscription => subscription.stop()))));
  await jobs.start();
  scope.after(() => jobs.stop());
}

async function backlogOf(modules: Module<unknown>[]): Promise<number> {
  const lags = await Promise.all(modules.flatMap(({ outbox }) => outbox?.lag() ?? []));
  return Math.max(0, ...lags.flat().map(({ events }) => events));
}

/** Twice, since what one consumer applies may be another one's event. */
async function drain(subscriptions: Subscription[]): Promise<void> {
  for (const subscription of [...subscriptions, ...subscriptions]) await subscription.drained();
}

async function auditAll(audited: Parameters<typeof runAudit>[0]): Promise<string[]> {
  const { invariants } = await runAudit(audited);
  const broken = invariants.filter(({ ok }) => !ok);
  return broken.map(({ name, violations }) => `audit: ${name} does not hold: ${violations[0]}`);
}
