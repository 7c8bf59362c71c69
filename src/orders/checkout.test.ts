// Goal: a checkout freezes what was seen, holds it for one person once, and a failing one takes nothing away.
// Method: the module with real stock and carts; each refusal is followed by a look at stock, cart and other checkouts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { card, DELIVERY, HOME, ordersWorld, TTL_MS, type World } from '../../test/support/orders-world.ts';
import { flatRateShipping } from './shipping.ts';

type Outcome = { ok: boolean; code?: string; detail?: Record<string, unknown> };

const code = (outcome: Outcome) => (outcome.ok ? 'ok' : outcome.code);

async function stateOf(world: World, person_id: string, checkout_id: string): Promise<string | undefined> {
  return code(await world.orders.getCheckout({ checkout_id, person_id }));
}

describe('a checkout', () => {
  test('shows what is frozen: items, totals, addresses and the hold', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9, { price: { amount: 1999, currency: 'USD' } });
    const ada = world.shopper();
    const checkout = await world.checkOut(ada, { [product]: 2 });
    assert(checkout.ok);
    const { value } = checkout;
    const usd = (amount: number) => ({ amount, currency: 'USD' });
    assert.deepEqual(value.items, [
      {
        product_id: product,
        seller_id: value.items[0]?.seller_id,
        title: 'Thing',
        quantity: 2,
        unit_price: usd(1999),
        subtotal: usd(3998),
      },
    ]);
    const { subtotal, discount, shipping_cost, tax, total } = value;
    assert.deepEqual([subtotal, discount, shipping_cost, tax, total], [3998, 0, 599, 333, 4930].map(usd));
    assert.deepEqual([value.shipping_address, value.billing_address], [HOME, HOME]);
    const leftMs = Date.parse(value.reservation.expires_at) - world.clock.nowMs();
    assert(leftMs > TTL_MS - 10_000 && leftMs <= TTL_MS);
    const own = { checkout_id: value.checkout_id, person_id: ada.person_id };
    assert.deepEqual(await world.orders.getCheckout(own), checkout);
    assert.equal(await stateOf(world, world.ids.next(), value.checkout_id), 'CHECKOUT_NOT_FOUND');
  });

  test('with one id is one, ten at once and after the price has changed', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    await world.fill(ada, { [product]: 2 });
    const checkout_id = world.ids.nextFor(ada.person_id);
    const all = await Promise.all(Array.from({ length: 10 }, () => world.checkOut(ada, {}, checkout_id)));
    assert.deepEqual(new Set(all.map(code)), new Set(['ok']));
    world.price(product, 1);
    assert.deepEqual(await world.checkOut(ada, {}, checkout_id), all[0]);
    assert.deepEqual(await world.units(product), [9, 2, 7]);
  });

  test('is given back once, and not when a payment has begun', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const own = { checkout_id, person_id: ada.person_id };
    assert.equal(
      code(await world.orders.releaseCheckout({ ...own, person_id: world.ids.next() })),
      'CHECKOUT_NOT_FOUND',
    );
    await world.place(ada, checkout_id, card('tok_3ds'));
    assert.equal(code(await world.orders.releaseCheckout(own)), 'CHECKOUT_PAID');
    assert.deepEqual(await world.units(product), [1, 1, 0]);
    const [order] = await world.ordersOf(checkout_id);
    await world.cancel(order!.order_id);
    assert.equal(code(await world.orders.releaseCheckout(own)), 'ok');
    assert.equal(await stateOf(world, ada.person_id, checkout_id), 'CHECKOUT_RELEASED');
    assert.deepEqual(await world.units(product), [1, 0, 1]);
  });
});

