// Goal: while the hot store is away carts go on by their backup, and when it is back with what it had, nothing that was
// changed meanwhile is lost and nothing that was removed comes back. Method: a real PostgreSQL, and a hot store that is
// cut off and keeps its state, as a Redis behind a broken network does; two modules over it are two processes.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createHotStore, type HotStore } from '#platform/hot-store';
import { Unavailable } from '#platform/outcome';
import { sql } from '#platform/sql';
import { awayStore } from '../../test/support/away-store.ts';
import { fakeShop, guest, idOf, type Running, runCart, user } from '../../test/support/cart-shop.ts';
import { eventually } from '../../test/support/client.ts';
import { shiftableClock } from '../../test/support/payment-shop.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import type { CartBackup } from './backup.ts';
import { postgresBackup } from './store.ts';
import { keyOf, type StoredCart } from './stored-cart.ts';

const owner = user(1);
const DAY_MS = 24 * 3_600_000;

async function setUp(t: TestContext) {
  // Hooks run in the order of their registration, and the database must outlive the carts.
  const later: (() => Promise<void>)[] = [];
  const running: Running[] = [];
  const { db } = await testDatabase({ after: work => void later.push(work) }, ['cart']);
  t.after(async () => {
    for (const cart of running) await cart.stop!();
    for (const end of later) await end();
  });
  const shop = fakeShop();
  const clock = shiftableClock();
  const backup = postgresBackup({ db, clock });
  const hot = awayStore(createHotStore({ clock }));
  const [a, b] = [shop.sell(1, { available: 999 }), shop.sell(2, { available: 999 })] as const;
  const start = (hotStore: HotStore = hot.store, its: CartBackup = backup) => {
    const cart = runCart(shop, { clock, hotStore, backup: its });
    running.push(cart);
    return cart;
  };
  const unheard = async () => (await db.query(sql`select 1 from cart.backups where unheard`)).length;
  /** What the hot store itself has of a cart. */
  const kept = async (of = owner) => (await hot.store.get<StoredCart>(keyOf(of)))?.lines.map(line => line.quantity);
  /** After a failure it is looked for what was missed once a second. */
  const comeBack = () => {
    hot.comeBack();
    clock.shiftMs += 1_000;
  };
  return { db, clock, backup, hot, start, a, b, unheard, kept, comeBack };
}

