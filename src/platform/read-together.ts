import { groupByBucket } from './group-by-bucket.ts';
import { bucketOf } from './ids.ts';
import type { Metrics } from './metrics.ts';
import type { Sharding } from './route.ts';

/** Reads by id of one turn of the event loop, or of a busy moment, that share a statement. */
export interface ReadTogether<Value> {
  /** As it is after this call began; undefined where nothing is. Throws `Unavailable` as every group does. */
  read(id: string): Promise<Value | undefined>;
  stop(): Promise<void>;
}

const IDS_MAX = 256;
const PARALLEL = 4;

/** One statement reads for all who ask: 256 shoppers who each read one row cost as much as a few of them. */
export function readTogether<Value>(options: {
  /** In metrics: `orders_read`. */
  name: string;
  metrics: Metrics;
  /** On Citus only ids of one bucket share a statement. */
  sharding?: Sharding;
  /** Each id once. */
  read(ids: string[]): Promise<Map<string, Value>>;
}): ReadTogether<Value> {
  const group = groupByBucket<string, Value | undefined>({
    name: options.name,
    metrics: options.metrics,
    sharding: options.sharding,
    bucketOf,
    sizeMax: IDS_MAX,
    parallel: PARALLEL,
    async run(ids) {
      const found = await options.read([...new Set(ids)]);
      return ids.map(id => found.get(id));
    },
    // A question that was lost is asked again.
    find: async ids => ids.map(() => undefined),
  });
  return { read: id => group.submit(id), stop: () => group.stop() };
}
