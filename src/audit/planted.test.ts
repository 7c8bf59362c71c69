// Goal: each invariant names what breaks it, by its id, and a shop that is whole breaks none.
// Method: a real shop in which everything has happened once; then SQL past its constraints plants one fault after
// another, each of which is undone again.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { limits } from '#limits';
import { raw, type Sql, sql } from '#platform/sql';
import { auditedShop } from '../../test/support/audited-shop.ts';
import { EAST, WEST } from '../../test/support/inventory.ts';

const stops: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of stops.reverse()) await stop();
});
const shop = await auditedShop({ after: work => void stops.push(work) });
const { db } = shop;

/** The broken invariants with what they name. */
async function findings(): Promise<Record<string, string[]>> {
  const { invariants } = await shop.auditAll();
  const broken = invariants.filter(({ ok }) => !ok);
  return Object.fromEntries(broken.map(({ name, violations }) => [name, violations]));
}

test('a shop that is whole breaks no invariant, and each was looked at', async () => {
  const { ok, invariants } = await shop.auditAll();
  assert.deepEqual(
    invariants.filter(invariant => !invariant.ok),
    [],
  );
  assert.equal(ok, true);
  for (const { name, checked } of invariants) {
    if (name === GATE) assert.equal(checked, 0, 'there is no gate here');
    else assert.ok(checked > 0, `${name} looked at nothing`);
  }
  const counted = Object.fromEntries(invariants.map(({ name, checked }) => [name, checked]));
  // Shelves: two warehouses of one product and one of the other. Holds: eight reservations, three of two products.
  assert.equal(counted['the movements of a product sum to its stock'], 3);
  assert.equal(counted['a reservation is held whole and ends whole'], 9);
  assert.equal(counted['total = subtotal − discount + shipping + tax'], 6);
  assert.equal(counted['every payment has its order'], 6);
});

/** A movement at a moment of its own. */
const movement = (of: {
  reservation_id?: string;
  kind: string;
  total?: number;
  reserved?: number;
  at: string;
}): Sql => sql`
  insert into inventory.movements (bucket, product_id, movement_id, warehouse_id, kind, total_delta, reserved_delta,
    reservation_id, at)
  select bucket, product_id, gen_random_uuid(), warehouse_id, ${of.kind}, ${of.total ?? 0}, ${of.reserved ?? 0},
    ${of.reservation_id ?? null}::uuid, ${of.at}::timestamptz
  from inventory.stock where product_id = ${shop.product} and warehouse_id = ${WEST}`;

const FIRST = '2030-01-01T00:00:01Z';
const SECOND = '2030-01-01T00:00:02Z';
const NOBODY = '01900000-0000-7000-8000-00000000003f';
const west = `${shop.product} in ${WEST}`;
const setStock = (set: Sql) => sql`
  update inventory.stock set ${set} where product_id = ${shop.product} and warehouse_id = ${WEST}`;
const setOrder = (order_id: string, set: Sql) => sql`update orders.orders set ${set} where order_id = ${order_id}`;
const setContents = (order_id: string, set: Sql) => sql`
  update orders.order_contents set ${set} where order_id = ${order_id}`;
const setPayment = (order_id: string, set: Sql) => sql`
  update payments.payments set ${set} where order_id = ${order_id}`;
const setParcels = (order_id: string, set: Sql) => sql`
  update fulfillment.shipments set ${set} where order_id = ${order_id}`;
const moved = (order_id: string, status: string) => sql`
  insert into fulfillment.outbox (bucket, aggregate_id, version, type, data)
  select bucket, shipment_id, 9, 'shipment.moved', jsonb_build_object('status', ${status}::text)
  from fulfillment.shipments where order_id = ${order_id}`;
const event = (named: string) => {
  const [, schema, type] = /^(\w+)\.(.*)$/.exec(named)!;
  return sql`
    insert into ${raw(schema!)}.outbox (bucket, aggregate_id, version, type, data)
    values (63, ${NOBODY}, 1, ${type}, '{}')`;
};
const unitsPart = (quantity: number) => JSON.stringify([{ product_id: shop.product, quantity }]);
const twin = shop.ids.nextFor(shop.order_id);
const stranger = shop.ids.nextFor(shop.order_id);
const [failedOrder] = await db.query<{ order_id: string }>(sql`
  select order_id from orders.orders where status = 'PAYMENT_FAILED'`);
