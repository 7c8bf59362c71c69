import assert from 'node:assert/strict';
import type { Accounts, User } from '#accounts';
import type { CartModule } from '#cart';
import type { Catalog, CatalogProduct } from '#catalog';
import type { Inventory } from '#inventory';
import type { Orders, Placed, Shopper } from '#orders';
import type { PaymentInput, Payments } from '#payments';
import { createHotStore } from '#platform/hot-store';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { Module, ModuleDeps } from '#platform/module';
import type { DomainEvent, EventBatch, Outbox, ReadEvents } from '#platform/outbox';
import type { Outcome } from '#platform/outcome';
import type { Redis } from '#platform/redis';
import type { Sharding } from '#platform/route';
import { type Database, sql } from '#platform/sql';
import { runAudit } from '../../src/audit/run-audit.ts';
import { createCart } from '../../src/cart/index.ts';
import type { HeldUnits } from '../../src/cart/product-facts.ts';
import type { LedgerStrategy } from '../../src/inventory/create-ledger.ts';
import { createInventory } from '../../src/inventory/index.ts';
import type { OrdersOptions } from '../../src/orders/deps.ts';
import { createOrders } from '../../src/orders/index.ts';
import type { Gateway } from '../../src/payments/gateway.ts';
import { createPayments, type PaymentsDeps } from '../../src/payments/index.ts';
import type { Books } from '../../src/payments/simulator/books.ts';
import { simulatorGateway } from '../../src/payments/simulator/simulator-gateway.ts';
import { startSimulator } from '../../src/payments/simulator/start-simulator.ts';
import { fakeProduct } from './fake-shop.ts';
import { WAREHOUSES, WEST } from './inventory.ts';
import { shiftableClock, temporaryFolder } from './payment-shop.ts';
import { testDatabase } from './postgres.ts';
import { sharding as shardingOfRun } from './sharding.ts';

type Test = { after(work: () => Promise<void>): void };

export const TTL_MS = 900_000;
export const SIMULATOR_SECRET = 'a secret of the simulator';
/** California: 7.25 % tax; standard shipping 599, free from 5,000. */
export const HOME = {
  name: 'Ada',
  line1: 'Road 1',
  city: 'Oakland',
  region: 'CA',
  postal_code: '94601',
  country: 'US',
};
export const DELIVERY = { shipping_address: HOME, shipping_method: 'standard' as const };

export function card(token = 'tok_visa', fields: Partial<PaymentInput> = {}): PaymentInput {
  return { method: 'card', token, ...fields };
}

export interface WorldOptions {
  /** Of one try; a token that times out takes at least this long. */
  gatewayTimeoutMs?: number;
  /** False: nobody sells what was confirmed, or follows payments, before `follow()`. */
  isFollowing?: boolean;
  gateway?: (gateway: Gateway) => Gateway;
  /** With it a gate stands before the ledger. */
  redis?: Redis;
  ledgerStrategy?: LedgerStrategy;
  /** Stands between the modules and their database: to hear what they ask. */
  database?: (db: Database) => Database;
  sharding?: Sharding;
  /** Of modules that a test adds. */
  moreSchemas?: string[];
}

export type World = Awaited<ReturnType<typeof ordersWorld>>;

type Stops = (() => Promise<unknown> | unknown)[];

/**
 * Orders with everything it needs, real but for the catalogue and the accounts, which are plain data: stock, payments
 * with the simulator at its in-process door, and carts, on one database and one clock that can be put forward.
 */
