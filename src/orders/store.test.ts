// Goal: each statement keeps its promise while others run: a checkout is taken once, a step is made once.
// Method: the statements alone on PostgreSQL (15 and 18), many at once on connections of their own.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createIds } from '#platform/ids';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { createOutbox } from '#platform/outbox';
import { type Database, sql } from '#platform/sql';
import { testDatabase } from '../../test/support/postgres.ts';
import * as checkouts from './checkout-store.ts';
import * as list from './list-store.ts';
import * as store from './store.ts';
import { createOrderWriter } from './write-orders.ts';

const ids = createIds();
const AT = '2026-03-01T12:00:00.000Z';
const LATER = '2026-03-01T12:15:00.000Z';
const totals = { subtotal: 1000, discount: 0, shipping_cost: 599, tax: 116, total: 1715 };

function frozen(person_id: string) {
  const product_id = ids.next();
  const line = { product_id, seller_id: ids.next(), title: 'Thing', quantity: 1, unit_price: 1000 };
  return {
    ...totals,
    person_id,
    person_kind: 'guest' as const,
    email: 'ada@example.test',
    lines: [{ ...line, discount: 0, tax: 73 }],
    reservation_id: ids.nextFor(person_id),
    parts: [{ product_id, warehouse_id: ids.next(), quantity: 1 }],
    shipping_address: null,
    billing_address: null,
    shipping_method: 'standard' as const,
  };
}

function checkout(person_id: string, fields: Partial<checkouts.CheckoutRow> = {}): checkouts.CheckoutRow {
  const times = { expires_at: LATER, created_at: AT };
  return {
    checkout_id: ids.nextFor(person_id),
    state: 'open',
    order_id: null,
    ...times,
    ...frozen(person_id),
    ...fields,
  };
}

function orderOf(of: checkouts.CheckoutRow, fields: Partial<store.OrderRow> = {}): store.OrderRow {
  const { checkout_id, state: _state, expires_at: _expires, order_id: _order, created_at: _created, ...rest } = of;
  const life = { reason: null, refunds: [], refunded: 0, version: 1, tries: 0, deadline_at: LATER };
  return {
    ...rest,
    ...life,
    order_id: ids.nextFor(of.person_id),
    checkout_id,
    kind: 'checkout',
    status: 'PAYMENT_PENDING',
    history: [
      { status: 'CREATED', at: AT },
      { status: 'PAYMENT_PENDING', at: AT },
    ],
    created_at: AT,
    updated_at: AT,
    ...fields,
  };
}

async function opened(db: Database): Promise<checkouts.CheckoutRow> {
  const row = checkout(ids.next());
  await checkouts.openCheckout(db, row, []);
  return row;
}

async function ordered(db: Database, fields: Partial<store.OrderRow> = {}) {
  const row = await opened(db);
  const order = orderOf(row, fields);
  assert.deepEqual(await store.insertOrders(db, [{ order, after: null }]), new Set([order.order_id]));
  return { checkout: row, order };
}

const failing: Omit<store.Transition, 'order_id'> = {
  from: ['PAYMENT_PENDING'],
  to: 'PAYMENT_FAILED',
  at: AT,
  reason: 'declined',
  deadline_at: null,
  checkout_state: 'open',
};

async function stateOf(db: Database, { checkout_id }: checkouts.CheckoutRow) {
  const [row] = await checkouts.readCheckouts(db, [checkout_id]);
  return [row?.state, row?.order_id];
}

function times<Value>(count: number, work: (i: number) => Promise<Value>): Promise<Value[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => work(i)));
}