const failed = failedOrder!.order_id;
const [parcelOfIt] = await db.query<{ shipment_id: string }>(sql`
  select shipment_id from fulfillment.shipments where order_id = ${shop.shipped}`);
const parcel = parcelOfIt!.shipment_id;
/** One part a bucket that it lies in. */
const saleParts = await db.query(sql`
  select distinct bucket from inventory.holds where reservation_id = ${shop.soldReservation}`);
const paymentOf = async (order_id: string) => (await shop.payments.getPayments({ order_ids: [order_id] }))[0]!;

const SUMS = 'the movements of a product sum to its stock';
const HELD = 'reserved is the sum of open holds';
const TWICE = 'no unit is promised twice';
const EVER = 'never was more sold or reserved than there was';
const HOLD = 'every hold came once and ended once, as its state says';
const WHOLE = 'a reservation is held whole and ends whole';
const SHELF = 'every movement is of stock that is there';
const TOTAL = 'total = subtotal − discount + shipping + tax';
const MONEY = 'a confirmed order has its captured payment';
const GOODS = 'a confirmed order has its sale';
const BACK = 'no paid order is left without goods or refund';
const PAYER = 'every payment has its order';
const BOOKS = 'refunds never exceed what was captured, and both books agree';
const LEDGER = 'the ledger balances, and holds what was captured and not refunded';
const OWED = 'the ledger knows whose the money of an order is';
const PARCELS = 'every confirmed order gets its parcels';
const SHIPPED = 'no more is shipped than was sold';
const LEAVES = 'a parcel leaves only with a shipped order';
const ADDRESSEE = 'every parcel has its order';
const SOLD = 'every sale has its order';
const LIVING = 'of the orders of a checkout one lives at most';
const TOLD = 'every committed change has its event, once';
const MADE = 'every event has its change';
/** Planted on a real Redis in gate.test.ts. */
const GATE = 'the gate counts what the ledger has';

interface Plant {
  what: string;
  plant: Sql[];
  /** Read after it was planted. */
  breaks(): Promise<Record<string, string[]>> | Record<string, string[]>;
}

async function lastPosition(): Promise<number> {
  const [row] = await db.query<{ position: number }>(sql`select max(position) as position from inventory.movements`);
  return row!.position;
}

const { product, other, order_id, cancelled, shipped, delivered, refunded } = shop;
const of = (reservation: string, sold = product) => `${reservation} of ${sold}`;
const unitsOf = (quantity: number) => JSON.stringify([[product, quantity]]);

const stockPlants: Plant[] = [
  {
    what: 'a unit that came from nowhere',
    plant: [setStock(sql`total_quantity = total_quantity + 1`)],
    breaks: () => ({ [SUMS]: [`${west}: total 14 and reserved 2, but movements sum to 13 and 2`] }),
  },
  {
    what: 'a unit that is reserved for nobody',
    plant: [movement({ kind: 'adjust', reserved: 1, at: FIRST }), setStock(sql`reserved = reserved + 1`)],
    breaks: () => ({ [HELD]: [`${west}: reserved 3, but open holds are 2`] }),
  },
  {
    what: 'stock below what is reserved',
    plant: [movement({ kind: 'adjust', total: -12, at: FIRST }), setStock(sql`total_quantity = 1`)],
    breaks: async () => ({
      [TWICE]: [`${west}: total 1, reserved 2`],
      [EVER]: [`${west}: available fell to -1 with the movement at ${await lastPosition()}`],
    }),
  },
  {
    what: 'more sold than there was, and put right later',
    plant: [movement({ kind: 'sell', total: -14, at: FIRST }), movement({ kind: 'return', total: 14, at: SECOND })],
    breaks: async () => ({
      [EVER]: [`${west}: available fell to -3 with the movement at ${(await lastPosition()) - 1}`],
    }),
  },
  {
    what: 'more given back than was reserved, and put right later',
    plant: [
      movement({ kind: 'adjust', reserved: -3, at: FIRST }),
      movement({ kind: 'adjust', reserved: 3, at: SECOND }),
    ],
    breaks: async () => ({
      [EVER]: [`${west}: reserved fell to -1 with the movement at ${(await lastPosition()) - 1}`],
    }),
  },
  {
    what: 'more sold than ever came',
    plant: [movement({ kind: 'sell', total: -14, at: FIRST }), setStock(sql`total_quantity = -1`)],
    breaks: () => ({
      [TWICE]: [`${west}: total -1, reserved 2`],
      [EVER]: [`${west}: sold 21, but of 20 that came 0 were taken out again`],
    }),
  },
  {
    what: 'a movement where there is no stock',
    plant: [
      sql`update inventory.stock set product_id = ${NOBODY} where product_id = ${product} and warehouse_id = ${EAST}`,
    ],
    breaks: () => ({
      [SUMS]: [`${NOBODY} in ${EAST}: total 5 and reserved 0, but movements sum to 0 and 0`],
      [SHELF]: [`${product}: it has movements, but no stock where they were made`],
    }),
  },
];

