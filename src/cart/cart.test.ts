// Goal: a person's cart does what the contract says, also when many requests change it at once. Method: the whole
// module over the real in-process hot store; products and stock are plain data that each test sets.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manualClock } from '#platform/clock';
import { createHotStore } from '#platform/hot-store';
import {
  backupInMemory,
  fakeShop,
  guest,
  idOf,
  quantitiesIn,
  runCart,
  SELLER,
  user,
} from '../../test/support/cart-shop.ts';

const START_MS = Date.parse('2026-03-01T12:00:00.000Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function setUp() {
  const shop = fakeShop();
  const clock = manualClock(START_MS);
  const hotStore = createHotStore({ clock });
  const backup = backupInMemory();
  const cart = runCart(shop, { clock, hotStore, backup });
  return { shop, clock, hotStore, backup, cart, api: cart.api };
}

const owner = guest(1);

describe('a cart is shown', () => {
  test('empty, for who never had one', async () => {
    const { api } = setUp();
    assert.deepEqual(await api.getCart({ owner }), {
      cart_id: owner.person_id,
      items: [],
      subtotal: { amount: 0, currency: 'USD' },
      notices: [],
      updated_at: '2026-03-01T12:00:00.000Z',
    });
    assert.deepEqual(await api.countItems({ owner }), { cart_items: 0 });
  });

  test('with products, prices and stock of now, by one question for all lines', async () => {
    const { shop, cart, api } = setUp();
    const [a, b] = [shop.sell(1, { price: 1250 }), shop.sell(2, { price: 300, available: 1 })];
    await cart.add(owner, a, 2);
    await cart.add(owner, b, 1);
    shop.sell(2, { price: 300, available: 0 });
    Object.assign(shop.calls, { getProducts: 0, getAvailability: 0 });
    const shown = await api.getCart({ owner });
    assert.deepEqual(shop.calls, { getProducts: 1, getAvailability: 1, heldUnits: 1 });
    const added_at = '2026-03-01T12:00:00.000Z';
    const usd = (amount: number) => ({ amount, currency: 'USD' });
    assert.deepEqual(shown.items, [
      {
        product_id: a,
        seller_id: SELLER,
        title: 'Product 1',
        quantity: 2,
        price: usd(1250),
        price_snapshot: usd(1250),
        added_at,
        in_stock: true,
      },
      {
        product_id: b,
        seller_id: SELLER,
        title: 'Product 2',
        quantity: 1,
        price: usd(300),
        price_snapshot: usd(300),
        added_at,
        in_stock: false,
      },
    ]);
    assert.deepEqual(shown.subtotal, usd(2800));
    assert.deepEqual(await api.countItems({ owner }), { cart_items: 3 });
  });

  test('a changed price has a notice until the next change, and is the shown one from then on', async () => {
    const { shop, cart, api } = setUp();
    const a = shop.sell(1, { price: 1000 });
    await cart.add(owner, a, 2);
    shop.sell(1, { price: 1200 });
    assert.deepEqual(await api.readForCheckout({ owner }), {
      lines: [{ product_id: a, quantity: 2, shown_price: 1000 }],
    });
    const notices = [{ kind: 'price_changed', product_id: a, from: 1000, to: 1200 }];
    for (let look = 0; look < 3; look++) {
      const shown = await api.getCart({ owner });
      assert.deepEqual(shown.notices, notices);
      assert.equal(shown.subtotal.amount, 2400);
      assert.equal(shown.items[0]!.price_snapshot.amount, 1000);
    }
    assert.deepEqual(await api.readForCheckout({ owner }), {
      lines: [{ product_id: a, quantity: 2, shown_price: 1200 }],
    });
    const after = await cart.add(owner, a, 1);
    assert.deepEqual(after.ok && after.value.notices, []);
  });

  test('a product that is no longer sold stays to be seen, and leaves with the next change', async () => {
    const { shop, cart, api } = setUp();
    const [a, b] = [shop.sell(1), shop.sell(2)];
    await cart.add(owner, a, 2);
    await cart.add(owner, b, 1);
    shop.sell(1, { deleted: true });
    const notices = [{ kind: 'unavailable', product_id: a, from: 0, to: 0 }];
    const shown = await api.getCart({ owner });
    assert.equal(shown.items[0]!.in_stock, false);
    assert.deepEqual(shown.notices, notices);
    assert.deepEqual(await api.getCart({ owner }), shown);
    const after = await cart.add(owner, b, 1);
    assert.ok(after.ok);
    assert.deepEqual(quantitiesIn(after.value), { [b]: 2 });
    assert.deepEqual(after.value.notices, notices);
  });
});

