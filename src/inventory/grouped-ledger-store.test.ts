// Goal: the grouped ledger keeps what every ledger promises. Method: the ledgers' contract test on PostgreSQL.
import { test } from 'node:test';
import { openInventory } from '../../test/support/inventory.ts';
import { ledgerContract } from './ledger.contract.ts';

test('the grouped ledger keeps the contract', t =>
  ledgerContract(t, (t, options) => openInventory(t, { ...options, ledgerStrategy: 'grouped' })));