const { releasedReservation, expiredReservation, soldReservation, cancelledReservation } = shop;
const holdPlants: Plant[] = [
  {
    what: 'a hold that is released twice',
    plant: [
      movement({ kind: 'adjust', reserved: 3, at: FIRST }),
      movement({ kind: 'release', reserved: -3, at: SECOND, reservation_id: releasedReservation }),
    ],
    breaks: () => ({
      [HOLD]: [`${of(releasedReservation)}: released, but its movements sold it 0, released it 2, expired it 0 times`],
    }),
  },
  {
    what: 'a hold whose state is not what ended it',
    plant: [sql`update inventory.holds set state = 'expired' where reservation_id = ${releasedReservation}`],
    breaks: () => {
      const wrong = 'expired, but its movements sold it 0, released it 1, expired it 0 times';
      return { [HOLD]: [product, other].map(id => `${of(releasedReservation, id)}: ${wrong}`) };
    },
  },
  {
    what: 'a hold that came twice',
    plant: [
      movement({ kind: 'hold', reserved: 3, at: FIRST, reservation_id: releasedReservation }),
      movement({ kind: 'adjust', reserved: -3, at: SECOND }),
    ],
    breaks: () => ({ [HOLD]: [`${of(releasedReservation)}: released, but 2 movements made it`] }),
  },
  {
    what: 'a hold of another quantity than its movements',
    plant: [
      sql`
        update inventory.holds set quantity = 7
        where reservation_id = ${releasedReservation} and product_id = ${product}`,
    ],
    breaks: () => ({ [HOLD]: [`${of(releasedReservation)}: released, but its movements are of another quantity`] }),
  },
  {
    what: 'movements of a hold that is not there',
    plant: [sql`delete from inventory.holds where reservation_id = ${releasedReservation}`],
    breaks: () => ({
      [HOLD]: [product, other].map(id => `${of(releasedReservation, id)}: it has movements, but there is no such hold`),
    }),
  },
  {
    what: 'a reservation of which one part was released and the other expired',
    plant: [
      sql`
        update inventory.holds set state = 'released'
        where reservation_id = ${expiredReservation} and product_id = ${other}`,
      sql`
        update inventory.movements set kind = 'release'
        where reservation_id = ${expiredReservation} and product_id = ${other} and kind = 'expire'`,
    ],
    breaks: () => ({ [WHOLE]: [`${expiredReservation}: its parts are in different states`] }),
  },
];

