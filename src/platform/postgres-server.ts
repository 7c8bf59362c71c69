import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, readlink, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isKnownPid, processStart } from './folder-lock.ts';
import type { Binaries, Log, Runner } from './postgres-binaries.ts';

const execute = promisify(execFile);

const LOG_BYTES_MAX = 50 * 1024 * 1024;
const POLL_MS = 20;
const FAST_STOP_MS = 25_000;
const IMMEDIATE_STOP_MS = 10_000;
const ORPHAN_BACKENDS_MS = 60_000;
const PORT_RETRIES_MAX = 5;
const SLOW_START_NOTICE_MS = 10_000;

const SUPERUSER = 'doorbuster';
export const DATABASE = 'doorbuster';

/** Where the parts of one embedded server lie in the data folder. */
export interface Layout {
  cluster: string;
  settings: string;
  log: string;
}

export function layoutOf(dataDir: string): Layout {
  return {
    cluster: join(dataDir, 'postgres'),
    settings: join(dataDir, 'postgres.json'),
    log: join(dataDir, 'postgres.log'),
  };
}

/** What must outlive a restart: kept in DATA_DIR/postgres.json, readable by its owner alone. */
export interface Settings {
  password: string;
  port: number;
}

export interface Server {
  pid: number;
  port: number;
  exited: Promise<void>;
  stop(): Promise<void>;
}

export interface Plan {
  layout: Layout;
  binaries: Binaries;
  runner: Runner;
  durable: boolean;
  log: Log;
}

export function urlOf(settings: Settings): string {
  return `postgres://${SUPERUSER}:${settings.password}@127.0.0.1:${settings.port}/${DATABASE}`;
}