describe('insertOrders', () => {
  test('writes and reads an order as it was', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const { checkout: row, order } = await ordered(db);
    assert.deepEqual(await store.readOrders(db, [order.order_id]), [order]);
    assert.deepEqual(await stateOf(db, row), ['paying', order.order_id]);
  });

  test('takes a checkout once: in one statement, by 20 at once, and again', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const row = await opened(db);
    const taken = await times(20, () =>
      store.insertOrders(db, [
        { order: orderOf(row), after: null },
        { order: orderOf(row), after: null },
      ]),
    );
    const winners = taken.flatMap(each => [...each]);
    assert.equal(winners.length, 1);
    assert.deepEqual(await stateOf(db, row), ['paying', winners[0]]);
    assert.deepEqual(await store.insertOrders(db, [{ order: orderOf(row), after: winners[0]! }]), new Set());
    const [count] = await db.query<{ count: number }>(sql`select count(*) from orders.orders`);
    assert.equal(count?.count, 1);
  });

  test('groups with the same checkouts in opposite order wait for each other without a deadlock', async t => {
    const { db } = await testDatabase(t, ['orders']);
    for (let round = 0; round < 10; round++) {
      const rows = await times(30, () => opened(db));
      const groups = await times(6, i => {
        const orders = rows.map(row => ({ order: orderOf(row), after: null }));
        return store.insertOrders(db, i % 2 ? orders : orders.reverse());
      });
      assert.equal(groups.flatMap(each => [...each]).length, 30);
    }
  });

  test('follows only the order that was seen to have failed', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const { checkout: row, order } = await ordered(db);
    await store.moveOrders(db, [{ ...failing, order_id: order.order_id }]);
    assert.deepEqual(await stateOf(db, row), ['open', order.order_id]);
    assert.deepEqual(await store.insertOrders(db, [{ order: orderOf(row), after: null }]), new Set());
    // The very order again, which has failed: it must not take the checkout with it.
    assert.deepEqual(await store.insertOrders(db, [{ order, after: order.order_id }]), new Set());
    assert.deepEqual(await stateOf(db, row), ['open', order.order_id]);
    const next = orderOf(row);
    const inserted = await store.insertOrders(db, [{ order: next, after: order.order_id }]);
    assert.deepEqual(inserted, new Set([next.order_id]));
    assert.deepEqual(await stateOf(db, row), ['paying', next.order_id]);
  });

  test('and a newer checkout: one of the two wins', async t => {
    const { db } = await testDatabase(t, ['orders']);
    for (let round = 0; round < 30; round++) {
      const row = await opened(db);
      const order = orderOf(row);
      const newer = checkout(row.person_id);
      const [inserted, ended] = await Promise.all([
        store.insertOrders(db, [{ order, after: null }]),
        checkouts.openCheckout(db, newer, [row.checkout_id]),
      ]);
      assert.equal(inserted.size + ended.length, 1);
      const [state] = await stateOf(db, row);
      assert.equal(state, inserted.size === 1 ? 'paying' : 'superseded');
      assert.equal((await store.readOrders(db, [order.order_id])).length, inserted.size);
      assert.deepEqual(await stateOf(db, newer), ['open', null]);
    }
  });

  test('a buy-now needs no checkout, and is inserted once', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const row = checkout(ids.next());
    const order_id = ids.nextFor(row.person_id);
    const order = orderOf(row, { order_id, checkout_id: order_id, kind: 'buy_now' });
    const inserted = await times(10, () => store.insertOrders(db, [{ order, after: null }]));
    assert.equal(inserted.flatMap(each => [...each]).length, 1);
  });

  test('a second living order of a checkout is refused by the table itself', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const { checkout: row } = await ordered(db);
    await db.query(sql`update orders.checkouts set state = 'open', order_id = null`);
    assert.deepEqual(await store.insertOrders(db, [{ order: orderOf(row), after: null }]), new Set());
    assert.deepEqual(await stateOf(db, row), ['open', null]);
  });
});

