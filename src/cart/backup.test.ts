// Goal: a lost hot store loses no cart, and nothing that was removed comes back. Method: a real PostgreSQL behind the
// module; a kill is a new hot store; the clock stands still, so that each write to the backup is asked for by the test.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { CartOwner } from '#cart';
import { manualClock } from '#platform/clock';
import { createHotStore } from '#platform/hot-store';
import { sql } from '#platform/sql';
import { fakeShop, guest, idOf, runCart, user } from '../../test/support/cart-shop.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import type { Backup, CartBackup } from './backup.ts';
import { postgresBackup } from './store.ts';
import { emptyCart } from './stored-cart.ts';

const START_MS = Date.parse('2026-03-01T12:00:00.000Z');
const DAY_MS = 24 * 3_600_000;
const owner = user(1);

async function setUp(t: TestContext) {
  const { db } = await testDatabase(t, ['cart']);
  const shop = fakeShop();
  const clock = manualClock(START_MS);
  const { backup, ...watch } = watched(postgresBackup({ db, clock }));
  const start = (hotStore = createHotStore({ clock })) => runCart(shop, { clock, hotStore, backup });
  const product = shop.sell(1, { available: 999 });
  return { db, shop, clock, backup, watch, start, product };
}

/** Counts what reaches the backup, tells when a batch was saved, and can be switched off. */
function watched(backup: CartBackup) {
  const state = { isAway: false, saved: [] as Backup[][], loaded: [] as CartOwner[][], whenTried: () => {} };
  return {
    state,
    backup: {
      ...backup,
      async load(owners: CartOwner[]) {
        state.loaded.push(owners);
        return backup.load(owners);
      },
      async save(batch: Backup[]) {
        try {
          if (state.isAway) throw new Error('the backup is away');
          await backup.save(batch);
          state.saved.push(batch);
        } finally {
          setImmediate(state.whenTried);
        }
      },
    },
    /** The next try to save has ended. */
    tried: () => new Promise<void>(resolve => (state.whenTried = resolve)),
  };
}

function backupOf(cartOwner: CartOwner, version: number, quantity: number, expiresMs = START_MS + DAY_MS): Backup {
  const at = new Date(START_MS).toISOString();
  const line = { product_id: idOf(1), seller_id: idOf(2), quantity, price_snapshot: 1, shown_price: 1, added_at: at };
  const cart = { ...emptyCart(at), version, lines: [line] };
  return { owner: cartOwner, cart, expires_at: new Date(expiresMs).toISOString() };
}

describe('a restart', () => {
  test('loses no cart, and goes on with its versions, notices and applied commands', async t => {
    const { db, shop, start, product } = await setUp(t);
    const first = start();
    await first.add(owner, product, 2, idOf(1, 9));
    await first.add(guest(1), product, 1);
    shop.sell(1, { price: 1500, available: 999 });
    const before = await first.api.getCart({ owner });
    await first.stop!();
    const second = start();
    assert.deepEqual(await second.api.getCart({ owner }), before);
    assert.equal(before.notices.length, 1);
    await second.add(owner, product, 2, idOf(1, 9));
    await second.add(owner, product, 3);
    assert.deepEqual(await second.quantities(owner), { [product]: 5 });
    assert.deepEqual(await second.api.countItems({ owner: guest(1) }), { cart_items: 1 });
    await second.stop!();
    const rows = await db.query<{ kind: string; version: number; expires_at: string }>(
      sql`select kind, version, expires_at from cart.backups order by kind`,
    );
    assert.deepEqual(rows, [
      { kind: 'guest', version: START_MS, expires_at: '2026-03-08T13:00:00.000Z' },
      { kind: 'user', version: START_MS + 2, expires_at: '2026-03-31T13:00:00.000Z' },
    ]);
  });

  test('brings back nothing that was removed, cleared, merged or forgotten', async t => {
    const { shop, start, product } = await setUp(t);
    const other = shop.sell(2);
    const first = start();
    for (const each of [user(1), user(2), guest(3), user(4)]) {
      await first.add(each, product, 2);
      await first.add(each, other, 1);
    }
    await first.api.removeItem({ owner: user(1), command_id: idOf(1, 9), product_id: product });
    await first.api.clearCart({ owner: user(2), command_id: idOf(2, 9) });
    await first.api.mergeCarts({ merge_id: idOf(1, 7), guest_id: guest(3).person_id, user_id: user(3).person_id });
    await first.api.forgetCart({ owner: user(4) });
    await first.stop!();
    const second = start();
    const left = await Promise.all([user(1), user(2), guest(3), user(3), user(4)].map(each => second.quantities(each)));
    assert.deepEqual(left, [{ [other]: 1 }, {}, {}, { [product]: 2, [other]: 1 }, {}]);
  });

  test('without a stop brings back nothing that an order took', async t => {
    const { start, product } = await setUp(t);
    const first = start();
    await first.add(owner, product, 3);
    await first.api.takeOrdered({ owner, order_id: idOf(1, 8), lines: [{ product_id: product, quantity: 2 }] });
    const second = start();
    assert.deepEqual(await second.quantities(owner), { [product]: 1 });
  });

  test('in the middle of adds loses none of those that come after it', async t => {
    const { clock, start, product } = await setUp(t);
    const first = start();
    await first.add(owner, product, 1);
    await first.stop!();
    const hotStore = createHotStore({ clock });
    const processes = [start(hotStore), start(hotStore)];
    await Promise.all(Array.from({ length: 20 }, (_, n) => processes[n % 2]!.add(owner, product, 1)));
    assert.deepEqual(await processes[0]!.quantities(owner), { [product]: 21 });
  });

  test('that lost the last changes does not let them come back over newer ones', async t => {
    const { clock, start, product } = await setUp(t);
    const first = start();
    for (let n = 0; n < 9; n++) await first.add(owner, product, 1);
    const second = start();
    clock.advance(100);
    await second.add(owner, product, 5);
    await second.stop!();
    await first.stop!();
    assert.deepEqual(await start().quantities(owner), { [product]: 5 });
  });
});