const orderPlants: Plant[] = [
  {
    what: 'a total that is not the sum of its parts',
    plant: [setOrder(cancelled, sql`total = 1, subtotal = 1000, discount = 0, shipping_cost = 599, tax = 116`)],
    breaks: () => ({ [TOTAL]: [`${cancelled}: 1 ≠ 1000 − 0 + 599 + 116`] }),
  },
  {
    what: 'lines that do not sum to the subtotal',
    plant: [setOrder(cancelled, sql`subtotal = subtotal + 1, total = total + 1`)],
    breaks: () => ({ [TOTAL]: [`${cancelled}: subtotal 1001, but its lines sum to 1000`] }),
  },
  {
    what: 'a discount of no line',
    plant: [setOrder(cancelled, sql`discount = 5, total = total - 5`)],
    breaks: () => ({ [TOTAL]: [`${cancelled}: discount 5, but its lines sum to 0`] }),
  },
  {
    what: 'less tax than on the lines',
    plant: [setOrder(cancelled, sql`tax = 3, total = total - tax + 3`)],
    breaks: () => ({ [TOTAL]: [`${cancelled}: tax 3, but its lines sum to 73`] }),
  },
  {
    what: 'less captured than the total',
    plant: [setPayment(order_id, sql`captured = captured - 1`)],
    breaks: async () => {
      const { amount } = await paymentOf(order_id);
      return {
        [MONEY]: [`${order_id}: total ${amount}, captured ${amount - 1}`],
        [LEDGER]: [`${order_id}: captured ${amount - 1}, refunded 0, in the ledger ${amount}`],
      };
    },
  },
  {
    what: 'a confirmed order without payment',
    plant: [
      setPayment(order_id, sql`order_id = ${stranger}`),
      sql`update payments.journal set order_id = ${stranger} where order_id = ${order_id}`,
    ],
    breaks: () => ({
      [MONEY]: [`${order_id}: CONFIRMED, but there is no payment`],
      [PAYER]: [`${stranger}: there is money, but no order`],
    }),
  },
  {
    what: 'a sale to nobody instead of its order',
    plant: [sql`update inventory.holds set order_id = ${NOBODY} where reservation_id = ${soldReservation}`],
    breaks: () => {
      const ordered = JSON.stringify(
        [[product, 2] as const, [other, 1] as const].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      );
      const sale = `${soldReservation}: units were sold to ${NOBODY}, but there is no such order`;
      return { [GOODS]: [`${order_id}: ordered ${ordered}, sold []`], [SOLD]: saleParts.map(() => sale) };
    },
  },
  {
    what: 'a sale to an order that has reserved others',
    plant: [setContents(cancelled, sql`reservation_id = ${NOBODY}`)],
    breaks: () => ({ [SOLD]: [`${cancelledReservation}: units were sold to ${cancelled}, which has reserved others`] }),
  },
  {
    what: 'a sale to an order that failed',
    plant: [setOrder(cancelled, sql`status = 'PAYMENT_FAILED'`)],
    breaks: () => ({ [SOLD]: [`${cancelledReservation}: units were sold to ${cancelled}, which is PAYMENT_FAILED`] }),
  },
  {
    what: 'a cancelled order that keeps the money',
    plant: [setOrder(order_id, sql`status = 'CANCELLED'`)],
    breaks: async () => {
      const { amount } = await paymentOf(order_id);
      return { [BACK]: [`${order_id}: CANCELLED, but ${amount} of it was captured and not refunded`] };
    },
  },
  {
    what: 'money that is in no entry of the ledger',
    plant: [sql`delete from payments.journal where order_id = ${order_id}`],
    breaks: async () => {
      const { amount } = await paymentOf(order_id);
      return { [LEDGER]: [`${order_id}: captured ${amount}, refunded 0, in the ledger 0`] };
    },
  },
  {
    what: 'an entry of the ledger that does not balance',
    plant: [sql`update payments.journal set tax = tax + 3 where order_id = ${order_id}`],
    breaks: () => ({ [LEDGER]: [`${order_id}: its entries sum to 3`] }),
  },
  {
    what: 'a paid order whose money is nobody’s but its customer’s',
    plant: [
      sql`
        update payments.journal set customer = customer - clearing, sellers = 0, tax = 0, shipping = 0
        where order_id = ${order_id}`,
    ],
    breaks: async () => {
      const { amount } = await paymentOf(order_id);
      return { [OWED]: [`${order_id}: -${amount} stands with the customer`] };
    },
  },
  {
    what: 'a cancelled order that keeps an authorisation',
    plant: [
      setPayment(cancelled, sql`status = 'authorized', captured = 0, captured_at = null, refunded = 0`),
      sql`delete from payments.refunds where order_id = ${cancelled}`,
      sql`delete from payments.journal where order_id = ${cancelled}`,
      sql`
        delete from payments.outbox
        where data->>'order_id' = ${cancelled} and type in ('payment.captured', 'payment.refunded')`,
    ],
    breaks: () => ({ [BACK]: [`${cancelled}: CANCELLED, but its payment is still authorised`] }),
  },
  {
    what: 'more refunded than captured',
    plant: [
      setPayment(cancelled, sql`refunded = captured + 1`),
      sql`update payments.refunds set amount = amount + 1 where order_id = ${cancelled}`,
    ],
    breaks: async () => {
      const { amount } = await paymentOf(cancelled);
      const books = `captured ${amount}, refunded ${amount + 1}`;
      return { [BOOKS]: [`${cancelled}: ${books}`], [LEDGER]: [`${cancelled}: ${books}, in the ledger 0`] };
    },
  },
  {
    what: 'a payment that refunded something else than its refunds',
    plant: [setPayment(refunded, sql`refunded = 1`)],
    breaks: async () => {
      const { amount } = await paymentOf(refunded);
      return {
        [BOOKS]: [`${refunded}: refunded 1, but refunds sum to 1073`],
        [LEDGER]: [`${refunded}: captured ${amount}, refunded 1, in the ledger ${amount - 1073}`],
      };
    },
  },
  {
    what: 'an order that refunded something else than its payment',
    plant: [setOrder(refunded, sql`refunded = 5`)],
    breaks: () => ({ [BOOKS]: [`${refunded}: the order says 5 was refunded, its payment 1073`] }),
  },
  {
    what: 'two living orders of one checkout',
    plant: [
      sql`
        insert into orders.orders
        select (jsonb_populate_record(null::orders.orders, to_jsonb(o) || jsonb_build_object(
          'status', 'PAYMENT_PENDING',
          'steps', '[]'::jsonb, 'order_id', ${twin}::text))).*
        from orders.orders o where order_id = ${order_id}`,
      sql`
        insert into orders.order_contents
        select (json_populate_record(c, json_build_object('order_id', ${twin}::text))).*
        from orders.order_contents c where order_id = ${order_id}`,
    ],
    breaks: () => ({ [LIVING]: [`${shop.checkout}: ${[order_id, twin].toSorted().join(' and ')} live both`] }),
  },
];

