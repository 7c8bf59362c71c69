import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchScope } from './benchmark.ts';
import type { LoadJob, LoadResult } from './generate-load.ts';

const PROGRAM = fileURLToPath(new URL('./load-process.ts', import.meta.url));

/** Runs the job in a process beside the shop's, which shares the machine's cores with it. */
export async function measureLoad(scope: BenchScope, job: LoadJob): Promise<LoadResult> {
  const child = fork(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  scope.after(async () => void child.kill());
  child.send(job);
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the load generator ended with ${code} and without a result`);
    }),
  ]);
  return result as LoadResult;
}

/** What of the result makes a benchmark fail, in sentences that begin with the row's name. */
export function loadFailures(name: string, { answered, otherStatuses, broken, brokenReason }: LoadResult): string[] {
  const statuses = Object.entries(otherStatuses).map(([status, count]) => `${count} answers of ${status}`);
  const others = broken === 0 ? [] : [`${broken} broken connections (${brokenReason})`];
  const none = answered === 0 ? ['no answer of 200'] : [];
  return [...statuses, ...others, ...none].map(problem => `${name}: ${problem}`);
}
