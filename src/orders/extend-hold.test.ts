// Goal: who is active at the end of their checkout's hold gets more time, once, and is told so; of expiry and extension
// one wins. Method: the module with real stock on a clock that is put forward; 15 minutes, so the last third is five.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { card, ordersWorld, TTL_MS, type World } from '../../test/support/orders-world.ts';

const MINUTE_MS = 60_000;

async function held(world: World, units = 1) {
  const product = await world.sell(units);
  const ada = world.shopper();
  const checkout = await world.checkOut(ada, { [product]: 1 });
  assert(checkout.ok);
  const { checkout_id, reservation } = checkout.value;
  const own = { checkout_id, person_id: ada.person_id };
  const endsMs = Date.parse(reservation.expires_at);
  const key = { reservation_id: reservation.reservation_id, product_ids: [product] };
  return {
    ...{ product, ada, own, endsMs, key },
    /** When the checkout says that its hold ends, in minutes after what it said first; or why it has ended. */
    async look(orders = world.orders): Promise<number | string> {
      const found = await orders.getCheckout(own);
      return found.ok ? minutes(Date.parse(found.value.reservation.expires_at) - endsMs) : found.code;
    },
    async holdEnds(): Promise<number> {
      const found = await world.inventory.getReservation(key);
      return minutes(Date.parse(found!.expires_at) - endsMs);
    },
    /** So long before its first end; what is below zero is after it. */
    leave(ms: number): void {
      world.clock.shiftMs += endsMs - ms - world.clock.nowMs();
    },
  };
}

const minutes = (ms: number) => Math.round(ms / MINUTE_MS);

describe('the hold of a checkout', () => {
  test('is renewed by its own person in its last third, once, and ledger and checkout tell the same end', async t => {
    const world = await ordersWorld(t);
    const { look, leave, own, ada, product, holdEnds } = await held(world);
    leave(6 * MINUTE_MS);
    assert.equal(await look(), 0, 'there is time enough');
    leave(4 * MINUTE_MS);
    assert.equal(
      (await world.orders.getCheckout({ ...own, person_id: world.ids.next() })).ok,
      false,
      'nobody else sees it',
    );
    assert.equal(await holdEnds(), 0);
    assert.deepEqual(await Promise.all(Array.from({ length: 10 }, () => look())), Array(10).fill(5));
    assert.equal(await holdEnds(), 5);
    leave(-4 * MINUTE_MS);
    assert.equal(await look(), 5, 'a second time there is none');
    assert.equal(await holdEnds(), 5);
    leave(-6 * MINUTE_MS);
    assert.equal(await look(), 'RESERVATION_EXPIRED');
    await world.runJob('inventory_sweep');
    assert.deepEqual(await world.units(product), [1, 0, 1]);
    assert.equal((await world.place(ada, own.checkout_id)).ok, false);
  });

  test('is not renewed by looking when it is over, swept or not', async t => {
    const world = await ordersWorld(t);
    const { look, leave, product } = await held(world);
    leave(0);
    assert.equal(await look(), 'RESERVATION_EXPIRED');
    await world.runJob('inventory_sweep');
    assert.equal(await look(), 'RESERVATION_EXPIRED');
    assert.deepEqual(await world.units(product), [1, 0, 1]);
  });

  test('is renewed by paying with little time left, before the gateway is asked', async t => {
    let ends: string[] = [];
    const world: World = await ordersWorld(t, {
      gateway: gateway => ({
        ...gateway,
        async authorise(...args) {
          const rows = await world.db.query<{ expires_at: string }>(sql`select expires_at from inventory.holds`);
          ends = rows.map(({ expires_at }) => expires_at);
          return gateway.authorise(...args);
        },
      }),
    });
    const { leave, own, ada, endsMs, product } = await held(world);
    leave(1_000);
    const placed = await world.place(ada, own.checkout_id);
    assert.equal(placed.ok && placed.value.order.status, 'CONFIRMED');
    assert.deepEqual(
      ends.map(end => minutes(Date.parse(end) - endsMs)),
      [5],
    );
    assert.deepEqual(await world.units(product), [0, 0, 0]);
    await world.settle();
  });

  test('renewed once and declined is not renewed by the next try', async t => {
    const world = await ordersWorld(t);
    const { leave, own, ada, look, holdEnds } = await held(world);
    leave(1_000);
    assert.equal((await world.place(ada, own.checkout_id, card('tok_declined'))).ok, false);
    assert.equal(await holdEnds(), 5);
    leave(-4 * MINUTE_MS);
    assert.equal((await world.place(ada, own.checkout_id, card('tok_declined'))).ok, false);
    assert.deepEqual([await holdEnds(), await look()], [5, 5]);
  });

  test('that a crash between ledger and checkout left renewed is told by the next look, and not longer', async t => {
    const world = await ordersWorld(t);
    const { leave, look, holdEnds } = await held(world);
    leave(2 * MINUTE_MS);
    const failing = { ...world.db };
    // The first statement reads, the second one writes.
    let asked = 0;
    failing.query = statement => (++asked === 2 ? Promise.reject(new Error('cut')) : world.db.query(statement));
    await assert.rejects(look(world.openOrders({ db: failing }).api), /cut/);
    assert.equal(await holdEnds(), 5);
    assert.equal(await look(), 5);
    assert.equal(await holdEnds(), 5);
  });

  test('that was superseded a moment ago is not renewed, and says so', async t => {
    const world = await ordersWorld(t);
    const { leave, look, ada, product } = await held(world, 2);
    leave(MINUTE_MS);
    const inventory: World['inventory'] = {
      ...world.inventory,
      async extendReservation(input) {
        await world.checkedOut(ada, {});
        return world.inventory.extendReservation(input);
      },
    };
    assert.equal(await look(world.openOrders({ inventory }).api), 'CHECKOUT_SUPERSEDED');
    assert.deepEqual(await world.units(product), [2, 1, 1]);
  });

  test('races with its own expiry 100 times: renewed and held, or expired and back, and never both', async t => {
    const world = await ordersWorld(t);
    let renewed = 0;
    for (let round = 0; round < 100; round += 1) {
      const { leave, look, own, product, key } = await held(world);
      leave(round % 10);
      const [seen] = await Promise.all([look(), world.runJob('inventory_sweep'), world.runJob('inventory_sweep')]);
      const { state } = (await world.inventory.getReservation(key))!;
      if (seen === 5) renewed += 1;
      assert.ok(seen === 5 ? state === 'held' : seen === 'RESERVATION_EXPIRED', `told ${seen}, and it is ${state}`);
      world.clock.shiftMs += TTL_MS;
      await world.runJob('inventory_sweep');
      assert.deepEqual(await world.units(product), [1, 0, 1]);
      assert.equal((await world.orders.getCheckout(own)).ok, false);
    }
    t.diagnostic(`${renewed} of 100 were renewed`);
  });
});
