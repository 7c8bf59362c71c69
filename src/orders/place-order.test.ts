// Goal: one checkout becomes one order and one charge, however often and by whom it is placed, and a no changes
// nothing. Method: the module with real stock, carts, payments and the simulator's books on one database.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { EAST, WEST } from '../../test/support/inventory.ts';
import { card, DELIVERY, ordersWorld, type Placing, TTL_MS } from '../../test/support/orders-world.ts';
import { flatRateShipping } from './shipping.ts';

function code(outcome: { ok: boolean; code?: string }): string {
  return outcome.ok ? 'ok' : outcome.code!;
}

function placed(outcome: Placing) {
  assert(outcome.ok, `it was refused: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

describe('a placed checkout', () => {
  test('is a confirmed order: paid once, sold, out of the cart, with its token and its history', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell({ [WEST]: 3, [EAST]: 5 }, { price: { amount: 1999, currency: 'USD' } });
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 4 });
    assert.deepEqual(await world.units(product), [8, 4, 4]);
    const { order, access_token, next_action } = placed(await world.place(ada, checkout_id));
    assert.equal(next_action, null);
    assert.match(access_token, /^[\w-]{22}$/);
    assert.equal(order.status, 'CONFIRMED');
    const { subtotal, discount, shipping_cost, tax, total } = order;
    // Four of 19.99, shipped for free from 50.00, and 7.25 % of 79.96.
    assert.deepEqual(
      [subtotal, discount, shipping_cost, tax, total].map(({ amount }) => amount),
      [7996, 0, 0, 580, 8576],
    );
    assert.deepEqual(
      [order.payment?.status, order.payment?.method, order.payment?.gateway],
      ['captured', 'card', 'simulator'],
    );
    assert.deepEqual(
      order.history.map(({ status }) => status),
      ['CREATED', 'PAYMENT_PENDING', 'CONFIRMED'],
    );
    assert.deepEqual(await world.inCart(ada), {});
    assert.deepEqual(await world.charges(order.order_id), [['captured', 8576, 0]]);
    await world.drained();
    assert.deepEqual(await world.units(product), [4, 0, 4]);
    assert.deepEqual(await world.eventsOf(order.order_id), ['order.confirmed']);
    const [delivery] = await world.orders.getDeliveries({ order_ids: [order.order_id] });
    assert.equal(delivery?.email, 'ada@example.test');
    // Four lie in the east alone, so that one parcel does.
    assert.deepEqual(delivery?.parts, [{ product_id: product, warehouse_id: EAST, quantity: 4 }]);
    await world.settle();
  });

  test('takes from the cart what it ordered, and leaves what was added while it was paid', async t => {
    const world = await ordersWorld(t);
    const [a, b] = [await world.sell(9), await world.sell(9)];
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [a]: 2 });
    await world.fill(ada, { [a]: 1, [b]: 1 });
    const { order } = placed(await world.place(ada, checkout_id));
    assert.deepEqual(
      order.items.map(({ product_id, quantity }) => [product_id, quantity]),
      [[a, 2]],
    );
    await world.drained();
    assert.deepEqual(await world.inCart(ada), { [a]: 1, [b]: 1 });
    assert.deepEqual(await world.units(a), [7, 0, 7]);
    assert.deepEqual(await world.units(b), [9, 0, 9]);
  });

  test('answers the same order to the same command, to another one, and at a later price', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const order_id = world.ids.nextFor(ada.person_id);
    const first = placed(await world.place(ada, checkout_id, card(), order_id));
    world.price(product, 99_999);
    for (const id of [order_id, world.ids.nextFor(ada.person_id)]) {
      const again = placed(await world.place(ada, checkout_id, card('tok_declined'), id));
      assert.deepEqual([again.order.order_id, again.order.total], [order_id, first.order.total]);
      assert.equal(again.access_token, first.access_token);
    }
    assert.equal((await world.ordersOf(checkout_id)).length, 1);
    assert.equal((await world.books.list({})).length, 1);
  });

  test('30 parallel places make one order, one charge and one sale, and all get it', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 2 });
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => world.place(ada, checkout_id)));
    const orderIds = new Set(outcomes.map(outcome => placed(outcome).order.order_id));
    assert.equal(orderIds.size, 1);
    assert.deepEqual(new Set(outcomes.map(outcome => placed(outcome).order.status)), new Set(['CONFIRMED']));
    assert.equal((await world.ordersOf(checkout_id)).length, 1);
    assert.equal((await world.books.list({})).length, 1);
    await world.settle();
    assert.deepEqual(await world.units(product), [7, 0, 7]);
  });

  test('30 parallel places from two processes make one order as well', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const other = world.openOrders().api;
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? other : world.orders).placeOrder({
          order_id: world.ids.nextFor(ada.person_id),
          checkout_id,
          shopper: ada,
          payment: card(),
        }),
      ),
    );
    assert.equal(new Set(outcomes.map(outcome => placed(outcome).order.order_id)).size, 1);
    assert.equal((await world.books.list({})).length, 1);
    await world.settle();
    assert.deepEqual(await world.units(product), [8, 0, 8]);
  });

  test('one command sent to two processes at once is paid once', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(20);
    const other = world.openOrders().api;
    for (let i = 0; i < 10; i++) {
      const ada = world.shopper();
      const checkout_id = await world.checkedOut(ada, { [product]: 1 });
      const command = {
        order_id: world.ids.nextFor(ada.person_id),
        checkout_id,
        shopper: ada,
        payment: card(i % 2 ? 'tok_visa' : 'tok_declined'),
      };
      const outcomes = await Promise.all([world.orders.placeOrder(command), other.placeOrder(command)]);
      assert.deepEqual(outcomes.map(code), i % 2 ? ['ok', 'ok'] : ['PAYMENT_DECLINED', 'PAYMENT_DECLINED']);
      assert.deepEqual(await world.charges(command.order_id).then(list => list.length), i % 2);
      assert.equal((await world.ordersOf(checkout_id)).length, 1);
    }
    await world.settle();
    assert.equal((await world.units(product))[0], 15);
  });

  test('is sold and taken from the cart once, however often its events are delivered', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 2 });
    placed(await world.place(ada, checkout_id));
    await world.drained();
    await world.fill(ada, { [product]: 3 });
    for (const source of [world.module.outbox, world.paymentsModule.outbox]) await source?.restart('orders', '');
    await world.drained();
    await world.settle();
    assert.deepEqual(await world.units(product), [7, 0, 7]);
    assert.deepEqual(await world.inCart(ada), { [product]: 3 });
  });
});

describe('a declined payment', () => {
  test('ends the order and not the checkout: another card under the same hold makes the next one', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const order_id = world.ids.nextFor(ada.person_id);
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(await world.place(ada, checkout_id, card('tok_insufficient_funds'), order_id), {
        ok: false,
        code: 'PAYMENT_DECLINED',
        detail: { reason: 'insufficient_funds', order_id },
      });
    }
    assert.deepEqual(await world.units(product), [1, 1, 0]);
    assert.deepEqual(await world.inCart(ada), { [product]: 1 });
    assert.equal((await world.orders.getCheckout({ checkout_id, person_id: ada.person_id })).ok, true);
    const { order } = placed(await world.place(ada, checkout_id));
    assert.notEqual(order.order_id, order_id);
    const rows = await world.ordersOf(checkout_id);
    assert.deepEqual(
      rows.map(({ status, reason }) => [status, reason]),
      [
        ['PAYMENT_FAILED', 'insufficient_funds'],
        ['CONFIRMED', null],
      ],
    );
    assert.equal((await world.books.list({})).length, 1);
    assert.deepEqual(await world.eventsOf(order_id), ['order.payment_failed']);
    // The old command again: its answer is that of its own order.
    assert.equal(code(await world.place(ada, checkout_id, card('tok_visa'), order_id)), 'PAYMENT_DECLINED');
    await world.settle();
    assert.deepEqual(await world.units(product), [0, 0, 0]);
  });

  test('is the answer to 30 parallel places: all are told of the same order', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const other = world.openOrders().api;
    for (let round = 0; round < 5; round++) {
      const ada = world.shopper();
      const checkout_id = await world.checkedOut(ada, { [product]: 1 });
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          (i % 2 ? other : world.orders).placeOrder({
            order_id: world.ids.nextFor(ada.person_id),
            checkout_id,
            shopper: ada,
            payment: card('tok_declined'),
          }),
        ),
      );
      assert.deepEqual(new Set(outcomes.map(code)), new Set(['PAYMENT_DECLINED']));
      const told = outcomes.map(outcome => (outcome.ok ? '' : (outcome.detail?.order_id as string)));
      assert.equal(new Set(told).size, 1);
      assert.equal((await world.ordersOf(checkout_id)).length, 1);
      await world.orders.releaseCheckout({ checkout_id, person_id: ada.person_id });
    }
    assert.deepEqual(await world.units(product), [1, 0, 1]);
  });

  test('at the capture takes the sale back, gives the money back and lets the checkout be paid again', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const before = await world.orders.getCheckout({ checkout_id, person_id: ada.person_id });
    const order_id = world.ids.nextFor(ada.person_id);
    const failed = await world.place(ada, checkout_id, card('tok_capture_fails'), order_id);
    assert.deepEqual(failed, { ok: false, code: 'PAYMENT_DECLINED', detail: { reason: 'capture_failed', order_id } });
    assert.deepEqual(await world.charges(order_id), [['voided', 0, 0]]);
    const [hold] = (await world.inventory.explainStock({ product_id: product })).open_holds;
    const after = await world.orders.getCheckout({ checkout_id, person_id: ada.person_id });
    assert(before.ok && after.ok);
    // The hold has its first time again, to the second, and the checkout says what is so.
    assert.equal(hold?.expires_at, after.value.reservation.expires_at);
    const movedMs = Date.parse(hold.expires_at) - Date.parse(before.value.reservation.expires_at);
    assert(movedMs >= 0 && movedMs < 1_000, `${movedMs} ms`);
    const { order } = placed(await world.place(ada, checkout_id));
    assert.equal(order.status, 'CONFIRMED');
    await world.settle();
    assert.deepEqual(await world.units(product), [0, 0, 0]);
  });

  test('never takes back the sale of the order that follows it, however slowly it gives its money back', async t => {
    const world = await ordersWorld(t, { isFollowing: false });
    const product = await world.sell(1);
    const ada = world.shopper();
    const hangs = Promise.withResolvers<void>();
    const voiding = Promise.withResolvers<void>();
    const slow = world.openOrders({
      payments: {
        ...world.payments,
        async voidPayment(input) {
          voiding.resolve();
          await hangs.promise;
          return world.payments.voidPayment(input);
        },
      },
    }).api;
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const asked = { checkout_id, shopper: ada, payment: card('tok_capture_fails') };
    const first = slow.placeOrder({ ...asked, order_id: world.ids.nextFor(ada.person_id) });
    await voiding.promise;
    assert.equal(placed(await world.place(ada, checkout_id)).order.status, 'CONFIRMED');
    hangs.resolve();
    assert.equal(code(await first), 'PAYMENT_DECLINED');
    assert.deepEqual(await world.units(product), [0, 0, 0]);
    await world.settle();
    assert.deepEqual(await world.units(product), [0, 0, 0]);
  });

  test('late in the hold leaves five minutes for another card, and the checkout says so', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    world.clock.shiftMs += TTL_MS - 30_000;
    assert.equal(code(await world.place(ada, checkout_id, card('tok_capture_fails'))), 'PAYMENT_DECLINED');
    world.clock.shiftMs += 240_000;
    await world.runJob('inventory_sweep');
    assert.equal(placed(await world.place(ada, checkout_id)).order.status, 'CONFIRMED');
  });
});

describe('a place is refused, and nothing changes, where', () => {
  test('the checkout is unknown or of somebody else', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const [ada, eve] = [world.shopper(), world.shopper()];
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    assert.equal(code(await world.place(eve, checkout_id)), 'CHECKOUT_NOT_FOUND');
    assert.equal(code(await world.place(eve, world.ids.nextFor(eve.person_id))), 'CHECKOUT_NOT_FOUND');
    assert.deepEqual(await world.ordersOf(checkout_id), []);
    assert.deepEqual(await world.books.list({}), []);
    assert.deepEqual(await world.units(product), [1, 1, 0]);
  });

  test('the hold has run out, was given back, or a newer checkout has taken its place', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    const old = await world.checkedOut(ada, { [product]: 1 });
    const released = await world.checkedOut(ada, {});
    const own = { checkout_id: released, person_id: ada.person_id };
    assert.deepEqual(await world.orders.releaseCheckout(own), { ok: true, value: null });
    assert.deepEqual(await world.orders.releaseCheckout(own), { ok: true, value: null });
    assert.deepEqual(await world.units(product), [9, 0, 9]);
    const late = await world.checkedOut(ada, {});
    assert.equal(code(await world.place(ada, old)), 'CHECKOUT_SUPERSEDED');
    assert.equal(code(await world.place(ada, released)), 'CHECKOUT_RELEASED');
    world.clock.shiftMs += TTL_MS;
    assert.equal(code(await world.place(ada, late)), 'RESERVATION_EXPIRED');
    assert.deepEqual(await world.ordersOf(ada.person_id), []);
    assert.deepEqual(await world.books.list({}), []);
    assert.deepEqual(await world.inCart(ada), { [product]: 1 });
    await world.runJob('inventory_sweep');
    assert.deepEqual(await world.units(product), [9, 0, 9]);
  });

  test('the gateway does not exist: no order is made of a checkout, and a buy-now holds nothing', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const nowhere = card('tok_visa', { gateway: 'nowhere' });
    assert.equal(code(await world.place(ada, checkout_id, nowhere)), 'GATEWAY_UNKNOWN');
    assert.equal(code(await world.buy(ada, product, 1, nowhere)), 'GATEWAY_UNKNOWN');
    assert.deepEqual(await world.ordersOf(ada.person_id), []);
    assert.deepEqual(await world.units(product), [9, 1, 8]);
    assert.equal(
      placed(await world.place(ada, checkout_id, card('tok_visa', { gateway: 'simulator' }))).order.status,
      'CONFIRMED',
    );
  });

  test('the hold ends between authorisation and sale: the money goes back', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const ada = world.shopper();
    const { inventory } = world;
    const tooLate = world.openOrders({
      inventory: {
        ...inventory,
        sellReservation: async sale => {
          world.clock.shiftMs += TTL_MS;
          return inventory.sellReservation(sale);
        },
      },
    }).api;
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const order_id = world.ids.nextFor(ada.person_id);
    const asked = { order_id, checkout_id, shopper: ada, payment: card() };
    assert.deepEqual(await tooLate.placeOrder(asked), { ok: false, code: 'RESERVATION_EXPIRED', detail: { order_id } });
    assert.deepEqual(await world.charges(order_id), [['voided', 0, 0]]);
    assert.deepEqual(await world.units(product), [9, 0, 9]);
    assert.deepEqual(await world.inCart(ada), { [product]: 1 });
    assert.equal(code(await world.place(ada, checkout_id)), 'RESERVATION_EXPIRED');
    await world.settle();
  });
});

describe('buy-now', () => {
  test('is an order from one command, and the same one when it is repeated', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(5);
    const ada = world.shopper();
    await world.fill(ada, { [product]: 1 });
    const order_id = world.ids.nextFor(ada.person_id);
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => world.buy(ada, product, 2, card(), order_id)));
    for (const outcome of outcomes) assert.equal(placed(outcome).order.order_id, order_id);
    assert.equal(placed(await world.buy(ada, product, 2, card(), order_id)).order.status, 'CONFIRMED');
    assert.equal((await world.books.list({})).length, 1);
    await world.settle();
    assert.deepEqual(await world.units(product), [3, 0, 3]);
    assert.deepEqual(await world.inCart(ada), { [product]: 1 });
  });

  test('repeated by a new guest after a crash, under the first command, is an order all the same', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(5);
    const [first, second] = [world.shopper(), world.shopper()];
    const order_id = world.ids.nextFor(first.person_id);
    const crashing = world.openOrders({ db: { ...world.db, queryByKey: () => Promise.reject(new Error('cut')) } }).api;
    const asked = { order_id, product_id: product, quantity: 1, ...DELIVERY, payment: card() };
    await assert.rejects(crashing.buyNow({ ...asked, shopper: first }), /cut/);
    assert.equal(placed(await world.orders.buyNow({ ...asked, shopper: second })).order.order_id, order_id);
    await world.settle();
    assert.deepEqual(await world.units(product), [4, 0, 4]);
    const [mine] = await world.orders.exportOrders({ person_id: second.person_id });
    assert.equal(mine?.order_id, order_id);
  });

  test('400 people want 100 units: 100 get one each, 300 are told that it is out of stock', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(100);
    const outcomes = await Promise.all(Array.from({ length: 400 }, () => world.buy(world.shopper(), product)));
    const codes = outcomes.map(code);
    assert.equal(codes.filter(each => each === 'ok').length, 100);
    assert.equal(codes.filter(each => each === 'OUT_OF_STOCK').length, 300);
    await world.settle();
    assert.deepEqual(await world.units(product), [0, 0, 0]);
    assert.equal((await world.books.list({})).length, 100);
  });

  test('gives the hold back at once when the payment is declined or its capture refused', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    for (const token of ['tok_declined', 'tok_capture_fails']) {
      assert.equal(code(await world.buy(ada, product, 1, card(token))), 'PAYMENT_DECLINED');
      assert.deepEqual(await world.units(product), [1, 0, 1]);
    }
    assert.equal(placed(await world.buy(ada, product)).order.status, 'CONFIRMED');
    await world.settle();
  });

  test('is refused without a trace: unknown or deleted product, price, currency, e-mail, stock, limit', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(2);
    const gone = await world.sell(2);
    world.remove(gone);
    const rare = await world.sell(9, { max_per_person: 2 });
    const ada = world.shopper();
    const anonymous = { ...ada, email: null };
    const order_id = () => world.ids.nextFor(ada.person_id);
    const base = { shopper: ada, product_id: product, quantity: 1, ...DELIVERY, payment: card() };
    const { orders } = world;
    const refusals = [
      await world.buy(ada, world.ids.next()),
      await world.buy(ada, gone),
      await orders.buyNow({ ...base, order_id: order_id(), expected_price: { amount: 999, currency: 'USD' } }),
      await orders.buyNow({ ...base, order_id: order_id(), expected_price: { amount: 1000, currency: 'EUR' } }),
      await orders.buyNow({ ...base, order_id: order_id(), shopper: anonymous }),
      await world.buy(ada, product, 3),
      await world.buy(ada, rare, 3),
    ];
    assert.deepEqual(refusals.map(code), [
      'PRODUCT_NOT_FOUND',
      'PRODUCT_NOT_FOUND',
      'PRICE_CHANGED',
      'CURRENCY_MISMATCH',
      'EMAIL_REQUIRED',
      'OUT_OF_STOCK',
      'LIMIT_PER_PERSON',
    ]);
    assert.deepEqual(await world.ordersOf(ada.person_id), []);
    assert.deepEqual(await world.books.list({}), []);
    for (const id of [product, gone]) assert.deepEqual(await world.units(id), [2, 0, 2]);
    assert.deepEqual(await world.units(rare), [9, 0, 9]);
    const right = { amount: 1000, currency: 'USD' };
    assert.equal(code(await orders.buyNow({ ...base, order_id: order_id(), expected_price: right })), 'ok');
  });

  test('of a repeat whose first try left only a hold, which has run out since, is refused', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(2);
    const ada = world.shopper();
    const order_id = world.ids.nextFor(ada.person_id);
    const crashing = world.openOrders({ db: { ...world.db, queryByKey: () => Promise.reject(new Error('cut')) } }).api;
    const asked = { order_id, shopper: ada, product_id: product, quantity: 1, ...DELIVERY, payment: card() };
    await assert.rejects(crashing.buyNow(asked), /cut/);
    assert.deepEqual(await world.units(product), [2, 1, 1]);
    world.clock.shiftMs += TTL_MS;
    assert.equal(code(await world.orders.buyNow(asked)), 'RESERVATION_EXPIRED');
    await world.runJob('inventory_sweep');
    assert.equal(code(await world.orders.buyNow(asked)), 'RESERVATION_EXPIRED');
    assert.deepEqual(await world.units(product), [2, 0, 2]);
    assert.deepEqual(await world.books.list({}), []);
  });
});

test('tax, stock or payment being down never makes an order free or confirmed, and holds nothing', async t => {
  const world = await ordersWorld(t);
  const product = await world.sell(5);
  const down = (): never => {
    throw new Error('down');
  };
  const { inventory, payments, ids } = world;
  const parts = [
    { tax: { rateBasisPoints: down } },
    { shipping: { ...flatRateShipping(), cost: down } },
    { inventory: { ...inventory, reserveStock: down } },
    { payments: { ...payments, authorise: down } },
    { inventory: { ...inventory, sellReservation: down } },
    { payments: { ...payments, capture: down } },
  ];
  for (const [i, part] of parts.entries()) {
    const { api } = world.openOrders(part);
    const ada = world.shopper();
    const order_id = ids.nextFor(ada.person_id);
    const asked = { order_id, shopper: ada, product_id: product, quantity: 1, ...DELIVERY, payment: card() };
    await assert.rejects(api.buyNow(asked), /down/);
    const status = (await world.order(order_id))?.status;
    assert.equal(status, i < 3 ? undefined : 'PAYMENT_PENDING');
    const rows = await world.db.query(sql`select 1 from inventory.holds where person_id = ${ada.person_id}`);
    assert.equal(rows.length, i < 3 ? 0 : 1);
  }
  await world.settle();
  const statuses = await world.db.query<{ status: string; count: number }>(
    sql`select status, count(*) from orders.orders group by status order by status`,
  );
  // The first had never been authorised; the others were, and go on as if nothing had been.
  assert.deepEqual(statuses, [
    { status: 'CONFIRMED', count: 2 },
    { status: 'PAYMENT_FAILED', count: 1 },
  ]);
  assert.deepEqual(await world.units(product), [3, 0, 3]);
});
