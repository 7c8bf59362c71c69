// Goal: a seller sees its own part of confirmed orders and nothing else, and the read model says what the orders say.
// Method: the module with its neighbours; orders of two sellers are placed, shipped, refunded, cancelled and replayed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { card, HOME, ordersWorld, type World } from '../../test/support/orders-world.ts';

const PAGE = { page: 1, page_size: 10 };
const usd = (amount: number) => ({ amount, currency: 'USD' });

/** Two sellers with a product each: 1,000 and 3,000. */
async function market(t: Parameters<typeof ordersWorld>[0], options: Parameters<typeof ordersWorld>[1] = {}) {
  const world = await ordersWorld(t, options);
  const [one, two] = [world.ids.next(), world.ids.next()];
  const ofSeller = (seller_id: string, amount: number) =>
    world.sell(50, { seller: { seller_id, name: 'Shop' }, price: usd(amount), title: `Thing for ${amount}` });
  const [cheap, dear] = [await ofSeller(one, 1_000), await ofSeller(two, 3_000)];
  /** An order of both: two cheap things and a dear one. */
  async function orderOfBoth(): Promise<string> {
    const ada = world.shopper();
    const placed = await world.place(ada, await world.checkedOut(ada, { [cheap]: 2, [dear]: 1 }));
    assert(placed.ok, JSON.stringify(placed));
    await world.drained();
    return placed.value.order.order_id;
  }
  const partsOf = async (order_id: string) => {
    const parts = [one, two].map(seller_id => world.orders.getSellerOrder({ seller_id, order_id }));
    return Promise.all(parts);
  };
  return { ...world, one, two, cheap, dear, orderOfBoth, partsOf };
}

async function recorded({ db }: Pick<World, 'db'>) {
  return db.query<Record<string, unknown>>(sql`
    select seller_id, order_id, is_first, status, units, amount, refunded, guest_email, cancelled_at is null as stands,
      version
    from orders.seller_orders order by order_id, seller_id`);
}

function listed(outcome: Awaited<ReturnType<World['orders']['listSellerOrders']>>): string[] {
  assert(outcome.ok, JSON.stringify(outcome));
  return outcome.value.items.map(order => order.order_id);
}

