// Goal: what is read of stock (views, movements, explanations, facts) is exactly what happened, in pages that join.
// Method: a short history on PostgreSQL, then every reader against it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inventory } from '#inventory';
import { manualClock } from '#platform/clock';
import { FACT_SPANS, type FactPage } from '#platform/facts';
import { bucketOf } from '#platform/ids';
import { sql } from '#platform/sql';
import {
  assertBalanced,
  EAST,
  ids,
  openInventory,
  reservation,
  stocked,
  TTL_MS,
  WEST,
} from '../../test/support/inventory.ts';

const START_MS = Date.parse('2026-11-27T08:00:00.000Z');

/** One of each: received twice, sold, held, held again after a sale, released, returned, corrected. */
async function liveThrough(inventory: Inventory) {
  const product_id = await stocked(inventory, { [WEST]: 10, [EAST]: 20 });
  const make = async (quantity: number) => {
    const asked = reservation([product_id], { quantity });
    await inventory.reserveStock(asked);
    return { reservation_id: asked.reservation_id, product_ids: [product_id] };
  };
  const [sold, held, unsold, released] = [await make(3), await make(2), await make(1), await make(4)];
  const order_id = ids.next();
  await inventory.sellReservation({ ...sold, order_id });
  const failed = { ...unsold, order_id: ids.next() };
  await inventory.sellReservation(failed);
  await inventory.unsellReservation({ ...failed, ttl_ms: TTL_MS });
  await inventory.releaseReservation(released);
  const part = { product_id, warehouse_id: WEST, quantity: 1 };
  await inventory.returnStock({ return_id: ids.next(), order_id, parts: [part] });
  const correction = { movement_id: ids.next(), product_id, warehouse_id: EAST, delta: -5, reason: 'broken' };
  await inventory.adjustStock(correction);
  return { product_id, order_id, held, unsold, sold, released, correction };
}

test('the stock view adds up its warehouses', async t => {
  const { inventory, db } = await openInventory(t, { clock: manualClock(START_MS) });
  const { product_id } = await liveThrough(inventory);
  const view = await inventory.getStock({ product_id });
  assert.deepEqual(
    { ...view, warehouses: view.warehouses.map(({ version: _version, ...row }) => row) },
    {
      product_id,
      total_quantity: 23,
      reserved: 3,
      available: 20,
      warehouses: [
        { warehouse_id: WEST, total_quantity: 8, reserved: 3, available: 5 },
        { warehouse_id: EAST, total_quantity: 15, reserved: 0, available: 15 },
      ],
      pools: [],
    },
  );
  const unknown = ids.next();
  assert.deepEqual(await inventory.getStock({ product_id: unknown }), {
    product_id: unknown,
    ...{ total_quantity: 0, reserved: 0, available: 0, warehouses: [], pools: [] },
  });
  await assertBalanced(db);
});

test('availability comes in the order asked, 0 for what is unknown, and many questions share a statement', async t => {
  const { inventory } = await openInventory(t);
  const products = [await stocked(inventory, 3), await stocked(inventory, { [WEST]: 1, [EAST]: 1 }), ids.next()];
  const answers = await Promise.all([1, 2, 3].map(() => inventory.getAvailability({ product_ids: products })));
  for (const answer of answers)
    assert.deepEqual(
      answer.map(row => row.available),
      [3, 2, 0],
    );
  const [first, , third] = products as [string, string, string];
  const twice = await inventory.getAvailability({ product_ids: [third, first, first] });
  assert.deepEqual(twice, [
    { product_id: third, available: 0 },
    { product_id: first, available: 3 },
    { product_id: first, available: 3 },
  ]);
  assert.deepEqual(await inventory.getAvailability({ product_ids: [] }), []);
});

test('movements are listed newest first, and pages and cursors meet without a gap', async t => {
  const { inventory } = await openInventory(t, { clock: manualClock(START_MS) });
  const { product_id, order_id, sold, correction } = await liveThrough(inventory);
  const all = await inventory.listMovements({ product_id, page: 1, page_size: 100 });
  assert.ok(all.ok);
  const { items, ...page } = all.value;
  assert.deepEqual(page, { total: 12, total_relation: 'eq', page: 1, page_size: 100, next_cursor: null });
  assert.equal(new Set(items.map(item => item.movement_id)).size, 12);
  assert.deepEqual(
    items.map(({ kind, total_delta, reserved_delta }) => [kind, total_delta, reserved_delta]),
    [
      ['adjust', -5, 0],
      ['return', 1, 0],
      ['release', 0, -4],
      ['return', 1, 1],
      ['sell', -1, -1],
      ['sell', -3, -3],
      ['hold', 0, 4],
      ['hold', 0, 1],
      ['hold', 0, 2],
      ['hold', 0, 3],
      ['receive', 20, 0],
      ['receive', 10, 0],
    ],
  );
  assert.deepEqual(items[0], {
    movement_id: correction.movement_id,
    warehouse_id: EAST,
    ...{ kind: 'adjust', total_delta: -5, reserved_delta: 0, reason: 'broken', at: '2026-11-27T08:00:00.000Z' },
  });
  assert.deepEqual([items[5]!.reservation_id, items[5]!.order_id], [sold.reservation_id, order_id]);
  const read = [];
  for (let cursor: string | undefined; ; ) {
    const some = await inventory.listMovements({ product_id, page: 1, page_size: 4, cursor });
    assert.ok(some.ok);
    read.push(...some.value.items);
    if (some.value.next_cursor === null) break;
    cursor = some.value.next_cursor;
  }
  assert.deepEqual(read, items);
  const second = await inventory.listMovements({ product_id, page: 2, page_size: 4 });
  assert.deepEqual(second.ok && second.value.items, items.slice(4, 8));
});

