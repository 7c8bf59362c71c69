import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Payments } from '#payments';
import { type Clock, systemClock } from '#platform/clock';
import { createApp } from '#platform/http';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { paymentsRoutes } from '../../src/payments/http.ts';
import { openBooksStore } from '../../src/payments/simulator/books-store.ts';
import { type ChaosRates, seededChaos } from '../../src/payments/simulator/chaos.ts';
import { startSimulator } from '../../src/payments/simulator/start-simulator.ts';
import type { BenchScope } from './benchmark.ts';
import type { SimulatorJob } from './simulator-process.ts';

const PROGRAM = fileURLToPath(new URL('./simulator-process.ts', import.meta.url));
/** As a bank that is quick, so that its transfers end within the run. */
const SETTLE_MS = 1_000;
const CHARGES_MAX = 10_000_000;

export interface SimulatedGateway {
  url: string;
  secret: string;
  /** The simulator's own books, read where it keeps them. */
  charges(): ReturnType<ReturnType<typeof openBooksStore>['listCharges']>;
  /** Whether a webhook is still to be brought. */
  isTelling(): boolean;
  /** Serves the shop's own route for webhooks, and has them brought there. */
  tell(payments: Payments): Promise<void>;
}

/**
 * The payment simulator over HTTP, with what goes wrong by chance: in a process of its own, or with a clock in this
 * one, where both sides can be put forward at once.
 */
export async function startSimulatedGateway(
  scope: BenchScope,
  { clock, ...chaos }: { rates: ChaosRates; seed: string; clock?: Clock },
): Promise<SimulatedGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'doorbuster-bench-'));
  scope.after(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const secret = 'a secret of the benchmark';
  const job: SimulatorJob = { dataDir, secret, settleMs: SETTLE_MS, chaos };
  const { url, setWebhookUrl } = clock ? await startHere(scope, job, clock) : await startBeside(scope, job);
  const books = openBooksStore(dataDir);
  scope.after(async () => books.close());
  return {
    ...{ url, secret },
    charges: () => books.listCharges(CHARGES_MAX),
    isTelling: () => typeof books.nextWebhook()?.at === 'number',
    async tell(payments) {
      setWebhookUrl(`${await serveWebhooks(scope, payments, clock)}/api/webhooks/payments/simulator`);
    },
  };
}

async function startHere(scope: BenchScope, { chaos: { rates, seed }, ...job }: SimulatorJob, clock: Clock) {
  const log = createLog({ level: 'warn' });
  const simulator = await startSimulator({ ...job, port: 0, log, clock, chaos: seededChaos(rates, seed) });
  scope.after(() => simulator.stop());
  return simulator;
}

async function startBeside(scope: BenchScope, job: SimulatorJob) {
  const child = fork(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  scope.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  child.send(job);
  const [url] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the simulator's process ended with ${code}`);
    }),
  ])) as [string];
  return { url, setWebhookUrl: (to: string) => void child.send(to) };
}

async function serveWebhooks(scope: BenchScope, payments: Payments, clock: Clock = systemClock): Promise<string> {
  const log = createLog({ level: 'warn' });
  const app = await createApp({ log, metrics: createMetrics(), clock });
  paymentsRoutes(app, { payments, simulatorEnabled: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  scope.after(() => app.close());
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}
