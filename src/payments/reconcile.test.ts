// Goal: what a gateway's books say otherwise than ours is caught up with, or is seen by a person, and never guessed.
// Method: the module on a real database; the simulator's books are changed past it, as somebody at a gateway's own desk
// would, or ours past their guards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '#platform/sql';
import { type PaymentShop, type PaymentShopOptions, paymentShop, until } from '../../test/support/payment-shop.ts';
import { simulatorGateway } from './simulator/simulator-gateway.ts';

/** Payments as they come: captured, declined, authorised, partly refunded. */
async function usualDay(shop: PaymentShop) {
  const [captured, declined, authorised, refunded] = [
    shop.order(),
    shop.order('tok_declined'),
    shop.order(),
    shop.order(),
  ];
  for (const order of [captured, declined, authorised, refunded]) await shop.api.authorise(order);
  for (const { order_id } of [captured, refunded]) await shop.api.capture({ order_id });
  const { order_id } = refunded;
  await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 1000, reason: '' });
  return { captured, declined, authorised, refunded };
}

/** Runs the schedule as it comes later, and answers the run that it has made. */
async function reconcile(shop: PaymentShop) {
  shop.clock.shiftMs += 180_000;
  await shop.runJob('payments_reconcile');
  const { runs, differences } = await shop.api.getReconciliation({});
  const { state, compared, open, differences: count, problem } = runs[0]!;
  return { run: { state, compared, open, differences: count, problem }, differences };
}

async function chargeOf(shop: PaymentShop, order_id: string): Promise<string> {
  const [charge] = await shop.simulator.books.list({ order_id });
  return charge!.charge_id;
}

/** Something done at the gateway past the shop. */
const byHand = (shop: PaymentShop, operation: 'capture' | 'refund', charge_id: string, amount: number) =>
  shop.simulator.books.ask({ operation, key: `by hand ${shop.ids.next()}`, charge_id, amount });

const agreed = (compared: number) => ({ state: 'done', compared, open: 0, differences: 0, problem: null });

test('books that agree show no difference, and what was compared once is not compared again', async t => {
  const shop = await paymentShop(t);
  await usualDay(shop);
  assert.deepEqual(await reconcile(shop), { run: agreed(4), differences: [] });
  assert.deepEqual(await reconcile(shop), { run: agreed(0), differences: [] });
});

test('a gateway without a list is asked for each payment of ours', async t => {
  const asked: string[] = [];
  const shop = await paymentShop(t, withoutList(asked));
  const { captured, declined, authorised, refunded } = await usualDay(shop);
  assert.deepEqual(await reconcile(shop), { run: agreed(4), differences: [] });
  const ids = [captured, declined, authorised, refunded].map(order => order.order_id);
  assert.deepEqual(asked.toSorted(), ids.toSorted());
});

function withoutList(asked: string[]): PaymentShopOptions {
  return {
    wrapGateway: gateway => {
      const { list: _, ...rest } = gateway;
      return {
        ...rest,
        find(request, signal) {
          asked.push(request.order_id);
          return gateway.find(request, signal);
        },
      };
    },
  };
}

test('what was captured and voided at the gateway by hand is caught up with', async t => {
  const shop = await paymentShop(t);
  const [taken, dropped] = [shop.order(), shop.order()];
  for (const order of [taken, dropped]) await shop.api.authorise(order);
  await byHand(shop, 'capture', await chargeOf(shop, taken.order_id), 2999);
  const charge_id = await chargeOf(shop, dropped.order_id);
  await shop.simulator.books.ask({ operation: 'void', key: 'by hand', charge_id });
  assert.deepEqual(await reconcile(shop), { run: agreed(2), differences: [] });
  assert.equal((await shop.stored(taken.order_id))?.status, 'captured');
  assert.equal((await shop.stored(dropped.order_id))?.status, 'voided');
});

test('a refund that we know nothing of is a difference for a person, until the books agree again', async t => {
  const shop = await paymentShop(t);
  const order = shop.order();
  const { order_id } = order;
  await shop.api.authorise(order);
  await shop.api.capture({ order_id });
  await byHand(shop, 'refund', await chargeOf(shop, order_id), 500);
  const { run, differences } = await reconcile(shop);
  assert.deepEqual(run, { state: 'done', compared: 1, open: 0, differences: 1, problem: null });
  const detail = 'here 0 were refunded, there 500';
  const { found_at, seen_at, ...difference } = differences[0]!;
  assert.deepEqual(difference, { gateway: 'simulator', order_id, kind: 'refunded', detail, resolved_at: null });
  assert.equal(found_at, seen_at);
  assert.equal((await shop.stored(order_id))?.refunded, 0, 'nothing was changed here');
  const entries = await shop.api.getLedgerEntries({ order_id });
  assert.equal(entries.length, 1);

  shop.clock.shiftMs += 3_600_000;
  const stuck = await shop.api.listStuck({});
  const { kind, order_id: of, detail: told } = stuck[0]!;
  assert.deepEqual([stuck.length, kind, of, told], [1, 'books_differ', order_id, `simulator: ${detail}`]);

  // Somebody has set it right.
  await shop.db.query(sql`update payments.payments set refunded = 500, status = 'partially_refunded'`);
  const later = await reconcile(shop);
  assert.equal(later.run.differences, 0);
  assert.notEqual(later.differences[0]!.resolved_at, null);
  assert.deepEqual(await shop.api.listStuck({}), []);
});

