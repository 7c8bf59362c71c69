import { decideUnderLock, type LedgerDeps } from './decide-group.ts';
import type { Ledger } from './ledger.ts';
import { submitCommands } from './submit-commands.ts';

/**
 * The default strategy: whatever waits is decided together, in the order of its arrival, in one transaction. One queue
 * for all kinds of commands keeps that order, and the shelf's lock makes groups follow one another between processes,
 * so that payment and expiry can't both win.
 */
export function createGroupedLedger(deps: LedgerDeps): Ledger {
  return submitCommands(deps, { run: commands => decideUnderLock(deps, commands) });
}
