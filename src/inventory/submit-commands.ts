import { type BucketGroupOptions, groupByBucket } from '#platform/group-by-bucket';
import { bucketOf } from '#platform/ids';
import { type Answer, type LedgerCommand, productsOf } from './commands.ts';
import { findApplied, type LedgerDeps } from './decide-group.ts';
import type { Ledger } from './ledger.ts';

type Options = BucketGroupOptions<LedgerCommand, Answer | Error>;

/**
 * A ledger whose commands wait in one queue for the strategy's `run`, in groups of its size: what is common to all
 * strategies is here and in `decide-group.ts`. The queue is bounded, answers each command by itself, retries
 * collisions, and after a lost connection looks commands up by their id.
 */
export function submitCommands(
  deps: LedgerDeps,
  strategy: Required<Pick<Options, 'run'>> & Pick<Options, 'sizeMax' | 'parallel'>,
): Ledger {
  const { metrics, clock, random, sharding } = deps;
  const group = groupByBucket<LedgerCommand, Answer | Error>({
    ...strategy,
    name: 'inventory_ledger',
    sharding,
    // On Citus all products of a command are of one bucket: see sharded-ledger.ts.
    bucketOf: command => bucketOf(productsOf(command)[0]!),
    find: (commands, route) => findApplied(deps, commands, route),
    metrics,
    clock,
    random,
  });

  /** Which answers a kind of command can have is known to `decideCommand` and to the interface. */
  async function submit<Told extends Answer>(command: LedgerCommand): Promise<Told> {
    const answer = await group.submit(command);
    if (answer instanceof Error) throw answer;
    return answer as Told;
  }

  return {
    reserve: input => submit({ do: 'reserve', ...input }),
    extend: input => submit({ do: 'extend', ...input }),
    sell: input => submit({ do: 'sell', ...input }),
    unsell: input => submit({ do: 'unsell', ...input }),
    release: input => submit({ do: 'release', ...input }),
    expire: input => submit({ do: 'expire', ...input }),
    move: input => submit({ do: 'move', ...input }),
    stop: () => group.stop(),
  };
}
