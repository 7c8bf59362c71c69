// Goal: nobody is told that what their own open checkout holds is gone, and nobody else is told that it is there.
// Method: the module over plain data that says what each person's open checkouts hold, and how often it was asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIds } from '#platform/ids';
import { Unavailable } from '#platform/outcome';
import { backupInMemory, fakeShop, guest, runCart, user } from '../../test/support/cart-shop.ts';

const ids = createIds();
const [ada, eve] = [guest(1), guest(2)];

test('the last unit, held by an open checkout, stays in stock in the cart of its person, and in no other', async () => {
  const shop = fakeShop();
  const cart = runCart(shop, { backup: backupInMemory() });
  const product = shop.sell(1, { available: 1 });
  for (const owner of [ada, eve]) await cart.add(owner, product, 1);
  shop.sell(1, { available: 0 });
  shop.hold(ada, { [product]: 1 });
  const inStock = async (owner: typeof ada) => (await cart.api.getCart({ owner })).items.map(item => item.in_stock);
  assert.deepEqual([await inStock(ada), await inStock(eve)], [[true], [false]]);
});

test('who holds two of two may set one or two in the cart, is clamped to them at three, and keeps the line', async () => {
  const shop = fakeShop();
  const cart = runCart(shop, { backup: backupInMemory() });
  const product = shop.sell(1, { available: 0 });
  shop.hold(ada, { [product]: 2 });
  const set = async (quantity: number) => {
    const changed = await cart.api.setItem({ owner: ada, product_id: product, quantity, command_id: ids.next() });
    return changed.ok && [changed.value.items[0]!.quantity, changed.value.notices];
  };
  assert.deepEqual(await set(1), [1, []]);
  assert.deepEqual(await set(2), [2, []]);
  assert.deepEqual(await set(3), [2, [{ kind: 'quantity_reduced', product_id: product, from: 3, to: 2 }]]);
  const refused = await cart.add(eve, product, 1);
  assert.equal(refused.ok === false && refused.code, 'OUT_OF_STOCK');
  assert.deepEqual(await cart.quantities(eve), {});
});

test('held units count beside those that are free, and only of the same product', async () => {
  const shop = fakeShop();
  const cart = runCart(shop, { backup: backupInMemory() });
  const [one, two] = [shop.sell(1, { available: 3 }), shop.sell(2, { available: 0 })];
  shop.hold(ada, { [one]: 2 });
  assert.equal((await cart.add(ada, one, 9)).ok, true);
  assert.deepEqual(await cart.quantities(ada), { [one]: 5 });
  assert.equal((await cart.add(ada, two, 1)).ok, false);
});

test('what a user holds counts when the cart of a guest is merged into theirs', async () => {
  const shop = fakeShop();
  const cart = runCart(shop, { backup: backupInMemory() });
  const product = shop.sell(1, { available: 1 });
  await cart.add(ada, product, 1);
  shop.sell(1, { available: 0 });
  const grace = user(1);
  shop.hold(grace, { [product]: 1 });
  const merge = { merge_id: ids.next(), guest_id: ada.person_id, user_id: grace.person_id };
  assert.deepEqual(await cart.api.mergeCarts(merge), { merged: 1, notices: [] });
  assert.deepEqual(await cart.quantities(grace), { [product]: 1 });
});

test('as long as there is enough for what is wanted, nobody asks what the person holds', async () => {
  const shop = fakeShop();
  const cart = runCart(shop, { backup: backupInMemory() });
  const product = shop.sell(1, { available: 3 });
  await cart.add(ada, product, 2);
  await cart.add(ada, product, 1);
  await cart.api.getCart({ owner: ada });
  assert.equal(shop.calls.heldUnits, 0);
  await cart.add(ada, product, 1);
  assert.equal(shop.calls.heldUnits, 1);
});

test('while orders are away the cart shows what everybody is shown; what is a bug is told', async () => {
  const shop = fakeShop();
  const product = shop.sell(1, { available: 0 });
  const failing = (error: Error) =>
    runCart({ ...shop, heldUnits: () => Promise.reject(error) }, { backup: backupInMemory() });
  const refused = await failing(new Unavailable('orders are away')).add(ada, product, 1);
  assert.equal(refused.ok === false && refused.code, 'OUT_OF_STOCK');
  await assert.rejects(failing(new Error('a bug')).add(ada, product, 1), /a bug/);
});
