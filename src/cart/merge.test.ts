// Goal: a login merges carts without losing or doubling a unit, whoever else is at work and wherever it stops. Method:
// real hot stores; a crash is a hot store that fails after its n-th change, with or without the hot state being lost.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CartOwner } from '#cart';
import { manualClock } from '#platform/clock';
import { createHotStore, type HotStore } from '#platform/hot-store';
import { backupInMemory, fakeShop, guest, idOf, type Running, runCart, user } from '../../test/support/cart-shop.ts';
import type { CartBackup } from './backup.ts';

const merge = (n: number, guestNumber = 1, userNumber = 1) => ({
  merge_id: idOf(n, 7),
  guest_id: guest(guestNumber).person_id,
  user_id: user(userNumber).person_id,
});

function setUp() {
  const shop = fakeShop();
  // It stands still, so that the backup gets only what a merge waits for.
  const clock = manualClock(Date.parse('2026-03-01T12:00:00.000Z'));
  const hotStore = createHotStore({ clock });
  const backup = backupInMemory();
  const products = Array.from({ length: 80 }, (_, n) => shop.sell(n + 1, { available: 999 }));
  return { shop, clock, hotStore, backup, products, cart: runCart(shop, { clock, hotStore, backup }) };
}

/** Adds `quantity` of each product. */
async function fill(cart: Running, owner: CartOwner, products: string[], quantity: number): Promise<void> {
  for (const product of products) assert.ok((await cart.add(owner, product, quantity)).ok);
}

describe('a merge', () => {
  test('sums quantities, tells what it changed, and answers the same when it is repeated', async () => {
    const { shop, cart, products } = setUp();
    const [a, b, c] = products as [string, string, string];
    await fill(cart, guest(1), [a, b], 2);
    await fill(cart, user(1), [c, a], 5);
    shop.sell(1, { available: 6 });
    shop.sell(2, { price: 1500 });
    const notices = [
      { kind: 'quantity_reduced', product_id: a, from: 7, to: 6 },
      { kind: 'price_changed', product_id: b, from: 1000, to: 1500 },
    ];
    assert.deepEqual(await cart.api.mergeCarts(merge(1)), { merged: 2, notices });
    assert.deepEqual(await cart.quantities(user(1)), { [c]: 5, [a]: 6, [b]: 2 });
    assert.deepEqual((await cart.api.getCart({ owner: user(1) })).notices, notices);
    assert.deepEqual(await cart.quantities(guest(1)), {});
    await fill(cart, guest(1), [b], 1);
    assert.deepEqual(await cart.api.mergeCarts(merge(1)), { merged: 2, notices });
    assert.deepEqual(await cart.quantities(user(1)), { [c]: 5, [a]: 6, [b]: 2 });
    assert.deepEqual(await cart.quantities(guest(1)), { [b]: 1 });
  });

  test('of an empty guest cart leaves the user with cart and notices', async () => {
    const { shop, cart, products } = setUp();
    await fill(cart, user(1), [products[0]!], 5);
    shop.sell(1, { price: 1 });
    const before = await cart.api.getCart({ owner: user(1) });
    assert.deepEqual(await cart.api.mergeCarts(merge(1)), { merged: 0, notices: [] });
    assert.deepEqual(await cart.api.getCart({ owner: user(1) }), before);
    assert.equal(before.notices.length, 1);
  });

  test('30 times at once under one id happens once', async () => {
    const { cart, products } = setUp();
    await fill(cart, guest(1), products.slice(0, 3), 2);
    await fill(cart, user(1), products.slice(1, 4), 3);
    const answers = await Promise.all(Array.from({ length: 30 }, () => cart.api.mergeCarts(merge(1))));
    for (const answer of answers) assert.deepEqual(answer, { merged: 3, notices: [] });
    const [a, b, c, d] = products as [string, string, string, string];
    assert.deepEqual(await cart.quantities(user(1)), { [b]: 5, [c]: 5, [d]: 3, [a]: 2 });
  });

  test('two logins at once of a guest with 65 lines keep all 65', async () => {
    const { shop, cart, clock, hotStore, backup, products } = setUp();
    const other = runCart(shop, { clock, hotStore, backup });
    await fill(cart, guest(1), products.slice(0, 65), 2);
    await fill(cart, user(1), products.slice(60, 70), 1);
    const answers = await Promise.all([cart.api.mergeCarts(merge(1)), other.api.mergeCarts(merge(2))]);
    assert.deepEqual(
      answers.map(answer => answer.merged).sort((x, y) => x - y),
      [0, 65],
    );
    const expected = products.slice(60, 65).map(id => [id, 3]);
    const own = products.slice(65, 70).map(id => [id, 1]);
    const brought = products.slice(0, 60).map(id => [id, 2]);
    assert.deepEqual(await cart.quantities(user(1)), Object.fromEntries([...expected, ...own, ...brought]));
  });

  test('of one guest into two people gives the lines to one of them', async () => {
    const { cart, products } = setUp();
    await fill(cart, guest(1), products.slice(0, 5), 2);
    await Promise.all([cart.api.mergeCarts(merge(1, 1, 1)), cart.api.mergeCarts(merge(2, 1, 2))]);
    const both = [await cart.api.countItems({ owner: user(1) }), await cart.api.countItems({ owner: user(2) })];
    assert.deepEqual(
      both.map(({ cart_items }) => cart_items).sort((x, y) => x - y),
      [0, 10],
    );
  });

  test('logins and adds at once lose and double no unit', async () => {
    const { shop, cart, clock, hotStore, backup, products } = setUp();
    const other = runCart(shop, { clock, hotStore, backup });
    const work: Promise<unknown>[] = [];
    for (let n = 0; n < 40; n++) {
      const process = n % 2 ? cart : other;
      work.push(process.add(n % 3 ? guest(1) : user(1), products[n % 5]!, n + 1));
      if (n % 4 === 0) work.push(process.api.mergeCarts(merge(n)));
      if (n % 7 === 0) await Promise.all(work.splice(0, 3));
    }
    await Promise.all(work);
    await cart.api.mergeCarts(merge(100));
    assert.deepEqual(await cart.api.countItems({ owner: user(1) }), { cart_items: 820 });
    assert.deepEqual(await cart.api.countItems({ owner: guest(1) }), { cart_items: 0 });
  });

  test('an order of the guest that is paid after the login takes its units from the user', async () => {
    const { cart, products } = setUp();
    const [a, b] = products as [string, string];
    await fill(cart, guest(1), [a, b], 2);
    await fill(cart, user(1), [a], 1);
    await cart.api.mergeCarts(merge(1));
    await fill(cart, user(1), [b], 3);
    const order = { owner: guest(1), order_id: idOf(1, 8), lines: [a, b].map(id => ({ product_id: id, quantity: 2 })) };
    await Promise.all([cart.api.takeOrdered(order), cart.api.takeOrdered(order)]);
    await cart.api.takeOrdered(order);
    assert.deepEqual(await cart.quantities(user(1)), { [a]: 1, [b]: 3 });
  });
});

