// Goal: while a payment's outcome is unknown the goods stay with it, and it ends in one truth, whoever brings the news.
// Method: the module with the simulator's tokens; time-outs are short, the shopper's answer and the bank's are told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { card, ordersWorld, type Placing, TTL_MS, type World } from '../../test/support/orders-world.ts';

const challenge = card('tok_3ds');
const transfer = card('tok_visa', { method: 'bank_transfer' });

function pending(outcome: Placing) {
  assert(outcome.ok && outcome.value.next_action !== null, `it is not pending: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

async function answerChallenge(world: World, order_id: string, isConfirmed: boolean): Promise<void> {
  const [payment] = await world.payments.getPayments({ order_ids: [order_id] });
  await world.books.answerChallenge(payment!.gateway_ref!, { isConfirmed });
}

/** As the gateway's webhook does: the payment is asked for, and tells by its event. */
async function news(world: World, order_id: string): Promise<void> {
  await world.payments.settlePayment({ order_id });
  await world.drained();
}

async function status(world: World, order_id: string): Promise<string | undefined> {
  return (await world.order(order_id))?.status;
}

describe('a time-out', () => {
  for (const token of ['tok_timeout_charged', 'tok_timeout_not_charged', 'tok_flaky']) {
    test(`${token} ends as one confirmed order with one charge`, async t => {
      const world = await ordersWorld(t, { gatewayTimeoutMs: 150 });
      const product = await world.sell(2);
      const ada = world.shopper();
      const checkout_id = await world.checkedOut(ada, { [product]: 1 });
      const outcomes = await Promise.all([1, 2, 3].map(() => world.place(ada, checkout_id, card(token))));
      const orderIds = new Set(outcomes.map(outcome => (outcome.ok ? outcome.value.order.order_id : outcome.code)));
      assert.equal(orderIds.size, 1);
      const [order_id] = [...orderIds] as [string];
      await world.settle();
      assert.equal(await status(world, order_id), 'CONFIRMED');
      assert.deepEqual(await world.charges(order_id), [['captured', 1715, 0]]);
      assert.equal((await world.books.list({})).length, 1);
      assert.deepEqual(await world.units(product), [1, 0, 1]);
    });
  }

  test('that lasts is told as "wait", holds the goods past their time, and ends when the gateway answers', async t => {
    let isSilent = true;
    const world = await ordersWorld(t, {
      gatewayTimeoutMs: 50,
      gateway: gateway => ({
        ...gateway,
        async authorise(request, signal) {
          const answer = await gateway.authorise(request, signal);
          if (isSilent) throw new Error('the answer was lost');
          return answer;
        },
        async find(request, signal) {
          if (isSilent) throw new Error('the gateway is away');
          return gateway.find(request, signal);
        },
      }),
    });
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const first = pending(await world.place(ada, checkout_id));
    const { order_id } = first.order;
    assert.deepEqual([first.order.status, first.next_action], ['PAYMENT_PENDING', { type: 'wait' }]);
    assert.equal(pending(await world.place(ada, checkout_id)).order.order_id, order_id);
    for (let minutes = 0; minutes < 40; minutes += 5) {
      world.clock.shiftMs += 5 * 60_000;
      await world.runJob('orders_sweep');
      await world.runJob('inventory_sweep');
    }
    assert.deepEqual(await world.units(product), [1, 1, 0]);
    assert.equal(await status(world, order_id), 'PAYMENT_PENDING');
    assert.deepEqual(await world.orders.listStuck({}), []);
    for (let tries = 0; tries < 10; tries += 1) {
      world.clock.shiftMs += 60_000;
      await world.runJob('orders_sweep');
    }
    const [stuck] = await world.orders.listStuck({});
    assert.deepEqual([stuck?.order_id, stuck?.status], [order_id, 'PAYMENT_PENDING']);
    isSilent = false;
    await world.settle();
    assert.equal(await status(world, order_id), 'CONFIRMED');
    assert.deepEqual(await world.orders.listStuck({}), []);
    assert.deepEqual(await world.charges(order_id), [['captured', 1715, 0]]);
    assert.deepEqual(await world.inCart(ada), {});
  });

  test('of the capture leaves the order pending and the goods sold to it, until the gateway tells', async t => {
    let isSilent = true;
    const world = await ordersWorld(t, {
      gatewayTimeoutMs: 50,
      gateway: gateway => ({
        ...gateway,
        async capture(request, signal) {
          const answer = await gateway.capture(request, signal);
          if (isSilent) throw new Error('the answer was lost');
          return answer;
        },
      }),
    });
    const product = await world.sell(1);
    const ada = world.shopper();
    const { order } = pending(await world.buy(ada, product));
    assert.deepEqual(await world.units(product), [0, 0, 0]);
    isSilent = false;
    world.clock.shiftMs += TTL_MS;
    await world.settle();
    assert.equal(await status(world, order.order_id), 'CONFIRMED');
    assert.deepEqual(await world.charges(order.order_id), [['captured', 1715, 0]]);
    assert.deepEqual(await world.units(product), [0, 0, 0]);
  });
});

describe('a challenge', () => {
  test('that is met confirms the order: sold, and out of the cart', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(2);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const { order, next_action, access_token } = pending(await world.place(ada, checkout_id, challenge));
    assert.equal(next_action?.type, 'redirect');
    assert.equal(access_token.length, 22);
    assert.deepEqual(await world.inCart(ada), { [product]: 1 });
    await answerChallenge(world, order.order_id, true);
    await news(world, order.order_id);
    assert.equal(await status(world, order.order_id), 'CONFIRMED');
    await world.drained();
    assert.deepEqual(await world.units(product), [1, 0, 1]);
    assert.deepEqual(await world.inCart(ada), {});
    await world.settle();
  });

  test('that is failed ends the order, and the checkout is paid by another card', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const { order } = pending(await world.place(ada, checkout_id, challenge));
    world.clock.shiftMs += TTL_MS - 60_000;
    await world.runJob('orders_sweep');
    await answerChallenge(world, order.order_id, false);
    await news(world, order.order_id);
    assert.equal(await status(world, order.order_id), 'PAYMENT_FAILED');
    assert.deepEqual(await world.eventsOf(order.order_id), ['order.payment_failed']);
    // The hold was kept for the challenge, and what is left of it is the checkout's.
    world.clock.shiftMs += 90_000;
    const again = await world.place(ada, checkout_id);
    assert.equal(again.ok && again.value.order.status, 'CONFIRMED');
    await world.settle();
    assert.deepEqual(await world.units(product), [0, 0, 0]);
  });

  test('that nobody ends keeps the goods no longer than a hold lasts, and late money goes back', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const { order } = pending(await world.buy(ada, product, 1, challenge));
    for (let minutes = 0; minutes < 14; minutes += 1) {
      world.clock.shiftMs += 60_000;
      await world.runJob('orders_sweep');
      await world.runJob('inventory_sweep');
    }
    assert.deepEqual(await world.units(product), [1, 1, 0]);
    world.clock.shiftMs += 90_000;
    await world.runJob('orders_sweep');
    const [row] = await world.ordersOf(order.order_id);
    assert.deepEqual([row?.status, row?.reason], ['PAYMENT_FAILED', 'not_completed']);
    assert.deepEqual(await world.units(product), [1, 0, 1]);
    await answerChallenge(world, order.order_id, true);
    await world.settle();
    assert.equal(await status(world, order.order_id), 'PAYMENT_FAILED');
    for (const [state] of await world.charges(order.order_id)) assert.equal(state, 'voided');
  });

  test('in one tab does not keep 30 places in others waiting: all are told where it is', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    const places = Array.from({ length: 30 }, () => world.place(ada, checkout_id, challenge));
    const told = (await Promise.all(places)).map(pending);
    assert.equal(new Set(told.map(({ order }) => order.order_id)).size, 1);
    assert.deepEqual(new Set(told.map(({ next_action }) => next_action?.type)), new Set(['redirect']));
    assert.equal((await world.ordersOf(checkout_id)).length, 1);
  });
});

describe('a bank transfer', () => {
  for (const [token, ending] of [
    ['tok_visa', 'CONFIRMED'],
    ['tok_declined', 'PAYMENT_FAILED'],
  ] as const) {
    test(`by ${token} waits for the bank and ends ${ending}`, async t => {
      const world = await ordersWorld(t);
      const product = await world.sell(1);
      const ada = world.shopper();
      const { order } = pending(await world.buy(ada, product, 1, { ...transfer, token }));
      world.clock.shiftMs += 61_000;
      await world.books.settleDue();
      await news(world, order.order_id);
      assert.equal(await status(world, order.order_id), ending);
      await world.settle();
      assert.deepEqual(await world.units(product), ending === 'CONFIRMED' ? [0, 0, 0] : [1, 0, 1]);
    });
  }

  test('may last for hours: its goods are held, and nobody is called for it', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const { order } = pending(await world.buy(world.shopper(), product, 1, transfer));
    for (let tries = 0; tries < 36; tries += 1) {
      world.clock.shiftMs += 5 * 60_000;
      await world.runJob('orders_sweep');
      await world.runJob('inventory_sweep');
    }
    assert.deepEqual(await world.units(product), [1, 1, 0]);
    assert.deepEqual(await world.orders.listStuck({}), []);
    await world.books.settleDue();
    await world.settle();
    assert.equal(await status(world, order.order_id), 'CONFIRMED');
    assert.deepEqual(await world.units(product), [0, 0, 0]);
  });

  test('that comes after its hold has run out, with nobody looking, is given back', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const { order } = pending(await world.buy(world.shopper(), product, 1, transfer));
    world.clock.shiftMs += TTL_MS + 60_000;
    await world.runJob('inventory_sweep');
    assert.deepEqual(await world.units(product), [1, 0, 1]);
    await world.books.settleDue();
    await news(world, order.order_id);
    const [row] = await world.ordersOf(order.order_id);
    assert.deepEqual([row?.status, row?.reason], ['PAYMENT_FAILED', 'RESERVATION_EXPIRED']);
    assert.deepEqual(await world.charges(order.order_id), [['voided', 0, 0]]);
    await world.settle();
  });
});

test('an order that the sweeper takes up while it is being paid very slowly is not charged: its checkout is paid by another one', async t => {
  const world = await ordersWorld(t);
  const product = await world.sell(1);
  const ada = world.shopper();
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = world.openOrders({
    payments: {
      ...world.payments,
      async authorise(input) {
        begun.resolve();
        await goOn.promise;
        return world.payments.authorise(input);
      },
    },
  }).api;
  const checkout_id = await world.checkedOut(ada, { [product]: 1 });
  const order_id = world.ids.nextFor(ada.person_id);
  const placing = slow.placeOrder({ order_id, checkout_id, shopper: ada, payment: card() });
  await begun.promise;
  world.clock.shiftMs += 61_000;
  await world.runJob('orders_sweep');
  const second = await world.place(ada, checkout_id);
  assert.equal(second.ok && second.value.order.status, 'CONFIRMED');
  goOn.resolve();
  const first = await placing;
  assert.deepEqual([first.ok, !first.ok && first.code], [false, 'PAYMENT_DECLINED']);
  await world.settle();
  assert.deepEqual(
    (await world.ordersOf(checkout_id)).map(row => row.status),
    ['PAYMENT_FAILED', 'CONFIRMED'],
  );
  // The void came first: what was set aside after it is let go at once.
  assert.deepEqual(await world.charges(order_id), [['voided', 0, 0]]);
  assert.deepEqual(await world.units(product), [0, 0, 0]);
});