describe('a checkout is refused, and nothing changes, where', () => {
  test('the cart is empty, or a guest gives no e-mail', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    assert.equal(code(await world.checkOut(ada)), 'CART_EMPTY');
    const anonymous = { ...ada, email: null };
    assert.equal(code(await world.checkOut(anonymous, { [product]: 1 })), 'EMAIL_REQUIRED');
    const checkout_id = world.ids.nextFor(ada.person_id);
    const told = { checkout_id, shopper: anonymous, ...DELIVERY, email: 'a@b.example' };
    assert.equal(code(await world.orders.createCheckout(told)), 'ok');
    assert.deepEqual(await world.units(product), [1, 1, 0]);
  });

  test('a price has changed since it was shown: the refusal shows it, and the next try succeeds', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(5);
    const ada = world.shopper();
    await world.fill(ada, { [product]: 1 });
    world.price(product, 1200);
    const refused: Outcome = await world.checkOut(ada);
    assert.equal(refused.code, 'PRICE_CHANGED');
    const { cart } = refused.detail as { cart: { subtotal: unknown; notices: unknown[] } };
    assert.deepEqual(cart.subtotal, { amount: 1200, currency: 'USD' });
    assert.deepEqual(cart.notices, [{ kind: 'price_changed', product_id: product, from: 1000, to: 1200 }]);
    assert.deepEqual(await world.units(product), [5, 0, 5]);
    const checkout = await world.checkOut(ada);
    assert.equal(checkout.ok && checkout.value.subtotal.amount, 1200);
  });

  test('a product is gone, or there is too little of it', async t => {
    const world = await ordersWorld(t);
    const [product, gone] = [await world.sell(3), await world.sell(3)];
    const [ada, eve] = [world.shopper(), world.shopper()];
    await world.fill(ada, { [product]: 2, [gone]: 1 });
    world.remove(gone);
    assert.deepEqual(await world.checkOut(ada), {
      ok: false,
      code: 'OUT_OF_STOCK',
      detail: { lines: [{ product_id: gone, requested: 1, available: 0 }] },
    });
    await world.fill(eve, { [product]: 2 });
    await world.checkedOut(ada, { [product]: 1 });
    assert.deepEqual(await world.checkOut(eve), {
      ok: false,
      code: 'OUT_OF_STOCK',
      detail: { lines: [{ product_id: product, requested: 2, available: 0 }] },
    });
    assert.deepEqual(await world.units(product), [3, 3, 0]);
    assert.deepEqual(await world.inCart(eve), { [product]: 2 });
  });

  test('tax or shipping is down: nothing is held, and the older checkout lives', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(3);
    const ada = world.shopper();
    const older = await world.checkedOut(ada, { [product]: 1 });
    const down = (): never => {
      throw new Error('down');
    };
    for (const part of [{ tax: { rateBasisPoints: down } }, { shipping: { ...flatRateShipping(), cost: down } }]) {
      const { api } = world.openOrders(part);
      const checkout_id = world.ids.nextFor(ada.person_id);
      await assert.rejects(api.createCheckout({ checkout_id, shopper: ada, ...DELIVERY }), /down/);
      assert.deepEqual(await world.units(product), [3, 1, 2]);
    }
    assert.equal(await stateOf(world, ada.person_id, older), 'ok');
  });

  test("its first try's hold has run out before the repeat", async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(3);
    const ada = world.shopper();
    await world.fill(ada, { [product]: 1 });
    const checkout_id = world.ids.nextFor(ada.person_id);
    const failing = { ...world.db };
    let asked = 0;
    // Reads are two; the third statement is the one that writes.
    failing.query = statement => (++asked === 3 ? Promise.reject(new Error('cut')) : world.db.query(statement));
    const { api } = world.openOrders({ db: failing });
    await assert.rejects(api.createCheckout({ checkout_id, shopper: ada, ...DELIVERY }), /cut/);
    assert.deepEqual(await world.units(product), [3, 1, 2]);
    world.clock.shiftMs += TTL_MS;
    assert.equal(code(await world.checkOut(ada, {}, checkout_id)), 'RESERVATION_EXPIRED');
    await world.runJob('inventory_sweep');
    assert.deepEqual(await world.units(product), [3, 0, 3]);
  });
});

