import { limits } from '#limits';
import { type GroupCommit, type GroupCommitOptions, groupCommit } from './group-commit.ts';
import type { Metrics } from './metrics.ts';
import { Unavailable } from './outcome.ts';
import type { Route, Sharding } from './route.ts';

export interface BucketGroupOptions<Command, Result> extends Omit<GroupCommitOptions<Command, Result>, 'run' | 'find'> {
  /** `none` where it is absent. */
  sharding?: Sharding;
  /** The one bucket of everything that a command touches. */
  bucketOf(command: Command): number;
  run(commands: Command[], route: Route): Promise<Result[]>;
  find(commands: Command[], route: Route): Promise<(Result | undefined)[]>;
}

interface Lane<Command, Result> {
  group: GroupCommit<Command, Result>;
  /** Not answered yet. */
  pending: number;
}

/**
 * Groups whose statements find their shard. On one database it is one group, which mixes all buckets (`route` is null).
 * On Citus each bucket has a group of its own, made when it is needed and gone when it is idle, so that a statement
 * touches one bucket and hence one shard, and a hot bucket holds up no other one. The bound of the queue is for all
 * buckets together, and so is that of groups at work: more would only wait for connections, or find none.
 */
export function groupByBucket<Command, Result>(
  options: BucketGroupOptions<Command, Result>,
): GroupCommit<Command, Result> {
  const { sharding = 'none', bucketOf, run, find, ...common } = options;
  const turns = takeTurns(Math.max(common.parallel ?? 1, limits.bucketsAtOnceMax));
  const groupOf = (route: Route, metrics?: Metrics) =>
    groupCommit<Command, Result>({
      ...common,
      metrics,
      run: commands => (route === null ? run(commands, null) : turns.take(() => run(commands, route))),
      find: commands => find(commands, route),
    });
  if (sharding === 'none') return groupOf(null, common.metrics);

  const { name, queueMax = limits.groupQueueMax } = common;
  const lanes = new Map<number, Lane<Command, Result>>();
  const metrics = common.metrics && countTogether(common.metrics, name, () => pending);
  let pending = 0;
  let isStopping = false;

  function laneOf(bucket: number): Lane<Command, Result> {
    const known = lanes.get(bucket);
    if (known !== undefined) return known;
    const lane = { group: groupOf(bucket, metrics), pending: 0 };
    lanes.set(bucket, lane);
    return lane;
  }

  return {
    async submit(command) {
      if (isStopping) throw new Unavailable(`${name} is stopping`);
      if (pending >= queueMax) throw new Unavailable(`${name} has too many commands waiting`);
      const bucket = bucketOf(command);
      const lane = laneOf(bucket);
      pending += 1;
      lane.pending += 1;
      try {
        return await lane.group.submit(command);
      } finally {
        pending -= 1;
        lane.pending -= 1;
        // Nobody waits in it and nothing runs: the next command of the bucket makes another one.
        if (lane.pending === 0) lanes.delete(bucket);
      }
    },
    async stop() {
      isStopping = true;
      await Promise.all([...lanes.values()].map(lane => lane.group.stop()));
    },
    get queued() {
      return [...lanes.values()].reduce((sum, lane) => sum + lane.group.queued, 0);
    },
  };
}

/** Groups come and go: what waits is told once for all of them, by one collector that stays. */
function countTogether(metrics: Metrics, name: string, pending: () => number): Metrics {
  const read = () => [{ labels: { group: name }, value: pending() }];
  metrics.gauge('group_queue', 'Commands that wait for a group', read, ['group']);
  return { ...metrics, gauge: () => () => {} };
}

/** At most so many works at once; the others wait in the order in which they came. */
function takeTurns(most: number): { take<Value>(work: () => Promise<Value>): Promise<Value> } {
  const waiting: (() => void)[] = [];
  let atWork = 0;
  return {
    async take(work) {
      if (atWork < most) atWork += 1;
      else await new Promise<void>(resolve => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        // The turn is handed on, so that nobody who comes now passes those who wait.
        if (next === undefined) atWork -= 1;
        else next();
      }
    },
  };
}
