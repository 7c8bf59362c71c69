// Goal: the optimistic ledger keeps what every ledger promises, waits for nobody where nothing changes, starves nobody,
// and works beside other strategies. Method: the ledgers' contract test on PostgreSQL, a lock that somebody else holds,
// somebody who is faster each time, and a crowd through two strategies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#limits';
import type { Database } from '#platform/sql';
import {
  assertBalanced,
  EAST,
  figures,
  ids,
  openInventory,
  reservation,
  stocked,
  TTL_MS,
  WEST,
  whileLocked,
} from '../../test/support/inventory.ts';
import { ledgerContract } from './ledger.contract.ts';

test('the optimistic ledger keeps the contract', t =>
  ledgerContract(t, (t, options) => openInventory(t, { ...options, ledgerStrategy: 'optimistic' })));

test('what changes nothing is answered while somebody holds the lock', async t => {
  const { inventory, db } = await openInventory(t, { ledgerStrategy: 'optimistic' });
  const product = await stocked(inventory, 1);
  const asked = reservation([product]);
  const held = await inventory.reserveStock(asked);
  await whileLocked(db, product, async () => {
    const refused = await inventory.reserveStock(reservation([product]));
    assert.equal(!refused.ok && refused.code, 'OUT_OF_STOCK');
    assert.deepEqual(await inventory.reserveStock(asked), held);
    const unknown = { reservation_id: ids.next(), product_ids: [product], order_id: ids.next() };
    assert.deepEqual(await inventory.sellReservation(unknown), { ok: false, code: 'RESERVATION_EXPIRED' });
  });
  assert.deepEqual(await figures(inventory, product), [1, 1, 0]);
  await assertBalanced(db);
});

test('who comes too late each time takes the row lock after its tries', async t => {
  const { inventory: faster, db } = await openInventory(t);
  const product = await stocked(faster, 100);
  let transactions = 0;
  const overtaken: Database = {
    ...db,
    async transaction(work, options) {
      transactions += 1;
      assert.equal((await faster.reserveStock(reservation([product]))).ok, true);
      return await db.transaction(work, options);
    },
  };
  const { inventory } = await openInventory(t, { db: overtaken, ledgerStrategy: 'optimistic' });
  const answer = await inventory.reserveStock(reservation([product]));
  assert.equal(answer.ok, true);
  // Each try reads and then finds what it read changed; the last transaction locks first.
  assert.equal(transactions, 2 * limits.optimisticTriesMax + 1);
  assert.deepEqual(await figures(faster, product), [100, transactions + 1, 100 - transactions - 1]);
  await assertBalanced(db);
});

test('400 buyers of 100 units, half of them in groups and half by versions: exactly 100 hold one', async t => {
  const { inventory: one, db } = await openInventory(t, { ledgerStrategy: 'optimistic' });
  const { inventory: two } = await openInventory(t, { db });
  const product = await stocked(one, { [WEST]: 60, [EAST]: 40 });
  let held = 0;
  const buy = async (i: number) => {
    const asked = reservation([product]);
    const key = { reservation_id: asked.reservation_id, product_ids: [product] };
    const answer = await (i % 2 ? one : two).reserveStock(asked);
    assert.ok(answer.ok || answer.code === 'OUT_OF_STOCK');
    if (!answer.ok) return;
    held += 1;
    assert.equal((await (i % 2 ? two : one).extendReservation({ ...key, ttl_ms: 2 * TTL_MS })).ok, true);
  };
  await Promise.all(Array.from({ length: 400 }, (_, i) => buy(i)));
  assert.equal(held, 100);
  assert.deepEqual(await figures(one, product), [100, 100, 0]);
  await assertBalanced(db);
});