describe("a seller's part of an order", () => {
  test('has its own items and where they go, and nothing of others, of the whole, or of who pays', async t => {
    const world = await market(t);
    const order_id = await world.orderOfBoth();
    const [own, others] = await world.partsOf(order_id);
    assert(own && others);
    const { history, confirmed_at, ...rest } = own;
    assert.deepEqual(rest, {
      order_id,
      status: 'CONFIRMED',
      items: [
        {
          ...{ product_id: world.cheap, seller_id: world.one, title: 'Thing for 1000', quantity: 2 },
          ...{ unit_price: usd(1_000), subtotal: usd(2_000) },
        },
      ],
      units: 2,
      subtotal: usd(2_000),
      discount: usd(0),
      refunded: usd(0),
      ship_to: { name: HOME.name, city: HOME.city, country: HOME.country },
      shipping_method: 'standard',
    });
    assert.deepEqual(history.at(-1), { status: 'CONFIRMED', at: confirmed_at });
    assert.deepEqual([others.items.map(item => item.product_id), others.subtotal], [[world.dear], usd(3_000)]);
    const order = await world.order(order_id);
    for (const secret of [world.two, world.dear, 'ada@example.test', HOME.line1, `${order!.total.amount}`]) {
      assert.equal(JSON.stringify(own).includes(secret), false, secret);
    }
  });

  test('does not exist for a seller without items in it, nor before it is paid', async t => {
    const world = await market(t);
    const order_id = await world.orderOfBoth();
    const foreign = world.ids.next();
    assert.equal(await world.orders.getSellerOrder({ seller_id: foreign, order_id }), null);
    assert.deepEqual(listed(await world.orders.listSellerOrders({ seller_id: foreign, ...PAGE })), []);
    const declined = await world.buy(world.shopper(), world.cheap, 1, card('tok_declined'));
    assert.equal(declined.ok, false);
    const pending = await world.buy(world.shopper(), world.cheap, 1, card('tok_3ds'));
    assert(pending.ok);
    await world.drained();
    assert.deepEqual(listed(await world.orders.listSellerOrders({ seller_id: world.one, ...PAGE })), [order_id]);
    const { order_id: unpaid } = pending.value.order;
    assert.equal(await world.orders.getSellerOrder({ seller_id: world.one, order_id: unpaid }), null);
  });

  test('is listed newest first, by page, by cursor and by status', async t => {
    const world = await market(t);
    const [first, second, third] = [await world.orderOfBoth(), await world.orderOfBoth(), await world.orderOfBoth()];
    const seller_id = world.two;
    const ask = (more: object) => world.orders.listSellerOrders({ seller_id, page: 1, page_size: 2, ...more });
    const newest = await ask({});
    assert.deepEqual(listed(newest), [third, second]);
    assert.deepEqual(newest.ok && [newest.value.total, newest.value.next_cursor], [3, second]);
    assert.deepEqual(listed(await ask({ page: 2 })), [first]);
    assert.deepEqual(listed(await ask({ cursor: second })), [first]);
    await world.orders.markShipped({ order_id: second! });
    await world.drained();
    assert.deepEqual(listed(await ask({ status: 'SHIPPED' })), [second]);
    assert.deepEqual(listed(await ask({ status: 'CONFIRMED' })), [third, first]);
    assert.deepEqual(listed(await ask({ status: 'PAYMENT_PENDING' })), []);
    assert.deepEqual(await ask({ cursor: 'no' }), { ok: false, code: 'CURSOR_INVALID' });
    assert.deepEqual(await ask({ page: 5_001 }), { ok: false, code: 'PAGE_TOO_DEEP' });
  });

  test('bears refunds of its own items, and its share of an amount', async t => {
    const world = await market(t);
    const order_id = await world.orderOfBoth();
    const refund = (more: object) =>
      world.orders.refundOrder({ refund_id: world.ids.next(), order_id, reason: 'scratched', ...more });
    const ofItem = await refund({ items: [{ product_id: world.dear, quantity: 1 }] });
    assert(ofItem.ok);
    await world.drained();
    const refunded = async () => (await world.partsOf(order_id)).map(part => part?.refunded.amount);
    assert.deepEqual(await refunded(), [0, ofItem.value.amount.amount]);
    assert((await refund({ amount: usd(101) })).ok);
    await world.drained();
    // Of 5,000 sold, 2,000 are the first seller's: 40.4, which the larger remainder of the other leaves at 40.
    assert.deepEqual(await refunded(), [40, ofItem.value.amount.amount + 61]);
    await world.settle();
  });
});

describe('the read model', () => {
  test('follows a cancellation, and keeps a guest by e-mail on one row of the order alone', async t => {
    const world = await market(t);
    const order_id = await world.orderOfBoth();
    const [first, second] = await recorded(world);
    assert.deepEqual([first!.order_id, first!.stands, second!.stands], [order_id, true, true]);
    const marks = [first!, second!].map(row => [row.is_first, row.guest_email]);
    assert.deepEqual(
      marks.sort((a, b) => Number(b[0]) - Number(a[0])),
      [
        [true, 'ada@example.test'],
        [false, null],
      ],
    );
    assert((await world.cancel(order_id)).ok);
    await world.drained();
    const after = await recorded(world);
    assert.deepEqual(
      after.map(row => [row.status, row.stands]),
      [
        ['CANCELLED', false],
        ['CANCELLED', false],
      ],
    );
  });

  test('says the same after all events came again, and after it was lost and they were replayed', async t => {
    const world = await market(t);
    const [shipped, cancelled] = [await world.orderOfBoth(), await world.orderOfBoth()];
    await world.orders.markShipped({ order_id: shipped });
    await world.cancel(cancelled);
    await world.drained();
    const before = await recorded(world);
    assert.equal(before.length, 4);
    await world.module.outbox!.restart('orders_sales', '');
    await world.drained();
    assert.deepEqual(await recorded(world), before);
    await world.db.query(sql`delete from orders.seller_orders`);
    await world.module.outbox!.restart('orders_sales', '');
    await world.drained();
    assert.deepEqual(await recorded(world), before);
    await world.settle();
  });

  test('is filled once with the orders of before, and never overwritten with what is older', async t => {
    const world = await market(t);
    const order_id = await world.orderOfBoth();
    await world.orders.markShipped({ order_id });
    await world.drained();
    const before = await recorded(world);
    await world.db.query(sql`delete from orders.seller_orders`);
    await world.runJob('orders_fill_sales');
    assert.deepEqual(await recorded(world), before);
    await world.db.query(sql`update orders.seller_orders set version = version + 1, status = 'DELIVERED'`);
    await world.module.outbox!.restart('orders_sales', '');
    await world.drained();
    assert.deepEqual(
      (await recorded(world)).map(row => row.status),
      ['DELIVERED', 'DELIVERED'],
    );
    await world.db.query(sql`delete from orders.seller_orders`);
    await world.runJob('orders_fill_sales');
    assert.deepEqual(await recorded(world), []);
  });
});

