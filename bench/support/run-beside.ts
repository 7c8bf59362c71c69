import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchScope } from './benchmark.ts';
import type { Kind, Work } from './beside-process.ts';

const PROGRAM = fileURLToPath(new URL('./beside-process.ts', import.meta.url));

/** Does a job in a process beside the shop's, which shares the machine's cores with it. */
export async function runBeside<K extends Kind>(
  scope: BenchScope,
  kind: K,
  job: Parameters<Work[K]>[0],
): Promise<Awaited<ReturnType<Work[K]>>> {
  const child = fork(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  scope.after(async () => void child.kill());
  child.send({ kind, job });
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the process of ${kind} ended with ${code} and without a result`);
    }),
  ]);
  return result;
}
