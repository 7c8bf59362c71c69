import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childrenOf, descendantsOf, killHard, type ProcessTable, readProcesses } from './process-table.ts';
import { sharding } from './sharding.ts';

/** What of the tree is killed; the shop is its own process, and the watcher the one that ends PostgreSQL after it. */
export type Victim = 'everything' | 'the shop' | 'the shop and the watcher' | 'PostgreSQL';

/** The shop as a person starts it: bootstrap, the shop's own process, and its embedded PostgreSQL. */
export interface ShopProcess {
  url: string;
  adminKey: string;
  /** Of the bootstrap: the head of the tree. */
  pid: number;
  /** From the start of the program until the shop said where it is. */
  startedInMs: number;
  output(): string;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
  /** `kill -9`, and waits until it is gone. False where there was nothing to kill. */
  kill(victim: Victim): Promise<boolean>;
  /** The shop's process and everything below it. */
  tree(): Promise<number[]>;
}

/** Thrown when the program ended before the shop was open. */
export class StartFailed extends Error {
  readonly code: number | null;

  constructor(code: number | null, output: string) {
    super(`the shop ended with ${code} before it was open:\n${output}`);
    this.name = 'StartFailed';
    this.code = code;
  }
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 40_000;

/** `node scripts/bootstrap.js src/main.ts` on `dataDir`, with an empty catalogue, at a free port. */
export async function startShopProcess(options: {
  dataDir: string;
  environment?: Record<string, string>;
}): Promise<ShopProcess> {
  const { dataDir } = options;
  const { PATH = '', HOME = '' } = process.env;
  const adminKey = 'test-admin-key';
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['scripts/bootstrap.js', 'src/main.ts'], {
    cwd: root,
    env: {
      PATH,
      HOME,
      DATA_DIR: dataDir,
      PORT: '0',
      DEMO: 'off',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'error',
      SIMULATOR_SETTLE_SECONDS: '0',
      LEDGER_SHARDING: sharding,
      ADMIN_API_KEY: adminKey,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = outputOf(child);
  const url = await untilOpen(child, output);
  return {
    url,
    adminKey,
    pid: child.pid!,
    startedInMs: performance.now() - startedMs,
    output,
    stop: signal => stop(child, signal),
    tree: async () => treeOf(await readProcesses(), child.pid!),
    kill: victim => kill(child, dataDir, victim),
  };
}

type Output = () => string;

/** What a program has said so far, on both streams. */
export function outputOf(child: ChildProcess): Output {
  const chunks: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', text => chunks.push(text));
  return () => chunks.join('');
}

async function untilOpen(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = performance.now() + START_WITHIN_MS;
  for (;;) {
    const url = /^ +shop +(http:\S+)\/$/m.exec(output())?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null || child.signalCode !== null) throw new StartFailed(child.exitCode, output());
    if (performance.now() > deadline) {
      await stop(child, 'SIGTERM');
      throw new Error(`the shop was not open within ${START_WITHIN_MS} ms:\n${output()}`);
    }
    await pause(10);
  }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM') {
  const startedMs = performance.now();
  if (child.exitCode === null && child.signalCode === null) {
    // `close` comes after the last of the output.
    const ended = once(child, 'close');
    child.kill(signal);
    const hasEnded = await Promise.race([ended.then(() => true), pause(STOP_WITHIN_MS, false, { ref: false })]);
    if (!hasEnded) throw new Error(`the shop did not end within ${STOP_WITHIN_MS} ms of ${signal}`);
  }
  return { code: child.exitCode, ms: performance.now() - startedMs };
}

async function kill(child: ChildProcess, dataDir: string, victim: Victim): Promise<boolean> {
  // Its pid may be another program's by now.
  if (child.exitCode !== null || child.signalCode !== null) return false;
  const ended = once(child, 'exit');
  const table = await readProcesses();
  const postmaster = await readPostmaster(table, child.pid!, dataDir);
  const pids = victimsOf({ table, head: child.pid!, postmaster }, victim);
  await killHard(pids);
  // The bootstrap ends with what it has started.
  if (victim !== 'PostgreSQL') await ended;
  return pids.length > 0;
}

interface Family {
  table: ProcessTable;
  /** The bootstrap. */
  head: number;
  /** Null while none runs. */
  postmaster: number | null;
}

/**
 * In the order in which they are killed: PostgreSQL before the shop, which would start anew what has ended, and the
 * watcher before the shop, whose end it is there to see.
 */
function victimsOf({ table, head, postmaster }: Family, victim: Victim): number[] {
  const ofServer = postmaster === null ? [] : [postmaster];
  const shop = childrenOf(table, head);
  switch (victim) {
    case 'everything': {
      const ofDatabase = ofServer.flatMap(pid => [pid, ...descendantsOf(table, pid)]);
      return [...new Set([...ofDatabase, ...treeOf(table, head)])];
    }
    case 'the shop':
      return shop;
    case 'the shop and the watcher':
      return [...watchersOf(table, postmaster), ...shop];
    case 'PostgreSQL':
      return ofServer;
  }
}

function treeOf(table: ProcessTable, head: number): number[] {
  return [...descendantsOf(table, head), head];
}

/** Orphaned at once, it has nothing left of its origin but the session: PostgreSQL's backends have their own. */
function watchersOf(table: ProcessTable, postmaster: number | null): number[] {
  return [...table].filter(([pid, { session }]) => session === postmaster && pid !== postmaster).map(([pid]) => pid);
}

async function readPostmaster(table: ProcessTable, head: number, dataDir: string): Promise<number | null> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return descendantsOf(table, head).includes(pid) ? pid : null;
}