describe('moveOrders', () => {
  test('makes a step once, of 20 at once', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const { order } = await ordered(db);
    const moved = await times(20, i => {
      const to = i % 2 ? ('CONFIRMED' as const) : ('CANCELLED' as const);
      return store.moveOrders(db, [{ ...failing, order_id: order.order_id, to, checkout_state: null }]);
    });
    assert.equal(moved.flat().length, 1);
    const [row] = await store.readOrders(db, [order.order_id]);
    assert.deepEqual(row, moved.flat()[0]);
    assert.deepEqual([row?.version, row?.history.length, row?.history.at(-1)?.at], [2, 3, AT]);
  });

  test('moves many orders in opposite orders at once without a deadlock, each once', async t => {
    const { db } = await testDatabase(t, ['orders']);
    for (let round = 0; round < 10; round++) {
      const orders = await times(30, () => ordered(db));
      const steps = orders.map(({ order }) => ({ ...failing, order_id: order.order_id }));
      const moved = await times(6, i => store.moveOrders(db, i % 2 ? steps : steps.toReversed()));
      assert.equal(moved.flat().length, 30);
    }
  });

  test('opens the checkout of the order that had it, until its hold ends, and no other one', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const { checkout: row, order } = await ordered(db);
    await db.query(sql`update orders.checkouts set order_id = ${ids.nextFor(row.person_id)}`);
    await store.moveOrders(db, [{ ...failing, order_id: order.order_id }]);
    assert.equal((await stateOf(db, row))[0], 'paying');
    const other = await ordered(db);
    for (const [id, ends, expected] of [
      [other.order.order_id, '2026-03-01T12:20:00.000Z', '2026-03-01T12:20:00.000Z'],
      [(await ordered(db)).order.order_id, '2026-03-01T12:05:00.000Z', LATER],
      [(await ordered(db)).order.order_id, null, LATER],
    ] as const) {
      await store.moveOrders(db, [{ ...failing, order_id: id, checkout_expires_at: ends }]);
      const [moved] = await store.readOrders(db, [id]);
      const [opened] = await checkouts.readCheckouts(db, [moved!.checkout_id]);
      assert.deepEqual([opened?.state, opened?.expires_at], ['open', expected]);
    }
  });

  test('keeps a deadline where it is told to, and sets it otherwise', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const { order } = await ordered(db, { tries: 3 });
    const { order_id } = order;
    const step = { ...failing, order_id, checkout_state: null };
    const [kept] = await store.moveOrders(db, [{ ...step, to: 'CONFIRMED', deadline_at: 'kept' }]);
    assert.deepEqual([kept?.deadline_at, kept?.tries], [LATER, 0]);
    const [set] = await store.moveOrders(db, [{ ...step, from: ['CONFIRMED'], to: 'SHIPPED', deadline_at: AT }]);
    assert.equal(set?.deadline_at, AT);
  });
});

describe('the writer', () => {
  function writerOn(db: Database) {
    const deps = {
      ...{ db, clock: systemClock, ids, random: Math.random, metrics: createMetrics() },
      ...{ log: createLog({ level: 'silent' }), events: { listen: () => () => {} } },
    };
    return createOrderWriter(deps, createOutbox({ ...deps, schema: 'orders' }));
  }

  const event = (type: string) => (row: store.OrderRow) => [
    { aggregate_id: row.order_id, version: row.version, type, data: {} },
  ];

  test('takes two steps of one order in one group, in order, each with its event', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const writer = writerOn(db);
    const row = await opened(db);
    const order = orderOf(row);
    const step = { ...failing, order_id: order.order_id, checkout_state: null };
    const created = await Promise.all([writer.create(order, null), writer.create(orderOf(row), null)]);
    assert.deepEqual(created, [true, false]);
    const results = await Promise.all([
      writer.move({ ...step, to: 'CONFIRMED' }, event('order.confirmed')),
      writer.move({ ...step, from: ['CONFIRMED'], to: 'CANCELLED' }, event('order.cancelled')),
      writer.move({ ...step, from: ['CONFIRMED'], to: 'SHIPPED' }, event('order.shipped')),
    ]);
    const [confirmed, cancelled, shipped] = results;
    assert.deepEqual([confirmed?.status, cancelled?.status, shipped], ['CONFIRMED', 'CANCELLED', null]);
    const events = await db.query(sql`select type, version from orders.outbox order by event_id`);
    assert.deepEqual(events, [
      { type: 'order.confirmed', version: 2 },
      { type: 'order.cancelled', version: 3 },
    ]);
    await writer.stop();
  });

  test('finds what was applied after the answer was lost, and applies nothing twice', async t => {
    const { db } = await testDatabase(t, ['orders']);
    let lost = 0;
    const lossy: Database = {
      ...db,
      async transaction(work) {
        const value = await db.transaction(work);
        if (lost++ % 2 === 0) throw Object.assign(new Error('Connection ended'), { code: '08006' });
        return value;
      },
    };
    const writer = writerOn(lossy);
    const orders = (await times(8, () => opened(db))).map(row => orderOf(row));
    assert.deepEqual(new Set(await Promise.all(orders.map(order => writer.create(order, null)))), new Set([true]));
    lost = 0;
    const moved = await Promise.all(
      orders.map(({ order_id }) => writer.move({ ...failing, order_id }, event('order.payment_failed'))),
    );
    assert.deepEqual(new Set(moved.map(row => row?.version)), new Set([2]));
    const [told] = await db.query<{ count: number }>(sql`select count(*) from orders.outbox`);
    assert.equal(told?.count, 8);
    await writer.stop();
  });
});