describe('a cart is changed', () => {
  test('above what can be sold: the possible quantity, with a notice', async () => {
    const { shop, cart } = setUp();
    const a = shop.sell(1, { available: 5 });
    await cart.add(owner, a, 3);
    const added = await cart.add(owner, a, 4);
    assert.ok(added.ok);
    assert.deepEqual(quantitiesIn(added.value), { [a]: 5 });
    assert.deepEqual(added.value.notices, [{ kind: 'quantity_reduced', product_id: a, from: 7, to: 5 }]);
  });

  test('each refusal leaves the cart as it was', async () => {
    const { shop, cart, api } = setUp();
    const [a, none] = [shop.sell(1), shop.sell(2, { available: 0 })];
    const deleted = shop.sell(3, { deleted: true });
    await cart.add(owner, a, 1);
    const before = await api.getCart({ owner });
    const outOfStock = { lines: [{ product_id: none, requested: 2, available: 0 }] };
    assert.deepEqual(await cart.add(owner, none, 2), { ok: false, code: 'OUT_OF_STOCK', detail: outOfStock });
    assert.deepEqual(await cart.add(owner, idOf(99), 1), { ok: false, code: 'PRODUCT_NOT_FOUND' });
    assert.deepEqual(await cart.add(owner, deleted, 1), { ok: false, code: 'PRODUCT_NOT_FOUND' });
    const set = { owner, command_id: idOf(1, 9), product_id: none, quantity: 2 };
    assert.deepEqual(await api.setItem(set), { ok: false, code: 'OUT_OF_STOCK', detail: outOfStock });
    assert.deepEqual(await api.getCart({ owner }), before);
  });

  test('a 101st line is refused, and more of the 100 is not', async () => {
    const { shop, cart, api } = setUp();
    const products = Array.from({ length: 101 }, (_, n) => shop.sell(n + 1));
    for (const product of products.slice(0, 100)) assert.ok((await cart.add(owner, product, 1)).ok);
    assert.deepEqual(await cart.add(owner, products[100]!, 1), { ok: false, code: 'CART_FULL' });
    assert.ok((await cart.add(owner, products[0]!, 1)).ok);
    assert.deepEqual(await api.countItems({ owner }), { cart_items: 101 });
  });

  test('a set replaces, a set to 0 and a removal take out, a clearing takes all', async () => {
    const { shop, cart, api } = setUp();
    const [a, b, c] = [shop.sell(1), shop.sell(2), shop.sell(3)];
    for (const product of [a, b, c]) await cart.add(owner, product, 2);
    const command = (n: number) => ({ owner, command_id: idOf(n, 9) });
    await api.setItem({ ...command(1), product_id: a, quantity: 7 });
    assert.deepEqual(await cart.quantities(owner), { [a]: 7, [b]: 2, [c]: 2 });
    await api.setItem({ ...command(2), product_id: a, quantity: 0 });
    assert.deepEqual(quantitiesIn(await api.removeItem({ ...command(3), product_id: b })), { [c]: 2 });
    assert.deepEqual(quantitiesIn(await api.removeItem({ ...command(4), product_id: idOf(99) })), { [c]: 2 });
    assert.deepEqual(quantitiesIn(await api.clearCart(command(5))), {});
  });

  test('parallel adds of two clients sum up, those of different products too', async () => {
    const { shop, cart, hotStore, clock, backup } = setUp();
    const other = runCart(shop, { clock, hotStore, backup });
    const products = [shop.sell(1, { available: 999 }), shop.sell(2), shop.sell(3)];
    const adds = Array.from({ length: 20 }, (_, n) => (n % 2 ? cart : other).add(owner, products[0]!, n + 1));
    const mixed = Array.from({ length: 20 }, (_, n) => (n % 2 ? cart : other).add(owner, products[1 + (n % 2)]!, 1));
    for (const outcome of await Promise.all([...adds, ...mixed])) {
      assert.ok(outcome.ok);
      for (const item of outcome.value.items) assert.equal(item.title.startsWith('Product'), true);
    }
    assert.deepEqual(await cart.quantities(owner), { [products[0]!]: 210, [products[1]!]: 10, [products[2]!]: 10 });
  });

  test('one command sent 30 times at once, and once more later, adds once', async () => {
    const { shop, cart } = setUp();
    const a = shop.sell(1);
    const sent = await Promise.all(Array.from({ length: 30 }, () => cart.add(owner, a, 3, idOf(1, 9))));
    assert.ok(sent.every(outcome => outcome.ok && outcome.value.items[0]!.quantity === 3));
    shop.sell(1, { available: 0 });
    assert.ok((await cart.add(owner, a, 3, idOf(1, 9))).ok);
    assert.deepEqual(await cart.quantities(owner), { [a]: 3 });
  });
});

