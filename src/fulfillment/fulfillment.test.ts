/**
 * The module on a real database, with orders and a carrier as plain objects that keep their promises: compare-and-set
 * statuses there, numbers by shipment_id here. Crashes are calls that throw between two steps.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Inventory } from '#inventory';
import type { Order, OrderDelivery, OrderStatus, Orders } from '#orders';
import { manualClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import type { ModuleDeps } from '#platform/module';
import { accept, refuse, Unavailable } from '#platform/outcome';
import { sql } from '#platform/sql';
import { signWebhook } from '#platform/webhook-signature';
import { testDatabase } from '../../test/support/postgres.ts';
import type { Carrier } from './carrier.ts';
import { createFulfillment } from './index.ts';

const ids = createIds();
const EAST = ids.next();
const WEST = ids.next();

/** Orders as this module sees them; `outages` makes the next calls of an operation fail. */
function fakeOrders() {
  const known = new Map<string, OrderDelivery>();
  const outages: string[] = [];
  function step(operation: string, from: OrderStatus, to: OrderStatus) {
    return async ({ order_id }: { order_id: string }) => {
      if (outages[0] === operation) throw new Unavailable(`${outages.shift()} is away`);
      const order = known.get(order_id);
      if (order === undefined) return refuse('ORDER_NOT_FOUND');
      if (order.status === from) order.status = to;
      return order.status === to ? accept({} as Order) : refuse(`NOT_${operation}`);
    };
  }
  const api = {
    getDeliveries: async ({ order_ids }: { order_ids: string[] }) => order_ids.flatMap(id => known.get(id) ?? []),
    markShipped: step('SHIPPABLE', 'CONFIRMED', 'SHIPPED'),
    markDelivered: step('DELIVERABLE', 'SHIPPED', 'DELIVERED'),
    readEvents: async () => ({ events: [], cursor: '', seen_to: '0', head: '0' }),
  } as unknown as Orders;
  function place(status: OrderStatus, more: Partial<OrderDelivery> = {}): OrderDelivery {
    const order_id = ids.next();
    const address = { name: 'Ada', line1: '1 Main', city: 'Rome', region: 'RM', postal_code: '1', country: 'IT' };
    const parts = [EAST, WEST].map(warehouse_id => ({ product_id: ids.next(), warehouse_id, quantity: 2 }));
    const order = { order_id, status, shipping_address: address, parts, ...more } as OrderDelivery;
    known.set(order_id, order);
    return order;
  }
  return { api, outages, place };
}

function fakeCarrier() {
  const handed: string[] = [];
  const outages: Error[] = [];
  const carrier: Carrier = {
    name: 'simulated',
    async handOver({ shipment_id }) {
      const outage = outages.shift();
      if (outage) throw outage;
      handed.push(shipment_id);
      return { tracking_number: `T${shipment_id}` };
    },
  };
  return { carrier, handed, outages };
}

async function openShop(t: TestContext) {
  const { db } = await testDatabase(t, ['fulfillment']);
  const clock = manualClock(Date.now());
  const orders = fakeOrders();
  const carrier = fakeCarrier();
  const deps: ModuleDeps = {
    db,
    clock,
    ids,
    random: () => 0.5,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    events: { listen: () => () => {} },
  };
  const warehouses = [{ warehouse_id: EAST, name: 'East', country: 'US', region: '' }];
  const module = createFulfillment({
    ...deps,
    orders: orders.api,
    inventory: { listWarehouses: async () => warehouses } as unknown as Inventory,
    carriers: [carrier.carrier],
    webhookSecrets: { simulated: ['secret-2', 'secret-1'], dhl: ['secret-3'] },
  });
  t.after(() => module.stop!());
  const run = (name: string) => module.jobs!.find(job => job.name === name)!.run(new AbortController().signal);
  async function shipmentsOf(order: OrderDelivery) {
    const [found] = await module.api.listShipments({ order_ids: [order.order_id] });
    return found?.shipments ?? [];
  }
  const statuses = async (order: OrderDelivery) => (await shipmentsOf(order)).map(({ status }) => status);
  async function webhook(report: Report) {
    const { secret = 'secret-1', carrier = 'simulated', ...told } = report;
    const rawBody = Buffer.from(JSON.stringify(told));
    const headers = { signature: signWebhook({ secret: secret, rawBody: rawBody, nowMs: clock.nowMs() }) };
    return module.api.receiveWebhook({ carrier, headers, body: rawBody.toString('base64') });
  }
  const errands = () => db.query(sql`select kind from fulfillment.errands`);
  return { db, clock, orders, carrier, module, api: module.api, run, shipmentsOf, statuses, webhook, errands };
}