/** Everything after the `changes`-th change fails, writes to the backup too, as when the process is no more. */
function crashAfter(changes: number, hotStore: HotStore, backup: CartBackup) {
  let left = changes;
  const alive = <Args extends unknown[], Answer>(work: (...args: Args) => Promise<Answer>) => {
    return async (...args: Args) => {
      if (left < 0) throw new Error('crashed');
      return work(...args);
    };
  };
  const dying: HotStore = {
    ...hotStore,
    get: alive(hotStore.get) as HotStore['get'],
    update: (async (key: string, ttlMs: number, change: (value: unknown) => { value: unknown; answer: unknown }) => {
      left -= 1;
      if (left < 0) throw new Error('crashed');
      return hotStore.update(key, ttlMs, change);
    }) as HotStore['update'],
  };
  return { hotStore: dying, backup: { ...backup, load: alive(backup.load), save: alive(backup.save) } };
}

/** The hot store's changes of one merge: begin, freeze, receive, give. */
const STEPS = 4;

async function half(changes: number): Promise<ReturnType<typeof setUp> & { expected: Record<string, number> }> {
  const setting = setUp();
  const { shop, clock, hotStore, backup, cart, products } = setting;
  const [a, b, c] = products as [string, string, string];
  await fill(cart, guest(1), [a, b], 2);
  await fill(cart, user(1), [a, c], 5);
  await cart.stop!();
  const dying = runCart(shop, { clock, ...crashAfter(changes, hotStore, backup) });
  await assert.rejects(dying.api.mergeCarts(merge(1)), /crashed/);
  return { ...setting, expected: { [a]: 7, [c]: 5, [b]: 2 } };
}

for (let changes = 0; changes < STEPS; changes++) {
  describe(`a merge that stops after ${changes} of its ${STEPS} changes`, () => {
    test('is finished by the next login', async () => {
      const { shop, clock, hotStore, backup, expected } = await half(changes);
      const next = runCart(shop, { clock, hotStore, backup });
      assert.deepEqual(await next.api.mergeCarts(merge(1)), { merged: 2, notices: [] });
      assert.deepEqual(await next.quantities(user(1)), expected);
      assert.deepEqual(await next.quantities(guest(1)), {});
    });

    test('is finished by the next look at either cart, once it was begun', async () => {
      for (const reader of [guest(1), user(1)]) {
        const { shop, clock, hotStore, backup, products, expected } = await half(changes);
        const [a, , c] = products as [string, string, string];
        await runCart(shop, { clock, hotStore, backup }).api.countItems({ owner: reader });
        const after = await runCart(shop, { clock, hotStore, backup }).quantities(user(1));
        assert.deepEqual(after, changes > 0 ? expected : { [a]: 5, [c]: 5 });
      }
    });

    test('and loses the hot state with it, comes to the same sum by a repeat or a new login', async () => {
      for (const mergeNumber of [1, 2]) {
        const { shop, clock, backup, expected } = await half(changes);
        const next = runCart(shop, { clock, backup });
        await next.api.mergeCarts(merge(mergeNumber));
        assert.deepEqual(await next.quantities(user(1)), expected);
        assert.deepEqual(await next.quantities(guest(1)), {});
      }
    });
  });
}
