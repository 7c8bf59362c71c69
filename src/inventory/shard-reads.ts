import { groupByBucket } from '#platform/group-by-bucket';
import { bucketOf } from '#platform/ids';
import type { Hold } from './commands.ts';
import type { ReserveStock } from './contract.ts';
import { decideInOrder, type LedgerDeps } from './decide-group.ts';
import type { Ledger, Part, ReservationRef } from './ledger.ts';
import { readHolds } from './ledger-store.ts';
import { readUnlocked } from './optimistic-ledger.ts';

export type PartRef = ReservationRef & Part;
export type Reserved = Awaited<ReturnType<Ledger['reserve']>>;

/** What is asked of a reservation's parts, each in its own bucket and without a lock. Bounded, as all that groups do. */
export interface ShardReads {
  /** The holds of each part, in the order asked. */
  holdsOf(parts: PartRef[]): Promise<Hold[][]>;
  /** What the ledger would answer now. Nothing is written. */
  rehearse(part: ReserveStock & Part): Promise<Reserved>;
  stop(): Promise<void>;
}

export function createShardReads(deps: LedgerDeps): ShardReads {
  const { db, metrics, clock, random, sharding } = deps;
  const common = { metrics, clock, random, sharding };
  const parts = groupByBucket<PartRef, Hold[]>({
    ...common,
    name: 'inventory_parts',
    bucketOf: part => bucketOf(part.product_ids[0]!),
    async run(asked, route) {
      const keys = new Map(
        asked.map(({ reservation_id, product_ids }) => [
          reservation_id,
          { bucket: bucketOf(product_ids[0]!), reservation_id },
        ]),
      );
      const holds = Map.groupBy(await readHolds(db, [...keys.values()], route), hold => hold.reservation_id);
      return asked.map(part => holds.get(part.reservation_id) ?? []);
    },
    find: async asked => asked.map(() => undefined),
  });
  const rehearsals = groupByBucket<ReserveStock & Part, Reserved>({
    ...common,
    name: 'inventory_rehearse',
    // Each is decided upon what there is, and not upon what the one before it would leave.
    sizeMax: 1,
    bucketOf: part => bucketOf(part.lines[0]!.product_id),
    async run([part], route) {
      const commands = [{ do: 'reserve' as const, ...part! }];
      const { book } = await readUnlocked(deps, commands, route);
      return decideInOrder(deps, book, commands) as Reserved[];
    },
    find: async asked => asked.map(() => undefined),
  });
  return {
    holdsOf: refs => Promise.all(refs.map(ref => parts.submit(ref))),
    rehearse: part => rehearsals.submit(part),
    async stop() {
      await Promise.all([parts.stop(), rehearsals.stop()]);
    },
  };
}
