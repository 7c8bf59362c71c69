import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts a process' time in hundredths of a second. */
const SECONDS_A_TICK = 0.01;

/** CPU seconds that a process and its children have used, with those that have ended; null where there is no /proc. */
export function cpuSecondsOf(pid: number): number | null {
  try {
    const processes = readdirSync('/proc').filter(name => /^\d+$/.test(name));
    const stats = processes.flatMap(name => readStat(name) ?? []);
    const root = stats.find(stat => stat.pid === pid);
    if (root === undefined) return null;
    const children = stats.filter(stat => stat.parent === pid);
    // Of the root also what its ended children have used: a backend that was replaced is not forgotten.
    return root.own + root.ofEnded + children.reduce((sum, child) => sum + child.own, 0);
  } catch {
    return null;
  }
}

function readStat(name: string) {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The name of the program stands in brackets and may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = (from: number) => (Number(fields[from]) + Number(fields[from + 1])) * SECONDS_A_TICK;
    return { pid: Number(name), parent: Number(fields[1]), own: ticks(11), ofEnded: ticks(13) };
  } catch {
    return null;
  }
}
