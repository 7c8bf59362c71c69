import { decideAlone } from './decide-alone.ts';
import { decideUnderLock, type LedgerDeps } from './decide-group.ts';
import type { Ledger } from './ledger.ts';

/**
 * A transaction a command: those of one product wait for each other at its row lock, those of others don't. Arrival
 * order holds only as far as the lock's queue keeps it.
 */
export function createPessimisticLedger(deps: LedgerDeps): Ledger {
  return decideAlone(deps, (commands, route) => decideUnderLock(deps, commands, route));
}
