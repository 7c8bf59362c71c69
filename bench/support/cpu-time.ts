import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts a process' time in hundredths of a second. */
const SECONDS_A_TICK = 0.01;

/** CPU seconds: of PostgreSQL, and of all other processes. */
export interface ShopCpu {
  node: number;
  postgres: number;
}

/** Of `pid` and all that descend from it, with what has ended below them; null where there is no /proc. */
export function cpuSecondsBelow(pid: number): ShopCpu | null {
  try {
    const processes = readdirSync('/proc').filter(name => /^\d+$/.test(name));
    const stats = processes.flatMap(name => readStat(name) ?? []);
    const cpu = { node: 0, postgres: 0 };
    const pending = stats.filter(stat => stat.pid === pid);
    for (const stat of pending) {
      cpu[stat.program === 'postgres' ? 'postgres' : 'node'] += stat.own + stat.ofEnded;
      pending.push(...stats.filter(child => child.parent === stat.pid));
    }
    return pending.length === 0 ? null : cpu;
  } catch {
    return null;
  }
}

function readStat(name: string) {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The name of the program stands in brackets and may hold spaces.
    const end = text.lastIndexOf(')');
    const program = text.slice(text.indexOf('(') + 1, end);
    const fields = text.slice(end + 2).split(' ');
    const ticks = (from: number) => (Number(fields[from]) + Number(fields[from + 1])) * SECONDS_A_TICK;
    return { pid: Number(name), program, parent: Number(fields[1]), own: ticks(11), ofEnded: ticks(13) };
  } catch {
    return null;
  }
}
