import type { Sharding } from '#platform/route';

/** As `LEDGER_SHARDING` says: `npm test` runs the suites of stock and orders once more as they would run on Citus. */
export const sharding: Sharding = process.env.LEDGER_SHARDING === 'citus' ? 'citus' : 'none';
