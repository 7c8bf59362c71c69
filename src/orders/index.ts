import type { Orders } from '#orders';
import type { Module } from '#platform/module';
import { createOutbox, type DomainEvent } from '#platform/outbox';
import { readTogether } from '#platform/read-together';
import { createSubscription } from '#platform/subscription';
import { buyNow } from './buy-now.ts';
import { cancelOrder } from './cancel-order.ts';
import { readCheckouts } from './checkout-store.ts';
import { createCheckout } from './create-checkout.ts';
import type { Deps, OrdersOptions } from './deps.ts';
import { countOrders, listAllOrders } from './find-orders.ts';
import { emptyCarts, followPayments } from './follow-events.ts';
import { inTurn } from './in-turn.ts';
import { markDelivered, markShipped } from './mark-delivery.ts';
import { placeOrder } from './place-order.ts';
import { quoteCheckout } from './quote-checkout.ts';
import { quoteShipping } from './quote-shipping.ts';
import { findOpenCheckout, getCheckout, getCheckoutEntry, readHeldUnits, releaseCheckout } from './read-checkouts.ts';
import { readFacts } from './read-facts.ts';
import { createLiveSales, getSalesFigures } from './read-figures.ts';
import { exportOrders, getDeliveries, getOrder, listOrders } from './read-orders.ts';
import { getSellerOrder, listSellerOrders } from './read-seller-orders.ts';
import { fillSales, recordSales, SALES_EVENTS } from './record-sales.ts';
import { refundOrder } from './refund-order.ts';
import { flatRateShipping } from './shipping.ts';
import { forgetPerson, readOrders } from './store.ts';
import { supersedeCheckouts } from './supersede-checkouts.ts';
import { dropCheckouts, listStuck, sweepOrders } from './sweep-orders.ts';
import { builtInTaxTable } from './tax.ts';
import { createOrderWriter } from './write-orders.ts';
import { createWrittenOrders } from './written-orders.ts';

export function createOrders(options: OrdersOptions): Module<Orders> {
  const { db } = options;
  const outbox = createOutbox({ db, schema: 'orders', log: options.log, clock: options.clock });
  const deps: Deps = {
    ...options,
    outbox,
    writer: createOrderWriter(options, outbox),
    ...readsTogether(options),
    checkoutTurn: inTurn(),
    written: createWrittenOrders(db),
    tax: options.tax ?? builtInTaxTable,
    shipping: options.shipping ?? flatRateShipping(),
    advancing: new Map(),
  };
  const api: Orders = {
    quoteShipping: async input => quoteShipping(deps, input),
    createCheckout: input => createCheckout(deps, input),
    quoteCheckout: input => quoteCheckout(deps, input),
    getCheckout: input => getCheckout(deps, input),
    getCheckoutEntry: input => getCheckoutEntry(deps, input),
    findOpenCheckout: input => findOpenCheckout(deps, input),
    getHeldUnits: async ({ person_id }) => (await deps.openLines.read(person_id)) ?? [],
    supersedeCheckouts: input => supersedeCheckouts(deps, input),
    releaseCheckout: input => releaseCheckout(deps, input),
    placeOrder: input => placeOrder(deps, input),
    buyNow: input => buyNow(deps, input),
    getOrder: input => getOrder(deps, input),
    listOrders: input => listOrders(deps, input),
    listAllOrders: input => listAllOrders(deps, input),
    countOrders: () => countOrders(deps),
    listSellerOrders: input => listSellerOrders(deps, input),
    getSellerOrder: input => getSellerOrder(deps, input),
    getSalesFigures: input => getSalesFigures(deps, input),
    getLiveSales: createLiveSales(deps),
    cancelOrder: input => cancelOrder(deps, input),
    markShipped: input => markShipped(deps, input),
    markDelivered: input => markDelivered(deps, input),
    refundOrder: input => refundOrder(deps, input),
    getDeliveries: input => getDeliveries(deps, input),
    exportOrders: input => exportOrders(deps, input),
    listStuck: () => listStuck(deps),
    ...readFacts(deps),
    readEvents: input => outbox.readEvents(input),
  };
  return {
    api,
    outbox,
    subscriptions: subscriptionsOf(deps),
    jobs: [
      { name: 'orders_sweep', everySeconds: 1, timeoutMs: 60_000, run: signal => sweepOrders(deps, signal) },
      { name: 'orders_fill_sales', everySeconds: 30, timeoutMs: 600_000, run: signal => fillSales(deps, signal) },
      { name: 'orders_drop_checkouts', cron: '17 3 * * *', timeoutMs: 600_000, run: () => dropCheckouts(deps) },
    ],
    async stop() {
      await Promise.all([deps.writer.stop(), deps.orderReads.stop(), deps.checkoutReads.stop(), deps.openLines.stop()]);
    },
  };
}

function readsTogether({
  db,
  clock,
  metrics,
  sharding,
}: OrdersOptions): Pick<Deps, 'orderReads' | 'checkoutReads' | 'openLines'> {
  return {
    orderReads: readTogether({
      name: 'orders_read',
      metrics,
      sharding,
      read: async ids => new Map((await readOrders(db, ids)).map(row => [row.order_id, row])),
    }),
    checkoutReads: readTogether({
      name: 'orders_read_checkouts',
      metrics,
      sharding,
      read: async ids => new Map((await readCheckouts(db, ids)).map(row => [row.checkout_id, row])),
    }),
    openLines: readTogether({
      name: 'orders_read_held',
      metrics,
      sharding,
      read: ids => readHeldUnits({ db, clock }, ids),
    }),
  };
}

function subscriptionsOf(deps: Deps) {
  const follow = (
    source: string,
    types: string[],
    read: Parameters<typeof createSubscription>[0]['read'],
    handle: (events: DomainEvent[]) => Promise<void>,
  ) =>
    createSubscription({
      ...deps,
      source,
      consumer: 'orders',
      types,
      read,
      onCommitted: listener => deps.events.listen(source, listener),
      schema: 'orders',
      handle,
    });
  return [
    // A reader of its own, so that what sellers see can be replayed by itself. Its position and what it puts aside
    // stand under its own name beside those of the other one.
    createSubscription({
      ...deps,
      source: 'orders_sales',
      consumer: 'orders_sales',
      types: SALES_EVENTS,
      read: deps.outbox.readEvents,
      onCommitted: listener => deps.events.listen('orders', listener),
      schema: 'orders',
      handle: events => recordSales(deps, events),
    }),
    follow('orders', ['order.confirmed'], deps.outbox.readEvents, events => emptyCarts(deps, events)),
    follow('payments', ['payment.authorized', 'payment.captured', 'payment.failed'], deps.payments.readEvents, events =>
      followPayments(deps, events),
    ),
    follow('accounts', ['user.erased'], deps.accounts.readEvents, async events => {
      for (const event of events) await forgetPerson(deps.db, event.aggregate_id);
    }),
  ];
}