describe('an order and an erasure', () => {
  test('an order takes its quantities out once, and leaves what was added meanwhile', async () => {
    const { shop, cart, api } = setUp();
    const [a, b, c] = [shop.sell(1), shop.sell(2), shop.sell(3)];
    await cart.add(owner, a, 5);
    await cart.add(owner, b, 1);
    const order = { owner, order_id: idOf(1, 8), lines: [a, b].map(id => ({ product_id: id, quantity: 2 })) };
    await Promise.all([cart.add(owner, c, 1), ...Array.from({ length: 30 }, () => api.takeOrdered(order))]);
    assert.deepEqual(await cart.quantities(owner), { [a]: 3, [c]: 1 });
    await cart.add(owner, b, 2);
    await api.takeOrdered(order);
    assert.deepEqual(await cart.quantities(owner), { [a]: 3, [c]: 1, [b]: 2 });
  });

  test('a forgotten cart is empty in the hot store and in its backup', async () => {
    const { shop, cart, api, backup } = setUp();
    await cart.add(owner, shop.sell(1), 5);
    await api.forgetCart({ owner });
    assert.deepEqual(await cart.quantities(owner), {});
    const [kept] = await backup.load([owner]);
    assert.deepEqual([kept!.cart.lines, kept!.cart.commands, kept!.expires_at], [[], [], '2026-03-01T13:00:00.000Z']);
  });
});

describe('a cart lives', () => {
  test('seven days for a guest and thirty for a user, from the last use', async () => {
    const { shop, cart, clock } = setUp();
    const a = shop.sell(1);
    await cart.add(guest(1), a, 1);
    await cart.add(user(1), a, 1);
    clock.advance(6 * DAY_MS);
    assert.deepEqual(await cart.quantities(guest(1)), { [a]: 1 });
    clock.advance(7 * DAY_MS);
    assert.deepEqual(await cart.quantities(guest(1)), { [a]: 1 });
    clock.advance(7 * DAY_MS + HOUR_MS);
    assert.deepEqual(await cart.quantities(guest(1)), {});
    assert.deepEqual(await cart.quantities(user(1)), { [a]: 1 });
    clock.advance(30 * DAY_MS + HOUR_MS);
    assert.deepEqual(await cart.quantities(user(1)), {});
  });
});
