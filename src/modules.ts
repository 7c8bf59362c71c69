import { type Accounts, accountsContract } from '#accounts';
import { type Audit, auditContract } from '#audit';
import { type CartModule, cartContract } from '#cart';
import { type Catalog, catalogContract } from '#catalog';
import { type Fulfillment, fulfillmentContract } from '#fulfillment';
import { type Inventory, inventoryContract } from '#inventory';
import { type Notifications, notificationsContract } from '#notifications';
import { type Orders, ordersContract } from '#orders';
import { type Payments, paymentsContract } from '#payments';
import type { Contract } from '#platform/contract';
import type { HotStore } from '#platform/hot-store';
import type { EventSources, Module, ModuleDeps } from '#platform/module';
import type { Outbox } from '#platform/outbox';
import type { Redis } from '#platform/redis';
import { connectRpc, type Remote, type ServedModule } from '#platform/rpc';
import { type Search, searchContract } from '#search';
import { createAccounts } from './accounts/index.ts';
import { createAudit } from './audit/index.ts';
import { createCart } from './cart/index.ts';
import type { FactDeps } from './cart/product-facts.ts';
import { createCatalog } from './catalog/index.ts';
import { type Config, ConfigError, type ModuleName, moduleNames } from './config.ts';
import { demoWarehouses } from './demo/warehouses.ts';
import { createFulfillment } from './fulfillment/index.ts';
import type { SimulatedCarrier } from './fulfillment/simulated-carrier.ts';
import { createInventory } from './inventory/index.ts';
import { createNotifications } from './notifications/index.ts';
import { createOrders } from './orders/index.ts';
import type { Gateway } from './payments/gateway.ts';
import { createPayments } from './payments/index.ts';
import type { SimulatorBooks } from './payments/simulator/books.ts';
import { createSearch } from './search/index.ts';

/** Every module's operations: the objects themselves where they run here, clients of the same type elsewhere. */
export interface Apis {
  catalog: Catalog;
  inventory: Inventory;
  payments: Payments;
  accounts: Accounts;
  search: Search;
  cart: CartModule;
  orders: Orders;
  fulfillment: Fulfillment;
  notifications: Notifications;
  audit: Audit;
}
type ApiName = keyof Apis;

export interface Modules {
  apis: Apis;
  /** The ones that run in this process, in the order in which they may know each other. */
  local: Map<ApiName, Module<unknown>>;
  /** What this process serves by rpc. */
  served: Record<string, ServedModule>;
  /** What the modules of this process commit. */
  events: EventSources;
  closeRemotes(): void;
}

/** The parts from outside that some modules need, started before them. */
export interface OutsideParts {
  hotStore: HotStore;
  redis?: Redis;
  /** The simulator's own books, here or at its address. */
  simulatorBooks: Pick<SimulatorBooks, 'list'> | undefined;
  gateways: Gateway[];
  carrier: SimulatedCarrier | undefined;
}

/**
 * Whether a caller holds a module or an HTTP client of the same type is decided here alone. A remote module is
 * connected when somebody here first needs it, so a process names the addresses of those that it talks to, and no
 * others.
 */
export function createModules(config: Config, deps: ModuleDeps, outside: OutsideParts): Modules {
  const outboxes = new Map<string, Outbox>();
  const local = new Map<ApiName, Module<unknown>>();
  const served: Record<string, ServedModule> = {};
  const remotes: Remote<object>[] = [];
  const found = new Map<ApiName, unknown>();
  const shared: ModuleDeps = {
    ...deps,
    events: { listen: (source, listener) => outboxes.get(source)?.onCommitted(listener) ?? (() => {}) },
  };
  const makers = moduleMakers(config, shared, outside, name => find(name));

  function find<Name extends ApiName>(name: Name): Apis[Name] {
    const known = found.get(name) ?? (config.modules.has(name) ? makeLocal(name) : connect(name));
    found.set(name, known);
    return known as Apis[Name];
  }

  function makeLocal(name: ApiName): unknown {
    const module: Module<unknown> = makers[name]();
    local.set(name, module);
    if (module.outbox) outboxes.set(name, module.outbox);
    served[name] = { contract: contracts[name] as Contract<unknown>, api: module.api } as ServedModule;
    return module.api;
  }

  function connect(name: ApiName): unknown {
    const url = config.moduleUrls[name];
    if (url === undefined) {
      throw new ConfigError([`${name} does not run here and ${name.toUpperCase()}_URL does not say where it does.`]);
    }
    const { log, metrics } = deps;
    const remote = connectRpc(contracts[name] as Contract<object>, { url, secret: config.secrets.rpc, log, metrics });
    remotes.push(remote);
    return remote;
  }

  const isEdge = config.modules.has('gateway');
  for (const name of apiNames) if (isEdge || config.modules.has(name)) find(name);
  // Not when the cart is made, as orders are given the cart.
  if (config.modules.has('cart')) find('orders');
  const apis = Object.defineProperties(
    {},
    Object.fromEntries(apiNames.map(name => [name, { get: () => find(name), enumerable: true }])),
  ) as Apis;
  return {
    apis,
    local,
    served,
    events: shared.events,
    closeRemotes: () => remotes.forEach(remote => void remote.close()),
  };
}

