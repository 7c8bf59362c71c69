import { groupByBucket } from '#platform/group-by-bucket';
import { bucketOf } from '#platform/ids';
import type { Metrics } from '#platform/metrics';
import type { Sharding } from '#platform/route';
import type { Database } from '#platform/sql';
import { readAvailable } from './store.ts';

type Available = { product_id: string; available: number };

const QUESTIONS_MAX = 64;
const PARALLEL = 4;

export interface Availability {
  read(productIds: string[]): Promise<Available[]>;
  stop(): Promise<void>;
}

interface AvailabilityDeps {
  db: Database;
  metrics: Metrics;
  sharding?: Sharding;
}

/** Questions of one turn of the event loop share a statement: pages, carts and checkouts ask for the same products. */
export function createAvailability({ db, metrics, sharding }: AvailabilityDeps): Availability {
  const group = groupByBucket<string[], Available[]>({
    name: 'inventory_availability',
    sizeMax: QUESTIONS_MAX,
    parallel: PARALLEL,
    metrics,
    sharding,
    bucketOf: ids => bucketOf(ids[0]!),
    async run(questions, route) {
      const rows = await readAvailable(db, [...new Set(questions.flat())], route);
      const known = new Map(rows.map(row => [row.product_id, row.available]));
      return questions.map(ids => ids.map(product_id => ({ product_id, available: known.get(product_id) ?? 0 })));
    },
    // A question that was lost is asked again.
    find: async questions => questions.map(() => undefined),
  });
  return {
    async read(productIds) {
      if (productIds.length === 0) return [];
      return sharding === 'citus' ? await readParts(group, productIds) : await group.submit(productIds);
    },
    stop: () => group.stop(),
  };
}

/** A question a bucket; the answer is in the order asked. */
async function readParts(
  group: { submit(productIds: string[]): Promise<Available[]> },
  productIds: string[],
): Promise<Available[]> {
  const parts = [...Map.groupBy(productIds, bucketOf).values()];
  const answers = (await Promise.all(parts.map(part => group.submit(part)))).flat();
  const known = new Map(answers.map(answer => [answer.product_id, answer]));
  return productIds.map(productId => known.get(productId)!);
}
