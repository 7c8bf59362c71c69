import { timestamp } from '#platform/clock';
import { groupByBucket } from '#platform/group-by-bucket';
import { bucketOf } from '#platform/ids';
import { accept } from '#platform/outcome';
import { decideUnderLock, type LedgerDeps } from './decide-group.ts';
import type { Ledger } from './ledger.ts';
import { type Sale, sellHolds } from './ledger-store.ts';
import { submitCommands } from './submit-commands.ts';

/**
 * The default strategy: whatever waits is decided together, in the order of its arrival, in one transaction. The lock
 * of the shelf makes groups follow one another, also between processes, so that payment and expiry can't both win.
 */
export function createGroupedLedger(deps: LedgerDeps): Ledger {
  const ledger = submitCommands(deps, { run: (commands, route) => decideUnderLock(deps, commands, route) });
  const sales = groupSales(deps);
  return {
    ...ledger,
    async sell(input) {
      const [product_id, ...more] = input.whole ?? input.product_ids;
      const { reservation_id, order_id } = input;
      // What is not simply held, or is of several products, is decided under the lock as everything else.
      const isSold = more.length === 0 && (await sales.submit({ reservation_id, order_id, product_id: product_id! }));
      return isSold ? accept(null) : ledger.sell(input);
    },
    async stop() {
      await sales.stop();
      await ledger.stop();
    },
  };
}

/** The usual end of a hold, for hundreds of orders by one statement; false where it is not as simple as that. */
function groupSales({ db, clock, random, metrics, sharding }: LedgerDeps) {
  return groupByBucket<Sale, boolean>({
    name: 'inventory_sell',
    sharding,
    bucketOf: sale => bucketOf(sale.product_id),
    async run(sales, route) {
      const sold = await sellHolds(db, sales, timestamp(clock.nowMs()), route);
      return sales.map(({ order_id }) => sold.has(order_id));
    },
    // Lost or not, the ledger says what has become of it.
    find: async sales => sales.map(() => false),
    ...{ metrics, clock, random },
  });
}
