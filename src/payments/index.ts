import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { Job } from '#platform/jobs';
import type { Module, ModuleDeps } from '#platform/module';
import { createOutbox, type Outbox } from '#platform/outbox';
import { runWhenPoked } from '#platform/run-when-poked';
import { authorisePayment } from './authorise-payment.ts';
import { capturePayment } from './capture-payment.ts';
import { gatewaysFor, listMethods } from './choose-gateway.ts';
import type { Payments, SimulatorCharge } from './contract.ts';
import type { Gateway } from './gateway.ts';
import { gatewayCalls } from './gateway-call.ts';
import { getLedger, getLedgerEntries } from './get-ledger.ts';
import { getTimeline } from './get-timeline.ts';
import { shareInFlight } from './in-flight.ts';
import { listStuck } from './list-stuck.ts';
import { getWebhook, listWebhooks } from './list-webhooks.ts';
import type { PaymentContext } from './payment-context.ts';
import { createPaymentGroups } from './payment-groups.ts';
import { processWebhooks } from './process-webhooks.ts';
import { readFacts } from './read-facts.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { refundPayment } from './refund-payment.ts';
import { replayWebhook } from './replay-webhook.ts';
import { isUnwanted, present } from './rules.ts';
import { createReconciler, type Reconciler } from './run-reconciliation.ts';
import { settlePayment } from './settle-payment.ts';
import { readPayments } from './store.ts';
import { sweepPayments } from './sweep-payments.ts';
import { voidPayment } from './void-payment.ts';
import { pruneWebhooks } from './webhook-store.ts';

export interface PaymentsDeps extends ModuleDeps {
  /** The preferred first. */
  gateways: Gateway[];
  /** Of one try of a call. */
  gatewayTimeoutMs?: number;
  notFoundAfterMs?: number;
  /** The simulator's own books, where there is one. */
  simulator?: { list(query: { order_id?: string }): Promise<SimulatorCharge[]> };
}

const NOT_FOUND_AFTER_MS = 30_000;
const WEBHOOK_KEPT_MS = 30 * 24 * 3_600_000;

export function createPayments(deps: PaymentsDeps): Module<Payments> {
  const { db, clock, log, metrics, gatewayTimeoutMs: timeoutMs = limits.gatewayTimeoutMs } = deps;
  const outbox = createOutbox({ db, schema: 'payments', log, clock });
  const groups = createPaymentGroups(deps, outbox);
  const calls = deps.gateways.map(gateway => gatewayCalls(gateway, { ...deps, timeoutMs }));
  const context: PaymentContext = {
    groups,
    gateways: new Map(calls.map(gateway => [gateway.name, gateway])),
    notFoundAfterMs: deps.notFoundAfterMs ?? NOT_FOUND_AFTER_MS,
    clock,
    log,
    alarms: metrics.counter('payment_alarms', 'What a person should look at, by kind', ['kind']),
  };
  const reconciler = createReconciler(context, deps);
  const inbox = runWhenPoked(
    signal => processWebhooks(context, deps, signal),
    error => log.error({ err: error }, 'the webhooks in the inbox have to wait'),
  );
  return {
    api: paymentsApi(context, deps, { outbox, reconciler, poke: inbox.poke }),
    outbox,
    jobs: paymentsJobs(context, deps, reconciler),
    async stop() {
      await inbox.stop();
      await reconciler.stop();
      await groups.stop();
    },
  };
}

function paymentsApi(
  context: PaymentContext,
  { db, clock, simulator }: PaymentsDeps,
  { outbox, reconciler, poke }: { outbox: Outbox; reconciler: Reconciler; poke: () => void },
): Payments {
  const authorisations = shareInFlight<Awaited<ReturnType<Payments['authorise']>>>();
  const captures = shareInFlight<Awaited<ReturnType<Payments['capture']>>>();
  const voids = shareInFlight<Awaited<ReturnType<Payments['voidPayment']>>>();
  const refunds = shareInFlight<Awaited<ReturnType<Payments['refund']>>>();
  return {
    authorise: input => authorisations(input.order_id, () => authorisePayment(context, input)),
    capture: input => captures(input.order_id, () => capturePayment(context, input)),
    voidPayment: input => voids(input.order_id, () => voidPayment(context, input)),
    refund: input => refunds(input.refund_id, () => refundPayment(context, input)),
    hasGateway: async input => gatewaysFor(context, input).length > 0,
    listMethods: async () => listMethods(context),
    async getPayments({ order_ids }) {
      const rows = await readPayments(db, order_ids);
      return rows.filter(row => !isUnwanted(row)).map(row => present(row));
    },
    settlePayment: input => settlePayment(context, input),
    async receiveWebhook(input) {
      const received = await receiveWebhook(context, input);
      if (received.ok) poke();
      return received;
    },
    startReconciliation: input => reconciler.start(input),
    getReconciliation: () => reconciler.report(),
    getLedger: input => getLedger(db, input),
    getLedgerEntries: input => getLedgerEntries(db, input),
    getTimeline: input => getTimeline(db, input),
    listWebhooks: input => listWebhooks(db, input),
    getWebhook: input => getWebhook(db, input),
    replayWebhook: input => replayWebhook(context, db, input),
    listSimulatorCharges: async query => (await simulator?.list(query)) ?? [],
    listStuck: () => listStuck(context, db),
    ...readFacts({ db, clock }),
    readEvents: input => outbox.readEvents(input),
  };
}

function paymentsJobs(context: PaymentContext, deps: PaymentsDeps, reconciler: Reconciler): Job[] {
  const { db, clock } = deps;
  return [
    {
      name: 'payments_sweep',
      everySeconds: 2,
      timeoutMs: 60_000,
      run: signal => sweepPayments(context, deps, signal),
    },
    {
      // Mostly without work: what was kept has been processed at once. It finds what a crash or a gateway left behind.
      name: 'payments_webhooks',
      everySeconds: 2,
      timeoutMs: 60_000,
      run: signal => processWebhooks(context, deps, signal),
    },
    {
      name: 'payments_prune',
      cron: '23 3 * * *',
      timeoutMs: 600_000,
      async run() {
        await pruneWebhooks(db, timestamp(clock.nowMs() - WEBHOOK_KEPT_MS));
        await reconciler.prune();
      },
    },
    {
      name: 'payments_reconcile',
      cron: '*/5 * * * *',
      timeoutMs: 1_800_000,
      run: signal => reconciler.runSchedule(signal),
    },
  ];
}