export async function readSettings(layout: Layout): Promise<Settings | null> {
  const text = await readFile(layout.settings, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : (JSON.parse(text) as Settings);
}

export async function writeSettings(layout: Layout, settings: Settings): Promise<void> {
  const draft = `${layout.settings}.new`;
  await writeFile(draft, `${JSON.stringify(settings)}\n`, { mode: 0o600 });
  await rename(draft, layout.settings);
}

/** Makes the cluster aside and renames it into place: a crash in the middle leaves nothing that looks finished. */
export async function initialise(plan: Plan): Promise<Settings> {
  const { layout, runner, binaries, durable } = plan;
  const existing = await readSettings(layout);
  if (await stat(join(layout.cluster, 'PG_VERSION')).catch(() => null)) {
    if (existing === null)
      throw new Error(`${layout.settings} is missing: the password of ${layout.cluster} stood in it`);
    return existing;
  }
  const settings = existing ?? { password: randomBytes(24).toString('base64url'), port: 0 };
  await writeSettings(layout, settings);

  const draft = `${layout.cluster}.new`;
  const passwordFile = `${layout.cluster}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, settings.password, { mode: 0o600 });
  if (runner.account !== null) {
    for (const path of [draft, passwordFile]) await chown(path, runner.account.uid, runner.account.gid);
  }
  try {
    // C.UTF-8 from PostgreSQL itself sorts by code point and can't change under an index when the system is upgraded.
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
    const access = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    const flags = [`--pgdata=${draft}`, ...locale, ...access, ...(durable ? [] : ['--no-sync']), '--no-instructions'];
    const { file, args, options } = runner.wrap(binaries.initdb, flags);
    await execute(file, args, { ...options, env: environment(), cwd: draft });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`PostgreSQL could not create ${layout.cluster}: ${stderr?.trim() || message}`, { cause: error });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await writeFile(join(draft, 'postgresql.conf'), "\ninclude_if_exists = 'doorbuster.conf'\n", { flag: 'a' });
  await rename(draft, layout.cluster);
  return settings;
}

/** Secrets of the shop have no business in the environment of another program. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].map(name => [name, process.env[name]]);
  return { ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)), LC_ALL: 'C' };
}

/** Written at every start; `alter system` still overrides it, as it is read later. */
function configuration(plan: Plan): string {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / 1024 ** 2;
  const sharedMb = Math.max(32, Math.min(plan.durable ? 512 : 128, Math.floor(memory / 8)));
  const lines = [
    `shared_buffers = ${sharedMb}MB`,
    'max_connections = 200',
    'wal_compression = on',
    `max_wal_size = ${plan.durable ? '4GB' : '256MB'}`,
    'checkpoint_timeout = 15min',
    'checkpoint_completion_target = 0.9',
    'random_page_cost = 1.1',
    'jit = off',
    // After a crash one call in place of an fsync for each of 1,600 files: about 10 ms, not 0.15 to 1.6 s.
    ...(process.platform === 'linux' ? ['recovery_init_sync_method = syncfs'] : []),
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    // Every refused row is an ERROR, which its caller handles; with their statements they would put people's data here.
    'log_min_messages = log',
    "log_line_prefix = '%m [%p] '",
    ...(plan.durable
      ? ['fsync = on', 'synchronous_commit = on', 'full_page_writes = on']
      : [
          'fsync = off',
          'synchronous_commit = off',
          'full_page_writes = off',
          'wal_level = minimal',
          'max_wal_senders = 0',
        ]),
    ...(plan.binaries.hasStatStatements ? ["shared_preload_libraries = 'pg_stat_statements'"] : []),
  ];
  return `# Made anew by Doorbuster at every start: put your own settings into postgresql.auto.conf (alter system).\n${lines.join('\n')}\n`;
}

/**
 * Starts the server on the wanted port, or on a free one, and waits until it takes connections. With `isPortFixed` the
 * port is the one that the shop's pools already know: another one would be of no use to them.
 */
export async function launch(plan: Plan, wantedPort: number, { isPortFixed = false } = {}): Promise<Server> {
  const { layout } = plan;
  await writeFile(join(layout.cluster, 'doorbuster.conf'), configuration(plan));
  if ((await sizeOf(layout.log)) > LOG_BYTES_MAX) await truncate(layout.log, 0);

  const giveUpAt = Date.now() + ORPHAN_BACKENDS_MS;
  let portsTried = 0;
  let port = wantedPort;
  for (;;) {
    await forgetForeignPid(layout);
    if (!isPortFixed && (port === 0 || !(await isPortFree(port)))) port = await freePort();
    const offset = await sizeOf(layout.log);
    const server = await spawnServer(plan, port);
    if (await isReady(plan, server)) return server;

    const text = (await readFile(layout.log)).subarray(offset).toString('utf8');
    if (/could not bind|Address already in use/i.test(text) && !isPortFixed && portsTried++ < PORT_RETRIES_MAX) {
      port = 0;
    } else if (/pre-existing shared memory block|postmaster.pid" already exists/.test(text) && Date.now() < giveUpAt) {
      // A server that was killed is not quite gone: its backends notice it and end by themselves, within seconds.
      await sleep(10 * POLL_MS);
    } else {
      throw new Error(
        `PostgreSQL did not start; the end of ${layout.log}:\n${text.slice(-2000).trim() || '(nothing)'}`,
      );
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

/**
 * A shell becomes the server by `exec`, so that its pid is the server's. Before that it leaves behind a watcher that
 * holds the far end of our pipe: when we die, even of `kill -9`, it reads the end of the pipe and asks the server for a
 * fast shutdown; a line on the pipe sends it home instead. It is orphaned at once by the double fork, because a
 * postmaster that sees an unknown child end would take it for a crashed backend.
 */
const WATCHED = '( ( read -r word <&3 || kill -INT $$ ) >/dev/null 2>&1 & ); exec 3<&-; exec "$@"';

async function spawnServer(plan: Plan, port: number): Promise<Server & { hasExited(): boolean }> {
  const { layout, binaries, runner } = plan;
  const flags = [
    '-D',
    layout.cluster,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
  ];
  // Windows has neither this shell nor its signals: there, an orphan is stopped at the next start.
  const program =
    process.platform === 'win32'
      ? runner.wrap(binaries.postgres, flags)
      : runner.wrap('/bin/sh', ['-c', WATCHED, 'sh', binaries.postgres, ...flags]);
  const output = await open(layout.log, 'a', 0o600);
  const child = spawn(program.file, program.args, {
    ...program.options,
    // Its own session: Ctrl-C in the terminal reaches the shop alone, which stops PostgreSQL last.
    detached: true,
    env: environment(),
    cwd: layout.cluster,
    stdio: ['ignore', output.fd, output.fd, 'pipe'],
  });
  const lifeline = child.stdio[3] as Socket;
  let exited = false;
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      exited = true;
      lifeline.end('stay\n');
      resolve();
    });
  });
  // A pipe whose reader has gone with the server is expected.
  lifeline.on('error', () => {});
  // The server lives for whoever uses it, and must not keep a finished process from ending.
  child.unref();
  lifeline.unref();
  await Promise.race([ended, new Promise<void>(resolve => child.once('spawn', resolve))]);
  await output.close();
  return {
    pid: child.pid!,
    port,
    exited: ended,
    hasExited: () => exited,
    stop: async () => {
      if (exited) return;
      if (process.platform === 'win32')
        await execute(plan.binaries.control, ['stop', '-D', layout.cluster, '-m', 'fast']);
      else child.kill('SIGINT');
      if (await endsWithin(ended, FAST_STOP_MS)) return;
      child.kill('SIGQUIT');
      await endsWithin(ended, IMMEDIATE_STOP_MS);
    },
  };
}