describe('while the hot store is away', () => {
  test('a cart is read and changed, and the hot store hears of it before it is asked again', async t => {
    const { hot, start, a, b, unheard, kept, comeBack } = await setUp(t);
    const cart = start();
    await cart.add(owner, a, 2);
    hot.goAway();
    assert.deepEqual(await cart.quantities(owner), { [a]: 2 }, 'what was not backed up yet is there too');
    assert.equal((await cart.add(owner, b, 3)).ok, true);
    await cart.api.removeItem({ owner, command_id: idOf(1, 9), product_id: a });
    assert.deepEqual(await cart.quantities(owner), { [b]: 3 });
    assert.equal(await unheard(), 1);
    hot.comeBack();
    assert.deepEqual(await kept(), [2], 'it has what it had');
    hot.goAway();
    comeBack();
    assert.deepEqual(await cart.quantities(owner), { [b]: 3 });
    assert.deepEqual(await kept(), [3]);
    assert.equal(await unheard(), 0);
    await cart.add(owner, b, 1);
    assert.deepEqual(await kept(), [4], 'it is used again');
    assert.equal(await unheard(), 0);
  });

  test('a command that is repeated, before, in and after the outage, counts once', async t => {
    const { hot, start, a, comeBack } = await setUp(t);
    const cart = start();
    await cart.add(owner, a, 2, idOf(1, 9));
    hot.goAway();
    await cart.add(owner, a, 2, idOf(1, 9));
    await cart.add(owner, a, 3, idOf(2, 9));
    await cart.add(owner, a, 3, idOf(2, 9));
    comeBack();
    await cart.add(owner, a, 3, idOf(2, 9));
    assert.deepEqual(await cart.quantities(owner), { [a]: 5 });
  });

  test('an answer that was lost on the way is found: its change counts once', async t => {
    const { hot, start, a, kept, comeBack } = await setUp(t);
    const cart = start();
    await cart.add(owner, a, 1);
    hot.loseNextAnswer();
    await cart.add(owner, a, 5);
    assert.deepEqual(await cart.quantities(owner), { [a]: 6 });
    comeBack();
    assert.deepEqual(await cart.quantities(owner), { [a]: 6 });
    assert.deepEqual(await kept(), [6]);
  });

  test('changes at once, of two processes, lose none', async t => {
    const { hot, start, a, comeBack } = await setUp(t);
    const processes = [start(), start()];
    hot.goAway();
    await Promise.all(Array.from({ length: 60 }, (_, n) => processes[n % 2]!.add(owner, a, 1)));
    assert.deepEqual(await processes[0]!.quantities(owner), { [a]: 60 });
    comeBack();
    await Promise.all(Array.from({ length: 20 }, (_, n) => processes[n % 2]!.add(owner, a, 1)));
    assert.deepEqual(await processes[1]!.quantities(owner), { [a]: 80 });
  });

  test('a login merges, whichever of its steps is the first to be without the hot store', async t => {
    for (const steps of [0, 1, 2, 3]) {
      const { hot, start, a, b, comeBack } = await setUp(t);
      let left = Number.POSITIVE_INFINITY;
      const update = (async (...args: Parameters<HotStore['update']>) => {
        if (left-- === 0) hot.goAway();
        return await hot.store.update(...args);
      }) as HotStore['update'];
      const cart = start({ ...hot.store, update });
      await cart.add(guest(1), a, 2);
      await cart.add(owner, a, 1);
      await cart.add(owner, b, 1);
      const merge = { merge_id: idOf(1, 7), guest_id: guest(1).person_id, user_id: owner.person_id };
      left = steps;
      assert.deepEqual(await cart.api.mergeCarts(merge), { merged: 1, notices: [] }, `step ${steps}`);
      assert.deepEqual(await cart.quantities(owner), { [a]: 3, [b]: 1 }, `step ${steps}`);
      comeBack();
      await cart.api.mergeCarts(merge);
      assert.deepEqual(await cart.quantities(owner), { [a]: 3, [b]: 1 }, `step ${steps}`);
      assert.deepEqual(await cart.quantities(guest(1)), {}, `step ${steps}`);
    }
  });

  test('what an order took stays taken', async t => {
    const { hot, start, a, comeBack } = await setUp(t);
    const cart = start();
    await cart.add(owner, a, 3);
    hot.goAway();
    const order = { owner, order_id: idOf(1, 8), lines: [{ product_id: a, quantity: 2 }] };
    await cart.api.takeOrdered(order);
    comeBack();
    await cart.api.takeOrdered(order);
    assert.deepEqual(await cart.quantities(owner), { [a]: 1 });
  });

  test('and the backup too, it is an outage, after which everything is as it was', async t => {
    const { backup, hot, start, a } = await setUp(t);
    const away = { isAway: false };
    const guarded = <Args extends unknown[], Answer>(work: (...args: Args) => Promise<Answer>) => {
      return async (...args: Args) => {
        if (away.isAway) throw new Unavailable('the backup is away');
        return await work(...args);
      };
    };
    const failing = { ...backup, load: guarded(backup.load), replace: guarded(backup.replace) };
    const cart = start(hot.store, failing);
    await cart.add(owner, a, 2);
    hot.goAway();
    away.isAway = true;
    await assert.rejects(cart.add(owner, a, 1), Unavailable);
    hot.comeBack();
    away.isAway = false;
    assert.deepEqual(await cart.quantities(owner), { [a]: 2 });
  });
});

