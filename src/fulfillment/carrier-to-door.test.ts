/**
 * A parcel's whole way without staff: shipped by the module, carried by the simulated carrier, reported by its webhooks
 * over real HTTP, and the order told at the end. Orders is a plain object, and the test waits until it is told.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Type } from 'typebox';
import type { Inventory } from '#inventory';
import type { OrderDelivery, Orders } from '#orders';
import { systemClock as clock } from '#platform/clock';
import { createApp } from '#platform/http';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { accept } from '#platform/outcome';
import { testDatabase } from '../../test/support/postgres.ts';
import { fulfillmentRoutes } from './http.ts';
import { createFulfillment } from './index.ts';
import { startSimulatedCarrier } from './simulated-carrier.ts';

test('a shipped order arrives by itself, through every stage', async t => {
  const { db } = await testDatabase(t, ['fulfillment']);
  const [ids, log, metrics] = [createIds(), createLog({ level: 'silent' }), createMetrics()];
  const dataDir = await mkdtemp(join(tmpdir(), 'carrier-'));
  const carrier = await startSimulatedCarrier({ dataDir, secret: 'secret-1', stepMs: 20, log, clock, ids });
  const arrived = Promise.withResolvers<string>();
  const address = { name: 'Ada', line1: '1 Main', city: 'Rome', region: 'RM', postal_code: '1', country: 'IT' };
  const parts = [1, 2].map(quantity => ({ product_id: ids.next(), warehouse_id: ids.next(), quantity }));
  const order = { order_id: ids.next(), status: 'CONFIRMED', shipping_address: address, parts } as OrderDelivery;
  const orders = {
    getDeliveries: async () => [order],
    markShipped: async () => accept(order),
    async markDelivered({ order_id }: { order_id: string }) {
      arrived.resolve(order_id);
      return accept(order);
    },
  } as unknown as Orders;
  const module = createFulfillment({
    ...{ db, clock, ids, random: () => 0.5, log, metrics, events: { listen: () => () => {} }, orders },
    inventory: { listWarehouses: async () => [] } as unknown as Inventory,
    carriers: [carrier],
    webhookSecrets: { simulated: ['secret-1'] },
  });
  const app = await createApp({ log, metrics, clock });
  fulfillmentRoutes(app, { fulfillment: module.api, orderView: async () => null, OrderView: Type.Null() });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  carrier.setWebhookUrl(`${url}/api/webhooks/carriers/simulated`);
  t.after(async () => {
    await carrier.stop();
    await app.close();
    await module.stop!();
    await rm(dataDir, { recursive: true });
  });

  assert.deepEqual(await module.api.shipOrder({ order_id: order.order_id }), accept(null));
  assert.equal(await arrived.promise, order.order_id);
  const [found] = await module.api.listShipments({ order_ids: [order.order_id] });
  const ways = found!.shipments.map(({ status, events }) => [status, events.map(event => event.status)]);
  const way = ['delivered', ['shipped', 'in_transit', 'out_for_delivery', 'delivered']];
  assert.deepEqual(ways, [way, way]);
});