test('a page beyond row 10,000 and a foreign cursor are refused', async t => {
  const { inventory } = await openInventory(t);
  const product_id = ids.next();
  const list = (page: number, cursor?: string) => inventory.listMovements({ product_id, page, page_size: 100, cursor });
  assert.equal((await list(100)).ok, true);
  assert.deepEqual(await list(101), { ok: false, code: 'PAGE_TOO_DEEP' });
  for (const cursor of [
    'x',
    '-1',
    Buffer.from('0').toString('base64url'),
    Buffer.from('1;drop').toString('base64url'),
  ]) {
    assert.deepEqual(await list(1, cursor), { ok: false, code: 'CURSOR_INVALID' });
  }
});

test('the total is exact to 10,000 and says so beyond, where the cursor goes on', async t => {
  const { inventory, db } = await openInventory(t);
  const product_id = ids.next();
  await db.query(sql`
    insert into inventory.movements
      (bucket, product_id, movement_id, warehouse_id, kind, total_delta, reserved_delta, at)
    select ${bucketOf(product_id)}::smallint, ${product_id}::uuid, gen_random_uuid(), ${WEST}::uuid, 'hold', 0, 0, now()
    from generate_series(1, 10001)`);
  const page = await inventory.listMovements({ product_id, page: 100, page_size: 100 });
  assert.ok(page.ok);
  assert.deepEqual([page.value.total, page.value.total_relation], [10_000, 'gte']);
  const cursor = page.value.next_cursor!;
  const rest = await inventory.listMovements({ product_id, page: 1, page_size: 100, cursor });
  assert.deepEqual(rest.ok && [rest.value.items.length, rest.value.next_cursor], [1, null]);
});

test('explain tells where each unit went, and notices a unit that came from nowhere', async t => {
  const { inventory, db } = await openInventory(t, { clock: manualClock(START_MS) });
  const { product_id, held, unsold } = await liveThrough(inventory);
  const { open_holds, ...figures } = await inventory.explainStock({ product_id });
  assert.deepEqual(figures, {
    product_id,
    ...{ received: 30, adjusted: -5, returned: 1, allotted: 0, sold: 3 },
    ...{ total_quantity: 23, reserved: 3, available: 20, balanced: true },
  });
  const expires_at = new Date(START_MS + TTL_MS).toISOString();
  assert.deepEqual(
    open_holds,
    [
      { reservation_id: held.reservation_id, warehouse_id: WEST, quantity: 2, expires_at },
      { reservation_id: unsold.reservation_id, warehouse_id: WEST, quantity: 1, expires_at },
    ].sort((a, b) => (a.reservation_id < b.reservation_id ? -1 : 1)),
  );
  await db.query(sql`
    update inventory.stock set total_quantity = total_quantity + 1
    where product_id = ${product_id}::uuid and warehouse_id = ${WEST}::uuid`);
  assert.equal((await inventory.explainStock({ product_id })).balanced, false);
});

async function allFacts<Fact extends { key: string }>(read: (page: FactPage) => Promise<Fact[]>): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (;;) {
    const some = await read({ after: facts.at(-1)?.key ?? null, limit: 2 });
    facts.push(...some);
    if (some.length < 2) return facts;
  }
}

async function holdFacts(inventory: Inventory) {
  const spans = await Promise.all(Array.from({ length: FACT_SPANS }, (_, span) => inventory.readHoldFacts({ span })));
  return {
    shapes: spans.flatMap(({ shapes }) => shapes),
    shelves: spans.reduce((sum, { shelves }) => sum + shelves, 0),
    shelfless: spans.flatMap(({ shelfless }) => shelfless),
    reservations: spans.reduce((sum, { reservations }) => sum + reservations, 0),
    torn: spans.flatMap(({ torn }) => torn),
  };
}

test('stock facts show each shelf beside its movements and holds, sorted by their key', async t => {
  const { inventory } = await openInventory(t);
  const lives = [await liveThrough(inventory), await liveThrough(inventory), await liveThrough(inventory)];
  const facts = await allFacts(inventory.readStockFacts);
  const keys = facts.map(fact => fact.key);
  assert.deepEqual(keys, keys.toSorted());
  assert.equal(facts.length, 6);
  const { product_id } = lives[0]!;
  const key = `${product_id.slice(-2)} ${product_id} ${WEST} `;
  const { lowest_available, lowest_reserved, ...fact } = facts.find(each => each.key === key)!;
  assert.deepEqual(fact, {
    key,
    ...{ product_id, warehouse_id: WEST, pool: '' },
    ...{ total_quantity: 8, reserved: 3, moved_total: 8, moved_reserved: 3, held: 3 },
    ...{ came: 10, gone: 0, sold: 2 },
  });
  // After all four reservations nothing was left of the ten; before the first nothing was reserved.
  assert.deepEqual([lowest_available[0], lowest_reserved[0]], [0, 0]);
  const taken = facts.find(each => each.product_id === product_id && each.warehouse_id === EAST)!;
  assert.deepEqual([taken.came, taken.gone, taken.sold], [20, 5, 0]);
});

