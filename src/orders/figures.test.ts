// Goal: figures are the sum of the orders that stand, of one seller or of all, and every order counts once.
// Method: the module with its neighbours and a clock that is put forward; spans and times are rules, tested alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstIdAt, isId } from '#platform/ids';
import { ordersWorld } from '../../test/support/orders-world.ts';
import { wholeSteps } from './figure-rules.ts';
import { createLiveSales } from './read-figures.ts';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function market(t: Parameters<typeof ordersWorld>[0]) {
  const world = await ordersWorld(t);
  const [one, two] = [world.ids.next(), world.ids.next()];
  const cheap = await world.sell(50, { seller: { seller_id: one, name: 'One' }, title: 'Cheap', price: usd(1_000) });
  const dear = await world.sell(50, { seller: { seller_id: two, name: 'Two' }, title: 'Dear', price: usd(3_000) });
  async function order(lines: Record<string, number>): Promise<string> {
    const ada = world.shopper();
    const placed = await world.place(ada, await world.checkedOut(ada, lines));
    assert(placed.ok, JSON.stringify(placed));
    await world.drained();
    return placed.value.order.order_id;
  }
  const figures = async (step: 'minute' | 'hour' | 'day', seller_id?: string) => {
    const now = world.clock.nowMs();
    const from = new Date(now - 2 * HOUR_MS).toISOString();
    const found = await world.orders.getSalesFigures({ from, to: new Date(now + 1).toISOString(), step, seller_id });
    assert(found.ok, JSON.stringify(found));
    return found.value;
  };
  return { ...world, one, two, cheap, dear, order, figures };
}

describe('figures', () => {
  test('count an order of two sellers once for the shop, and for each its part', async t => {
    const world = await market(t);
    await world.order({ [world.cheap]: 2, [world.dear]: 1 });
    world.clock.shiftMs += HOUR_MS;
    await world.order({ [world.dear]: 2 });
    const shop = await world.figures('hour');
    const sold = shop.steps.filter(step => step.orders > 0);
    assert.deepEqual(
      sold.map(({ orders, units, amount }) => [orders, units, amount]),
      [
        [1, 3, usd(5_000)],
        [1, 2, usd(6_000)],
      ],
    );
    assert.equal(Date.parse(sold[1]!.at) - Date.parse(sold[0]!.at), HOUR_MS);
    assert.equal(shop.steps.length, 3);
    assert.deepEqual(shop.totals, { orders: 2, units: 5, amount: usd(11_000), cancelled: 0, refunded: usd(0) });
    assert.deepEqual(shop.top_products, [
      { product_id: world.dear, title: 'Dear', units: 3, amount: usd(9_000) },
      { product_id: world.cheap, title: 'Cheap', units: 2, amount: usd(2_000) },
    ]);
    const one = await world.figures('hour', world.one);
    assert.deepEqual([one.totals.orders, one.totals.amount], [1, usd(2_000)]);
    assert.deepEqual(
      one.top_products.map(product => product.product_id),
      [world.cheap],
    );
    const foreign = await world.figures('hour', world.ids.next());
    assert.deepEqual([foreign.totals.orders, foreign.totals.amount, foreign.top_products], [0, usd(0), []]);
  });

  test('leave out what was cancelled, and say how much was given back', async t => {
    const world = await market(t);
    const kept = await world.order({ [world.dear]: 1 });
    await world.cancel(await world.order({ [world.cheap]: 1, [world.dear]: 1 }));
    const refund = { refund_id: world.ids.next(), order_id: kept, reason: 'late', amount: usd(500) };
    assert((await world.orders.refundOrder(refund)).ok);
    await world.drained();
    const expected = { orders: 1, units: 1, amount: usd(3_000), cancelled: 1, refunded: usd(500) };
    assert.deepEqual((await world.figures('day')).totals, expected);
    assert.deepEqual((await world.figures('minute', world.two)).totals, expected);
    assert.deepEqual((await world.figures('day')).top_products, [
      { product_id: world.dear, title: 'Dear', units: 1, amount: usd(3_000) },
    ]);
  });

  test('of a span that is empty, backwards or too long are refused', async t => {
    const world = await market(t);
    const [from, to] = ['2026-03-01T00:00:00.000Z', '2026-03-01T06:40:00.001Z'];
    const refused = { ok: false, code: 'FIGURES_SPAN_INVALID' };
    assert.deepEqual(await world.orders.getSalesFigures({ from, to, step: 'minute' }), refused);
    assert.deepEqual(await world.orders.getSalesFigures({ from: to, to: from, step: 'day' }), refused);
    assert.deepEqual(await world.orders.getSalesFigures({ from, to: from, step: 'day' }), refused);
  });

  test('have whole steps in UTC', () => {
    const span = { from: '2026-03-01T01:30:00+01:00', to: '2026-03-01T07:10:00Z' };
    const [from, to] = ['2026-03-01T00:00:00.000Z', '2026-03-01T08:00:00.000Z'];
    assert.deepEqual(wholeSteps({ ...span, step: 'hour' }), { from, to, stepMs: HOUR_MS });
    const day = { from, to: '2026-03-02T00:00:00.000Z', stepMs: DAY_MS };
    assert.deepEqual(wholeSteps({ ...span, step: 'day' }), day);
  });
});

