// Goal: nobody is blocked by their own earlier hold, and one person never has more than a product's limit, however many
// checkouts and buy-nows they begin at once. Method: the module with real stock and carts; crowds of one person.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ordersWorld, TTL_MS, type World } from '../../test/support/orders-world.ts';

const code = (outcome: { ok: boolean; code?: string }) => (outcome.ok ? 'ok' : outcome.code);

function tally(outcomes: { ok: boolean; code?: string }[]): Record<string, number> {
  const told = Map.groupBy(outcomes, code);
  return Object.fromEntries([...told].map(([name, same]) => [name!, same.length]));
}

async function inStock(world: World, person: ReturnType<World['shopper']>): Promise<boolean[]> {
  const { items } = await world.cart.getCart({ owner: { kind: person.kind, person_id: person.person_id } });
  return items.map(item => item.in_stock);
}

describe('who holds the last unit by an open checkout', () => {
  test('sees it in stock in their cart and in the quote, and may check out again; others are refused', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const [ada, eve] = [world.shopper(), world.shopper()];
    await world.fill(eve, { [product]: 1 });
    await world.checkedOut(ada, { [product]: 1 });
    assert.deepEqual([await inStock(world, ada), await inStock(world, eve)], [[true], [false]]);
    assert.deepEqual(await world.orders.getHeldUnits(ada), [{ product_id: product, quantity: 1 }]);
    assert.deepEqual(await world.orders.getHeldUnits(eve), []);
    assert.equal(code(await world.orders.quoteCheckout({ shopper: ada })), 'ok');
    const owner = { kind: ada.kind, person_id: ada.person_id };
    const put = await world.cart.setItem({ owner, product_id: product, quantity: 1, command_id: world.ids.next() });
    assert.equal(put.ok && put.value.items[0]?.quantity, 1);
    assert.equal(code(await world.checkOut(eve)), 'OUT_OF_STOCK');
    const again = await world.checkedOut(ada, {});
    assert.equal(code(await world.place(ada, again)), 'ok');
    assert.deepEqual(await world.orders.getHeldUnits(ada), []);
    assert.deepEqual(await world.units(product), [0, 0, 0]);
  });

  test('is not told of it any more when its payment has begun: no newer checkout would take its place', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const ada = world.shopper();
    const checkout = await world.checkedOut(ada, { [product]: 1 });
    await world.place(ada, checkout, { method: 'card', token: 'tok_3ds' });
    assert.deepEqual(await world.orders.getHeldUnits(ada), []);
    assert.deepEqual(await inStock(world, ada), [false]);
    assert.equal(code(await world.checkOut(ada)), 'OUT_OF_STOCK');
    assert.equal(code(await world.orders.getCheckout({ checkout_id: checkout, person_id: ada.person_id })), 'ok');
    assert.deepEqual(await world.units(product), [1, 1, 0]);
  });

  test('may begin twelve more at the same moment: each takes the place of the one before, and one is left', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    for (let round = 0; round < 10; round += 1) {
      const ada = world.shopper();
      await world.fill(ada, { [product]: 1 });
      const outcomes = await Promise.all(Array.from({ length: 12 }, () => world.checkOut(ada)));
      assert.deepEqual(tally(outcomes), { ok: 12 });
      const states = await Promise.all(
        outcomes.map(outcome => {
          assert(outcome.ok);
          const { checkout_id } = outcome.value;
          return world.orders.getCheckout({ checkout_id, person_id: ada.person_id });
        }),
      );
      assert.deepEqual(tally(states), { ok: 1, CHECKOUT_SUPERSEDED: 11 });
      assert.deepEqual(await world.units(product), [1, 1, 0]);
      await world.orders.supersedeCheckouts(ada);
      assert.deepEqual(await world.units(product), [1, 0, 1]);
    }
  });

  test('may check out again at the moment when its time is over, before the sweeper comes', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const [ada, eve] = [world.shopper(), world.shopper()];
    await world.fill(eve, { [product]: 1 });
    await world.checkedOut(ada, { [product]: 1 });
    world.clock.shiftMs += TTL_MS;
    assert.equal(code(await world.checkOut(eve)), 'OUT_OF_STOCK');
    assert.equal(code(await world.checkOut(ada)), 'ok');
    await world.runJob('inventory_sweep');
    assert.deepEqual(await world.units(product), [1, 1, 0]);
  });

  test('as a guest may sign in: it is given back, so that the user may have it', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(1);
    const [ada, user] = [world.shopper(), world.shopper('user')];
    const checkout_id = await world.checkedOut(ada, { [product]: 1 });
    for (const _ of [1, 2]) await world.orders.supersedeCheckouts(ada);
    const ended = await world.orders.getCheckout({ checkout_id, person_id: ada.person_id });
    assert.equal(code(ended), 'CHECKOUT_SUPERSEDED');
    assert.equal(code(await world.checkOut(user, { [product]: 1 })), 'ok');
    assert.deepEqual(await world.units(product), [1, 1, 0]);
  });
});

describe('one person has at most max_per_person of a product', () => {
  test('by checkouts and buy-nows together, twelve at once, ten times over; what they have is as much as they may', async t => {
    const world = await ordersWorld(t);
    for (let round = 0; round < 10; round += 1) {
      const product = await world.sell(50, { max_per_person: 3 });
      const [ada, eve] = [world.shopper(), world.shopper()];
      await world.fill(ada, { [product]: 1 });
      const wishes = Array.from({ length: 12 }, (_, i) =>
        i % 3 === 0 ? world.checkOut(ada) : world.buy(ada, product),
      );
      const told = tally(await Promise.all(wishes));
      const [total, reserved] = await world.units(product);
      assert.equal(50 - total + reserved, 3, JSON.stringify(told));
      assert.equal(code(await world.buy(ada, product)), 'LIMIT_PER_PERSON');
      assert.equal(code(await world.buy(eve, product, 3)), 'ok');
      assert.equal(code(await world.buy(eve, product)), 'LIMIT_PER_PERSON');
    }
    await world.settle();
  });

  test('by several checkouts, of which each newer one takes the place of the older: it never counts both', async t => {
    const world = await ordersWorld(t);
    const product = await world.sell(50, { max_per_person: 2 });
    const ada = world.shopper();
    await world.fill(ada, { [product]: 2 });
    assert.deepEqual(tally(await Promise.all(Array.from({ length: 8 }, () => world.checkOut(ada)))), { ok: 8 });
    assert.deepEqual(await world.units(product), [50, 2, 48]);
    assert.equal(code(await world.buy(ada, product)), 'LIMIT_PER_PERSON');
    const last = await world.checkedOut(ada, {});
    assert.equal(code(await world.place(ada, last)), 'ok');
    assert.equal(code(await world.buy(ada, product)), 'LIMIT_PER_PERSON');
    assert.deepEqual(await world.units(product), [48, 0, 48]);
  });
});
