import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOCK_FILE = 'doorbuster.lock';
const TAKEOVER_SETTLE_MS = 50;
const ATTEMPTS_MAX = 20;
const DYING_MAX_MS = 2_000;
const DYING_POLL_MS = 50;

/** Thrown when another live process owns the data folder. */
export class FolderInUse extends Error {
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(
      `the data folder ${folder} is in use by process ${pid}: stop that shop first (kill ${pid}), ` +
        'or give this one another folder with DATA_DIR',
    );
    this.name = 'FolderInUse';
    this.pid = pid;
  }
}

/**
 * Makes this process the only owner of `folder` until `release`. The file holds the pid and when that process started,
 * so that a lock left by `kill -9` is not mistaken for a live one after its pid was given to another program.
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  const path = join(folder, LOCK_FILE);
  const started = await processStart(process.pid);
  const content = JSON.stringify({ pid: process.pid, started, nonce: randomUUID() });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    await take(folder, path, draft, content);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    async release() {
      if ((await readOrNull(path)) === content) await rm(path, { force: true });
    },
  };
}

/** Hard-linking a finished draft creates the lock and its content in one step; it fails when the lock exists. */
async function take(folder: string, path: string, draft: string, content: string): Promise<void> {
  let tookOver = false;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    try {
      await link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      tookOver = true;
      await removeStale(folder, path);
      continue;
    }
    // Two processes may have judged the same old lock to be stale: whoever still stands in the file has won.
    if (tookOver) await sleep(TAKEOVER_SETTLE_MS);
    if ((await readOrNull(path)) === content) return;
  }
  throw new Error(`the lock ${path} cannot be taken: remove it if no shop runs on this folder`);
}

async function removeStale(folder: string, path: string): Promise<void> {
  const found = await readOrNull(path);
  if (found === null) return;
  const holder = parseHolder(found);
  if (holder !== null && !(await hasGone(holder))) throw new FolderInUse(folder, holder.pid);
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return; // Another process has moved it away already.
  }
  // What was moved away may be a new owner's lock, taken since our look: it gets it back.
  if ((await readOrNull(aside)) !== found) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** A process that was killed a moment ago still stands in the table while the system takes its memory apart. */
async function hasGone(holder: { pid: number; started: string | null }): Promise<boolean> {
  for (let waitedMs = 0; ; waitedMs += DYING_POLL_MS) {
    if ((await processStart(holder.pid)) !== holder.started) return true;
    if (holder.pid === process.pid || waitedMs >= DYING_MAX_MS) return false;
    await sleep(DYING_POLL_MS);
  }
}

function parseHolder(text: string): { pid: number; started: string | null } | null {
  try {
    const { pid, started } = JSON.parse(text) as { pid: unknown; started: unknown };
    return Number.isInteger(pid) ? { pid: pid as number, started: started as string | null } : null;
  } catch {
    return null; // Cut off by a full disk or a power failure: nobody who lives has written it.
  }
}

/** When a live process started, in a form that only compares for equality; null when there is none. */
export async function processStart(pid: number): Promise<string | null> {
  assert(Number.isInteger(pid) && pid > 0, 'a pid is a positive integer');
  if (process.platform === 'linux') {
    const stat = await readOrNull(`/proc/${pid}/stat`);
    if (stat === null) return null;
    // The command, in parentheses, may hold blanks and parentheses itself; the state comes right after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    // Field 22 counts ticks since boot, so that without the boot's id a container's pid 7 could return the same.
    return `${(await readOrNull('/proc/sys/kernel/random/boot_id'))?.trim() ?? ''} ${fields[19]}`;
  }
  if (!isKnownPid(pid)) return null;
  if (process.platform === 'win32') return 'alive';
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
    env: { ...process.env, LC_ALL: 'C' },
  }).catch(() => ({ stdout: '' }));
  return stdout.trim() || null;
}

/** Whether the system still knows the pid, be it a zombie that nobody has buried. */
export function isKnownPid(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readOrNull(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}
