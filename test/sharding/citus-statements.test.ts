// Goal: on Citus every statement on an order's way is of one shard: each hot table in it carries a constant bucket.
// What is of several shards is named here, and locks nothing. Method: orders from wish to sale, cancellation, refund
// and expiry, as they run on Citus but on one PostgreSQL; every statement is recorded, its text parsed, and its generic
// plan asked for the condition of each scan. That Citus routes such statements is not shown: none is at hand.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { bucketOf } from '#platform/ids';
import { hotTables } from '../../src/hot-tables.ts';
import { keyOf, openInventory, reservation, stocked } from '../support/inventory.ts';
import { card, ordersWorld, TTL_MS, type World } from '../support/orders-world.ts';
import { testDatabase } from '../support/postgres.ts';
import { type RecordedStatements, recordStatements } from '../support/recorded-statements.ts';
import { touches, unroutedReferences } from '../support/routed-statements.ts';

/** Reads of several shards, off an order's way: the table of docs/adr/0014. */
const FAN_OUT: Record<string, RegExp> = {
  'events for their readers': /from (inventory|orders|payments)\.outbox o\n? +where \(o\.xid/,
  'orders that events tell of': /as asked \(bucket, order_id\)\s+using \(bucket, order_id\)/,
  'a restored dump': /update (inventory|orders|payments)\.outbox set xid/,
  'holds whose time is over': /from inventory\.holds\n? +where ended_at is null and expires_at <=/,
  'buckets with something due':
    /^\s*select (distinct )?bucket from \w+\.\w+ where (deadline_at|next_try_at|expires_at) </,
};

test('every statement on the way of an order carries the constant bucket of each hot table', async t => {
  const texts = await recordOrders(t);
  const hot = [...texts].filter(text => touches(text, hotTables.tables));
  const used = new Set<string>();
  const unrouted: string[] = [];
  for (const text of hot) {
    const missing = unroutedReferences(text, hotTables.tables);
    if (missing.length === 0) continue;
    const known = Object.keys(FAN_OUT).find(name => FAN_OUT[name]!.test(text));
    if (known === undefined) unrouted.push(...missing);
    else used.add(known);
    if (known !== undefined) assert.doesNotMatch(text, /\bfor update\b|\binsert into\b/, `${known} locks or writes`);
  }
  assert.deepEqual(unrouted, []);
  assert.deepEqual([...used].sort(), Object.keys(FAN_OUT).sort(), 'what is named here happens');
  // As many as there are today or more: a flow that records nothing proves nothing.
  assert(hot.length - used.size >= 40, `only ${hot.length} statements were recorded`);
  await planEach(t, hot);
});

/** All that may become of an order, with goods of one bucket and of two, in each way to decide stock. */
async function recordOrders(t: TestContext): Promise<Set<string>> {
  const recorded = recordStatements();
  const world = await ordersWorld(t, { sharding: 'citus', database: recorded.around, isFollowing: false });
  const [one, other] = await twoBuckets(world);
  for (const token of ['tok_visa', 'tok_declined', 'tok_capture_fails', 'tok_3ds']) {
    const [first, second] = [world.shopper(), world.shopper()];
    await world.place(first, await world.checkedOut(first, { [one]: 2, [other]: 1 }), card(token));
    await world.buy(second, one, 1, card(token));
  }
  await refundAndCancel(world, { one, other });
  await abandon(world, { one, other });
  // All that has happened in one batch, so that it surely is of several buckets.
  await world.follow();
  await world.drained();
  for (const ledgerStrategy of ['pessimistic', 'optimistic'] as const) {
    await decideStock(t, { recorded, ledgerStrategy });
  }
  return recorded.texts;
}

async function twoBuckets(world: World): Promise<[string, string]> {
  const one = await world.sell(50);
  for (;;) {
    const other = await world.sell(50);
    if (bucketOf(other) !== bucketOf(one)) return [one, other];
  }
}

interface Goods {
  one: string;
  other: string;
}

async function refundAndCancel(world: World, { one, other }: Goods): Promise<void> {
  const shopper = world.shopper();
  const bought = await world.place(shopper, await world.checkedOut(shopper, { [one]: 2, [other]: 2 }));
  assert(bought.ok);
  const { order_id } = bought.value.order;
  const items = [{ product_id: one, quantity: 1 }];
  const refund_id = world.ids.nextFor(order_id);
  const refunded = await world.orders.refundOrder({ refund_id, order_id, items, restock: true, reason: 'late' });
  assert.equal(refunded.ok, true);
  assert.equal((await world.cancel(order_id)).ok, true);
  const [left, shipped] = [await world.buy(world.shopper(), one), await world.buy(world.shopper(), other)];
  assert(left.ok && shipped.ok);
  assert.equal((await world.cancel(left.value.order.order_id)).ok, true);
  await world.orders.markShipped({ order_id: shipped.value.order.order_id });
}

/** Released by hand, superseded, left until its time is over, and found by the sweepers. */
async function abandon(world: World, { one, other }: Goods): Promise<void> {
  const [released, superseding, late] = [world.shopper(), world.shopper(), world.shopper()];
  const checkout_id = await world.checkedOut(released, { [one]: 1, [other]: 1 });
  await world.orders.releaseCheckout({ checkout_id, person_id: released.person_id });
  for (const _ of [1, 2]) await world.checkedOut(superseding, { [one]: 1 });
  await world.checkedOut(late, { [one]: 1, [other]: 1 });
  const { runJob, clock } = world;
  clock.shiftMs += TTL_MS + 1;
  for (const job of ['inventory_sweep', 'orders_sweep', 'payments_sweep', 'payments_webhooks']) await runJob(job);
  clock.shiftMs += 8 * 24 * 3_600_000;
  await runJob('orders_drop_checkouts');
}

async function decideStock(
  t: TestContext,
  { recorded, ledgerStrategy }: { recorded: RecordedStatements; ledgerStrategy: 'pessimistic' | 'optimistic' },
): Promise<void> {
  const own = await testDatabase(t, ['inventory']);
  const { inventory } = await openInventory(t, { db: recorded.around(own.db), ledgerStrategy, sharding: 'citus' });
  const products = [await stocked(inventory, 5), await stocked(inventory, 5)];
  const [sold, released] = [reservation(products), reservation(products)];
  for (const asked of [sold, released]) assert.equal((await inventory.reserveStock(asked)).ok, true);
  const order_id = sold.reservation_id;
  assert.equal((await inventory.sellReservation({ ...keyOf(sold), order_id })).ok, true);
  await inventory.extendReservation({ ...keyOf(released), ttl_ms: 2 * TTL_MS });
  await inventory.releaseReservation(keyOf(released));
}

/** By the generic plan, which knows no value: a scan that finds rows of any bucket would show no condition on it. */
async function planEach(t: TestContext, texts: string[]): Promise<void> {
  const { db } = await testDatabase(t, ['inventory', 'orders', 'payments']);
  await db.session(async client => {
    for (const text of texts) {
      if (unroutedReferences(text, hotTables.tables).length > 0) continue;
      const { rows } = await client.query(`explain (generic_plan, format json) ${text}`);
      for (const { table, condition } of scansIn(rows[0]['QUERY PLAN'][0].Plan)) {
        assert.match(condition, /\bbucket = \$\d+/, `${table} is scanned for any bucket in\n${text}`);
      }
    }
  });
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Schema?: string;
  Plans?: PlanNode[];
  [detail: string]: unknown;
}

const hotNames = new Set(hotTables.tables.map(name => name.split('.')[1]!));

function scansIn(node: PlanNode): { table: string; condition: string }[] {
  const below = (node.Plans ?? []).flatMap(scansIn);
  const table = node['Relation Name'];
  if (table === undefined || !hotNames.has(table) || node['Node Type'] === 'ModifyTable') return below;
  const condition = ['Index Cond', 'Recheck Cond', 'Filter'].map(name => node[name] ?? '').join(' ');
  return [{ table, condition }, ...below];
}
