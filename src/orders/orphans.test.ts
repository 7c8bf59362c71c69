// Goal: money at a gateway that belongs to no order goes back by itself, as after a restore from a backup.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ordersWorld } from '../../test/support/orders-world.ts';

for (const isCaptured of [false, true]) {
  const as = isCaptured ? 'captured' : 'authorised';
  test(`${as} money without an order is found at the gateway and given back, once`, async t => {
    const world = await ordersWorld(t);
    const order_id = world.ids.next();
    const [payment_id, person_id] = [world.ids.nextFor(order_id), world.ids.nextFor(order_id)];
    const terms = { order_id, payment_id, person_id, amount: 1200, currency: 'USD', method: 'card' as const };
    const key = `order_${order_id}`;
    await world.books.ask({ operation: 'authorise', key, ...terms, token: 'tok_visa' });
    const [charge] = await world.books.list({ order_id });
    const { charge_id } = charge!;
    if (isCaptured) {
      await world.books.ask({ operation: 'capture', key: `capture_${order_id}`, charge_id, amount: 1200 });
    }
    world.clock.shiftMs += 180_000;
    for (let i = 0; i < 2; i += 1) {
      await world.runJob('payments_reconcile');
      await world.drained();
    }
    const [{ state, captured, refunded } = assert.fail('the charge is gone')] = await world.books.list({ order_id });
    assert.deepEqual([state, captured, refunded], isCaptured ? ['refunded', 1200, 1200] : ['voided', 0, 0]);
    const [payment] = await world.payments.getPayments({ order_ids: [order_id] });
    assert.equal(payment?.status, isCaptured ? 'refunded' : 'voided');
    assert.deepEqual(await world.ordersOf(order_id), []);
    const entries = await world.payments.getLedgerEntries({ order_id });
    assert.equal(
      entries.reduce((sum, entry) => sum + entry.gateway_clearing.amount, 0),
      0,
    );
    const { differences } = await world.payments.getReconciliation({});
    assert.deepEqual([differences[0]?.kind, differences[0]?.order_id], ['unknown_here', order_id]);
  });
}

test('money of an order that is there is its order’s business', async t => {
  const world = await ordersWorld(t);
  const product = await world.sell(1);
  const bought = await world.buy(world.shopper(), product, 1);
  assert.ok(bought.ok);
  const { order_id } = bought.value.order;
  world.clock.shiftMs += 180_000;
  await world.runJob('payments_reconcile');
  await world.drained();
  assert.deepEqual(await world.charges(order_id), [['captured', bought.value.order.total.amount, 0]]);
  assert.deepEqual((await world.payments.getReconciliation({})).differences, []);
});
