// Goal: the pessimistic ledger keeps what every ledger promises, and decides products beside each other.
// Method: the ledgers' contract test on PostgreSQL, and a lock that somebody else holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertBalanced,
  figures,
  openInventory,
  reservation,
  stocked,
  whileLocked,
} from '../../test/support/inventory.ts';
import { ledgerContract } from './ledger.contract.ts';

test('the pessimistic ledger keeps the contract', t =>
  ledgerContract(t, (t, options) => openInventory(t, { ...options, ledgerStrategy: 'pessimistic' })));

test('who can only be told that it is sold out is told so while somebody holds the lock', async t => {
  const { inventory, db } = await openInventory(t, { ledgerStrategy: 'pessimistic' });
  const product = await stocked(inventory, 2);
  const asked = reservation([product]);
  const held = await inventory.reserveStock(asked);
  await whileLocked(db, product, async () => {
    const lines = [{ product_id: product, requested: 2, available: 1 }];
    const refused = { ok: false, code: 'OUT_OF_STOCK', detail: { lines } };
    assert.deepEqual(await inventory.reserveStock(reservation([product], { quantity: 2 })), refused);
  });
  assert.deepEqual(await inventory.reserveStock({ ...asked, lines: [{ product_id: product, quantity: 2 }] }), held);
  assert.deepEqual(await figures(inventory, product), [2, 1, 1]);
  await assertBalanced(db);
});

test('who waits for the lock of one product keeps nobody from another', async t => {
  const { inventory, db } = await openInventory(t, { ledgerStrategy: 'pessimistic' });
  const [busy, free] = [await stocked(inventory, 1), await stocked(inventory, 1)];
  const told: string[] = [];
  const ask = async (name: string, product: string) => {
    const answer = await inventory.reserveStock(reservation([product]));
    told.push(`${name} ${answer.ok}`);
  };
  let waiting: Promise<void> | undefined;
  await whileLocked(db, busy, async () => {
    waiting = ask('busy', busy);
    await ask('free', free);
    assert.deepEqual(told, ['free true']);
  });
  await waiting;
  assert.deepEqual(told, ['free true', 'busy true']);
  for (const product of [busy, free]) assert.deepEqual(await figures(inventory, product), [1, 1, 0]);
  await assertBalanced(db);
});
