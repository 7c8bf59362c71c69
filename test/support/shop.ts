import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { moduleNames, readConfig } from '../../src/config.ts';
import { type Shop, startShop } from '../../src/shop.ts';
import { freePort } from './free-port.ts';
import { testDatabase } from './postgres.ts';
import { redisOfRun } from './redis-of-run.ts';
import { sharding } from './sharding.ts';

/** A running shop with an empty catalogue on a database of its own, and the keys to it. */
export interface TestShop {
  url: string;
  adminKey: string;
  databaseUrl: string;
  /** The joined shop itself; absent when it is split over processes. */
  shop?: Shop;
}

export type ShopForm = 'joined' | 'split';

const secrets = {
  SESSION_SECRET: 'test-session-secret',
  ORDER_ACCESS_SECRET: 'test-order-access-secret',
  MAIL_TOKEN_SECRET: 'test-mail-token-secret',
  IDEMPOTENCY_SECRET: 'test-idempotency-secret',
  RPC_SECRET: 'test-rpc-secret',
  ADMIN_API_KEY: 'test-admin-key',
  SIMULATOR_WEBHOOK_SECRET: 'test-simulator-secret',
  CARRIER_WEBHOOK_SECRET: 'test-carrier-secret',
};

/** Starts the shop in one process or with every module in its own; stopped and removed after the test or the file. */
export async function startTestShop(
  t: { after(work: () => Promise<void>): void },
  options: { form?: ShopForm; environment?: Record<string, string> } = {},
): Promise<TestShop> {
  // Hooks run in the order of their registration, and the database must outlive the shop, as its Redis does.
  const later: (() => Promise<void>)[] = [];
  const outliving = { after: (work: () => Promise<void>) => void later.push(work) };
  const { url: databaseUrl } = await testDatabase(outliving, []);
  const ownRedis = options.environment?.REDIS_URL === undefined ? await redisOfRun(outliving) : {};
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-shop-'));
  const environment = {
    ...secrets,
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    PORT: '0',
    DEMO: 'off',
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'error',
    SIMULATOR_SETTLE_SECONDS: '0',
    LEDGER_SHARDING: sharding,
    ...ownRedis,
    ...options.environment,
  };
  let started: Started | undefined;
  t.after(async () => {
    await started?.stop();
    for (const end of later) await end();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  started = options.form === 'split' ? await startSplit(environment) : await startJoined(environment);
  return { url: started.url, shop: started.shop, adminKey: secrets.ADMIN_API_KEY, databaseUrl };
}

interface Started {
  url: string;
  shop?: Shop;
  stop(): Promise<void>;
}

type Environment = Record<string, string> & { DATA_DIR: string };

async function startJoined(environment: Environment): Promise<Started> {
  const shop = await startShop(readConfig(environment));
  await shop.firstStart.done;
  return { url: shop.url!, shop, stop: () => shop.stop() };
}

/** One process a module, found by each other through `…_URL` as in production. */
async function startSplit(environment: Environment): Promise<Started> {
  const ports = new Map<string, number>();
  for (const name of moduleNames) ports.set(name, await freePort());
  const urls = Object.fromEntries(
    moduleNames.map(name => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports.get(name)}`]),
  );
  const url = `http://127.0.0.1:${ports.get('gateway')}`;
  const children = moduleNames.map(name =>
    startProcess({
      ...environment,
      ...urls,
      MODULES: name,
      PORT: String(ports.get('gateway')),
      RPC_PORT: name === 'gateway' ? '0' : String(ports.get(name)),
      PUBLIC_URL: url,
      DATA_DIR: join(environment.DATA_DIR, name),
    }),
  );
  const stop = async () => {
    await Promise.all(children.map(stopProcess));
  };
  try {
    await untilReady(url, children);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

const main = new URL('../../src/main.ts', import.meta.url).pathname;
const compileCache = new URL('../../node_modules/.cache/node', import.meta.url).pathname;

function startProcess(environment: Record<string, string>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    // As the bootstrap does: eleven processes load the same sources.
    env: { PATH, HOME, NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const hasEnded = await Promise.race([ended.then(() => true), pause(20_000, false, { ref: false })]);
  if (!hasEnded) {
    child.kill('SIGKILL');
    await ended;
  }
}

const READY_WITHIN_MS = 120_000;

async function untilReady(url: string, children: ChildProcess[]): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const failed = children.find(child => child.exitCode !== null);
    if (failed) throw new Error(`a process of the split shop ended with ${failed.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (performance.now() > deadline) throw new Error(`the split shop is not ready: ${await answer?.text()}`);
    await pause(200);
  }
}