interface Report {
  event_id: string;
  type: string;
  created_at: string;
  data: Record<string, unknown>;
  secret?: string;
  carrier?: string;
}

function report(event_id: string, status: string, tracking_number: string | null): Report {
  const created_at = '2026-01-01T10:00:00.000Z';
  return { event_id, type: `parcel.${status}`, created_at, data: { tracking_number, status, place: 'Rome' } };
}

/** Webhooks are applied in the background after their answer: tries until it holds, within the test's patience. */
async function eventually(holds: () => Promise<void> | void): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await new Promise(resolve => setImmediate(resolve));
    }
  }
}

test('shipping hands each parcel to the carrier once and marks the order', async t => {
  const { api, orders, carrier, shipmentsOf, errands } = await openShop(t);
  const order = orders.place('CONFIRMED');
  assert.deepEqual(await api.shipOrder({ order_id: order.order_id }), accept(null));
  assert.equal(order.status, 'SHIPPED');
  const shipments = await shipmentsOf(order);
  assert.deepEqual(
    shipments.map(({ shipment_id, carrier, tracking_number, status }) => [
      carrier,
      tracking_number,
      status,
      shipment_id,
    ]),
    shipments.map(({ shipment_id }) => ['simulated', `T${shipment_id}`, 'shipped', shipment_id]),
  );
  assert.deepEqual(shipments.flatMap(({ events }) => events.map(({ status, place }) => [status, place])).toSorted(), [
    ['shipped', null],
    ['shipped', 'East'],
  ]);
  assert.deepEqual(carrier.handed.toSorted(), shipments.map(({ shipment_id }) => shipment_id).toSorted());
  assert.deepEqual(await errands(), []);
});

test('twenty hands that ship one order at once send its parcels once, under one number each', async t => {
  const { api, db, orders, shipmentsOf, errands } = await openShop(t);
  const order = orders.place('CONFIRMED');
  const { order_id } = order;
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.shipOrder({ order_id })));
  assert.deepEqual(new Set(answers.map(answer => answer.ok)), new Set([true]));
  const shipments = await shipmentsOf(order);
  assert.deepEqual(
    shipments.map(({ events }) => events.length),
    [1, 1],
  );
  const events = await db.query<{ data: unknown }>(sql`select data from fulfillment.outbox order by aggregate_id`);
  const moved = shipments.map(({ shipment_id, status, tracking_number }) => ({
    order_id,
    shipment_id,
    status,
    tracking_number,
  }));
  assert.deepEqual(
    events.map(({ data }) => data),
    moved.toSorted((a, b) => (a.shipment_id < b.shipment_id ? -1 : 1)),
  );
  assert.deepEqual(await errands(), []);
});

test('a number that comes with the order is used as it is, with any name for the carrier or none', async t => {
  const { api, orders, carrier, shipmentsOf } = await openShop(t);
  const named = orders.place('CONFIRMED');
  const input = { order_id: named.order_id, carrier: 'Post', tracking_number: 'RX 1' };
  assert.deepEqual(await api.shipOrder(input), accept(null));
  assert.deepEqual(
    (await shipmentsOf(named)).map(({ carrier, tracking_number }) => [carrier, tracking_number]),
    [
      ['Post', 'RX 1'],
      ['Post', 'RX 1'],
    ],
  );
  // Sent again with something else: the parcels have left already.
  assert.deepEqual(await api.shipOrder({ order_id: named.order_id }), accept(null));
  assert.equal((await shipmentsOf(named))[0]!.carrier, 'Post');
  const bare = orders.place('CONFIRMED', { shipping_address: null });
  assert.deepEqual(await api.shipOrder({ order_id: bare.order_id, tracking_number: 'RX 2' }), accept(null));
  assert.equal((await shipmentsOf(bare))[0]!.carrier, null);
  assert.deepEqual(carrier.handed, []);
});