describe('live sales', () => {
  test('are told by the second, after the one that was seen, with the sums of today', async t => {
    const world = await market(t);
    // Tomorrow at noon, so that the day does not end meanwhile.
    const nowMs = world.clock.nowMs();
    world.clock.shiftMs += Math.ceil(nowMs / DAY_MS) * DAY_MS + DAY_MS / 2 - nowMs;
    await world.order({ [world.cheap]: 1 });
    world.clock.shiftMs += 2_000;
    const before = new Date(world.clock.nowMs() - 600_000).toISOString();
    const first = await world.orders.getLiveSales({ after: before });
    assert.equal(first.seconds.length, 120);
    const sold = first.seconds.filter(second => second.orders > 0);
    assert.deepEqual(
      sold.map(({ orders, amount }) => [orders, amount]),
      [[1, usd(1_000)]],
    );
    assert.deepEqual(first.today, { orders: 1, units: 1, amount: usd(1_000) });
    const { at } = first.seconds.at(-1)!;
    assert.deepEqual((await world.orders.getLiveSales({ after: at })).seconds, []);
    world.clock.shiftMs += 2_000;
    const next = await world.orders.getLiveSales({ after: at });
    assert.deepEqual(
      next.seconds.slice(0, 2).map(second => Date.parse(second.at) - Date.parse(at)),
      [1_000, 2_000],
    );
  });

  test('are read once for all who ask within a second, and again after a reading that failed', async () => {
    let [readings, nowMs, fails] = [0, Date.parse('2026-03-01T12:00:00Z'), false];
    const db = {
      query: async () => {
        readings += 1;
        if (fails) throw new Error('the database is away');
        return [];
      },
    };
    const clock = { nowMs: () => nowMs, sleep: async () => {} };
    const live = createLiveSales({ db: db as never, clock, currency: 'USD' });
    const ask = () => live({ after: '2026-03-01T11:00:00Z' });
    await Promise.all([ask(), ask(), ask()]);
    assert.equal(readings, 2);
    nowMs += 999;
    await ask();
    assert.equal(readings, 2);
    nowMs += 1;
    await ask();
    assert.equal(readings, 3);
    nowMs += 1_000;
    fails = true;
    await assert.rejects(ask());
    fails = false;
    await ask();
    assert.equal(readings, 5);
  });
});

test('the first id of a time lies between the ids of before and after', () => {
  const [before, at, after] = [
    firstIdAt(1_772_366_399_999),
    firstIdAt(1_772_366_400_000),
    firstIdAt(1_772_366_400_001),
  ];
  assert.equal(at, '019ca945-0a00-0000-0000-000000000000');
  assert(isId(at) && before < at && at < after);
  assert.equal(firstIdAt(-5), '00000000-0000-0000-0000-000000000000');
});