/** True once the server takes connections; false when it ended before. Recovery after a crash may take minutes. */
async function isReady(plan: Plan, server: Server & { hasExited(): boolean }): Promise<boolean> {
  let noticeAt = Date.now() + SLOW_START_NOTICE_MS;
  while (!server.hasExited()) {
    const found = await readPidFile(plan.layout);
    if (found?.pid === server.pid && found.isReady) return true;
    if (Date.now() > noticeAt) {
      plan.log.info(`PostgreSQL is still starting (recovery after a crash takes a while); see ${plan.layout.log}`);
      noticeAt = Date.now() + SLOW_START_NOTICE_MS;
    }
    await sleep(POLL_MS);
  }
  return false;
}

export interface PidFile {
  pid: number;
  port: number;
  isReady: boolean;
}

/** postmaster.pid by lines: pid, folder, start, port, socket folder, address, shared memory, state. */
export async function readPidFile(layout: Layout): Promise<PidFile | null> {
  const text = await readFile(join(layout.cluster, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
}

/** Whether `pid` is a PostgreSQL server on this very folder, and not a program that was given an old server's pid. */
export async function isServerOf(layout: Layout, pid: number): Promise<boolean> {
  if ((await processStart(pid)) === null) return false;
  // A server stands in its data folder; its name is checked as well, because a person's shell may stand there too.
  if (process.platform === 'linux') {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (folder !== null) return folder === layout.cluster && command.includes('postgres');
    return command.includes(layout.cluster);
  }
  if (process.platform === 'win32') {
    const { stdout } = await execute('tasklist', ['/FI', `PID eq ${pid}`, '/NH']).catch(() => ({ stdout: '' }));
    return /postgres/i.test(stdout);
  }
  const { stdout } = await execute('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres') && stdout.includes(layout.cluster);
}

/**
 * A server that outlived its shop (only the shop was killed, and the watcher with it) is stopped cleanly and started
 * again rather than adopted: so it is our child, has a watcher, and runs with this version's settings.
 */
export async function stopOrphan(layout: Layout, log: Log): Promise<void> {
  const found = await readPidFile(layout);
  if (found === null || !(await isServerOf(layout, found.pid))) return;
  log.warn(`PostgreSQL (process ${found.pid}) was left behind by a shop that was killed: stopping it first`);
  for (const [signal, waitMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    try {
      process.kill(found.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    const giveUpAt = Date.now() + waitMs;
    while (Date.now() < giveUpAt) {
      if (!(await isServerOf(layout, found.pid))) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(
    `the PostgreSQL left behind on ${layout.cluster} (process ${found.pid}) does not stop: end it by hand`,
  );
}

/**
 * PostgreSQL refuses to start while the system knows the pid in an old postmaster.pid, be it another program's by now
 * or a zombie's (in a container whose first process buries nobody, for ever). Backends that still run are found without
 * the file too: the shared memory's key comes from the folder's inode. A pid that is gone stays: PostgreSQL handles it.
 */
async function forgetForeignPid(layout: Layout): Promise<void> {
  const found = await readPidFile(layout);
  if (found === null || !isKnownPid(found.pid) || (await isServerOf(layout, found.pid))) return;
  await rm(join(layout.cluster, 'postmaster.pid'), { force: true });
}

async function endsWithin(ended: Promise<void>, ms: number): Promise<boolean> {
  const abort = new AbortController();
  const late = sleep(ms, false, { signal: abort.signal }).catch(() => false);
  const inTime = await Promise.race([ended.then(() => true), late]);
  abort.abort();
  return inTime;
}

async function isPortFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== null;
}

async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  assert(port !== null, 'the system has a free port');
  return port;
}

async function listenOnce(port: number): Promise<number | null> {
  const server = createServer();
  return await new Promise(resolve => {
    server.once('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken));
    });
  });
}
