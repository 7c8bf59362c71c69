import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { lockFolder } from './folder-lock.ts';
import { chooseRunner, findBinaries, type Log } from './postgres-binaries.ts';
import {
  DATABASE,
  initialise,
  isServerOf,
  launch,
  layoutOf,
  type Plan,
  readPidFile,
  readSettings,
  type Server,
  type Settings,
  stopOrphan,
  urlOf,
  writeSettings,
} from './postgres-server.ts';

export { FolderInUse } from './folder-lock.ts';
export type { Log };

const RESTART_DELAY_MS = 500;
const RESTARTS_IN_A_ROW_MAX = 10;
const STEADY_AFTER_MS = 60_000;
const JOIN_WAIT_MS = 30_000;
const JOIN_POLL_MS = 100;

/** An embedded PostgreSQL that this process owns. Its url stays the same for as long as it runs. */
export interface EmbeddedPostgres {
  readonly url: string;
  readonly pid: number;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. Gives the folder free. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL 18 on `dataDir` (made when missing), on 127.0.0.1 only, with the database `doorbuster` in it. The
 * folder is locked until `stop`: a second owner gets `FolderInUse`. A server that ends by itself is started again.
 * `durable: false` gives up crash safety for speed: for tests.
 */
export async function startPostgres(options: {
  dataDir: string;
  log: Log;
  port?: number;
  durable?: boolean;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  await mkdir(resolve(options.dataDir), { recursive: true });
  const dataDir = await realpath(resolve(options.dataDir));
  const lock = await lockFolder(dataDir);
  try {
    const layout = layoutOf(dataDir);
    await stopOrphan(layout, log);
    const binaries = await findBinaries();
    const runner = await chooseRunner({ binaries, dataDir, cluster: layout.cluster, log });
    const plan: Plan = { layout, binaries, runner, durable: options.durable ?? true, log };
    const { password, port: lastPort } = await initialise(plan);
    const server = await launch(plan, options.port ?? lastPort);
    const settings: Settings = { password, port: server.port };
    const kept = keepRunning(plan, server);
    try {
      await writeSettings(layout, settings);
      await ensureDatabase(urlOf(settings));
    } catch (error) {
      await kept.stop();
      throw error;
    }
    return {
      url: urlOf(settings),
      get pid() {
        return kept.pid();
      },
      async stop() {
        await kept.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Starts the server again, on the same port, when it ends without having been asked to: out of memory, `kill -9`. */
function keepRunning(plan: Plan, first: Server): { pid(): number; stop(): Promise<void> } {
  let server = first;
  let isStopping = false;

  async function watch(): Promise<void> {
    let failures = 0;
    for (;;) {
      const startedMs = Date.now();
      await server.exited;
      if (isStopping) return;
      failures = Date.now() - startedMs > STEADY_AFTER_MS ? 1 : failures + 1;
      if (failures > RESTARTS_IN_A_ROW_MAX) return plan.log.warn('PostgreSQL keeps ending: given up, restart the shop');
      plan.log.warn(`PostgreSQL ended by itself, starting it again; see ${plan.layout.log}`);
      await sleep(RESTART_DELAY_MS * (failures - 1));
      if (isStopping) return;
      try {
        server = await launch(plan, server.port, { isPortFixed: true });
      } catch (error) {
        plan.log.warn(error instanceof Error ? error.message : String(error));
      }
      // A stop during the start found only the old server.
      if (isStopping) return await server.stop();
    }
  }

  const watching = watch();
  return {
    pid: () => server.pid,
    async stop() {
      isStopping = true;
      await server.stop();
      await watching;
    },
  };
}

/** The running server of a data folder, for a second process beside the shop (import, audit); null when none runs. */
export async function joinPostgres(options: { dataDir: string }): Promise<{ url: string } | null> {
  const dataDir = await realpath(resolve(options.dataDir)).catch(() => null);
  if (dataDir === null) return null;
  const layout = layoutOf(dataDir);
  const giveUpAt = Date.now() + JOIN_WAIT_MS;
  while (Date.now() < giveUpAt) {
    const found = await readPidFile(layout);
    if (found === null || !(await isServerOf(layout, found.pid))) return null;
    const settings = await readSettings(layout);
    if (found.isReady && settings !== null) return { url: urlOf({ ...settings, port: found.port }) };
    await sleep(JOIN_POLL_MS);
  }
  throw new Error(`the PostgreSQL on ${layout.cluster} does not get ready; see ${layout.log}`);
}

const INVALID_CATALOG_NAME = '3D000';
const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';

/** Creates the database that the url names (`doorbuster` when it names none), unless it is there. */
export async function ensureDatabase(url: string): Promise<string> {
  const wanted = new URL(url);
  if (wanted.pathname === '' || wanted.pathname === '/') wanted.pathname = `/${DATABASE}`;
  try {
    await withClient(wanted, async () => {});
    return wanted.href;
  } catch (error) {
    if (codeOf(error) !== INVALID_CATALOG_NAME) throw error;
  }
  const maintenance = new URL(wanted);
  maintenance.pathname = '/postgres';
  const name = pg.escapeIdentifier(decodeURIComponent(wanted.pathname.slice(1)));
  await withClient(maintenance, async client => {
    try {
      await client.query(`create database ${name}`);
    } catch (error) {
      // Another process was faster; which of the two codes comes depends on how close the race was.
      if (codeOf(error) !== DUPLICATE_DATABASE && codeOf(error) !== UNIQUE_VIOLATION) throw error;
    }
  });
  return wanted.href;
}

async function withClient(url: URL, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url.href, application_name: 'doorbuster' });
  client.on('error', () => {});
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
