/** Parcels made and cancelled by the events of orders, which come at least once. On a real database. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Inventory } from '#inventory';
import type { OrderDelivery, Orders } from '#orders';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { DomainEvent, ReadEvents } from '#platform/outbox';
import { sql } from '#platform/sql';
import { testDatabase } from '../../test/support/postgres.ts';
import { createFulfillment } from './index.ts';

const ids = createIds();

/** A module that reads `events` from a source of ours, from the start. */
async function follow(t: TestContext, deliveries: OrderDelivery[], events: DomainEvent[]) {
  const { db } = await testDatabase(t, ['fulfillment']);
  const asked: number[] = [];
  const orders = {
    async getDeliveries({ order_ids }: { order_ids: string[] }) {
      asked.push(order_ids.length);
      return deliveries.filter(({ order_id }) => order_ids.includes(order_id));
    },
    async readEvents({ after, limit }: ReadEvents) {
      const end = String(events.length);
      const batch = after === 'now' ? [] : events.slice(Number(after), Number(after) + limit);
      const cursor = after === 'now' ? after : String(Number(after) + batch.length);
      return { events: batch, cursor, seen_to: end, head: end };
    },
  } as unknown as Orders;
  const module = createFulfillment({
    db,
    clock: systemClock,
    ids,
    random: () => 0.5,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    events: { listen: () => () => {} },
    orders,
    inventory: {} as Inventory,
    carriers: [],
    webhookSecrets: {},
  });
  const [subscription] = module.subscriptions!;
  subscription!.start();
  await subscription!.drained();
  await subscription!.stop();
  assert.deepEqual(await subscription!.stuck(), []);
  return { db, asked, api: module.api };
}

function place(): OrderDelivery {
  const parts = [1, 2].map(quantity => ({ product_id: ids.next(), warehouse_id: ids.next(), quantity }));
  return { order_id: ids.next(), parts } as OrderDelivery;
}

function event(type: string, { order_id }: OrderDelivery, event_id: number): DomainEvent {
  return { event_id: String(event_id), type, aggregate_id: order_id, version: 1, at: '', data: { order_id } };
}

test('1,200 confirmed orders get their parcels in a few statements, and repeated events make no more', async t => {
  const orders = Array.from({ length: 1_200 }, place);
  const events = [...orders, ...orders].map((order, i) => event('order.confirmed', order, i));
  const { db, asked } = await follow(t, orders, events);
  const rows = await db.query<{ orders: number; parcels: number; status: string }>(sql`
    select count(distinct order_id) as orders, count(*) as parcels, status from fulfillment.shipments group by status`);
  assert.deepEqual(rows, [{ orders: 1_200, parcels: 2_400, status: 'pending' }]);
  assert.equal(asked.length <= 6, true, `orders was asked ${asked.length} times`);
});

test('parcels of a cancelled order stay, also when its confirmation comes once more', async t => {
  const [kept, cancelled] = [place(), place()];
  const { api } = await follow(
    t,
    [kept, cancelled],
    [
      event('order.confirmed', kept, 1),
      event('order.confirmed', cancelled, 2),
      event('order.cancelled', cancelled, 3),
      event('order.confirmed', cancelled, 2),
    ],
  );
  const found = await api.listShipments({ order_ids: [cancelled.order_id, kept.order_id, ids.next()] });
  const statuses = found.map(({ order_id, shipments }) => [order_id, shipments.map(({ status }) => status)]);
  assert.deepEqual(Object.fromEntries(statuses), {
    [kept.order_id]: ['pending', 'pending'],
    [cancelled.order_id]: ['cancelled', 'cancelled'],
  });
});
