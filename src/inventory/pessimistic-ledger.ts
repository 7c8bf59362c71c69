import type { Route } from '#platform/route';
import type { LedgerCommand } from './commands.ts';
import { decideUnderLock, type LedgerDeps } from './decide-group.ts';
import type { Ledger } from './ledger.ts';
import { submitCommands } from './submit-commands.ts';

/**
 * A transaction a command, as many at once as there are connections: those of one product wait for each other at its
 * row lock, those of others don't. Arrival order holds only as far as the lock's queue keeps it.
 */
export function createPessimisticLedger(deps: LedgerDeps): Ledger {
  const run = (commands: LedgerCommand[], route: Route) => decideUnderLock(deps, commands, route);
  return submitCommands(deps, { sizeMax: 1, parallel: deps.db.pool.max, run });
}
