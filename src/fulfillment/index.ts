import { groupCommit } from '#platform/group-commit';
import type { Job } from '#platform/jobs';
import type { Module } from '#platform/module';
import { createOutbox } from '#platform/outbox';
import { readTogether } from '#platform/read-together';
import { runWhenPoked } from '#platform/run-when-poked';
import { createSubscription } from '#platform/subscription';
import { applyWebhooks, dropWebhooks } from './apply-webhooks.ts';
import type { Fulfillment } from './contract.ts';
import { deliverOrder } from './deliver-order.ts';
import type { Deps, FulfillmentOptions } from './deps.ts';
import { followOrders } from './follow-orders.ts';
import { listShipments } from './list-shipments.ts';
import { readFacts } from './read-facts.ts';
import { receiveWebhook } from './receive-webhook.ts';
import { runErrands } from './run-errands.ts';
import { shipOrder } from './ship-order.ts';
import { readShipments } from './store.ts';
import { keepWebhooks, type WebhookRow } from './webhook-store.ts';

export function createFulfillment(options: FulfillmentOptions): Module<Fulfillment> {
  const { db, clock, log } = options;
  const inboxWork = runWhenPoked(
    signal => applyWebhooks(deps, signal),
    error => log.error({ err: error }, 'the webhooks in the inbox have to wait'),
  );
  const deps: Deps = {
    ...options,
    outbox: createOutbox({ db, schema: 'fulfillment', log, clock }),
    inbox: createInbox(options),
    parcelReads: readTogether({
      name: 'fulfillment_read',
      metrics: options.metrics,
      read: async orderIds => Map.groupBy(await readShipments(db, orderIds), parcel => parcel.order_id),
    }),
    pokeInbox: inboxWork.poke,
  };
  const api: Fulfillment = {
    shipOrder: input => shipOrder(deps, input),
    deliverOrder: input => deliverOrder(deps, input),
    listShipments: input => listShipments(deps, input),
    receiveWebhook: input => receiveWebhook(deps, input),
    ...readFacts(deps),
    readEvents: input => deps.outbox.readEvents(input),
  };
  return {
    api,
    outbox: deps.outbox,
    subscriptions: [
      createSubscription({
        ...options,
        source: 'orders',
        consumer: 'fulfillment',
        types: ['order.confirmed', 'order.cancelled'],
        read: options.orders.readEvents,
        onCommitted: listener => options.events.listen('orders', listener),
        schema: 'fulfillment',
        handle: events => followOrders(deps, events),
      }),
    ],
    jobs: jobsOf(deps),
    async stop() {
      await Promise.all([deps.inbox.stop(), deps.parcelReads.stop()]);
      await inboxWork.stop();
    },
  };
}

/** Carriers report in bursts: what comes together is kept by one statement. Kept twice is kept once. */
function createInbox({ db, metrics, clock, random }: FulfillmentOptions) {
  return groupCommit<WebhookRow, null>({
    name: 'fulfillment_inbox',
    metrics,
    clock,
    random,
    async run(webhooks) {
      await keepWebhooks(db, webhooks);
      return webhooks.map(() => null);
    },
    find: async webhooks => webhooks.map(() => undefined),
  });
}

function jobsOf(deps: Deps): Job[] {
  return [
    { name: 'fulfillment_errands', everySeconds: 5, timeoutMs: 60_000, run: signal => runErrands(deps, signal) },
    // Mostly without work: what was kept is applied at once. It finds what a crash left behind.
    { name: 'fulfillment_webhooks', everySeconds: 5, timeoutMs: 60_000, run: signal => applyWebhooks(deps, signal) },
    { name: 'fulfillment_drop_webhooks', cron: '29 3 * * *', timeoutMs: 600_000, run: () => dropWebhooks(deps) },
  ];
}