export async function ordersWorld(t: Test, options: WorldOptions = {}) {
  const stops: Stops = [];
  // The last thing started is stopped first: nothing may still read when the database ends.
  t.after(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  const parts = await openParts(t, stops, options);
  const { deps, clock, ids, shelf, inventory, payments, shopOptions } = parts;

  /** Orders once more over the same data, as another process would run it; `changes` puts faults in its way. */
  function openOrders(changes: Partial<OrdersOptions> = {}): Module<Orders> {
    const opened = createOrders({ ...shopOptions, metrics: parts.elsewhere, ...changes });
    stops.push(() => opened.stop?.());
    return opened;
  }

  const orders = openOrders();
  parts.orders.api = orders.api;
  parts.listenTo('orders', orders);
  const subscriptions = orders.subscriptions ?? [];
  let isFollowed = false;
  async function follow(): Promise<void> {
    if (isFollowed) return;
    isFollowed = true;
    for (const subscription of subscriptions) subscription.start();
    stops.push(() => Promise.all(subscriptions.map(subscription => subscription.stop())));
  }
  if (options.isFollowing !== false) await follow();

  const world = {
    ...{ db: deps.db, clock, ids, books: parts.books, module: orders, paymentsModule: payments },
    ...{ orders: orders.api, inventory: inventory.api, payments: payments.api, cart: shopOptions.cart },
    ...{
      openOrders,
      openPayments: parts.openPayments,
      gateway: parts.gateway,
      follow,
      erase: parts.erase,
      join: parts.join,
      price: shelf.price,
      remove: shelf.remove,
    },
    /** A new product with these units: a number lies in the west. */
    async sell(units: number | Record<string, number>, fields: Partial<CatalogProduct> = {}): Promise<string> {
      const product_id = ids.next();
      shelf.put(product_id, fields);
      const shelves = typeof units === 'number' ? { [WEST]: units } : units;
      for (const [warehouse_id, quantity] of Object.entries(shelves)) {
        const movement_id = ids.nextFor(product_id);
        await inventory.api.receiveStock({ movement_id, product_id, warehouse_id, quantity, reason: '' });
      }
      return product_id;
    },
    /** Twice, since what one of them applies may be news for another one. */
    async drained(): Promise<void> {
      for (const subscription of [...subscriptions, ...subscriptions]) await subscription.drained();
    },
    runJob: (name: string) => runJob([orders, payments, inventory], name),
  };
  return { ...world, ...steps(world), ...sights(world), settle: () => settle(world) };
}

/** All but orders itself. */
async function openParts(t: Test, stops: Stops, options: WorldOptions) {
  const clock = shiftableClock();
  const ids = createIds();
  const log = createLog({ level: 'silent' });
  const schemas = ['inventory', 'orders', 'payments', 'cart', ...(options.moreSchemas ?? [])];
  const opened = await testDatabase({ after: work => void stops.push(work) }, schemas);
  const db = options.database?.(opened.db) ?? opened.db;
  const sharding = options.sharding ?? shardingOfRun;
  const sources = new Map<string, Outbox>();
  const events = {
    listen: (source: string, listener: () => void) => sources.get(source)?.onCommitted(listener) ?? (() => {}),
  };
  const listenTo = (source: string, { outbox }: Module<unknown>) => void (outbox && sources.set(source, outbox));
  const metrics = createMetrics();
  const deps: ModuleDeps = { db, clock, ids, random: Math.random, log, metrics, events, sharding };
  const shelf = goods();
  const { redis, ledgerStrategy } = options;
  const stocking = { catalog: { readEvents: noEvents }, warehouses: WAREHOUSES, redis, ledgerStrategy };
  const inventory = createInventory({ ...deps, ...stocking });
  await inventory.start?.();
  stops.push(() => inventory.stop?.());
  const { payments, ...paying } = await openPayments(deps, { t, stops, options });
  listenTo('payments', payments);
  const sold = { catalog: shelf.catalog, inventory: inventory.api, currency: 'USD' };
  const orders: { api?: Orders } = {};
  const heldUnits: HeldUnits = person => orders.api!.getHeldUnits(person);
  const cart = createCart({ ...deps, ...sold, hotStore: createHotStore({ clock }), heldUnits });
  stops.push(() => cart.stop?.());
  const { accounts, erase, join } = people();
  const shopOptions: OrdersOptions = {
    ...deps,
    ...sold,
    cart: cart.api,
    payments: payments.api,
    accounts,
    reservationTtlMs: TTL_MS,
    orderAccessSecret: 'a secret of the orders',
  };
  return { deps, clock, ids, shelf, inventory, payments, ...paying, listenTo, erase, join, shopOptions, orders };
}

async function openPayments(deps: ModuleDeps, { t, stops, options }: { t: Test; stops: Stops; options: WorldOptions }) {
  const { log, clock, ids } = deps;
  const dataDir = await temporaryFolder(t);
  const secret = SIMULATOR_SECRET;
  const simulator = await startSimulator({ dataDir, port: 'none', secret, settleMs: 60_000, log, clock, ids });
  stops.push(() => simulator.stop());
  const plain = simulatorGateway({ books: simulator.books, secret });
  const gateway = options.gateway?.(plain) ?? plain;
  const paymentsDeps: PaymentsDeps = {
    ...deps,
    gateways: [gateway],
    gatewayTimeoutMs: options.gatewayTimeoutMs ?? 2_000,
    notFoundAfterMs: 1_000,
    simulator: simulator.books,
  };
  function open(changes: Partial<PaymentsDeps> = {}): Module<Payments> {
    const opened = createPayments({ ...paymentsDeps, ...changes });
    stops.push(() => opened.stop?.());
    return opened;
  }
  // With what the shopper and the bank would do at the simulator's own pages.
  /** Of all other processes together: a thousand of them would spend their time on a thousand clocks of Node. */
  const elsewhere = createMetrics();
  /** Payments once more over the same data, as another process would run it; `changes` puts faults in its way. */
  const openPayments = (changes?: Partial<PaymentsDeps>) => open({ metrics: elsewhere, ...changes });
  return { payments: open(), openPayments, elsewhere, gateway, books: simulator.books as Books };
}

/** Products as plain data, which a test may reprice or take off the shelf. */
function goods() {
  const products = new Map<string, CatalogProduct>();
  const catalog: Partial<Catalog> = {
    getProducts: async ({ product_ids }) => product_ids.flatMap(id => products.get(id) ?? []),
  };
  const change = (product_id: string, fields: Partial<CatalogProduct>) =>
    void products.set(product_id, { ...products.get(product_id)!, ...fields });
  return {
    catalog: catalog as Catalog,
    put: (product_id: string, fields: Partial<CatalogProduct>) =>
      void products.set(product_id, fakeProduct({ product_id, ...fields })),
    price: (product_id: string, amount: number) => change(product_id, { price: { amount, currency: 'USD' } }),
    remove: (product_id: string) => change(product_id, { deleted: true }),
  };
}

const noEvents = async (): Promise<EventBatch> => ({ events: [], cursor: '', seen_to: '0', head: '0' });

/** Accounts as far as orders knows them: events of erased people, and whose e-mail one is. */
function people() {
  const events: DomainEvent[] = [];
  const users = new Map<string, User>();
  const accounts: Partial<Accounts> = {
    findUserByEmail: async ({ email }) => users.get(email) ?? null,
    async readEvents({ after, limit }: ReadEvents) {
      const from = after === 'now' ? events.length : Number(after);
      const batch = events.slice(from, from + limit);
      const head = String(events.length);
      return { events: batch, cursor: String(from + batch.length), seen_to: head, head };
    },
  };
  return {
    accounts: accounts as Accounts,
    join(user_id: string, email: string): void {
      users.set(email, { user_id, email } as User);
    },
    erase(person_id: string): void {
      const event_id = String(events.length + 1);
      events.push({ event_id, type: 'user.erased', aggregate_id: person_id, version: 1, at: '', data: {} });
    },
  };
}

async function runJob(modules: Module<unknown>[], name: string): Promise<void> {
  const job = modules.flatMap(module => module.jobs ?? []).find(each => each.name === name);
  assert(job, `there is no job ${name}`);
  await job.run(new AbortController().signal);
}

interface Parts {
  orders: Orders;
  inventory: Inventory;
  payments: Payments;
  cart: CartModule;
  db: Database;
  ids: ReturnType<typeof createIds>;
  clock: ReturnType<typeof shiftableClock>;
  books: Books;
  drained(): Promise<void>;
  follow(): Promise<void>;
  runJob(name: string): Promise<void>;
}

export type Placing = Outcome<Placed, string>;

/** What a shopper does. */
function steps({ orders, cart, ids }: Parts) {
  const shopper = (kind: Shopper['kind'] = 'guest'): Shopper => {
    return { kind, person_id: ids.next(), email: 'ada@example.test', prime: false };
  };
  async function fill(person: Shopper, lines: Record<string, number>): Promise<void> {
    const owner = { kind: person.kind, person_id: person.person_id };
    for (const [product_id, quantity] of Object.entries(lines)) {
      const added = await cart.addItem({ owner, product_id, quantity, command_id: ids.next() });
      assert.equal(added.ok, true);
    }
  }
  async function checkOut(person: Shopper, lines: Record<string, number> = {}, checkout_id?: string) {
    await fill(person, lines);
    const id = checkout_id ?? ids.nextFor(person.person_id);
    return orders.createCheckout({ checkout_id: id, shopper: person, ...DELIVERY });
  }
  return {
    shopper,
    fill,
    checkOut,
    /** A checkout that must succeed; answers its id. */
    async checkedOut(person: Shopper, lines: Record<string, number>): Promise<string> {
      const checkout = await checkOut(person, lines);
      assert(checkout.ok, `the checkout was refused: ${JSON.stringify(checkout)}`);
      return checkout.value.checkout_id;
    },
    place: (person: Shopper, checkout_id: string, payment = card(), order_id = ids.nextFor(person.person_id)) =>
      orders.placeOrder({ order_id, checkout_id, shopper: person, payment }),
    buy: (person: Shopper, product_id: string, quantity = 1, payment = card(), order_id?: string) =>
      orders.buyNow({
        order_id: order_id ?? ids.nextFor(person.person_id),
        shopper: person,
        product_id,
        quantity,
        ...DELIVERY,
        payment,
      }),
    cancel: (order_id: string) => orders.cancelOrder({ order_id, viewer: { kind: 'staff' } }),
  };
}

/** What a test looks at. */
function sights({ orders, inventory, payments, cart, db, books, clock }: Parts) {
  return {
    order: (order_id: string) => orders.getOrder({ order_id, viewer: { kind: 'staff' } }),
    /** Total, reserved and available units. */
    async units(product_id: string): Promise<[number, number, number]> {
      const { total_quantity, reserved, available } = await inventory.getStock({ product_id });
      return [total_quantity, reserved, available];
    },
    async inCart({ kind, person_id }: Shopper): Promise<Record<string, number>> {
      const { items } = await cart.getCart({ owner: { kind, person_id } });
      return Object.fromEntries(items.map(item => [item.product_id, item.quantity]));
    },
    /** The gateway's own books: state, captured, refunded. */
    async charges(order_id: string): Promise<[string, number, number][]> {
      const charges = await books.list({ order_id });
      return charges.map(({ state, captured, refunded }) => [state, captured, refunded]);
    },
    /** The orders of a checkout, or of a person, in the order of their ids. */
    ordersOf: (id: string) =>
      db.query<{ order_id: string; status: string; reason: string | null; deadline_at: string | null }>(sql`
        select order_id, status, reason, deadline_at
        from orders.orders join orders.order_contents using (bucket, order_id)
        where checkout_id = ${id} or person_id = ${id} order by order_id`),
    eventsOf: async (order_id: string): Promise<string[]> => {
      const rows = await db.query<{ type: string }>(
        sql`select type from orders.outbox where aggregate_id = ${order_id} order by version`,
      );
      return rows.map(({ type }) => type);
    },
    audit: () => runAudit({ inventory, orders, payments, clock }),
  };
}

const ROUNDS_MAX = 60;
const ROUND_MS = 61_000;

/** Puts the clock forward and sweeps until no order waits for anything; then every invariant must hold. */
async function settle(parts: Parts): Promise<void> {
  const { clock, runJob, db } = parts;
  await parts.follow();
  for (let round = 0; ; round += 1) {
    clock.shiftMs += ROUND_MS;
    for (const job of ['payments_sweep', 'orders_sweep', 'inventory_sweep']) await runJob(job);
    await parts.drained();
    const [open] = await db.query<{ count: number }>(
      sql`select count(*) from orders.orders where deadline_at is not null`,
    );
    if (open?.count === 0) break;
    assert(round < ROUNDS_MAX, `${open?.count} orders are not settled`);
  }
  clock.shiftMs += ROUND_MS;
  const report = await sights(parts).audit();
  const broken = report.invariants.filter(invariant => !invariant.ok);
  assert.deepEqual(broken, []);
}
