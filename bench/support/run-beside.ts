import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchScope } from './benchmark.ts';

/** Gives a job to a program of this folder in a process of its own, and answers with what it found. */
export async function runBeside<Result>(scope: BenchScope, program: string, job: object): Promise<Result> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = fork(path, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  scope.after(async () => void child.kill());
  child.send(job);
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${program} ended with ${code} and without a result`);
    }),
  ]);
  return result as Result;
}
