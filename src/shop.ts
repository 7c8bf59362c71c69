import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#limits';
import { type Clock, systemClock } from '#platform/clock';
import { createHotStore, type HotStore } from '#platform/hot-store';
import type { DeclaredRoute } from '#platform/http';
import { createIds, systemRandom } from '#platform/ids';
import { createJobs, type Jobs } from '#platform/jobs';
import { createLog, type Log } from '#platform/log';
import { createMetrics, type Metrics } from '#platform/metrics';
import type { Module, ModuleDeps } from '#platform/module';
import { Unavailable } from '#platform/outcome';
import { withOwnLimits } from '#platform/own-limits';
import { ensureDatabase, startPostgres } from '#platform/postgres';
import { connectRedis, type Redis } from '#platform/redis';
import { createRedisHotStore } from '#platform/redis-hot-store';
import { serveRpc } from '#platform/rpc';
import { type Database, openDatabase } from '#platform/sql';
import type { Subscription } from '#platform/subscription';
import type { Config } from './config.ts';
import { createEdge } from './edge.ts';
import { type FirstStart, firstStart } from './first-start.ts';
import { startSimulatedCarrier } from './fulfillment/simulated-carrier.ts';
import { migrateSchemas } from './migrate-schemas.ts';
import { createModules, type Modules, type OutsideParts } from './modules.ts';
import { openGateways, simulatorSecrets } from './payment-gateways.ts';
import { seededChaos } from './payments/simulator/chaos.ts';
import { remoteBooks } from './payments/simulator/simulator-gateway.ts';
import { type Simulator, startSimulator } from './payments/simulator/start-simulator.ts';

export interface Shop {
  /** Where the gateway listens; undefined in a process without it. */
  url: string | undefined;
  rpcUrl: string | undefined;
  /** Of the gateway; none in a process without it. */
  routes: readonly DeclaredRoute[];
  modules: Modules;
  log: Log;
  /** The first catalogue and all of its events are in. */
  firstStart: FirstStart;
  /** Everything committed so far has been applied by every subscription of this process. */
  drained(): Promise<void>;
  /** Finishes what was accepted, then ends every part in the reverse order of their start. */
  stop(): Promise<void>;
}

