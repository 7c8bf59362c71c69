import type { LedgerDeps } from './decide-group.ts';
import { createGroupedLedger } from './grouped-ledger.ts';
import type { Ledger } from './ledger.ts';
import { createOptimisticLedger } from './optimistic-ledger.ts';
import { createPessimisticLedger } from './pessimistic-ledger.ts';

const strategies = {
  grouped: createGroupedLedger,
  pessimistic: createPessimisticLedger,
  optimistic: createOptimisticLedger,
};

export type LedgerStrategy = keyof typeof strategies;

/** The one place where a ledger is made: what stands in front of any of them is put around its answer here. */
export function createLedger(deps: LedgerDeps, strategy: LedgerStrategy): Ledger {
  return strategies[strategy](deps);
}
