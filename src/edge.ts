import type { AddressInfo } from 'node:net';
import cookie from '@fastify/cookie';
import { Type } from 'typebox';
import { Shipment } from '#fulfillment';
import { Order } from '#orders';
import { hotKeyStore } from '#platform/hot-key-store';
import type { HotStore } from '#platform/hot-store';
import { type App, createApp, type DeclaredRoute } from '#platform/http';
import { idempotency } from '#platform/idempotency';
import type { Jobs } from '#platform/jobs';
import type { ModuleDeps } from '#platform/module';
import { openapi } from '#platform/openapi';
import type { Redis } from '#platform/redis';
import { object } from '#platform/schema';
import { ping } from '#platform/sql';
import { sqlKeyStore } from '#platform/sql-key-store';
import { countBacklog, retryStuckEvent } from '#platform/subscription-status';
import { createEntrance, type Entrance } from './accounts/entrance.ts';
import { accountRoutes } from './accounts/http.ts';
import { peopleRoutes } from './accounts/staff-routes.ts';
import type { RunningShop } from './admin/staff/running-shop.ts';
import { auditRoutes } from './audit/http.ts';
import { cartRoutes } from './cart/http.ts';
import { catalogRoutes } from './catalog/http.ts';
import type { Config } from './config.ts';
import { pictureRoutes } from './demo/http.ts';
import type { FirstStart } from './first-start.ts';
import { fulfillmentRoutes } from './fulfillment/http.ts';
import { readOperations, startJob } from './gateway/background.ts';
import { backgroundRoutes } from './gateway/background-routes.ts';
import { compose } from './gateway/compose.ts';
import { createGuestTokens } from './gateway/guest-tokens.ts';
import { createIdentity, type Identity, shopperOf } from './gateway/identify.ts';
import { createRateLimit } from './gateway/limit-rate.ts';
import { liveRoutes } from './gateway/live-routes.ts';
import { operationRoutes } from './gateway/operation-routes.ts';
import { createProductViews } from './gateway/product-views.ts';
import { createSalesReader } from './gateway/read-sales.ts';
import { readStuck } from './gateway/read-stuck.ts';
import { createRequestRates, noteRequests, type RequestRates } from './gateway/request-rates.ts';
import { sessionRoutes } from './gateway/session-routes.ts';
import { createVisits, type Visits } from './gateway/visits.ts';
import { inventoryRoutes } from './inventory/http.ts';
import type { Modules } from './modules.ts';
import { mailboxRoutes, mailRoutes } from './notifications/http.ts';
import { orderRoutes } from './orders/http.ts';
import { createPages } from './pages.ts';
import { paymentsRoutes } from './payments/http.ts';
import { searchRoutes } from './search/http.ts';
import { searchStaffRoutes } from './search/staff-routes.ts';

export interface EdgeDeps extends ModuleDeps {
  modules: Modules;
  hotStore: HotStore;
  redis?: Redis;
  firstStart: FirstStart;
  jobs: Jobs;
}

export interface Edge {
  routes: readonly DeclaredRoute[];
  /** Answers where it listens. */
  listen(): Promise<string>;
  /** Takes no new requests and finishes the ones under way. */
  stop(): Promise<void>;
}

/** The HTTP edge: who sends a request, what they may do, and every module's routes on one listener. */
export async function createEdge(config: Config, deps: EdgeDeps): Promise<Edge> {
  const { log, metrics, clock, ids, db, hotStore } = deps;
  const { accounts } = deps.modules.apis;
  const identity = createIdentity({
    accounts,
    guestTokens: createGuestTokens(config.secrets.session),
    adminKey: config.secrets.adminKey,
    clock,
    ids,
    hasTls: config.tls,
  });
  const requests = createRequestRates({ clock });
  const pages = await createPages(config, { ...deps, onServed: requests.note });
  const app = await createApp({
    log,
    metrics,
    clock,
    trustedProxies: config.trustedProxies,
    hasTls: config.tls,
    before: async edge => void (await edge.register(cookie)),
    identify: identity.identify,
    front: pages.front,
    problemPage: pages.problemPage,
    limitRate: createRateLimit({ hotStore, enabled: config.rateLimits, log }),
  });
  const keys = sqlKeyStore({ db, schema: 'gateway', clock, metrics });
  // The embedded server belongs to this process alone: claims without an answer are of a process that died.
  if (config.databaseUrl === undefined) await keys.releaseAll();
  deps.jobs.every({ name: 'gateway_prune_keys', cron: '11 * * * *', timeoutMs: 300_000, run: () => keys.prune() });
  await openapi(app, {
    title: 'Doorbuster',
    version: '0.1.0',
    description: 'The marketplace platform that survives its own sale day.',
    sessionCookie: config.tls ? '__Host-session' : 'session',
  });
  idempotency(app, {
    stores: { sql: keys, hot: hotKeyStore({ hotStore, clock }) },
    ids,
    secret: config.secrets.idempotency,
    log,
    clock,
  });
  const joined = compose(deps.modules.apis);
  const entrance = createEntrance({ accounts, sessions: identity, mergeCart: joined.account.mergeCart });
  const visits = createVisits({ clock });
  const views = createProductViews({ search: deps.modules.apis.search, clock, log });
  addRoutes(app, config, deps, { identity, joined, entrance });
  const running = addDashboard(app, deps, { visits, requests });
  await pages.addTo(app, { joined, entrance, visits, views, running, publicUrl: () => publicUrlOf(config, app) });
  pages.start();
  views.start();
  return {
    routes: app.declaredRoutes,
    async listen() {
      await app.listen({ host: config.host, port: config.port });
      const { port } = app.server.address() as AddressInfo;
      return `http://${config.host}:${port}`;
    },
    async stop() {
      await app.close();
      await pages.stop();
      await views.stop();
      await keys.stop();
    },
  };
}

