import { groupCommit } from '#platform/group-commit';
import type { Metrics } from '#platform/metrics';
import type { Database } from '#platform/sql';
import { readAvailable } from './store.ts';

type Available = { product_id: string; available: number };

const QUESTIONS_MAX = 64;
const PARALLEL = 4;

export interface Availability {
  read(productIds: string[]): Promise<Available[]>;
  stop(): Promise<void>;
}

/** Questions of one turn of the event loop share a statement: pages, carts and checkouts ask for the same products. */
export function createAvailability({ db, metrics }: { db: Database; metrics: Metrics }): Availability {
  const group = groupCommit<string[], Available[]>({
    name: 'inventory_availability',
    sizeMax: QUESTIONS_MAX,
    parallel: PARALLEL,
    metrics,
    async run(questions) {
      const rows = await readAvailable(db, [...new Set(questions.flat())]);
      const known = new Map(rows.map(row => [row.product_id, row.available]));
      return questions.map(ids => ids.map(product_id => ({ product_id, available: known.get(product_id) ?? 0 })));
    },
    // A question that was lost is asked again.
    find: async questions => questions.map(() => undefined),
  });
  return {
    read: productIds => (productIds.length === 0 ? Promise.resolve([]) : group.submit(productIds)),
    stop: () => group.stop(),
  };
}