/** Starts what the configuration names, part by part; a part that can't start stops the ones before it. */
export async function startShop(config: Config): Promise<Shop> {
  const stops: (() => Promise<unknown> | unknown)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return await startParts(config, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stops = (() => Promise<unknown> | unknown)[];

async function startParts(config: Config, stops: Stops, stop: () => Promise<void>): Promise<Shop> {
  const log = createLog({ level: config.logLevel });
  const metrics = createMetrics();
  const clock = systemClock;
  const url = await startDatabase(config, log, stops);
  const db = openPool(config, url, metrics, stops);
  const sharding = config.ledgerSharding;
  const ids = createIds();
  const deps: ModuleDeps = { db, clock, ids, random: systemRandom, log, metrics, events: noEvents, sharding };

  await migrateSchemas(db, config.modules, log);
  const outside = await startOutside(config, deps, stops);
  const modules = createModules(config, deps, outside);
  stops.push(() => modules.closeRemotes());

  const jobs = createJobs({ url, log, clock, metrics });
  addJobs(jobs, modules, log);
  const rpc = await serve(config, modules, { log, metrics }, stops);
  for (const module of modules.local.values()) {
    await startModule(module, log);
    stops.push(() => module.stop?.());
  }
  const first = firstStart(config, { ...deps, modules });
  const isEdge = config.modules.has('gateway');
  const edge = isEdge ? await createEdge(config, { ...deps, ...outside, modules, firstStart: first, jobs }) : undefined;
  await startBackground(jobs, modules, stops);
  stops.push(() => edge?.stop());
  const edgeUrl = await edge?.listen();
  const publicUrl = config.port === 0 && edgeUrl !== undefined ? edgeUrl : config.publicUrl;
  outside.simulator?.setWebhookUrl(`${publicUrl}/api/webhooks/payments/simulator`);
  outside.carrier?.setWebhookUrl(`${publicUrl}/api/webhooks/carriers/simulated`);
  first.begin();
  stops.push(() => first.stop());
  const routes = edge?.routes ?? [];
  const drained = () => drain(modules);
  return { url: edgeUrl, rpcUrl: rpc?.url, routes, modules, log, firstStart: first, drained, stop };
}

const noEvents = { listen: () => () => {} };

async function startDatabase(config: Config, log: Log, stops: Stops): Promise<string> {
  if (config.databaseUrl !== undefined) return ensureDatabase(config.databaseUrl);
  const postgres = await startPostgres({ dataDir: config.dataDir, log });
  stops.push(() => postgres.stop());
  return postgres.url;
}

function openPool(config: Config, url: string, metrics: Metrics, stops: Stops): Database {
  // A split shop is a dozen processes on one server: each takes its share of the connections.
  const poolMax = config.databaseUrl === undefined ? limits.poolMax : limits.poolSharedMax;
  const db = openDatabase({ url, poolMax, statementTimeoutMs: limits.statementTimeoutMs });
  stops.push(() => db.end());
  metrics.gauge('database_connections', 'Connections of the pool that are open', () => db.pool.total);
  metrics.gauge('database_waiting', 'Statements that wait for a connection', () => db.pool.waiting);
  return db;
}

interface Outside extends OutsideParts {
  simulator: Simulator | undefined;
}

async function startOutside(config: Config, deps: ModuleDeps, stops: Stops): Promise<Outside> {
  const { db, log, clock, ids, random } = deps;
  const { dataDir, secrets, redisUrl } = config;
  const redis = redisUrl === undefined ? undefined : await connectRedis({ url: redisUrl, log });
  if (redis) stops.push(() => redis.stop());
  const [secret] = simulatorSecrets(config);
  const url = config.hasSimulator ? config.simulatorUrl : undefined;
  const isPaying = config.modules.has('payments') && config.hasSimulator && url === undefined;
  const settleMs = config.simulatorSettleMs;
  const chaos = config.simulatorChaos && seededChaos(config.simulatorChaos, ids.secret());
  const simulator = isPaying
    ? await startSimulator({ dataDir, port: config.simulatorPort, secret, settleMs, log, clock, ids, chaos })
    : undefined;
  if (simulator) stops.push(() => simulator.stop());
  const carrier = config.modules.has('fulfillment')
    ? await startSimulatedCarrier({
        dataDir,
        secret: secrets.carrierWebhook,
        stepMs: config.carrierStepMs,
        log,
        clock,
        ids,
      })
    : undefined;
  if (carrier) stops.push(() => carrier.stop());
  return {
    hotStore: openHotStore(redis, { clock, random }),
    redis,
    gateways: await openGateways(config, { db, clock, log, books: simulator?.books }),
    simulatorBooks: simulator?.books ?? (url === undefined ? undefined : remoteBooks(url)),
    simulator,
    carrier,
  };
}

function openHotStore(redis: Redis | undefined, deps: { clock: Clock; random: () => number }): HotStore {
  const own = createHotStore(deps);
  return redis === undefined ? own : withOwnLimits(createRedisHotStore({ redis, ...deps }), own);
}

async function serve(
  config: Config,
  modules: Modules,
  { log, metrics }: { log: Log; metrics: Metrics },
  stops: Stops,
): Promise<{ url: string } | undefined> {
  if (config.databaseUrl === undefined || Object.keys(modules.served).length === 0) return undefined;
  const server = await serveRpc({
    host: config.rpcHost,
    port: config.rpcPort,
    secret: config.secrets.rpc,
    modules: modules.served,
    log,
    metrics,
  });
  stops.push(() => server.stop());
  return server;
}

const START_TRIES = 60;

/** In a split shop the processes start in any order: a module that needs another one waits for it, within a bound. */
async function startModule(module: Module<unknown>, log: Log): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await module.start?.();
    } catch (error) {
      if (!(error instanceof Unavailable) || tries === START_TRIES) throw error;
      if (tries === 1) log.warn({ err: error }, 'what this process needs is not there yet; it waits a minute');
      await pause(1_000);
    }
  }
}

function addJobs(jobs: Jobs, modules: Modules, log: Log): void {
  for (const [name, module] of modules.local) {
    for (const job of module.jobs ?? []) jobs.every(job);
    const { outbox, subscriptions } = module;
    if (outbox) {
      jobs.every({ name: `${name}_prune_events`, cron: '41 3 * * *', timeoutMs: 600_000, run: () => outbox.prune() });
    }
    if (subscriptions) {
      const run = () => retryStuck(subscriptions, log);
      jobs.every({ name: `${name}_retry_events`, everySeconds: 600, timeoutMs: 300_000, run });
    }
  }
}

/** What could not be applied may have been in the way of something that was mended since. */
async function retryStuck(subscriptions: Subscription[], log: Log): Promise<void> {
  for (const subscription of subscriptions) {
    // The first of an aggregate takes its later ones along.
    const firsts = new Map(
      (await subscription.stuck()).reverse().map(({ event }) => [event.aggregate_id, event.event_id]),
    );
    for (const [aggregate_id, event_id] of firsts) {
      await subscription
        .retryStuck(event_id)
        .catch(error => log.warn({ err: error, aggregate_id, event_id }, 'an event is still stuck'));
    }
  }
}

async function startBackground(jobs: Jobs, modules: Modules, stops: Stops): Promise<void> {
  const subscriptions = [...modules.local.values()].flatMap(module => module.subscriptions ?? []);
  for (const subscription of subscriptions) subscription.start();
  stops.push(() => Promise.all(subscriptions.map(subscription => subscription.stop())));
  await jobs.start();
  stops.push(() => jobs.stop());
}

/** Twice, since what one consumer applies may be another one's event. */
async function drain(modules: Modules): Promise<void> {
  const subscriptions = [...modules.local.values()].flatMap(module => module.subscriptions ?? []);
  for (let round = 0; round < 2; round += 1) {
    for (const subscription of subscriptions) await subscription.drained();
  }
}
