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