describe('the backup is written behind', () => {
  test('after 250 ms, each cart once, all in one batch', async t => {
    const { clock, watch, start, product } = await setUp(t);
    const cart = start();
    for (let n = 1; n <= 30; n++) await cart.add(guest(n % 3), product, 1);
    assert.equal(watch.state.saved.length, 0);
    const tried = watch.tried();
    clock.advance(250);
    await tried;
    assert.deepEqual(
      watch.state.saved.map(batch => batch.map(({ cart: { lines } }) => lines[0]!.quantity)),
      [[10, 10, 10]],
    );
  });

  test('again and again while it is away; carts go on, an order waits to be taken out', async t => {
    const { clock, watch, start, product } = await setUp(t);
    const cart = start();
    watch.state.isAway = true;
    await cart.add(owner, product, 3);
    for (const pauseMs of [250, 500]) {
      const tried = watch.tried();
      clock.advance(pauseMs);
      await tried;
    }
    const order = { owner, order_id: idOf(1, 8), lines: [{ product_id: product, quantity: 1 }] };
    await assert.rejects(cart.api.takeOrdered(order), /the backup is away/);
    assert.deepEqual(await cart.quantities(owner), { [product]: 2 });
    watch.state.isAway = false;
    await cart.api.takeOrdered(order);
    assert.deepEqual(await start().quantities(owner), { [product]: 2 });
  });

  test('and read before it is written: a cart pushed out of a full hot store is as it was', async t => {
    const { clock, start, product } = await setUp(t);
    const cart = start(createHotStore({ clock, entriesMax: 2 }));
    for (let n = 1; n <= 5; n++) await cart.add(guest(n), product, n);
    for (let n = 1; n <= 5; n++) assert.deepEqual(await cart.quantities(guest(n)), { [product]: n });
  });

  test('an older write never overwrites a newer one, in whatever order two processes write', async t => {
    const { backup } = await setUp(t);
    const owners = Array.from({ length: 200 }, (_, n) => guest(n));
    const batches = Array.from({ length: 12 }, (_, version) =>
      (version % 2 ? owners : owners.toReversed()).map(each => backupOf(each, version + 1, version + 1)),
    );
    await Promise.all(batches.toReversed().map(batch => backup.save(batch)));
    await backup.save(batches[0]!);
    for (const kept of await backup.load(owners)) assert.equal(kept!.cart.lines[0]!.quantity, 12);
  });
});

describe('a miss', () => {
  test('of many carts at once is one read, and who has no cart is remembered for a minute', async t => {
    const { clock, watch, start, product } = await setUp(t);
    const first = start();
    await first.add(owner, product, 2);
    await first.stop!();
    watch.state.loaded.length = 0;
    const cart = start();
    const owners = [...Array.from({ length: 50 }, (_, n) => guest(n)), owner];
    const counts = await Promise.all([...owners, ...owners].map(each => cart.api.countItems({ owner: each })));
    assert.equal(
      counts.reduce((sum, { cart_items }) => sum + cart_items, 0),
      4,
    );
    assert.deepEqual(
      watch.state.loaded.map(batch => batch.length),
      [51],
    );
    await cart.api.getCart({ owner: guest(1) });
    assert.equal(watch.state.loaded.length, 1);
    clock.advance(60_000);
    await cart.api.getCart({ owner: guest(1) });
    assert.equal(watch.state.loaded.length, 2);
  });
});

test('the job removes what has expired and leaves the rest', async t => {
  const { db, clock, backup, start } = await setUp(t);
  const expired = Array.from({ length: 1_200 }, (_, n) => backupOf(guest(n), 1, 1, START_MS + 1_000));
  await backup.save([...expired, backupOf(owner, 1, 1)]);
  clock.advance(1_000);
  assert.deepEqual(await backup.load([guest(1)]), [undefined]);
  const [job] = start().jobs!;
  assert.equal(await job!.run(new AbortController().signal), 1_200);
  const rows = await db.query(sql`select cart_id from cart.backups`);
  assert.deepEqual(rows, [{ cart_id: owner.person_id }]);
});
