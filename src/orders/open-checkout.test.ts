// Goal: a failed order leads its person, and nobody else, to the checkout that still holds its goods. Method: the real
// modules with a simulator, and a clock that is put forward.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { card, ordersWorld, TTL_MS, type World } from '../../test/support/orders-world.ts';

async function declined(world: World) {
  const shopper = world.shopper();
  const checkout_id = await world.checkedOut(shopper, { [await world.sell(5)]: 1 });
  const refused = await world.place(shopper, checkout_id, card('tok_declined'));
  assert(!refused.ok && refused.code === 'PAYMENT_DECLINED');
  const order_id = refused.detail?.order_id as string;
  return { shopper, checkout_id, asked: { order_id, person_id: shopper.person_id } };
}

test('while its hold lasts, the checkout of a failed order is found by its person alone', async t => {
  const world = await ordersWorld(t);
  const { shopper, checkout_id, asked } = await declined(world);
  const open = await world.orders.findOpenCheckout(asked);
  assert.equal(open?.checkout_id, checkout_id);
  assert.ok(Date.parse(open.expires_at) > world.clock.nowMs() + TTL_MS / 2);
  const other = { ...asked, person_id: world.shopper().person_id };
  assert.equal(await world.orders.findOpenCheckout(other), null);
  assert.equal(await world.orders.findOpenCheckout({ ...asked, order_id: world.ids.next() }), null);
  const paid = await world.place(shopper, checkout_id);
  assert(paid.ok);
  assert.equal(await world.orders.findOpenCheckout(asked), null, 'it is paid');
  const order = { ...asked, order_id: paid.value.order.order_id };
  assert.equal(await world.orders.findOpenCheckout(order), null, 'so it is for the order that was');
});

test('when the hold is over there is none, and a buy-now never had one', async t => {
  const world = await ordersWorld(t);
  const { asked } = await declined(world);
  world.clock.shiftMs += 2 * TTL_MS;
  assert.equal(await world.orders.findOpenCheckout(asked), null);
  const shopper = world.shopper();
  const refused = await world.buy(shopper, await world.sell(1), 1, card('tok_declined'));
  assert(!refused.ok);
  const order_id = refused.detail?.order_id as string;
  assert.equal(await world.orders.findOpenCheckout({ order_id, person_id: shopper.person_id }), null);
});
