import type { GateFact, Inventory } from '#inventory';
import { limits } from '#limits';
import { type Check, defineCheck, invariantOfEach } from './check.ts';
import { streamFacts } from './merge-facts.ts';

/** The gate hears of the ledger's decisions a moment later, and what it missed it finds when it compares. */
const AGREES_WITHIN_MS = 5_000;

const isAgreed = invariantOfEach<GateFact>({
  name: 'the gate counts what the ledger has',
  idOf: productOf,
  applies: ({ counted }) => counted !== null,
  violation: ({ settled, counted, available }) =>
    settled && counted !== available ? `the gate counts ${counted}, but the ledger has ${available}` : null,
});

/** Looks at nothing where there is no gate, where Redis is away, and of what the gate does not count. */
export function gateCheck(inventory: Inventory): Check {
  return defineCheck({
    of: 'gate counts',
    facts: () => streamFacts(after => inventory.readGateFacts({ after, limit: limits.factsPerReadMax })),
    invariants: [isAgreed],
    readAgain: async fact => (await inventory.readGateFacts({ ids: [productOf(fact)] }))[0] ?? fact,
    settledAfterMs: AGREES_WITHIN_MS,
  });
}

function productOf({ key }: GateFact): string {
  return key.slice(key.indexOf('/') + 1);
}