test('stock facts judge the running sums at the end of a moment, not within it', async t => {
  const { inventory, db } = await openInventory(t);
  const product_id = await stocked(inventory, 5);
  const move = (total: number, at: string) =>
    db.query(sql`
    insert into inventory.movements
      (bucket, product_id, movement_id, warehouse_id, kind, total_delta, reserved_delta, at)
    values (${bucketOf(product_id)}, ${product_id}, gen_random_uuid(), ${WEST}, 'adjust', ${total}, 0, ${at})`);
  const lowest = async () => (await allFacts(inventory.readStockFacts))[0]!.lowest_available[0];
  await move(-7, '2030-01-01T00:00:00Z');
  await move(7, '2030-01-01T00:00:00Z');
  assert.equal(await lowest(), 5);
  await move(-7, '2030-01-01T00:00:01Z');
  await move(7, '2030-01-01T00:00:02Z');
  assert.equal(await lowest(), -2);
});

test('hold facts count alike holds together, and name what has no hold, no stock, or is in two states', async t => {
  const { inventory, db } = await openInventory(t);
  const { product_id, released } = await liveThrough(inventory);
  const healthy = await holdFacts(inventory);
  const shapes = healthy.shapes.map(({ named, ...shape }) => ({ ...shape, named: named.length }));
  const once = { holds: 1, sales: 0, releases: 0, expiries: 0, units_agree: true };
  assert.deepEqual(
    shapes.filter(({ state }) => state === 'sold' || state === 'released').toSorted((a, b) => b.sales - a.sales),
    [
      { ...once, state: 'sold', sales: 1, count: 1, named: 1 },
      { ...once, state: 'released', releases: 1, count: 1, named: 1 },
    ],
  );
  assert.equal(
    shapes.reduce((sum, { count }) => sum + count, 0),
    4,
  );
  assert.deepEqual({ ...healthy, shapes: [] }, { shapes: [], shelves: 2, shelfless: [], reservations: 4, torn: [] });

  const other = ids.next();
  await db.query(sql`
    update inventory.movements set product_id = ${other}, bucket = ${bucketOf(other)}
    where reservation_id = ${released.reservation_id} and kind = 'release'`);
  const broken = await holdFacts(inventory);
  const named = broken.shapes.filter(({ state, releases }) => state === null || (state === 'released' && !releases));
  assert.deepEqual(named.map(shape => shape.named).toSorted(), [
    [`${released.reservation_id} of ${product_id}`],
    [`${released.reservation_id} of ${other}`],
  ]);
  assert.deepEqual([broken.shelves, broken.shelfless], [3, [other]]);
});

test('sale and reservation facts tell each reservation over all its parts', async t => {
  const { inventory } = await openInventory(t);
  const { product_id, order_id, sold, held } = await liveThrough(inventory);
  const other = await stocked(inventory, { [WEST]: 1, [EAST]: 2 });
  const both = reservation([other, product_id], { quantity: 3 });
  const bothOrder = ids.next();
  await inventory.reserveStock(both);
  const key = { reservation_id: both.reservation_id, product_ids: [product_id, other] };
  await inventory.sellReservation({ ...key, order_id: bothOrder });
  const sales = await allFacts(inventory.readSaleFacts);
  const keys = sales.map(fact => fact.key);
  assert.deepEqual(keys, keys.toSorted());
  const ordersOf = (id: string) => new Set(sales.filter(sale => sale.reservation_id === id).map(sale => sale.order_id));
  assert.deepEqual(ordersOf(sold.reservation_id), new Set([order_id]));
  assert.deepEqual(ordersOf(both.reservation_id), new Set([bothOrder]));
  assert.deepEqual(ordersOf(held.reservation_id), new Set());

  const unknown = { reservation_id: ids.next(), product_ids: [product_id] };
  const facts = await inventory.readReservationFacts({ reservations: [key, held, unknown] });
  const units = JSON.stringify([[other, 3] as const, [product_id, 3] as const].toSorted());
  const byId = (a: { reservation_id: string }, b: { reservation_id: string }) =>
    a.reservation_id < b.reservation_id ? -1 : 1;
  assert.deepEqual(
    facts.toSorted(byId),
    [
      { reservation_id: both.reservation_id, state: 'sold', states: 1, order_id: bothOrder, units },
      {
        reservation_id: held.reservation_id,
        ...{ state: 'held', states: 1, order_id: null, units: JSON.stringify([[product_id, 2]]) },
      },
    ].toSorted(byId),
  );
});
