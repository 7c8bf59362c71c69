import { type Clock, timestamp } from '#platform/clock';
import { readEventFacts } from '#platform/event-facts';
import { factKey } from '#platform/facts';
import type { Database } from '#platform/sql';
import type { Payments } from './contract.ts';
import { changesIn, readPaymentFacts } from './facts-store.ts';

export function readFacts({
  db,
  clock,
}: {
  db: Database;
  clock: Clock;
}): Pick<Payments, 'readFacts' | 'readEventFacts'> {
  return {
    async readFacts(wanted) {
      const rows = await readPaymentFacts(db, wanted, timestamp(clock.nowMs()));
      return rows.map(row => ({ key: factKey(row.order_id), ...row }));
    },
    readEventFacts: span => readEventFacts({ db, clock, schema: 'payments' }, span, changesIn),
  };
}
