import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** What Linux tells of a process; by its pid. */
export interface Running {
  parent: number;
  /** The pid of the one that began the session. */
  session: number;
}

export type ProcessTable = Map<number, Running>;

const GONE_WITHIN_MS = 20_000;

export const hasProcessTable = process.platform === 'linux';

/** Every process that is not merely waiting for its burial. */
export async function readProcesses(): Promise<ProcessTable> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
  const entries = await Promise.all(
    pids.map(async pid => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The command, in parentheses, may hold blanks and parentheses itself.
      const [state, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === undefined || state === '' || state === 'Z') return [];
      return [[pid, { parent: Number(parent), session: Number(session) }] as const];
    }),
  );
  return new Map(entries.flat());
}

export function childrenOf(table: ProcessTable, pid: number): number[] {
  return [...table].filter(([, { parent }]) => parent === pid).map(([child]) => child);
}

/** The deepest first. */
export function descendantsOf(table: ProcessTable, pid: number): number[] {
  return childrenOf(table, pid).flatMap(child => [...descendantsOf(table, child), child]);
}

/** `kill -9`, one right after the other, and waits until all are gone. */
export async function killHard(pids: number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  const deadline = performance.now() + GONE_WITHIN_MS;
  for (;;) {
    const living = await readProcesses();
    const left = pids.filter(pid => living.has(pid));
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`still there after kill -9: ${left}`);
    await pause(5);
  }
}
