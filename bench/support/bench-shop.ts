import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startShopProcess } from '../../test/support/shop-process.ts';
import type { BenchScope } from './benchmark.ts';

export interface BenchShop {
  url: string;
  adminKey: string;
  /** The head of its processes. */
  readonly pid: number;
  /** The same data in a new process, with other settings: the address may be another one. */
  restart(environment: Record<string, string>): Promise<void>;
}

const FILLED_WITHIN_MS = 300_000;
const ASK_EVERY_MS = 200;

/** A shop in a process and a data folder of its own, with the demo catalogue unless `environment` is without it. */
export async function startBenchShop(scope: BenchScope, environment: Record<string, string> = {}): Promise<BenchShop> {
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-bench-'));
  scope.after(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const start = (more: Record<string, string>) =>
    startShopProcess({ dataDir, environment: { DEMO: 'on', RATE_LIMITS: 'off', ...more } });
  let process = await start(environment);
  scope.after(async () => void (await process.stop()));
  scope.say(`the shop is open at ${process.url}`);
  await untilFilled(process.url);
  return {
    get url() {
      return process.url;
    },
    adminKey: process.adminKey,
    get pid() {
      return process.pid;
    },
    async restart(more) {
      await process.stop();
      process = await start({ ...environment, ...more });
      await untilFilled(process.url);
    },
  };
}

async function untilFilled(url: string): Promise<void> {
  const deadline = performance.now() + FILLED_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${url}/readyz`);
    const text = await answer.text();
    if (answer.ok) return;
    if (performance.now() > deadline) throw new Error(`the shop was not filled within ${FILLED_WITHIN_MS} ms: ${text}`);
    await pause(ASK_EVERY_MS);
  }
}
