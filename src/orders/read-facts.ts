import type { OrderFact, Orders } from '#orders';
import { readEventFacts } from '#platform/event-facts';
import { factKey } from '#platform/facts';
import type { Deps } from './deps.ts';
import { changesIn, type OrderFactRow, readCheckoutFacts, readOrderFacts } from './facts-store.ts';
import { countUnits, sum } from './rules.ts';

export function readFacts(deps: Deps): Pick<Orders, 'readFacts' | 'readCheckoutFacts' | 'readEventFacts'> {
  const { db, clock } = deps;
  return {
    async readFacts(wanted) {
      const rows = await readOrderFacts(db, wanted);
      return rows.map(row => factOf(row, clock.nowMs()));
    },
    readCheckoutFacts: span => readCheckoutFacts(db, span),
    readEventFacts: span => readEventFacts({ db, clock, schema: 'orders' }, span, changesIn),
  };
}

function factOf({ lines, deadline_at, updated_at, ...row }: OrderFactRow, nowMs: number): OrderFact {
  const units = [...countUnits(lines)].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    key: factKey(row.order_id),
    ...row,
    lines_sum: sum(lines.map(line => line.unit_price * line.quantity)),
    lines_discount: sum(lines.map(line => line.discount)),
    lines_tax: sum(lines.map(line => line.tax)),
    units: JSON.stringify(units),
    settled: deadline_at === null,
    age_ms: nowMs - Date.parse(updated_at),
  };
}