/** A shop at any free port knows its address when it listens. */
function publicUrlOf(config: Config, app: App): string {
  const address = config.port === 0 ? (app.server.address() as AddressInfo | null) : null;
  return address === null ? config.publicUrl : `http://${config.host}:${address.port}`;
}

const OrderView = object({ ...Order.properties, shipments: Type.Array(Shipment) });

interface EdgeParts {
  identity: Identity;
  joined: ReturnType<typeof compose>;
  entrance: Entrance;
}

function addRoutes(app: App, config: Config, deps: EdgeDeps, { identity, joined, entrance }: EdgeParts): void {
  const { apis } = deps.modules;
  const { currency } = config;
  const { accounts, catalog, cart, fulfillment, inventory, notifications, orders, payments, search, audit } = apis;

  sessionRoutes(app, { identity });
  accountRoutes(app, { accounts, entrance, ...joined.account });
  peopleRoutes(app, { accounts });
  catalogRoutes(app, { catalog, currency, availabilityOf: joined.availabilityOf, authorOf: joined.authorOf });
  searchRoutes(app, { search, catalog });
  searchStaffRoutes(app, { search });
  cartRoutes(app, { cart, currency });
  orderRoutes(app, { orders, shopperOf, shipments: { schema: Shipment, ofOrders: joined.shipmentsOf } });
  paymentsRoutes(app, { payments, simulatorEnabled: config.hasSimulator });
  fulfillmentRoutes(app, { fulfillment, OrderView, orderView: joined.orderView });
  inventoryRoutes(app, { inventory, productExists: joined.productExists, mayManage: joined.mayManage });
  auditRoutes(app, { audit });
  pictureRoutes(app);
  mailRoutes(app, { notifications });
  if (!config.production) mailboxRoutes(app, { notifications });
  operationRoutes(app, {
    metrics: deps.metrics,
    orders,
    payments,
    readiness: () => readiness(deps),
    stuckEvents: () => stuckEvents(deps.modules),
  });
}

/** What those who run the shop watch, beside the modules' own routes; answers the same for their pages. */
function addDashboard(
  app: App,
  deps: EdgeDeps,
  { visits, requests }: { visits: Visits; requests: RequestRates },
): RunningShop {
  const { modules, jobs, db, clock, log } = deps;
  const { orders, payments, inventory } = modules.apis;
  const background = { jobs, modules: modules.local, db };
  noteRequests(app, requests);
  backgroundRoutes(app, background);
  const live = liveRoutes(app, {
    readSales: createSalesReader({ orders, clock }),
    countLowStock: () => inventory.countLowStock({}),
    countBacklog: () => countBacklog(modules.local),
    visits,
    requests,
    clock,
    log,
  });
  return {
    readLive: live.now,
    readOperations: () => readOperations(background),
    readStuck: () => readStuck({ orders, payments, stuckEvents: () => stuckEvents(modules) }),
    startJob: name => startJob(jobs, name),
    retryStuckEvent: event => retryStuckEvent(modules.local, event),
  };
}

/** What is degraded is done without, so it is told and the shop is ready all the same. */
async function readiness({ db, modules, redis, firstStart }: EdgeDeps) {
  const parts = [{ name: 'database', state: await stateOf(() => ping(db).then(() => 'ok')) }];
  for (const [name, module] of modules.local) {
    if (module.ready) parts.push({ name, state: await stateOf(() => module.ready!()) });
  }
  if (redis) parts.push({ name: 'redis', state: redis.state() });
  const first = firstStart.state();
  parts.push({ name: 'first catalogue', state: first.ready ? 'ok' : first.text });
  return { ready: parts.every(({ state }) => state === 'ok' || state.startsWith('degraded: ')), parts };
}

async function stateOf(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    return (error as Error).message;
  }
}

async function stuckEvents(modules: Modules) {
  const subscriptions = [...modules.local.values()].flatMap(module => module.subscriptions ?? []);
  return (await Promise.all(subscriptions.map(subscription => subscription.stuck()))).flat();
}