test('a carrier without an adapter is used as it is named, with a number or without one', async t => {
  const { api, orders } = await openShop(t);
  const { order_id } = orders.place('CONFIRMED');
  assert.deepEqual(await api.shipOrder({ order_id, carrier: 'dhl' }), accept(null));
  const [shipped] = await api.listShipments({ order_ids: [order_id] });
  assert.deepEqual(
    shipped!.shipments.map(({ carrier, tracking_number, status }) => ({ carrier, tracking_number, status })),
    shipped!.shipments.map(() => ({ carrier: 'dhl', tracking_number: null, status: 'shipped' })),
  );
});

test('what may not be shipped is refused, and nothing has changed', async t => {
  const { api, db, orders, errands } = await openShop(t);
  const unpaid = orders.place('PAYMENT_PENDING');
  const cancelled = orders.place('CANCELLED');
  const delivered = orders.place('DELIVERED');
  const erased = orders.place('CONFIRMED', { shipping_address: null });
  for (const { order_id } of [unpaid, cancelled, delivered]) {
    assert.deepEqual(await api.shipOrder({ order_id }), refuse('NOT_SHIPPABLE'));
  }
  const { order_id } = erased;
  assert.deepEqual(await api.shipOrder({ order_id }), refuse('NOT_SHIPPABLE', { reason: 'address_erased' }));
  assert.deepEqual(await api.shipOrder({ order_id: ids.next() }), refuse('ORDER_NOT_FOUND'));
  assert.deepEqual(await api.deliverOrder({ order_id: unpaid.order_id }), refuse('NOT_DELIVERABLE'));
  assert.deepEqual(await api.deliverOrder({ order_id: erased.order_id }), refuse('NOT_DELIVERABLE'));
  assert.deepEqual(await api.deliverOrder({ order_id: ids.next() }), refuse('ORDER_NOT_FOUND'));
  assert.deepEqual([unpaid.status, cancelled.status, erased.status], ['PAYMENT_PENDING', 'CANCELLED', 'CONFIRMED']);
  assert.deepEqual(await db.query(sql`select * from fulfillment.shipments`), []);
  assert.deepEqual(await errands(), []);
});

test('an order cancelled under the hand that ships it stays, and so do its parcels', async t => {
  const { api, orders, carrier, statuses, errands } = await openShop(t);
  const order = orders.place('CONFIRMED');
  const { getDeliveries } = orders.api;
  orders.api.getDeliveries = async input => {
    const found = structuredClone(await getDeliveries(input));
    order.status = 'CANCELLED';
    return found;
  };
  assert.deepEqual(await api.shipOrder({ order_id: order.order_id }), refuse('NOT_SHIPPABLE'));
  assert.deepEqual(await statuses(order), ['pending', 'pending']);
  assert.deepEqual(carrier.handed, []);
  assert.deepEqual(await errands(), []);
});

test('a crash between the order and its parcels is finished by the sweeper, as it was asked for', async t => {
  const { api, clock, orders, carrier, run, shipmentsOf, errands } = await openShop(t);
  const order = orders.place('CONFIRMED');
  carrier.outages.push(new Unavailable('the carrier is away'));
  await assert.rejects(api.shipOrder({ order_id: order.order_id, carrier: 'simulated' }), Unavailable);
  assert.equal(order.status, 'SHIPPED');
  await run('fulfillment_errands');
  assert.deepEqual(
    (await shipmentsOf(order)).map(({ status }) => status),
    ['pending', 'pending'],
  );
  clock.advance(15_000);
  await run('fulfillment_errands');
  assert.deepEqual(
    (await shipmentsOf(order)).map(({ status }) => status),
    ['shipped', 'shipped'],
  );
  assert.deepEqual(await errands(), []);
});

