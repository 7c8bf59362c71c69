// Goal: what is shown before a checkout is what the checkout then asks for, and looking holds nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DELIVERY, HOME, ordersWorld } from '../../test/support/orders-world.ts';

const code = (outcome: { ok: boolean; code?: string }) => (outcome.ok ? 'ok' : outcome.code);

test('a quote has the sums of the checkout that follows, by each method, and holds nothing', async t => {
  const world = await ordersWorld(t);
  const product = await world.sell(9, { price: { amount: 1999, currency: 'USD' } });
  const ada = world.shopper();
  await world.fill(ada, { [product]: 2 });
  const ship_to = { country: HOME.country, region: HOME.region };
  const quoted = await world.orders.quoteCheckout({ shopper: ada, ship_to });
  assert(quoted.ok);
  assert.deepEqual(await world.units(product), [9, 0, 9]);
  assert.deepEqual(
    quoted.value.methods.map(({ method, shipping_cost, cost, tax, total }) => [
      method,
      shipping_cost.amount,
      cost.amount,
      tax.amount,
      total.amount,
    ]),
    [
      ['standard', 599, 599, 333, 4930],
      ['express', 1499, 1499, 399, 5896],
    ],
  );
  const checkout = await world.checkOut(ada, {});
  assert(checkout.ok);
  const { items, subtotal, discount, shipping_cost, tax, total } = checkout.value;
  assert.deepEqual(quoted.value.items, items);
  const { methods } = quoted.value;
  const chosen = methods.find(({ method }) => method === DELIVERY.shipping_method)!;
  const same = { subtotal, discount, shipping_cost, tax, total };
  assert.deepEqual({ ...chosen, ...same }, chosen);
});

test('without an address it is for where the warehouses are, without tax of a region; a product needs no cart', async t => {
  const world = await ordersWorld(t);
  const product = await world.sell(9, { price: { amount: 1000, currency: 'USD' } });
  const quoted = await world.orders.quoteCheckout({
    shopper: world.shopper(),
    product: { product_id: product, quantity: 3 },
  });
  assert(quoted.ok);
  const { subtotal, shipping_cost, tax } = quoted.value.methods[0]!;
  assert.deepEqual([subtotal.amount, shipping_cost.amount, tax.amount], [3000, 599, 0]);
  assert.deepEqual(await world.units(product), [9, 0, 9]);
});

test('a quote is refused for an empty cart, an unknown product and a price that was not seen, once', async t => {
  const world = await ordersWorld(t);
  const product = await world.sell(9);
  const ada = world.shopper();
  const ask = () => world.orders.quoteCheckout({ shopper: ada });
  assert.equal(code(await ask()), 'CART_EMPTY');
  const unknown = { product_id: world.ids.next(), quantity: 1 };
  assert.equal(code(await world.orders.quoteCheckout({ shopper: ada, product: unknown })), 'PRODUCT_NOT_FOUND');
  await world.fill(ada, { [product]: 1 });
  world.price(product, 1);
  assert.equal(code(await ask()), 'PRICE_CHANGED');
});

test("what was entered is its person's alone, also when the checkout has ended, with the order that lives", async t => {
  const world = await ordersWorld(t);
  const product = await world.sell(3);
  const ada = world.shopper();
  const checkout_id = await world.checkedOut(ada, { [product]: 1 });
  const own = { checkout_id, person_id: ada.person_id };
  const entry = await world.orders.getCheckoutEntry(own);
  assert.deepEqual([entry?.entered.shipping_address, entry?.entered.shipping_method], [HOME, DELIVERY.shipping_method]);
  assert.equal(entry?.order_id, null);
  assert.equal(await world.orders.getCheckoutEntry({ ...own, person_id: world.ids.next() }), null);
  await world.orders.releaseCheckout(own);
  assert.deepEqual(await world.orders.getCheckoutEntry(own), entry);
  const second = await world.checkedOut(ada, { [product]: 1 });
  const placed = await world.place(ada, second);
  assert(placed.ok);
  const taken = await world.orders.getCheckoutEntry({ ...own, checkout_id: second });
  assert.equal(taken?.order_id, placed.value.order.order_id);
});
