import type { BenchScope } from './benchmark.ts';

/** What was started is ended at the end, and on a signal too: no shop is left behind. */
export function openScope(say: (line: string) => void): BenchScope & { end(): Promise<void> } {
  const works: (() => Promise<void>)[] = [];
  let ending: Promise<void> | undefined;
  const end = async () => {
    process.off('SIGINT', endAndLeave);
    process.off('SIGTERM', endAndLeave);
    for (const work of works.reverse()) await work();
  };
  const endAndLeave = (signal: NodeJS.Signals) => {
    ending ??= end();
    void ending.finally(() => process.kill(process.pid, signal));
  };
  process.on('SIGINT', endAndLeave);
  process.on('SIGTERM', endAndLeave);
  return {
    say,
    after: work => void works.push(work),
    end() {
      ending ??= end();
      return ending;
    },
  };
}