describe('when it is back', () => {
  test('the next process tells it what the one that died had changed without it', async t => {
    const { hot, start, a, b, kept, unheard } = await setUp(t);
    const first = start();
    await first.add(owner, a, 2);
    await first.add(guest(2), a, 1);
    hot.goAway();
    await first.api.clearCart({ owner, command_id: idOf(1, 9) });
    await first.add(owner, b, 1);
    hot.comeBack();
    const second = start();
    assert.deepEqual(await second.quantities(guest(2)), { [a]: 1 });
    assert.deepEqual(await kept(), [1], 'told though nobody has asked for this cart');
    assert.deepEqual(await second.quantities(owner), { [b]: 1 });
    assert.equal(await unheard(), 0);
  });

  test('another process that has noticed the outage tells it before it asks', async t => {
    const { hot, start, a, comeBack } = await setUp(t);
    const [one, other] = [start(), start()];
    await one.add(owner, a, 2);
    await other.quantities(owner);
    hot.goAway();
    await one.add(owner, a, 3);
    await other.quantities(guest(1));
    comeBack();
    assert.deepEqual(await other.quantities(owner), { [a]: 5 });
  });

  test('it hears at once of what one answer of it that was late sent by the backup: the next process sees it', async t => {
    const { hot, start, a, kept } = await setUp(t);
    let isLate = false;
    const update = (async (...args: Parameters<HotStore['update']>) => {
      if (!isLate) return await hot.store.update(...args);
      isLate = false;
      throw new Unavailable('too late');
    }) as HotStore['update'];
    const [one, other] = [start({ ...hot.store, update }), start()];
    await other.quantities(owner);
    await one.add(owner, a, 1);
    isLate = true;
    await one.add(owner, a, 2);
    assert.deepEqual(await kept(), [3]);
    await other.add(owner, a, 4);
    assert.deepEqual(await one.quantities(owner), { [a]: 7 });
  });

  test('it hears of everything within a second, though nobody asks for a cart', async t => {
    const { hot, start, a, kept, unheard } = await setUp(t);
    const cart = start();
    await cart.add(owner, a, 1);
    hot.goAway();
    await cart.add(owner, a, 2);
    hot.comeBack();
    await eventually('the hot store has heard of it', async () => (await unheard()) === 0);
    assert.deepEqual(await kept(), [3]);
  });

  test('empty, carts come from their backup as ever', async t => {
    const { clock, hot, start, a, unheard } = await setUp(t);
    const cart = start();
    hot.goAway();
    await cart.add(owner, a, 2);
    const restarted = start(createHotStore({ clock }));
    assert.deepEqual(await restarted.quantities(owner), { [a]: 2 });
    assert.equal(await unheard(), 0);
  });

  test('a change that is still on its way to the backup is not passed by a later one', async t => {
    const { backup, hot, start, a, b, comeBack } = await setUp(t);
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const replace: CartBackup['replace'] = async batch => {
      asked.resolve();
      await goOn.promise;
      return await backup.replace(batch);
    };
    const cart = start(hot.store, { ...backup, replace });
    await cart.add(owner, a, 1);
    hot.goAway();
    const slow = cart.add(owner, a, 2);
    await asked.promise;
    comeBack();
    const later = cart.add(owner, b, 1);
    await cart.quantities(guest(1));
    goOn.resolve();
    assert.deepEqual([(await slow).ok, (await later).ok], [true, true]);
    assert.deepEqual(await cart.quantities(owner), { [a]: 3, [b]: 1 });
    await cart.stop!();
    assert.deepEqual(await start(createHotStore({ clock: systemClock })).quantities(owner), { [a]: 3, [b]: 1 });
  });

  test('a cart that was forgotten without it is forgotten there, however long that took', async t => {
    const { db, clock, hot, start, a, kept, comeBack } = await setUp(t);
    const cart = start();
    await cart.add(owner, a, 2);
    hot.goAway();
    await cart.api.forgetCart({ owner });
    clock.shiftMs += DAY_MS;
    const [job] = cart.jobs!;
    assert.equal(await job!.run(new AbortController().signal), 0);
    comeBack();
    await cart.quantities(guest(1));
    assert.equal(await kept(), undefined);
    assert.equal(await job!.run(new AbortController().signal), 1);
    assert.deepEqual(await db.query(sql`select 1 from cart.backups`), []);
  });

  test('in part, as a cluster without one of its nodes: only the carts of that one go by the backup', async t => {
    const { hot, start, a, unheard } = await setUp(t);
    const isLost = (key: string) => key === keyOf(user(1));
    let isAway = true;
    const partly = <Args extends [string, ...unknown[]], Answer>(work: (...args: Args) => Promise<Answer>) => {
      return async (...args: Args) => {
        if (isAway && isLost(args[0])) throw new Unavailable('its node is away');
        return await work(...args);
      };
    };
    const { get, update, setIfAbsent } = hot.store;
    const cart = start({
      ...hot.store,
      get: partly(get) as HotStore['get'],
      update: partly(update) as HotStore['update'],
      setIfAbsent: partly(setIfAbsent),
    });
    for (const each of [user(1), user(2), user(1), user(2)]) await cart.add(each, a, 1);
    assert.equal(await unheard(), 1);
    assert.deepEqual(await cart.quantities(user(1)), { [a]: 2 });
    assert.deepEqual(await cart.quantities(user(2)), { [a]: 2 });
    isAway = false;
    await cart.add(user(1), a, 1);
    assert.deepEqual(await cart.quantities(user(1)), { [a]: 3 });
    assert.equal(await unheard(), 0, 'a cart that was changed here is told of when it is next used');
  });
});