const apiNames = moduleNames.filter((name: ModuleName): name is ApiName => name !== 'gateway');

const contracts: { [Name in ApiName]: Contract<Apis[Name]> } = {
  catalog: catalogContract,
  inventory: inventoryContract,
  payments: paymentsContract,
  accounts: accountsContract,
  search: searchContract,
  cart: cartContract,
  orders: ordersContract,
  fulfillment: fulfillmentContract,
  notifications: notificationsContract,
  audit: auditContract,
};

/** Who is given whom: the may-know table, in code. */
function moduleMakers(
  config: Config,
  deps: ModuleDeps,
  outside: OutsideParts,
  find: <Name extends ApiName>(name: Name) => Apis[Name],
): { [Name in ApiName]: () => Module<Apis[Name]> } {
  const { currency, dataDir, secrets } = config;
  const { hotStore } = outside;
  return {
    catalog: () => createCatalog({ ...deps, currency, dataDir }),
    inventory: () =>
      createInventory({
        ...deps,
        catalog: find('catalog'),
        redis: outside.redis,
        warehouses: config.demo ? demoWarehouses : undefined,
        ledgerStrategy: config.inventoryLedger,
      }),
    payments: () => createPayments({ ...deps, gateways: outside.gateways, simulator: outside.simulatorBooks }),
    accounts: () =>
      createAccounts({ ...deps, hotStore, mailTokenSecret: secrets.mailToken, rateLimits: config.rateLimits }),
    search: () => createSearch({ ...deps, ...askedBySearch(find), dataDir, engineUrl: config.searchEngineUrl }),
    cart: () => createCart({ ...deps, hotStore, ...askedByCart(find), currency }),
    orders: () =>
      createOrders({
        ...deps,
        cart: find('cart'),
        catalog: find('catalog'),
        inventory: find('inventory'),
        payments: find('payments'),
        accounts: find('accounts'),
        currency,
        reservationTtlMs: config.reservationTtlMs,
        orderAccessSecret: secrets.orderAccess,
      }),
    fulfillment: () =>
      createFulfillment({
        ...deps,
        orders: find('orders'),
        inventory: find('inventory'),
        carriers: outside.carrier ? [outside.carrier] : [],
        webhookSecrets: { simulated: [secrets.carrierWebhook] },
      }),
    notifications: () =>
      createNotifications({
        ...deps,
        orders: find('orders'),
        payments: find('payments'),
        fulfillment: find('fulfillment'),
        accounts: find('accounts'),
        publicUrl: config.publicUrl,
        smtpUrl: config.smtpUrl,
        mailFrom: config.mailFrom,
      }),
    audit: () =>
      createAudit({
        ...deps,
        inventory: find('inventory'),
        orders: find('orders'),
        payments: find('payments'),
        fulfillment: find('fulfillment'),
      }),
  };
}

function askedBySearch(find: <Name extends ApiName>(name: Name) => Apis[Name]) {
  return { catalog: find('catalog'), inventory: find('inventory'), orders: find('orders') };
}

/** `heldUnits` is the one question that goes up, so orders are looked for when it is asked, and not before. */
function askedByCart(find: <Name extends ApiName>(name: Name) => Apis[Name]): FactDeps {
  return {
    catalog: find('catalog'),
    inventory: find('inventory'),
    heldUnits: person => find('orders').getHeldUnits(person),
  };
}
