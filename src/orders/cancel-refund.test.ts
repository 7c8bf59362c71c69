// Goal: what was taken is given back, money and goods, once and never more, whenever it is asked for. Method: orders in
// each status, parallel cancellations and refunds; afterwards the gateway's books, the stock and every invariant.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { EAST, WEST } from '../../test/support/inventory.ts';
import { card, ordersWorld, type World } from '../../test/support/orders-world.ts';

type Outcome = { ok: boolean; code?: string };
const code = (outcome: Outcome) => (outcome.ok ? 'ok' : outcome.code);

async function bought(world: World, product: string, quantity = 1, payment = card()): Promise<string> {
  const placed = await world.buy(world.shopper(), product, quantity, payment);
  assert(placed.ok, JSON.stringify(placed));
  return placed.value.order.order_id;
}

type Refund = Partial<Parameters<World['orders']['refundOrder']>[0]>;

function refund(world: World, order_id: string, fields: Refund = {}) {
  return world.orders.refundOrder({ refund_id: world.ids.nextFor(order_id), order_id, reason: 'late', ...fields });
}

const usd = (amount: number) => ({ amount, currency: 'USD' });

async function shelves(world: World, product_id: string): Promise<Record<string, number>> {
  const { warehouses } = await world.inventory.getStock({ product_id });
  return Object.fromEntries(warehouses.map(({ warehouse_id, available }) => [warehouse_id, available]));
}