const parcelPlants: Plant[] = [
  {
    what: 'a confirmed order without parcels',
    plant: [sql`delete from fulfillment.shipments where order_id = ${refunded}`],
    breaks: () => ({ [PARCELS]: [`${refunded}: ordered ${unitsOf(2)}, in parcels nothing`] }),
  },
  {
    what: 'more shipped than was sold',
    plant: [setParcels(shipped, sql`parts = ${unitsPart(4)}::jsonb`)],
    breaks: () => ({
      [PARCELS]: [`${shipped}: ordered ${unitsOf(3)}, in parcels ${unitsOf(4)}`],
      [SHIPPED]: [`${shipped}: shipped ${unitsOf(4)}, sold ${unitsOf(3)}`],
    }),
  },
  {
    what: 'a parcel of a cancelled order that left after all',
    plant: [moved(cancelled, 'shipped'), setParcels(cancelled, sql`status = 'shipped'`)],
    breaks: () => ({ [LEAVES]: [`${cancelled}: a parcel has left, but the order is CANCELLED`] }),
  },
  {
    what: 'a parcel that left before its order was shipped',
    plant: [moved(refunded, 'delivered'), setParcels(refunded, sql`status = 'delivered'`)],
    breaks: () => ({ [LEAVES]: [`${refunded}: a parcel has left, but the order is CONFIRMED`] }),
  },
  {
    what: 'a parcel of no order',
    plant: [
      sql`
        insert into fulfillment.shipments (bucket, shipment_id, order_id, warehouse_id, parts, status, version,
          created_at, updated_at)
        values (63, ${NOBODY}, ${NOBODY}, ${WEST}, '[]', 'pending', 1, now(), now() - interval '1 day')`,
    ],
    breaks: () => ({ [ADDRESSEE]: [`${NOBODY}: there are parcels, but no order`] }),
  },
];

