import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sharding } from './sharding.ts';

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
  /** `kill -9` of every process at the same moment, PostgreSQL's first; nothing when the shop has ended. */
  killTree(): Promise<void>;
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
const GONE_WITHIN_MS = 20_000;

export const hasProcessTable = process.platform === 'linux';

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
    tree: () => treeOf(child.pid!, dataDir),
    async killTree() {
      // Its pid may be another program's by now.
      if (child.exitCode !== null || child.signalCode !== null) return;
      const pids = await treeOf(child.pid!, dataDir);
      // Without a pause between them: the shop would start a PostgreSQL that has ended anew.
      for (const pid of pids) killHard(pid);
      await untilGone(pids);
    },
  };
}

/** What a program has said so far, on both streams. */
export function outputOf(child: ChildProcess): () => string {
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

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** PostgreSQL's processes first, then the shop's: all of them descend from the one that this test started. */
async function treeOf(head: number, dataDir: string): Promise<number[]> {
  const parents = await readParents();
  const below = (pid: number): number[] =>
    [...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => [...below(child), child]);
  const all = [...below(head), head];
  const postmaster = Number.parseInt(
    await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => ''),
    10,
  );
  const ofDatabase = all.includes(postmaster) ? [postmaster, ...below(postmaster)] : [];
  return [...new Set([...ofDatabase, ...all])];
}

/** Parent by pid, of every process that is not merely waiting for its burial. */
async function readParents(): Promise<Map<number, number>> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(
    pids.map(async pid => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The command, in parentheses, may hold blanks and parentheses itself.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state === undefined || state === '' || state === 'Z' ? [] : [[pid, Number(parent)] as const];
    }),
  );
  return new Map(entries.flat());
}

async function untilGone(pids: number[]): Promise<void> {
  const deadline = performance.now() + GONE_WITHIN_MS;
  for (;;) {
    const living = await readParents();
    if (!pids.some(pid => living.has(pid))) return;
    if (performance.now() > deadline)
      throw new Error(`still there after kill -9: ${pids.filter(pid => living.has(pid))}`);
    await pause(5);
  }
}