describe('a cancelled order', () => {
  test('that was sold is refunded and goes back to the shelf, however often it is cancelled', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell({ [WEST]: 1, [EAST]: 3 });
    const order_id = await bought(world, product, 4);
    await world.drained();
    assert.deepEqual(await world.units(product), [0, 0, 0]);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => world.cancel(order_id)));
    for (const outcome of outcomes) assert.equal(outcome.ok && outcome.value.status, 'CANCELLED');
    const again = await world.cancel(order_id);
    assert.equal(again.ok && again.value.payment?.status, 'refunded');
    assert.deepEqual(await world.charges(order_id), [['refunded', 4932, 4932]]);
    assert.deepEqual(await shelves(world, product), { [WEST]: 1, [EAST]: 3 });
    assert.deepEqual(await world.eventsOf(order_id), ['order.confirmed', 'order.cancelled']);
    await world.settle();
  });

  test('right after it was confirmed gives its goods and its money back before anybody has followed it', async t => {
    const world = await ordersWorld(t, { isFollowing: false });
    const product = await world.sell(2);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const placed = await world.place(ada, checkout_id);
    assert(placed.ok);
    const { order_id } = placed.value.order;
    assert.deepEqual(await world.units(product), [1, 0, 1]);
    assert.equal(code(await world.cancel(order_id)), 'ok');
    assert.deepEqual(await world.units(product), [2, 0, 2]);
    assert.deepEqual(await world.charges(order_id), [['refunded', 1715, 1715]]);
    assert.equal(code(await world.place(ada, checkout_id)), 'CHECKOUT_RELEASED');
    await world.settle();
    assert.deepEqual(await world.units(product), [2, 0, 2]);
  });

  for (const [name, payment] of [
    ['a challenge is open', card('tok_3ds')],
    ['a bank transfer is under way', card('tok_visa', { method: 'bank_transfer' })],
  ] as const) {
    test(`while ${name} is not charged, even if that is met afterwards`, async t => {
      const world = await ordersWorld(t);
      const product = await world.sell(2);
      const order_id = await bought(world, product, 1, payment);
      const cancelled = await world.cancel(order_id);
      assert.equal(cancelled.ok && cancelled.value.status, 'CANCELLED');
      assert.deepEqual(await world.units(product), [2, 0, 2]);
      const [known] = await world.payments.getPayments({ order_ids: [order_id] });
      await world.books.answerChallenge(known!.gateway_ref!, { isConfirmed: true });
      world.clock.shiftMs += 61_000;
      await world.books.settleDue();
      await world.settle();
      assert.equal((await world.order(order_id))?.status, 'CANCELLED');
      // Voided while it was pending, so that it never became a charge.
      assert.deepEqual(await world.charges(order_id), []);
      assert.deepEqual(await world.units(product), [2, 0, 2]);
      assert.deepEqual(await world.eventsOf(order_id), ['order.cancelled']);
    });
  }

  test('whose void stays unknown is watched until the money is known to be back, even if it had been captured', async t => {
    let isSilent = false;
    const away = (): never => {
      throw new Error('the gateway is away');
    };
    const world = await ordersWorld(t, {
      gatewayTimeoutMs: 50,
      gateway: gateway => ({
        ...gateway,
        async capture(request, signal) {
          const answer = await gateway.capture(request, signal);
          return isSilent ? away() : answer;
        },
        void: async (request, signal) => (isSilent ? away() : gateway.void(request, signal)),
        find: async (request, signal) => (isSilent ? away() : gateway.find(request, signal)),
      }),
    });
    const product = await world.sell(2);
    isSilent = true;
    const order_id = await bought(world, product);
    assert.equal((await world.order(order_id))?.status, 'PAYMENT_PENDING');
    assert.equal(code(await world.cancel(order_id)), 'ok');
    assert.deepEqual(await world.units(product), [2, 0, 2]);
    assert.deepEqual(await world.charges(order_id), [['captured', 1715, 0]]);
    isSilent = false;
    await world.settle();
    assert.deepEqual(await world.charges(order_id), [['refunded', 1715, 1715]]);
    assert.deepEqual(await world.units(product), [2, 0, 2]);
  });

  test('is not one that was shipped, or that is not there', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(2);
    const order_id = await bought(world, product);
    const eve = world.ids.next();
    const foreign = await world.orders.cancelOrder({ order_id, viewer: { kind: 'person', person_id: eve } });
    assert.equal(code(foreign), 'ORDER_NOT_FOUND');
    assert.equal(code(await world.cancel(world.ids.next())), 'ORDER_NOT_FOUND');
    for (const [step, after] of [
      [world.orders.markShipped, 'SHIPPED'],
      [world.orders.markDelivered, 'DELIVERED'],
    ] as const) {
      const moved = await step({ order_id });
      assert.equal(moved.ok && moved.value.status, after);
      assert.equal(code(await world.cancel(order_id)), 'NOT_CANCELLABLE');
      assert.equal(code(await step({ order_id })), 'ok');
    }
    assert.equal(code(await world.orders.markShipped({ order_id })), 'NOT_SHIPPABLE');
    const failed = await world.buy(world.shopper(), product, 1, card('tok_declined'));
    const failedId = !failed.ok && (failed.detail?.order_id as string);
    assert.equal(code(await world.cancel(failedId as string)), 'NOT_CANCELLABLE');
    await world.settle();
    assert.deepEqual(await world.charges(order_id), [['captured', 1715, 0]]);
    assert.deepEqual(await world.units(product), [1, 0, 1]);
  });

  test('races with its own payment 50 times: afterwards money and goods agree', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(100);
    const other = world.openOrders().api;
    let kept = 0;
    for (let i = 0; i < 50; i++) {
      const ada = world.shopper();
      const order_id = world.ids.nextFor(ada.person_id);
      const placing = world.buy(ada, product, 1, card(), order_id);
      // Each a little later than the one before, so that all moments of a payment come by.
      for (let turns = 0; turns < i; turns++) await new Promise(setImmediate);
      let cancelled: Outcome = { ok: false };
      for (let tries = 0; tries < 3 && !cancelled.ok; tries++) {
        const orders = i % 2 ? world.orders : other;
        cancelled = await orders.cancelOrder({ order_id, viewer: { kind: 'staff' } });
      }
      const placed = await placing;
      assert(placed.ok, JSON.stringify(placed));
      if (!cancelled.ok) kept += 1;
    }
    await world.settle();
    const charges = await world.books.list({});
    assert.equal(charges.filter(charge => charge.captured > charge.refunded).length, kept);
    assert.equal(charges.filter(charge => charge.state === 'authorized').length, 0);
    assert.deepEqual(await world.units(product), [100 - kept, 0, 100 - kept]);
  });

  test('races with its shipping 20 times: it is either shipped and paid, or cancelled and refunded', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(100);
    let shipped = 0;
    for (let i = 0; i < 20; i++) {
      const order_id = await bought(world, product);
      const [cancelled, sent] = await Promise.all([world.cancel(order_id), world.orders.markShipped({ order_id })]);
      assert.notEqual(cancelled.ok, sent.ok);
      if (sent.ok) shipped += 1;
    }
    await world.settle();
    assert.deepEqual(await world.units(product), [100 - shipped, 0, 100 - shipped]);
  });
});