describe('takeDueOrders', () => {
  test('lends each order to one of two sweepers until its next time', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const orders = await times(40, i => ordered(db, { deadline_at: i < 30 ? AT : i < 35 ? LATER : null }));
    const NEXT = '2026-03-01T12:01:00.000Z';
    const taken = (await times(8, () => store.takeDueOrders(db, { now: AT, next: NEXT, limit: 7 }))).flat();
    for (let rest = 1; rest > 0; ) {
      const more = await store.takeDueOrders(db, { now: AT, next: NEXT, limit: 7 });
      assert(more.length <= 7);
      taken.push(...more);
      rest = more.length;
    }
    const due = orders.slice(0, 30).map(({ order }) => order.order_id);
    assert.deepEqual(taken.map(row => row.order_id).sort(), due.sort());
    assert.deepEqual(new Set(taken.map(row => `${row.tries} ${row.deadline_at}`)), new Set([`1 ${NEXT}`]));
  });

  test('a deadline is set only in the status that it is for, and cleared only at the version that was seen', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const { order } = await ordered(db);
    const { order_id } = order;
    await store.setDeadline(db, { order_id, status: 'PAYMENT_PENDING', deadline_at: LATER, tries: 2 });
    const seen = async () => {
      const [row] = await store.readOrders(db, [order_id]);
      return [row?.deadline_at, row?.tries];
    };
    await store.setDeadline(db, { order_id, status: 'CONFIRMED', deadline_at: null });
    await store.clearDeadline(db, { order_id, version: 2 });
    assert.deepEqual(await seen(), [LATER, 2]);
    await store.setDeadline(db, { order_id, status: 'PAYMENT_PENDING', deadline_at: AT });
    assert.deepEqual(await seen(), [AT, 2]);
    await store.setDeadline(db, { order_id, status: 'PAYMENT_PENDING', deadline_at: AT, tries: 0 });
    assert.deepEqual(await seen(), [AT, 0]);
    await store.clearDeadline(db, { order_id, version: 1 });
    assert.deepEqual(await seen(), [null, 0]);
  });
});

describe('checkouts', () => {
  test('are ended once, by the newer one that opens in their place or by their person', async t => {
    const { db } = await testDatabase(t, ['orders']);
    for (let round = 0; round < 20; round++) {
      const person = ids.next();
      const older = [checkout(person), checkout(person), checkout(person)];
      for (const row of older) await checkouts.openCheckout(db, row, []);
      const idsOfOlder = older.map(row => row.checkout_id);
      const ended = await Promise.all([
        checkouts.openCheckout(db, checkout(person), idsOfOlder),
        checkouts.openCheckout(db, checkout(person), idsOfOlder.toReversed()),
        checkouts.endOpenCheckouts(db, idsOfOlder, 'released'),
      ]);
      assert.deepEqual(
        ended
          .flat()
          .map(row => row.checkout_id)
          .sort(),
        idsOfOlder.sort(),
      );
      const left = await checkouts.readOlderCheckouts(db, person, AT);
      assert.equal(left.filter(row => row.state === 'open').length, 2);
    }
  });

  test('opened twice with one id stay as they were first', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const row = await opened(db);
    await checkouts.openCheckout(db, { ...row, email: 'eve@example.test' }, []);
    assert.deepEqual(await checkouts.readCheckouts(db, [row.checkout_id]), [row]);
    assert.deepEqual(await checkouts.readOlderCheckouts(db, row.person_id, LATER), []);
  });

  test('that a payment has touched are ended when they are forgotten, and dropped when they are old', async t => {
    const { db } = await testDatabase(t, ['orders']);
    const untouched = await opened(db);
    const { checkout: paying } = await ordered(db);
    const { checkout: declined, order } = await ordered(db);
    await store.moveOrders(db, [{ ...failing, order_id: order.order_id }]);
    const before = '2026-03-01T13:00:00.000Z';
    assert.deepEqual(await checkouts.endForgottenCheckouts(db, LATER, 10), []);
    const ended = await checkouts.endForgottenCheckouts(db, before, 10);
    assert.deepEqual(
      ended.map(row => row.checkout_id),
      [declined.checkout_id],
    );
    assert.deepEqual(await checkouts.endForgottenCheckouts(db, before, 10), []);
    assert.equal(await checkouts.dropOldCheckouts(db, before, 1), 1);
    assert.equal(await checkouts.dropOldCheckouts(db, before, 10), 1);
    const left = await checkouts.readCheckouts(
      db,
      [untouched, paying, declined].map(row => row.checkout_id),
    );
    assert.deepEqual(
      left.map(row => row.checkout_id),
      [paying.checkout_id],
    );
  });
});

