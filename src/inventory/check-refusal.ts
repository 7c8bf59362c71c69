import { limits } from '#limits';
import { groupCommit } from '#platform/group-commit';
import { bucketOf } from '#platform/ids';
import type { Metrics } from '#platform/metrics';
import type { Sharding } from '#platform/route';
import type { Database } from '#platform/sql';
import type { ReserveStock } from './contract.ts';
import { type RefusalQuestion, readRefused } from './gate-store.ts';

const QUESTIONS_MAX = 512;
const PARALLEL = 2;

/** What the ledger says, at one moment and without a lock, of a reservation that may have to be refused. */
export interface LedgerView {
  /** It has been here before: whatever became of it, the ledger answers. */
  isKnown: boolean;
  availableOf(productId: string): number;
}

interface CheckDeps {
  name: string;
  db: Database;
  metrics: Metrics;
  sharding?: Sharding;
}

export interface RefusalCheck {
  ask(question: RefusalQuestion): Promise<LedgerView>;
  stop(): Promise<void>;
}

/** All who ask in a busy moment share a statement that locks nothing. `name` is that of its metrics. */
export function createRefusalCheck({ db, metrics, sharding, name }: CheckDeps): RefusalCheck {
  const group = groupCommit<RefusalQuestion, LedgerView>({
    name,
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

export interface Want {
  product_id: string;
  quantity: number;
}

/** Lines of one product count together. */
export function addUp(lines: ReserveStock['lines']): Want[] {
  const products = new Map<string, number>();
  for (const { product_id, quantity } of lines) products.set(product_id, (products.get(product_id) ?? 0) + quantity);
  return [...products].map(([product_id, quantity]) => ({ product_id, quantity }));
}

/** What the ledger would refuse for, all lines of it, when so many units are on the way to it. */
export function shortLines(ledger: LedgerView, wants: readonly Want[], onWay: number) {
  return wants
    .map(({ product_id, quantity }) => {
      const available = Math.max(0, ledger.availableOf(product_id) - onWay);
      return { product_id, requested: quantity, available };
    })
    .filter(line => line.requested > line.available);
}