describe('a refund', () => {
  test('of items gives their share of price and tax, and the last one takes the remainder', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9, { price: usd(333) });
    const order_id = await bought(world, product, 3);
    // 999 and 599 for shipping; 7.25 %: 72 (72.43) and 43 (43.43).
    assert.equal((await world.order(order_id))?.total.amount, 999 + 599 + 72 + 43);
    const items = [{ product_id: product, quantity: 1 }];
    const shares = [];
    for (let i = 0; i < 3; i++) {
      const given = await refund(world, order_id, { items });
      assert(given.ok);
      shares.push(given.value.amount.amount);
    }
    assert.deepEqual(shares, [357, 357, 357]);
    assert.equal(code(await refund(world, order_id, { items })), 'REFUND_ITEMS_INVALID');
    const rest = await refund(world, order_id);
    assert(rest.ok);
    assert.equal(rest.value.amount.amount, 599 + 43);
    assert.equal(rest.value.order.payment?.status, 'refunded');
    assert.equal(code(await refund(world, order_id)), 'NOT_REFUNDABLE');
    assert.deepEqual(await world.charges(order_id), [['refunded', 1713, 1713]]);
    // Nothing was to go back to the shelf.
    await world.settle();
    assert.deepEqual(await world.units(product), [6, 0, 6]);
  });

  test('restocks to the warehouses that the units came from, once', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell({ [WEST]: 1, [EAST]: 2 });
    const order_id = await bought(world, product, 3);
    await world.drained();
    const refund_id = world.ids.nextFor(order_id);
    const two = { items: [{ product_id: product, quantity: 2 }], restock: true, refund_id };
    const given = await Promise.all(Array.from({ length: 5 }, () => refund(world, order_id, two)));
    for (const one of given) assert.deepEqual(one.ok && one.value.amount, usd(2145));
    assert.equal((await world.units(product))[0], 2);
    await refund(world, order_id, { restock: true });
    assert.deepEqual(await shelves(world, product), { [WEST]: 1, [EAST]: 2 });
    assert.deepEqual(await world.eventsOf(order_id), ['order.confirmed', 'order.refunded', 'order.refunded']);
    assert.deepEqual(await world.charges(order_id), [['refunded', 3860, 3860]]);
    await world.settle();
  });

  test('is refused, and nothing changes, where it is too much, nothing, foreign or of an order without money', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const order_id = await bought(world, product);
    const waiting = await bought(world, product, 1, card('tok_3ds'));
    const foreign = [{ product_id: world.ids.next(), quantity: 1 }];
    const outcomes = [
      await refund(world, order_id, { amount: usd(1716) }),
      await refund(world, order_id, { amount: usd(0) }),
      await refund(world, order_id, { amount: { amount: 1, currency: 'EUR' } }),
      await refund(world, order_id, { items: foreign }),
      await refund(world, order_id, { items: [{ product_id: product, quantity: 2 }] }),
      await refund(world, order_id, { amount: usd(1), items: [{ product_id: product, quantity: 1 }] }),
      await refund(world, waiting),
      await refund(world, world.ids.next()),
    ];
    assert.deepEqual(outcomes.map(code), [
      'REFUND_EXCEEDS_CAPTURED',
      'REFUND_ITEMS_INVALID',
      'CURRENCY_MISMATCH',
      'REFUND_ITEMS_INVALID',
      'REFUND_ITEMS_INVALID',
      'REFUND_ITEMS_INVALID',
      'NOT_REFUNDABLE',
      'ORDER_NOT_FOUND',
    ]);
    assert.deepEqual((await world.order(order_id))?.refunds, []);
    assert.deepEqual(await world.charges(order_id), [['captured', 1715, 0]]);
    await world.cancel(waiting);
    assert.equal(code(await refund(world, waiting)), 'NOT_REFUNDABLE');
    await world.settle();
  });

  test('30 at once from two processes never give back more than was captured', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const order_id = await bought(world, product);
    const other = world.openOrders().api;
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? world.orders : other).refundOrder({
          refund_id: world.ids.nextFor(order_id),
          order_id,
          amount: usd(400),
          reason: '',
        }),
      ),
    );
    assert.equal(outcomes.filter(outcome => outcome.ok).length, 4);
    assert.deepEqual(new Set(outcomes.filter(outcome => !outcome.ok).map(code)), new Set(['REFUND_EXCEEDS_CAPTURED']));
    assert.deepEqual(await world.charges(order_id), [['captured', 1715, 1600]]);
    await world.settle();
  });

  test('that a gateway refuses for good is withdrawn, and the rest may be refunded later', async t => {
    let isRefusing = true;
    const world = await ordersWorld(t, {
      gateway: gateway => ({
        ...gateway,
        refund: async (request, signal) =>
          isRefusing ? { state: 'refused', reason: 'account_closed' } : gateway.refund(request, signal),
      }),
    });
    const product = await world.sell(9);
    const order_id = await bought(world, product);
    assert.equal(code(await refund(world, order_id, { restock: true })), 'NOT_REFUNDABLE');
    assert.deepEqual((await world.order(order_id))?.refunds, []);
    isRefusing = false;
    assert.equal(code(await refund(world, order_id)), 'ok');
    await world.settle();
    assert.deepEqual(await world.units(product), [8, 0, 8]);
  });

  test('with restock before the sale has happened, and a cancellation after it, leave the stock as it was', async t => {
    const world = await ordersWorld(t, { isFollowing: false });
    const product = await world.sell(3);
    const order_id = await bought(world, product, 3);
    const one = { items: [{ product_id: product, quantity: 1 }], restock: true };
    assert.equal(code(await refund(world, order_id, one)), 'ok');
    assert.equal(code(await world.cancel(order_id)), 'ok');
    await world.settle();
    assert.deepEqual(await world.units(product), [3, 0, 3]);
    assert.deepEqual(await world.charges(order_id), [['refunded', 3860, 3860]]);
  });

  test('and a cancellation at once, 20 times, give everything back exactly once', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(40);
    const orderIds = [];
    for (let i = 0; i < 20; i++) {
      const order_id = await bought(world, product, 2);
      orderIds.push(order_id);
      const one = { items: [{ product_id: product, quantity: 1 }], restock: i % 2 === 0 };
      const [, cancelled] = await Promise.all([refund(world, order_id, one), world.cancel(order_id)]);
      assert.equal(cancelled.ok, true);
    }
    await world.settle();
    for (const order_id of orderIds) assert.deepEqual(await world.charges(order_id), [['refunded', 2787, 2787]]);
    assert.deepEqual(await world.units(product), [40, 0, 40]);
  });

  test('that a crash interrupted is ended by a cancellation, and a crash of that one too leaves the rest to the sweeper', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const order_id = await bought(world, product);
    const crash = () => Promise.reject(new Error('crash'));
    const refunding = world.openOrders({ payments: { ...world.payments, refund: crash } }).api;
    const refund_id = world.ids.nextFor(order_id);
    await assert.rejects(refunding.refundOrder({ refund_id, order_id, amount: usd(100), reason: '' }), /crash/);
    // It ends the refund of 100, and stops before the rest.
    const cancelling = world.openOrders({ payments: { ...world.payments, voidPayment: crash } }).api;
    assert.equal(code(await cancelling.cancelOrder({ order_id, viewer: { kind: 'staff' } })), 'ok');
    assert.deepEqual(await world.charges(order_id), [['captured', 1715, 100]]);
    await world.settle();
    assert.deepEqual(await world.charges(order_id), [['refunded', 1715, 1715]]);
    assert.deepEqual(await world.units(product), [9, 0, 9]);
  });

  test('that a crash interrupted goes on although the order was shipped meanwhile', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(9);
    const order_id = await bought(world, product);
    const { api } = world.openOrders({
      payments: { ...world.payments, refund: () => Promise.reject(new Error('crash')) },
    });
    const refund_id = world.ids.nextFor(order_id);
    await assert.rejects(api.refundOrder({ refund_id, order_id, amount: usd(100), reason: '' }), /crash/);
    assert.equal(code(await world.orders.markShipped({ order_id })), 'ok');
    await world.settle();
    assert.deepEqual(await world.charges(order_id), [['captured', 1715, 100]]);
    assert.deepEqual(await world.eventsOf(order_id), ['order.confirmed', 'order.shipped', 'order.refunded']);
  });
});

test("an erased person's orders and checkouts lose name, address and e-mail, and keep their figures", async t => {
  const world = await ordersWorld(t);
  const product = await world.sell(9);
  const [ada, eve] = [world.shopper('user'), world.shopper('user')];
  for (const person of [ada, eve]) {
    const checkout_id = await world.checkedOut(person, { [product]: 1 });
    assert.equal(code(await world.place(person, checkout_id)), 'ok');
  }
  world.erase(ada.person_id);
  await world.drained();
  const [hers] = await world.orders.exportOrders({ person_id: ada.person_id });
  assert.deepEqual([hers?.shipping_address, hers?.billing_address, hers?.total], [null, null, usd(1715)]);
  const [delivery] = await world.orders.getDeliveries({ order_ids: [hers!.order_id] });
  assert.equal(delivery?.email, null);
  const [others] = await world.orders.exportOrders({ person_id: eve.person_id });
  assert.equal(others?.shipping_address?.name, 'Ada');
  const kept = sql`
    select person_id from orders.checkouts where coalesce(email, shipping_address->>'name') is not null`;
  assert.deepEqual(await world.db.query(kept), [{ person_id: eve.person_id }]);
  await world.settle();
});