describe("staff's list", () => {
  test('finds an order by its id, and orders by the e-mail of an account or of a guest', async t => {
    const world = await market(t);
    const guests = await world.orderOfBoth();
    const bob = { ...world.shopper('user'), email: 'bob@example.test' };
    world.join(bob.person_id, 'bob@example.test');
    const bobs = await world.buy(bob, world.cheap);
    assert(bobs.ok);
    await world.drained();
    const find = async (filter: object) => {
      const found = await world.orders.listAllOrders({ ...PAGE, ...filter });
      assert(found.ok, JSON.stringify(found));
      assert.equal(found.value.total, found.value.items.length);
      return found.value.items.map(order => order.order_id);
    };
    const { order_id } = bobs.value.order;
    assert.deepEqual(await find({ text: order_id.toUpperCase() }), [order_id]);
    assert.deepEqual(await find({ text: world.ids.next() }), []);
    assert.deepEqual(await find({ text: ' Bob@Example.test' }), [order_id]);
    assert.deepEqual(await find({ text: 'ADA@example.test' }), [guests]);
    assert.deepEqual(await find({ text: 'ada' }), []);
    assert.deepEqual(await find({ text: "' or 1=1 --@x" }), []);
    assert.deepEqual(await find({ seller_id: world.two }), [guests]);
    assert.deepEqual(await find({ seller_id: world.one }), [order_id, guests]);
    assert.deepEqual(await find({ seller_id: world.one, status: 'CANCELLED' }), []);
    assert.deepEqual(await find({ seller_id: world.one, text: 'bob@example.test', status: 'CONFIRMED' }), [order_id]);
  });

  test('is narrowed to a time, whose end is not included', async t => {
    const world = await market(t);
    const early = await world.orderOfBoth();
    world.clock.shiftMs += 3_600_000;
    const late = await world.orderOfBoth();
    const [from, to] = [(await world.order(early))!.created_at, (await world.order(late))!.created_at];
    const find = async (filter: object) => {
      const found = await world.orders.listAllOrders({ ...PAGE, ...filter });
      return found.ok && found.value.items.map(order => order.order_id);
    };
    assert.deepEqual(await find({ created_from: from }), [late, early]);
    assert.deepEqual(await find({ created_from: from, created_to: to }), [early]);
    assert.deepEqual(await find({ created_from: to }), [late]);
    assert.deepEqual(await find({ created_from: '0048-03-25T14:51:56-16:43' }), [late, early]);
    assert.deepEqual(await find({ created_to: '0048-03-25T14:51:56-16:43' }), []);
    assert.deepEqual(await find({ created_to: from }), []);
  });

  test('counts orders by status', async t => {
    const world = await market(t);
    await world.orderOfBoth();
    await world.cancel(await world.orderOfBoth());
    await world.buy(world.shopper(), world.cheap, 1, card('tok_3ds'));
    const counts = await world.orders.countOrders({});
    assert.deepEqual(
      counts.filter(each => each.count > 0),
      [
        { status: 'PAYMENT_PENDING', count: 1, relation: 'eq' },
        { status: 'CONFIRMED', count: 1, relation: 'eq' },
        { status: 'CANCELLED', count: 1, relation: 'eq' },
      ],
    );
    assert.equal(counts.length, 7);
  });
});
