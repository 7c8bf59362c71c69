import assert from 'node:assert/strict';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { raw, type Sql, sql } from '#platform/sql';
import { runAudit } from '../../src/audit/run-audit.ts';
import { createFulfillment } from '../../src/fulfillment/index.ts';
import { EAST, WEST } from './inventory.ts';
import { card, ordersWorld, TTL_MS } from './orders-world.ts';

type Test = { after(work: () => Promise<void>): void };

/** The world of orders, with parcels. */
export async function shopWithParcels(t: Test) {
  const world = await ordersWorld(t, { moreSchemas: ['fulfillment'] });
  const { db, clock, ids, orders, inventory, payments } = world;
  const fulfillment = createFulfillment({
    ...{ db, clock, ids, random: Math.random, log: createLog({ level: 'silent' }), metrics: createMetrics() },
    ...{ orders, inventory, carriers: [], webhookSecrets: {} },
    events: { listen: (_source, listener) => world.module.outbox!.onCommitted(listener) },
  });
  const subscriptions = fulfillment.subscriptions ?? [];
  for (const subscription of subscriptions) subscription.start();
  t.after(async () => {
    await Promise.all(subscriptions.map(subscription => subscription.stop()));
    await fulfillment.stop?.();
  });
  return {
    ...world,
    fulfillment: fulfillment.api,
    async parcelsMade(): Promise<void> {
      for (const subscription of subscriptions) await subscription.drained();
    },
    auditAll: () => runAudit({ inventory, orders, payments, fulfillment: fulfillment.api, clock }),
  };
}

const TABLES = [
  ...['inventory.stock', 'inventory.holds', 'inventory.movements'],
  ...[
    'orders.orders',
    'orders.order_contents',
    'orders.outbox',
    'payments.payments',
    'payments.refunds',
    'payments.journal',
    'payments.outbox',
  ],
  ...['fulfillment.shipments', 'fulfillment.outbox'],
];

/**
 * A shop in which everything has happened once, more than an hour ago: sold, shipped, delivered, refunded in part,
 * cancelled, declined, held, released, expired. `restore` undoes what a test has done to its tables, whose checks and
 * unique indexes are gone, so that what they forbid can be planted.
 */
export async function auditedShop(t: Test) {
  const shop = await shopWithParcels(t);
  const { db, clock, shopper, orders, fulfillment } = shop;
  const product = await shop.sell({ [WEST]: 20, [EAST]: 5 });
  const other = await shop.sell(9);
  const confirmed = async (quantity = 1): Promise<string> => {
    const placed = await shop.buy(shopper(), product, quantity);
    assert(placed.ok, JSON.stringify(placed));
    return placed.value.order.order_id;
  };
  const held = await shop.checkedOut(shopper(), { [product]: 2 });
  const person = shopper();
  const released = await shop.checkedOut(person, { [product]: 3, [other]: 1 });
  await orders.releaseCheckout({ checkout_id: released, person_id: person.person_id });
  const buyer = shopper();
  const checkout = await shop.checkedOut(buyer, { [product]: 2, [other]: 1 });
  const placed = await shop.place(buyer, checkout);
  assert(placed.ok, JSON.stringify(placed));
  await shop.buy(shopper(), product, 1, card('tok_declined'));
  const [cancelled, shipped, delivered, refunded] = [
    await confirmed(),
    await confirmed(3),
    await confirmed(),
    await confirmed(2),
  ];
  await shop.drained();
  await shop.parcelsMade();
  await shop.cancel(cancelled);
  for (const order_id of [shipped, delivered])
    await fulfillment.shipOrder({ order_id, tracking_number: `T${order_id}` });
  await fulfillment.deliverOrder({ order_id: delivered });
  const part = { refund_id: shop.ids.nextFor(refunded), order_id: refunded, reason: 'one too many', restock: true };
  await orders.refundOrder({ ...part, items: [{ product_id: product, quantity: 1 }] });
  const late = await shop.checkedOut(shopper(), { [product]: 1, [other]: 1 });
  await db.query(sql`
    update inventory.holds set expires_at = date_trunc('milliseconds', now()) - interval '1 hour'
    where reservation_id in (select reservation_id from orders.checkouts where checkout_id = ${late})`);
  await shop.runJob('inventory_sweep');
  await shop.drained();
  await shop.parcelsMade();
  clock.shiftMs += 8 * TTL_MS;
  const order_id = placed.value.order.order_id;
  const named = {
    product,
    other,
    checkout,
    order_id,
    cancelled,
    shipped,
    delivered,
    refunded,
    refund_id: part.refund_id,
  };
  const reservationOf = async (id: string): Promise<string> => {
    const [row] = await db.query<{ reservation_id: string }>(sql`
      select reservation_id from orders.checkouts where checkout_id = ${id}
      union all select reservation_id from orders.order_contents where order_id = ${id} limit 1`);
    return row!.reservation_id;
  };
  const reservations = {
    heldReservation: await reservationOf(held),
    releasedReservation: await reservationOf(released),
    expiredReservation: await reservationOf(late),
    soldReservation: await reservationOf(order_id),
    cancelledReservation: await reservationOf(cancelled),
  };
  await dropGuards(shop.db);
  return { ...shop, ...named, ...reservations, restore: await keepTables(shop.db) };
}

type Db = Awaited<ReturnType<typeof ordersWorld>>['db'];

/** All that would refuse a row that breaks an invariant. */
async function dropGuards(db: Db): Promise<void> {
  const guards = await db.query<{ statement: string }>(sql`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as statement
    from pg_constraint
    where contype in ('c', 'f') and conrelid::regclass::text = any(${TABLES}::text[])
    union all
    select format('drop index %s', indexrelid::regclass)
    from pg_index where indisunique and not indisprimary and indrelid::regclass::text = any(${TABLES}::text[])
      and not exists (select from pg_constraint where conindid = indexrelid)`);
  for (const { statement } of guards) await db.query(raw(statement) as Sql);
  for (const table of TABLES) await db.query(raw(`alter table ${table} disable trigger user`) as Sql);
}

async function keepTables(db: Db): Promise<() => Promise<void>> {
  const copies: { table: string; columns: string }[] = [];
  await db.query(sql`create schema kept`);
  for (const table of TABLES) {
    const [row] = await db.query<{ columns: string }>(sql`
      select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`);
    copies.push({ table, columns: row!.columns });
    await db.query(raw(`create table kept.${table.replace('.', '_')} as table ${table}`) as Sql);
  }
  return async () => {
    for (const { table, columns } of copies) {
      await db.query(raw(`delete from ${table}`) as Sql);
      const from = `kept.${table.replace('.', '_')}`;
      const insert = `insert into ${table} (${columns}) overriding system value select ${columns} from ${from}`;
      await db.query(raw(insert) as Sql);
    }
  };
}