describe("a person's newer checkout", () => {
  test('takes the place of an open one and gives its goods back', async t => {
    const world = await ordersWorld(t);
    const [a, b] = [await world.sell(3), await world.sell(3)];
    const ada = world.shopper();
    const first = await world.checkedOut(ada, { [a]: 2 });
    const second = await world.checkedOut(ada, { [b]: 1 });
    assert.equal(await stateOf(world, ada.person_id, first), 'CHECKOUT_SUPERSEDED');
    assert.equal(await stateOf(world, ada.person_id, second), 'ok');
    assert.deepEqual(await world.units(a), [3, 2, 1]);
    assert.deepEqual(await world.units(b), [3, 1, 2]);
    const [eve, others] = [world.shopper(), world.shopper()];
    await world.checkedOut(eve, { [a]: 1 });
    await world.checkedOut(others, { [b]: 1 });
    assert.equal(await stateOf(world, ada.person_id, second), 'ok');
  });

  test('may want the very units that the older one holds', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(3);
    const ada = world.shopper();
    const first = await world.checkedOut(ada, { [product]: 3 });
    const second = await world.checkedOut(ada, {});
    assert.equal(await stateOf(world, ada.person_id, first), 'CHECKOUT_SUPERSEDED');
    assert.equal(await stateOf(world, ada.person_id, second), 'ok');
    assert.deepEqual(await world.units(product), [3, 3, 0]);
  });

  test('that can not succeed even so leaves the older one alone', async t => {
    const world = await ordersWorld(t);
    const [product, last] = [await world.sell(2), await world.sell(1)];
    const ada = world.shopper();
    const first = await world.checkedOut(ada, { [product]: 2 });
    await world.fill(ada, { [last]: 1 });
    await world.buy(world.shopper(), last);
    assert.equal(code(await world.checkOut(ada)), 'OUT_OF_STOCK');
    assert.equal(await stateOf(world, ada.person_id, first), 'ok');
    assert.deepEqual(await world.units(product), [2, 2, 0]);
  });

  test('that wants more than one person may have leaves the older one alone; within the limit it replaces it', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9, { max_per_person: 2 });
    const ada = world.shopper();
    const first = await world.checkedOut(ada, { [product]: 2 });
    await world.fill(ada, { [product]: 1 });
    const refused: Outcome = await world.checkOut(ada);
    assert.equal(refused.code, 'LIMIT_PER_PERSON');
    assert.equal(await stateOf(world, ada.person_id, first), 'ok');
    assert.deepEqual(await world.units(product), [9, 2, 7]);
    const owner = { kind: ada.kind, person_id: ada.person_id };
    await world.cart.setItem({ owner, product_id: product, quantity: 2, command_id: world.ids.next() });
    assert.equal(code(await world.checkOut(ada)), 'ok');
    assert.equal(await stateOf(world, ada.person_id, first), 'CHECKOUT_SUPERSEDED');
    assert.deepEqual(await world.units(product), [9, 2, 7]);
  });

  test('leaves one that is being paid alone, and one that was declined not', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    const paying = await world.checkedOut(ada, { [product]: 1 });
    await world.place(ada, paying, card('tok_3ds'));
    const declined = await world.checkedOut(ada, {});
    await world.place(ada, declined, card('tok_declined'));
    const third = await world.checkedOut(ada, {});
    assert.equal(await stateOf(world, ada.person_id, paying), 'ok');
    assert.equal(await stateOf(world, ada.person_id, declined), 'CHECKOUT_SUPERSEDED');
    assert.deepEqual(await world.units(product), [9, 2, 7]);
    assert.equal(code(await world.place(ada, declined)), 'CHECKOUT_SUPERSEDED');
    assert.equal(code(await world.place(ada, third)), 'ok');
  });

  test('races with the payment of the older one 20 times: exactly one of the two wins, and no unit is lost', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(100);
    let paid = 0;
    for (let i = 0; i < 20; i++) {
      const ada = world.shopper();
      const first = await world.checkedOut(ada, { [product]: 1 });
      const [placed, newer] = await Promise.all([world.place(ada, first), world.checkOut(ada)]);
      if (placed.ok) paid += 1;
      else assert.equal(placed.code, 'CHECKOUT_SUPERSEDED');
      if (newer.ok)
        await world.orders.releaseCheckout({ checkout_id: newer.value.checkout_id, person_id: ada.person_id });
      else assert.equal(newer.code, 'CART_EMPTY');
    }
    await world.settle();
    assert.deepEqual(await world.units(product), [100 - paid, 0, 100 - paid]);
  });

  test('and another one at the same moment end the same older ones without a deadlock', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(500);
    const other = world.openOrders().api;
    for (let i = 0; i < 10; i++) {
      const ada = world.shopper();
      await world.fill(ada, { [product]: 1 });
      const at = (orders: World['orders']) =>
        orders.createCheckout({ checkout_id: world.ids.nextFor(ada.person_id), shopper: ada, ...DELIVERY });
      const outcomes = await Promise.all([1, 2, 3, 4, 5, 6].map(n => at(n % 2 ? world.orders : other)));
      assert.deepEqual(new Set(outcomes.map(code)), new Set(['ok']));
      assert.equal(code(await world.checkOut(ada)), 'ok');
    }
    // Of each person's one is left open, and its hold alone.
    assert.deepEqual(await world.units(product), [500, 10, 490]);
  });
});

describe('checkouts are tidied up', () => {
  test('a sale that a crash left behind is taken back an hour after its checkout has ended', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const checkout = await world.orders.getCheckout({ checkout_id, person_id: ada.person_id });
    assert(checkout.ok);
    const order_id = world.ids.nextFor(ada.person_id);
    await world.place(ada, checkout_id, card('tok_declined'), order_id);
    const { reservation_id } = checkout.value.reservation;
    // As a process would that stalled before its sale, and stopped after it.
    await world.inventory.sellReservation({ reservation_id, product_ids: [product], order_id });
    world.clock.shiftMs += TTL_MS;
    await world.runJob('orders_drop_checkouts');
    await world.runJob('inventory_sweep');
    assert.deepEqual(await world.units(product), [0, 0, 0]);
    world.clock.shiftMs += 3_600_000;
    await world.runJob('orders_drop_checkouts');
    assert.deepEqual(await world.units(product), [1, 0, 1]);
    assert.equal(await stateOf(world, ada.person_id, checkout_id), 'CHECKOUT_RELEASED');
  });

  test('a week after its end it is gone, but for one that is still being paid', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const [ada, eve] = [world.shopper(), world.shopper()];
    const old = await world.checkedOut(ada, { [product]: 1 });
    const paying = await world.checkedOut(eve, { [product]: 1 });
    await world.place(eve, paying, card('tok_visa', { method: 'bank_transfer' }));
    world.clock.shiftMs += 8 * 24 * 3_600_000;
    await world.runJob('orders_drop_checkouts');
    assert.equal(await stateOf(world, ada.person_id, old), 'CHECKOUT_NOT_FOUND');
    assert.equal(await stateOf(world, eve.person_id, paying), 'ok');
  });
});