test('a crash before the order is marked is finished too, or dropped when it was cancelled since', async t => {
  const { api, clock, orders, run, statuses, errands } = await openShop(t);
  const [kept, cancelled] = [orders.place('CONFIRMED'), orders.place('CONFIRMED')];
  for (const { order_id } of [kept, cancelled]) {
    orders.outages.push('SHIPPABLE');
    await assert.rejects(api.shipOrder({ order_id, carrier: 'Post', tracking_number: 'RX 3' }), Unavailable);
  }
  cancelled.status = 'CANCELLED';
  clock.advance(15_000);
  await run('fulfillment_errands');
  assert.equal(kept.status, 'SHIPPED');
  assert.deepEqual(await statuses(kept), ['shipped', 'shipped']);
  assert.deepEqual(await statuses(cancelled), ['pending', 'pending']);
  assert.deepEqual(await errands(), []);
});

test('staff deliver what was shipped, once, and no later report takes it back', async t => {
  const { api, orders, statuses, shipmentsOf, webhook } = await openShop(t);
  const order = orders.place('CONFIRMED');
  const { order_id } = order;
  await api.shipOrder({ order_id });
  assert.deepEqual(await api.deliverOrder({ order_id }), accept(null));
  assert.equal(order.status, 'DELIVERED');
  assert.deepEqual(await api.deliverOrder({ order_id }), accept(null));
  const [first] = await shipmentsOf(order);
  assert.deepEqual(await webhook(report('e1', 'in_transit', first!.tracking_number)), accept(null));
  await eventually(async () => {
    const events = (await shipmentsOf(order)).map(shipment => shipment.events.map(({ status }) => status).toSorted());
    assert.deepEqual(events, [
      ['delivered', 'in_transit', 'shipped'],
      ['delivered', 'shipped'],
    ]);
  });
  assert.deepEqual(await statuses(order), ['delivered', 'delivered']);
  assert.deepEqual(await api.shipOrder({ order_id }), refuse('NOT_SHIPPABLE'));
});

test('webhooks count once, in any order, and the last parcel brings the order home', async t => {
  const { api, db, orders, statuses, shipmentsOf, webhook, errands } = await openShop(t);
  const order = orders.place('CONFIRMED');
  await api.shipOrder({ order_id: order.order_id });
  const [first, last] = await shipmentsOf(order);
  const reports = [
    report('e3', 'delivered', first!.tracking_number),
    report('e1', 'in_transit', first!.tracking_number),
    report('e2', 'out_for_delivery', last!.tracking_number),
  ];
  for (const told of [...reports, ...reports]) assert.deepEqual(await webhook(told), accept(null));
  await eventually(async () => assert.deepEqual(await statuses(order), ['delivered', 'out_for_delivery']));
  assert.equal(order.status, 'SHIPPED');
  const burst = Array.from({ length: 30 }, () => webhook(report('e4', 'delivered', last!.tracking_number)));
  await Promise.all(burst);
  await eventually(async () => assert.deepEqual([order.status, await errands()], ['DELIVERED', []]));
  const versions = await db.query<{ versions: number[] }>(sql`
    select array_agg(version order by version) as versions from fulfillment.outbox group by aggregate_id order by 1`);
  assert.deepEqual(
    versions.map(each => each.versions),
    [
      [2, 3],
      [2, 3, 4],
    ],
  );
  const kept = await db.query(sql`select event_id from fulfillment.webhooks order by event_id`);
  assert.deepEqual(
    kept,
    ['e1', 'e2', 'e3', 'e4'].map(event_id => ({ event_id })),
  );
  assert.deepEqual(await errands(), []);
});

test('orders that is away when the last parcel arrives is told by the sweeper', async t => {
  const { api, clock, orders, shipmentsOf, webhook, run, errands } = await openShop(t);
  const order = orders.place('CONFIRMED', { parts: [{ product_id: ids.next(), warehouse_id: EAST, quantity: 1 }] });
  await api.shipOrder({ order_id: order.order_id });
  const [only] = await shipmentsOf(order);
  orders.outages.push('DELIVERABLE');
  await webhook(report('e1', 'delivered', only!.tracking_number));
  await eventually(async () => assert.deepEqual([orders.outages, await errands()], [[], [{ kind: 'deliver' }]]));
  assert.equal(order.status, 'SHIPPED');
  clock.advance(15_000);
  await run('fulfillment_errands');
  assert.equal(order.status, 'DELIVERED');
  assert.deepEqual(await errands(), []);
});

