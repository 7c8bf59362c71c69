import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Payments } from '#payments';
import { type Clock, systemClock } from '#platform/clock';
import { createApp } from '#platform/http';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { Database } from '#platform/sql';
import type { Gateway } from '../../src/payments/gateway.ts';
import { paymentsRoutes } from '../../src/payments/http.ts';
import { createPayments, type PaymentsDeps } from '../../src/payments/index.ts';
import { simulatorGateway } from '../../src/payments/simulator/simulator-gateway.ts';
import { type SimulatorOptions, startSimulator } from '../../src/payments/simulator/start-simulator.ts';
import { testDatabase } from './postgres.ts';
import { sharding } from './sharding.ts';

type Test = { after(work: () => Promise<void>): void };
type Input = Parameters<Payments['authorise']>[0];

export const WEBHOOK_SECRET = 'a secret of the simulator';

/** A clock that runs with the real one, and can be put forward. */
export function shiftableClock(): Clock & { shiftMs: number } {
  const clock = {
    shiftMs: 0,
    nowMs: () => systemClock.nowMs() + clock.shiftMs,
    sleep: systemClock.sleep,
  };
  return clock;
}

export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorbuster-payments-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface PaymentShopOptions extends Partial<Omit<PaymentsDeps, 'simulator'>> {
  simulator?: Partial<SimulatorOptions>;
  /** Stands before the simulator. */
  wrapGateway?: (gateway: Gateway) => Gateway;
  /** False: webhooks find nobody. */
  takesWebhooks?: boolean;
}

/** The payments module on a database of its own, a real simulator over HTTP, and the routes between them. */
export async function paymentShop(t: Test, options: PaymentShopOptions = {}) {
  const { simulator: simulatorOptions = {}, takesWebhooks = true, wrapGateway, ...paymentsOptions } = options;
  const ids = createIds();
  const clock = shiftableClock();
  const logged: string[] = [];
  const log = createLog({ level: 'trace', destination: { write: line => void logged.push(line) } });
  const metrics = createMetrics();
  const dataDir = simulatorOptions.dataDir ?? (await temporaryFolder(t));
  const simulator = await startSimulator({
    dataDir,
    port: 0,
    secret: WEBHOOK_SECRET,
    settleMs: 50,
    log,
    clock,
    ...simulatorOptions,
  });
  t.after(() => simulator.stop());
  const { db } = await testDatabase(t, ['payments']);
  const gateway = simulatorGateway({ url: simulator.url, secret: WEBHOOK_SECRET });
  const deps: PaymentsDeps = {
    ...{ db, clock, ids, log, metrics, random: Math.random, events: { listen: () => () => {} }, sharding },
    gateways: [wrapGateway?.(gateway) ?? gateway],
    gatewayTimeoutMs: 500,
    simulator: simulator.books,
    ...paymentsOptions,
  };
  const payments = createPayments(deps);
  t.after(async () => payments.stop?.());
  const app = await createApp({ log, metrics, clock });
  paymentsRoutes(app, { payments: payments.api, simulatorEnabled: true });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const webhookUrl = `${url}/api/webhooks/payments/simulator`;
  if (takesWebhooks) simulator.setWebhookUrl(webhookUrl);

  return {
    api: payments.api,
    ...{ payments, deps, simulator, dataDir, db, clock, ids, log, logged, webhookUrl, url },
    /** An order of its own, which would like to pay 2,999 by `token`. */
    order: (token = 'tok_visa', fields: Partial<Input['payment']> = {}): Input => {
      const order_id = ids.next();
      return {
        payment_id: ids.nextFor(order_id),
        order_id,
        person_id: ids.nextFor(order_id),
        amount: 2999,
        currency: 'USD',
        payment: { method: 'card', token, ...fields },
      };
    },
    async runJob(name: string): Promise<void> {
      await payments.jobs?.find(job => job.name === name)?.run(new AbortController().signal);
    },
    async stored(order_id: string) {
      const [payment] = await payments.api.getPayments({ order_ids: [order_id] });
      return payment ?? null;
    },
    events: (order_id: string) => eventsOf(db, order_id),
  };
}

export type PaymentShop = Awaited<ReturnType<typeof paymentShop>>;

/** Types of an order's events, in the order of their versions. */
async function eventsOf(db: Database, order_id: string): Promise<string[]> {
  const { sql } = await import('#platform/sql');
  const rows = await db.query<{ type: string }>(
    sql`select type from payments.outbox where data ->> 'order_id' = ${order_id} order by version`,
  );
  return rows.map(({ type }) => type);
}

/** Looks until `isSo` holds: for what is told by no signal that a test could await. */
export async function until(isSo: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`it was not so within ${withinMs} ms`);
    await systemClock.sleep(10);
  }
}