test('lists are pages by newest first, of one person, one status or one product', async t => {
  const { db } = await testDatabase(t, ['orders']);
  const person = ids.next();
  const mine: string[] = [];
  let product = '';
  for (let i = 0; i < 5; i++) {
    const row = checkout(person);
    await checkouts.openCheckout(db, row, []);
    const order = orderOf(row);
    await store.insertOrders(db, [{ order, after: null }]);
    mine.unshift(order.order_id);
    product = row.lines[0]!.product_id;
  }
  const { order: other } = await ordered(db, { status: 'CONFIRMED' });
  const idsOf = (rows: store.OrderRow[]) => rows.map(row => row.order_id);
  const slice = { before: null, offset: 1, limit: 2 };
  assert.deepEqual(idsOf(await store.readOrdersOf(db, person, slice)), mine.slice(1, 3));
  const after = { before: mine[2]!, offset: 0, limit: 9 };
  assert.deepEqual(idsOf(await store.readOrdersOf(db, person, after)), mine.slice(3));
  assert.equal(await store.countOrdersOf(db, person, 4), 4);
  const all = { before: null, offset: 0, limit: 9 };
  assert.deepEqual(idsOf(await list.readAllOrders(db, { status: 'CONFIRMED' }, all)), [other.order_id]);
  assert.deepEqual(idsOf(await list.readAllOrders(db, { product_id: product }, all)), [mine[0]]);
  assert.deepEqual(idsOf(await list.readAllOrders(db, { product_id: ids.next() }, all)), []);
  assert.equal(await list.countAllOrders(db, {}, 100), 6);
  const keyOf = (id: string) => `${id.slice(-2)} ${id}`;
  const sorted = [...mine, other.order_id].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  assert.deepEqual(idsOf(await store.readOrdersAfter(db, sorted[1]!, 3)), sorted.slice(2, 5));
  const [stuck] = await db.query<{ order_id: string }>(
    sql`update orders.orders set tries = 10 where order_id = ${mine[0]} returning order_id`,
  );
  assert.deepEqual(idsOf(await store.readStuckOrders(db, 10)), [stuck?.order_id]);
});

test('forgetPerson takes names, addresses and e-mails from that person alone', async t => {
  const { db } = await testDatabase(t, ['orders']);
  const [ada, eve] = [await ordered(db), await ordered(db)];
  await store.forgetPerson(db, ada.checkout.person_id);
  const rows = await store.readOrders(db, [ada.order.order_id, eve.order.order_id]);
  assert.deepEqual(
    new Map(rows.map(row => [row.person_id, row.email])).get(eve.checkout.person_id),
    'ada@example.test',
  );
  const [checkoutRow] = await checkouts.readCheckouts(db, [ada.checkout.checkout_id]);
  assert.deepEqual(
    [rows.find(row => row.person_id === ada.checkout.person_id)?.email, checkoutRow?.email],
    [null, null],
  );
});
