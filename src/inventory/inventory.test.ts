// Goal: what runs beside the operations: the first warehouse, the sweeper, level events, and stock that imports bring.
// Method: the whole module on PostgreSQL with a moved clock and a scripted catalogue.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inventory } from '#inventory';
import { manualClock } from '#platform/clock';
import type { DomainEvent, EventBatch, ReadEvents } from '#platform/outbox';
import { sql } from '#platform/sql';
import { allEvents } from '../../test/support/events.ts';
import {
  assertBalanced,
  EAST,
  figures,
  ids,
  openInventory,
  reservation,
  stocked,
  TTL_MS,
  WAREHOUSES,
  WEST,
} from '../../test/support/inventory.ts';
import { testDatabase } from '../../test/support/postgres.ts';

test('a shop without warehouses gets one, also when two processes start it at once', async t => {
  const { db } = await testDatabase(t, ['inventory']);
  const opened = await Promise.all([1, 2].map(() => openInventory(t, { db, warehouses: [] })));
  const [made] = await opened[0]!.inventory.listWarehouses({});
  assert.deepEqual([made?.name, made?.country], ['Main warehouse', 'US']);
  for (const { inventory } of opened) assert.deepEqual(await inventory.listWarehouses({}), [made]);
  const later = await openInventory(t, { db, warehouses: [] });
  assert.deepEqual(await later.inventory.listWarehouses({}), [made]);
});

test('wanted warehouses are made at the start, once', async t => {
  const { inventory, db } = await openInventory(t);
  assert.deepEqual(await inventory.listWarehouses({}), WAREHOUSES);
  const again = await openInventory(t, { db });
  assert.deepEqual(await again.inventory.listWarehouses({}), WAREHOUSES);
});

test('a warehouse made in one process is known to another, and made twice it is one', async t => {
  const { inventory: one, db } = await openInventory(t);
  const { inventory: two } = await openInventory(t, { db });
  const north = { warehouse_id: ids.next(), name: 'North', country: 'CA', region: 'ON' };
  assert.deepEqual(await one.createWarehouse(north), north);
  assert.deepEqual(await one.createWarehouse({ ...north, name: 'Other' }), north);
  const product = await stocked(two, { [north.warehouse_id]: 2 });
  const held = await two.reserveStock(reservation([product]));
  assert.equal(held.ok && held.value.parts[0]!.warehouse_id, north.warehouse_id);
  assert.equal((await two.listWarehouses({})).length, 4);
});

test('the sweeper ends every overdue hold, more than a batch of them, and leaves sold and young ones', async t => {
  const clock = manualClock(Date.parse('2026-11-27T08:00:00.000Z'));
  const { inventory, module, db } = await openInventory(t, { clock });
  const [product, second] = [await stocked(inventory, { [WEST]: 900, [EAST]: 400 }), await stocked(inventory, 2000)];
  const overdue = Array.from({ length: 1200 }, () => reservation([product, second]));
  await Promise.all(overdue.map(asked => inventory.reserveStock(asked)));
  const sold = { reservation_id: overdue[0]!.reservation_id, product_ids: [product, second] };
  await inventory.sellReservation({ ...sold, order_id: ids.next() });
  clock.advance(TTL_MS - 1);
  const young = reservation([product]);
  await inventory.reserveStock(young);
  const sweep = module.jobs![0]!;
  assert.deepEqual([sweep.name, sweep.everySeconds], ['inventory_sweep', 1]);
  assert.equal(await sweep.run(AbortSignal.timeout(20_000)), 0);
  clock.advance(1);
  assert.equal(await sweep.run(AbortSignal.timeout(20_000)), 1199);
  assert.deepEqual(await figures(inventory, product), [1299, 1, 1298]);
  assert.deepEqual(await figures(inventory, second), [1999, 0, 1999]);
  assert.equal((await inventory.getReservation(sold))?.state, 'sold');
  assert.equal(await sweep.run(AbortSignal.timeout(20_000)), 0);
  await assertBalanced(db);
});

async function levels(inventory: Inventory, product: string): Promise<unknown[]> {
  const events = await allEvents(inventory);
  const own = events.filter(event => event.aggregate_id === product);
  const versions = own.map(event => event.version);
  assert.deepEqual(
    versions,
    [...new Set(versions)].toSorted((a, b) => a - b),
    'versions rise',
  );
  return own.map(event => event.data);
}

test('levels are told when they change and only then, over all warehouses together', async t => {
  const { inventory } = await openInventory(t);
  const product_id = await stocked(inventory, { [WEST]: 6, [EAST]: 6 });
  const hold = async (quantity: number) => {
    const asked = reservation([product_id], { quantity });
    await inventory.reserveStock(asked);
    return { reservation_id: asked.reservation_id, product_ids: [product_id] };
  };
  const one = await hold(1);
  const two = await hold(1);
  await hold(3);
  await inventory.sellReservation({ ...two, order_id: ids.next() });
  await hold(7);
  await inventory.releaseReservation(one);
  await inventory.receiveStock({ movement_id: ids.next(), product_id, warehouse_id: WEST, quantity: 10, reason: '' });
  assert.deepEqual(await levels(inventory, product_id), [
    { product_id, level: 'low', available: 6 },
    { product_id, level: 'in', available: 12 },
    { product_id, level: 'low', available: 10 },
    { product_id, level: 'out', available: 0 },
    { product_id, level: 'low', available: 1 },
    { product_id, level: 'in', available: 11 },
  ]);
});

/** A catalogue that tells its events again on every read from the start. */
function scripted(products: { product_id: string; stock: number | null }[]) {
  const events: DomainEvent[] = products.map((data, i) => ({
    event_id: String(i + 1),
    type: 'product.created',
    aggregate_id: data.product_id,
    version: 1,
    at: '2026-11-27T08:00:00.000Z',
    data,
  }));
  return async ({ after, limit }: ReadEvents): Promise<EventBatch> => {
    const first = after === '' ? 0 : Number(after);
    const some = events.slice(first, first + limit);
    const head = String(events.length + 1);
    return { events: some, cursor: String(first + some.length), seen_to: head, head };
  };
}

test('imported stock is received once although its events come twice and a warehouse was added between', async t => {
  const stocks = [1, 20, 21, 100, null, 0, 7, ...Array.from({ length: 1200 }, (_, i) => i + 1)];
  const products = stocks.map(stock => ({ product_id: ids.next(), stock }));
  const readEvents = scripted(products);
  const first = await openInventory(t, { readEvents });
  const subscription = first.module.subscriptions![0]!;
  subscription.start();
  await subscription.drained();
  await subscription.stop();
  const { db } = first;
  await first.inventory.createWarehouse({ warehouse_id: ids.next(), name: 'North', country: 'CA', region: 'ON' });
  await db.query(sql`delete from inventory.event_cursors`);
  const second = await openInventory(t, { db, readEvents });
  const replay = second.module.subscriptions![0]!;
  replay.start();
  await replay.drained();
  await replay.stop();
  assert.deepEqual(await replay.stuck(), []);
  for (const { product_id, stock } of products.slice(0, 7)) {
    assert.deepEqual(await figures(first.inventory, product_id), [stock ?? 0, 0, stock ?? 0]);
  }
  for (let i = 0; i < products.length; i += 400) {
    const some = products.slice(i, i + 400);
    const told = await first.inventory.getAvailability({ product_ids: some.map(one => one.product_id) });
    assert.deepEqual(
      told.map(one => one.available),
      some.map(one => one.stock ?? 0),
    );
  }
  await assertBalanced(db);
});