const eventPlants: Plant[] = [
  ...['order.confirmed', 'order.shipped', 'order.delivered'].map(
    (type): Plant => ({
      what: `an order without its ${type}`,
      plant: [sql`delete from orders.outbox where aggregate_id = ${delivered} and type = ${type}`],
      breaks: () => ({ [TOLD]: [`${type} of ${delivered}: there is no event`] }),
    }),
  ),
  {
    what: 'a cancelled order that nobody was told of',
    plant: [sql`delete from orders.outbox where type = 'order.cancelled'`],
    breaks: () => ({ [TOLD]: [`order.cancelled of ${cancelled}: there is no event`] }),
  },
  {
    what: 'a failed order that nobody was told of',
    plant: [sql`delete from orders.outbox where type = 'order.payment_failed'`],
    breaks: () => ({ [TOLD]: [`order.payment_failed of ${failed}: there is no event`] }),
  },
  {
    what: 'a refund that nobody was told of',
    plant: [sql`delete from orders.outbox where type = 'order.refunded'`],
    breaks: () => ({ [TOLD]: [`order.refunded ${shop.refund_id} of ${refunded}: there is no event`] }),
  },
  {
    what: 'a capture that nobody was told of',
    plant: [sql`delete from payments.outbox where type = 'payment.captured' and data->>'order_id' = ${order_id}`],
    breaks: async () => ({
      [TOLD]: [`payment.captured of ${(await paymentOf(order_id)).payment_id}: there is no event`],
    }),
  },
  {
    what: 'money given back that nobody was told of',
    plant: [sql`delete from payments.outbox where type = 'payment.refunded' and data->>'order_id' = ${refunded}`],
    breaks: async () => ({
      [TOLD]: [`payment.refunded ${shop.refund_id} of ${(await paymentOf(refunded)).payment_id}: there is no event`],
    }),
  },
  {
    what: 'a parcel whose way nobody was told of',
    plant: [sql`delete from fulfillment.outbox where aggregate_id = ${parcel} and data->>'status' = 'shipped'`],
    breaks: () => ({ [TOLD]: [`shipment.moved shipped of ${parcel}: there is no event`] }),
  },
  {
    what: 'a confirmation that was told twice',
    plant: [
      sql`
        insert into orders.outbox (bucket, aggregate_id, version, type, data)
        select bucket, aggregate_id, version, type, data from orders.outbox
        where aggregate_id = ${order_id} and type = 'order.confirmed'`,
    ],
    breaks: () => ({ [TOLD]: [`order.confirmed of ${order_id}: there is more than one event`] }),
  },
  {
    what: 'an event of what did not happen, and events of what does not exist',
    plant: [
      ...[
        'orders.order.shipped',
        'payments.payment.captured',
        'payments.payment.voided',
        'fulfillment.shipment.moved',
      ].map(event),
      sql`
        insert into orders.outbox (bucket, aggregate_id, version, type, data)
        select bucket, order_id, 9, 'order.shipped', '{}' from orders.orders where order_id = ${order_id}`,
    ],
    breaks: () => ({
      [MADE]: [
        `order.shipped of ${NOBODY}: it did not happen`,
        `order.shipped of ${order_id}: it did not happen`,
        `payment.captured of ${NOBODY}: it did not happen`,
        `payment.voided of ${NOBODY}: it did not happen`,
        `shipment.moved of ${NOBODY}: it did not happen`,
      ],
    }),
  },
];

const all = [...stockPlants, ...holdPlants, ...orderPlants, ...parcelPlants, ...eventPlants];
const covered = new Set<string>();

for (const { what, plant, breaks } of all) {
  test(`${what}: named with its id, and by no other invariant`, async t => {
    t.after(shop.restore);
    for (const statement of plant) await db.query(statement);
    const expected = await breaks();
    const found = await findings();
    const sorted = (named: Record<string, string[]>) =>
      Object.fromEntries(Object.entries(named).map(([name, texts]) => [name, texts.toSorted()]));
    assert.deepEqual(sorted(found), sorted(expected));
    for (const name of Object.keys(expected)) covered.add(name);
  });
}

test('every invariant was broken by something here, and the shop is whole again', async () => {
  const { invariants, ok } = await shop.auditAll();
  assert.equal(ok, true);
  assert.deepEqual(
    invariants.map(({ name }) => name).filter(name => !covered.has(name)),
    [GATE],
  );
});

test('what a crash left is no violation while the sweeper has time, and one after an hour', async t => {
  t.after(shop.restore);
  const since = (ms: number) => new Date(shop.clock.nowMs() - ms).toISOString();
  const left = (updatedAt: string) =>
    setOrder(order_id, sql`status = 'CANCELLED', deadline_at = now(), updated_at = ${updatedAt}`);
  await db.query(left(since(3_540_000)));
  assert.deepEqual(await findings(), {});
  await db.query(left(since(3_660_000)));
  assert.deepEqual(Object.keys(await findings()), [BACK]);
});

test('parcels that follow from an event are waited for, an hour at most', async t => {
  t.after(shop.restore);
  await db.query(sql`delete from fulfillment.shipments where order_id = ${refunded}`);
  const since = (ms: number) => new Date(shop.clock.nowMs() - ms).toISOString();
  await db.query(setOrder(refunded, sql`updated_at = ${since(3_540_000)}`));
  assert.deepEqual(await findings(), {});
  await db.query(setOrder(refunded, sql`updated_at = ${since(3_660_000)}`));
  assert.deepEqual(Object.keys(await findings()), [PARCELS]);
});

test('an event that may have been pruned is not missed, and one that can not is', async t => {
  t.after(async () => {
    shop.clock.shiftMs -= limits.eventKeptMs;
    await shop.restore();
  });
  for (const schema of ['orders', 'payments', 'fulfillment']) await db.query(raw(`delete from ${schema}.outbox`));
  assert.deepEqual(Object.keys(await findings()), [TOLD]);
  shop.clock.shiftMs += limits.eventKeptMs;
  assert.deepEqual(await findings(), {});
});