test('money that is not on our record is recorded and told', async t => {
  const shop = await paymentShop(t);
  const { order_id, payment_id, person_id, amount, currency } = shop.order();
  const terms = { order_id, payment_id, person_id, amount, currency, method: 'card' as const };
  await shop.simulator.books.ask({ operation: 'authorise', key: `order_${order_id}`, ...terms, token: 'tok_visa' });
  await byHand(shop, 'capture', await chargeOf(shop, order_id), 2999);
  const { run, differences } = await reconcile(shop);
  assert.deepEqual(run, { state: 'done', compared: 1, open: 0, differences: 1, problem: null });
  assert.deepEqual([differences[0]?.kind, differences[0]?.order_id], ['unknown_here', order_id]);
  assert.equal((await shop.stored(order_id))?.status, 'captured');
  assert.deepEqual(await shop.events(order_id), ['payment.authorized', 'payment.captured']);
  const again = await reconcile(shop);
  assert.notEqual(again.differences[0]!.resolved_at, null);
});

test('each way in which two records can differ is named, and changes nothing here', async t => {
  const shop = await paymentShop(t);
  const orders = Array.from({ length: 4 }, () => shop.order());
  for (const order of orders) {
    await shop.api.authorise(order);
    await shop.api.capture(order);
  }
  const [lost, other, dearer, open] = orders.map(order => order.order_id);
  const set = (order_id: string, column: ReturnType<typeof sql>) =>
    shop.db.query(sql`update payments.payments set ${column} where order_id = ${order_id}`);
  await set(other!, sql`gateway_ref = 'ch_of_somebody'`);
  await set(dearer!, sql`amount = 4000, captured = 4000`);
  await set(open!, sql`refunding = 10`);
  await shop.db.query(sql`
    insert into payments.payments (bucket, order_id, payment_id, person_id, amount, currency, method, gateway,
      gateway_ref, status, captured, captured_at, created_at, version)
    select bucket, ${shop.ids.nextFor(lost!)}, gen_random_uuid(), person_id, amount, currency, method, gateway,
      'ch_none', status, captured, captured_at, created_at, 1
    from payments.payments where order_id = ${lost!}`);
  const { run, differences } = await reconcile(shop);
  assert.deepEqual(run, { state: 'done', compared: 5, open: 1, differences: 3, problem: null });
  const told = differences.map(({ kind, detail }) => `${kind}: ${detail.replace(/ch_[\w-]{20,}/, 'ch_theirs')}`);
  assert.deepEqual(told.toSorted(), [
    'terms: an amount of 2999 instead of 4000',
    'terms: another payment of the gateway (ch_theirs) than ours (ch_of_somebody)',
    'unknown_there: here it is captured, there nobody has heard of it',
  ]);
});

test('a gateway that does not answer fails the run, and the next one begins where it began', async t => {
  const state = { isDown: true };
  const shop = await paymentShop(t, {
    wrapGateway: gateway => ({
      ...gateway,
      list: async (request, signal) =>
        state.isDown ? { state: 'unknown', problem: 'down' } : await gateway.list!(request, signal),
    }),
  });
  await usualDay(shop);
  shop.clock.shiftMs += 180_000;
  await assert.rejects(shop.runJob('payments_reconcile'), /simulator does not list its payments/);
  const { runs } = await shop.api.getReconciliation({});
  assert.deepEqual([runs[0]?.state, runs[0]?.problem], ['failed', 'simulator does not list its payments']);
  state.isDown = false;
  assert.deepEqual((await reconcile(shop)).run, agreed(4));
});

test('on demand, over a time that is asked for; a wrong one is refused', async t => {
  const shop = await paymentShop(t);
  await usualDay(shop);
  const nowMs = shop.clock.nowMs();
  const at = (ms: number) => new Date(nowMs + ms).toISOString();
  const started = await shop.api.startReconciliation({ from: at(-60_000), to: at(1_000) });
  assert.ok(started.ok);
  const runs = async () => (await shop.api.getReconciliation({})).runs;
  await until(async () => (await runs())[0]!.state === 'done');
  const [{ run_id, is_scheduled, compared, from, to } = assert.fail('there is no run')] = await runs();
  const asked = {
    run_id: started.value.run_ids[0],
    is_scheduled: false,
    compared: 4,
    from: at(-60_000),
    to: at(1_000),
  };
  assert.deepEqual({ run_id, is_scheduled, compared, from, to }, asked);

  const code = async (input: Parameters<typeof shop.api.startReconciliation>[0]) => {
    const refused = await shop.api.startReconciliation(input);
    return refused.ok ? 'started' : refused.code;
  };
  assert.equal(await code({ from: at(0), to: at(0) }), 'PERIOD_INVALID');
  assert.equal(await code({ from: at(-32 * 86_400_000), to: at(0) }), 'PERIOD_INVALID');
  assert.equal(await code({ gateway: 'nowhere', from: at(-1), to: at(0) }), 'GATEWAY_UNKNOWN');
  assert.equal((await runs()).length, 1);
});

test('over HTTP the simulator lists the same as at its door, a page at a time', async t => {
  const shop = await paymentShop(t);
  for (let i = 0; i < 5; i += 1) await shop.api.authorise(shop.order());
  const period = { from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z', after: null };
  const signal = AbortSignal.timeout(5_000);
  const [gateway] = shop.deps.gateways;
  const overHttp = await gateway!.list!(period, signal);
  const atDoor = await simulatorGateway({ books: shop.simulator.books, secret: 'x' }).list!(period, signal);
  assert.deepEqual(overHttp, atDoor);
  assert.ok(overHttp.state === 'listed' && overHttp.payments.length === 5 && overHttp.next === null);
});
