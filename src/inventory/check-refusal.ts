import { limits } from '#limits';
import { groupCommit } from '#platform/group-commit';
import { bucketOf } from '#platform/ids';
import type { Metrics } from '#platform/metrics';
import type { Sharding } from '#platform/route';
import type { Database } from '#platform/sql';
import { type RefusalQuestion, readRefused } from './gate-store.ts';

const QUESTIONS_MAX = 512;
const PARALLEL = 2;

/** What the ledger says, at one moment, of a reservation that the gate would refuse. */
export interface LedgerView {
  /** It has been here before: whatever became of it, the ledger answers. */
  isKnown: boolean;
  availableOf(productId: string): number;
}

export interface RefusalCheck {
  ask(question: RefusalQuestion): Promise<LedgerView>;
  stop(): Promise<void>;
}

/** All who are refused in a busy moment share a statement that locks nothing. */
export function createRefusalCheck(deps: { db: Database; metrics: Metrics; sharding?: Sharding }): RefusalCheck {
  const { db, metrics, sharding } = deps;
  const group = groupCommit<RefusalQuestion, LedgerView>({
    name: 'inventory_gate_check',
    sizeMax: QUESTIONS_MAX,
    queueMax: limits.redisQueueMax,
    parallel: PARALLEL,
    metrics,
    async run(questions) {
      const rows = sharding === 'citus' ? await readParts(db, questions) : await readRefused(db, questions);
      const found = new Map(rows.map(row => [row.id, row.available]));
      const availableOf = (productId: string) => found.get(productId) ?? 0;
      return questions.map(({ reservation_id }) => ({ isKnown: found.has(reservation_id), availableOf }));
    },
    // A question that was lost is asked again.
    find: async questions => questions.map(() => undefined),
  });
  return { ask: question => group.submit(question), stop: () => group.stop() };
}

/** A statement a bucket, so that each finds its shard. */
async function readParts(db: Database, questions: RefusalQuestion[]): ReturnType<typeof readRefused> {
  const parts = questions.flatMap(({ reservation_id, product_ids }) =>
    [...Map.groupBy(product_ids, bucketOf)].map(([bucket, ids]) => ({ bucket, reservation_id, product_ids: ids })),
  );
  const buckets = [...Map.groupBy(parts, part => part.bucket)];
  return (await Promise.all(buckets.map(([bucket, asked]) => readRefused(db, asked, bucket)))).flat();
}