test('a webhook needs a right and young signature, a known carrier and a readable body', async t => {
  const { api, db, clock, webhook } = await openShop(t);
  const good = report('e1', 'delivered', 'T1');
  assert.deepEqual(await webhook({ ...good, secret: 'secret-0' }), refuse('SIGNATURE_INVALID'));
  // A carrier's secret is good for its own parcels alone.
  assert.deepEqual(await webhook({ ...good, secret: 'secret-3' }), refuse('SIGNATURE_INVALID'));
  assert.deepEqual(await webhook({ ...good, carrier: 'ups' }), refuse('CARRIER_UNKNOWN'));
  assert.deepEqual(await webhook({ ...good, carrier: 'constructor' }), refuse('CARRIER_UNKNOWN'));
  const body = Buffer.from('{"event_id":"e1"');
  const headers = { signature: signWebhook({ secret: 'secret-2', rawBody: body, nowMs: clock.nowMs() }) };
  const signed = { carrier: 'simulated', headers, body: body.toString('base64') };
  assert.deepEqual(await api.receiveWebhook(signed), refuse('WEBHOOK_INVALID'));
  clock.advance(301_000);
  assert.deepEqual(await api.receiveWebhook(signed), refuse('SIGNATURE_INVALID'));
  for (const bad of [
    { ...good, event_id: '' },
    { ...good, event_id: 'a\0b' },
    { ...good, created_at: 'yesterday' },
    { ...good, created_at: '2026-02-30T25:00:00Z' },
    { ...good, data: {} },
    { ...good, data: { tracking_number: 7 } },
  ]) {
    assert.deepEqual(await webhook(bad), refuse('WEBHOOK_INVALID'), JSON.stringify(bad));
  }
  assert.deepEqual(await db.query(sql`select * from fulfillment.webhooks`), []);
});

test("a carrier's report moves its own parcels only, also where another one uses the same number", async t => {
  const { api, orders, statuses, webhook } = await openShop(t);
  const [ours, theirs] = [orders.place('CONFIRMED'), orders.place('CONFIRMED')];
  await api.shipOrder({ order_id: ours.order_id, carrier: 'dhl', tracking_number: 'N1' });
  await api.shipOrder({ order_id: theirs.order_id, carrier: 'ups', tracking_number: 'N1' });
  await webhook({ ...report('e1', 'delivered', 'N1'), carrier: 'dhl', secret: 'secret-3' });
  await eventually(() => assert.equal(ours.status, 'DELIVERED'));
  assert.deepEqual(await statuses(ours), ['delivered', 'delivered']);
  assert.deepEqual(await statuses(theirs), ['shipped', 'shipped']);
});

test('a report that comes before its parcel is known waits for it, and for a day at most', async t => {
  const { api, db, clock, orders, statuses, webhook, run } = await openShop(t);
  const order = orders.place('CONFIRMED');
  await webhook({ ...report('e1', 'in_transit', 'N1'), carrier: 'dhl', secret: 'secret-3' });
  await webhook(report('e2', 'in_transit', 'N2'));
  await webhook(report('e3', 'lost', 'N3'));
  await run('fulfillment_webhooks');
  await api.shipOrder({ order_id: order.order_id, carrier: 'dhl', tracking_number: 'N1' });
  clock.advance(3_600_000);
  await run('fulfillment_webhooks');
  assert.deepEqual(await statuses(order), ['in_transit', 'in_transit']);
  clock.advance(24 * 3_600_000);
  await run('fulfillment_webhooks');
  const states = await db.query(sql`select event_id, state from fulfillment.webhooks order by event_id`);
  assert.deepEqual(states, [
    { event_id: 'e1', state: 'applied' },
    { event_id: 'e2', state: 'unknown_parcel' },
    { event_id: 'e3', state: 'ignored' },
  ]);
  clock.advance(31 * 24 * 3_600_000);
  await run('fulfillment_drop_webhooks');
  assert.deepEqual(await db.query(sql`select event_id from fulfillment.webhooks`), []);
});
