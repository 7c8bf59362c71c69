import assert from 'node:assert/strict';
import { type Clock, timestamp } from '#platform/clock';
import { groupCommit } from '#platform/group-commit';
import { bucketOf } from '#platform/ids';
import type { Metrics } from '#platform/metrics';
import type { Outbox } from '#platform/outbox';
import { accept } from '#platform/outcome';
import type { Connection, Database } from '#platform/sql';
import { openBook } from './book.ts';
import { type Answer, type Hold, type LedgerCommand, productsOf } from './commands.ts';
import { decideCommand, recall } from './decide-command.ts';
import type { Ledger, StockMove } from './ledger.ts';
import {
  lockShelves,
  openShelves,
  readHolds,
  readMoved,
  readPersonUnits,
  type Sale,
  sellHolds,
  writeChanges,
} from './ledger-store.ts';
import type { Warehouses } from './warehouses.ts';

const COUNTED_MS = 24 * 3_600_000;

export interface LedgerDeps {
  db: Database;
  clock: Clock;
  random: () => number;
  metrics: Metrics;
  outbox: Pick<Outbox, 'committed'>;
  warehouses: Warehouses;
}

/**
 * The default strategy: whatever waits is decided together, in the order of its arrival, in one transaction of three
 * statements: lock the products' shelves, read the holds, write everything. One queue for all kinds of commands keeps
 * that order, and the shelf's lock makes them follow one another between processes, so that payment and expiry can't
 * both win. Nothing is decided without the lock, so applying a command again is always safe.
 */
export function createGroupedLedger(deps: LedgerDeps): Ledger {
  const { metrics, clock, random } = deps;
  const group = groupCommit<LedgerCommand, Answer | Error>({
    name: 'inventory_ledger',
    run: commands => runGroup(deps, commands),
    find: commands => findApplied(deps, commands),
    metrics,
    clock,
    random,
  });

  /** The usual end of a hold, for hundreds of orders at once; false where it is not as simple as that. */
  const sales = groupCommit<Sale, boolean>({
    name: 'inventory_sell',
    async run(commands) {
      const sold = await sellHolds(deps.db, commands, timestamp(clock.nowMs()));
      return commands.map(({ order_id }) => sold.has(order_id));
    },
    // Lost or not, `sell` says what has become of it.
    find: async commands => commands.map(() => false),
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
    async sell(input) {
      const [product_id, ...more] = input.product_ids;
      const { reservation_id, order_id } = input;
      // What is not simply held, or is of several products, is decided under the lock as everything else.
      const isSold = more.length === 0 && (await sales.submit({ reservation_id, order_id, product_id: product_id! }));
      return isSold ? accept(null) : submit({ do: 'sell', ...input });
    },
    unsell: input => submit({ do: 'unsell', ...input }),
    release: input => submit({ do: 'release', ...input }),
    expire: input => submit({ do: 'expire', ...input }),
    move: input => submit({ do: 'move', ...input }),
    async stop() {
      await sales.stop();
      await group.stop();
    },
  };
}

async function runGroup(deps: LedgerDeps, commands: LedgerCommand[]): Promise<(Answer | Error)[]> {
  const productIds = inKeyOrder([...new Set(commands.flatMap(productsOf))]);
  const arriving = commands.flatMap(command => (command.do === 'move' ? command.parts : []));
  if (arriving.length > 0) await openShelves(deps.db, arriving, timestamp(deps.clock.nowMs()));
  const { answers, hasEvents } = await deps.db.transaction(
    async tx => {
      const shelves = await lockShelves(tx, productIds);
      // After the lock, or a group that waited long would think that it is earlier than the one it waited for.
      const nowMs = deps.clock.nowMs();
      const holds = await readHolds(tx, holdKeys(commands));
      const personUnits = await readCounted(tx, commands, nowMs);
      const moved = await readMovedBefore(tx, commands);
      await deps.warehouses.ensure(shelves);
      const book = openBook({ nowMs, shelves, holds, personUnits, moved });
      const answers = commands.map(command => decideCommand(book, command, deps.warehouses.get));
      const changes = book.changes();
      if (changes.shelves.length > 0 || changes.changedHolds.length > 0) {
        const written = await writeChanges(tx, changes, book.now);
        assert.equal(written.shelves, changes.shelves.length, 'nobody changes stock without its lock');
        assert.equal(written.holds, changes.changedHolds.length, 'nobody changes a hold without the lock of its stock');
      }
      return { answers, hasEvents: changes.events.length > 0 };
    },
    { isByKey: true },
  );
  if (hasEvents) deps.outbox.committed();
  return answers;
}

/** Two groups that lock the same products take them in the same order, or each could wait for the other. */
function inKeyOrder(productIds: string[]): string[] {
  return productIds.sort((a, b) => bucketOf(a) - bucketOf(b) || (a < b ? -1 : 1));
}

async function findApplied(deps: LedgerDeps, commands: LedgerCommand[]): Promise<(Answer | undefined)[]> {
  const holds = Map.groupBy(await readHolds(deps.db, holdKeys(commands)), hold => hold.reservation_id);
  const moved = await readMovedBefore(deps.db, commands);
  const none: Hold[] = [];
  return commands.map(command => {
    if (command.do === 'move') return recall(command, none, moved.has(command.movement_id));
    return recall(command, holds.get(command.reservation_id) ?? none, false);
  });
}

/** A reservation is looked up in each bucket that its products lie in, once. */
function holdKeys(commands: LedgerCommand[]): { bucket: number; reservation_id: string }[] {
  const keys = new Map<string, { bucket: number; reservation_id: string }>();
  for (const command of commands) {
    if (command.do === 'move') continue;
    const { reservation_id } = command;
    for (const productId of productsOf(command)) {
      const bucket = bucketOf(productId);
      keys.set(`${bucket} ${reservation_id}`, { bucket, reservation_id });
    }
  }
  return [...keys.values()];
}

async function readCounted(tx: Connection, commands: LedgerCommand[], nowMs: number) {
  const keys = new Map<string, { product_id: string; person_id: string }>();
  for (const command of commands) {
    if (command.do !== 'reserve') continue;
    const { person_id } = command;
    for (const { product_id, max_per_person } of command.lines) {
      if (max_per_person == null) continue;
      keys.set(`${product_id} ${person_id}`, { product_id, person_id });
    }
  }
  if (keys.size === 0) return [];
  const times = { now: timestamp(nowMs), since: timestamp(nowMs - COUNTED_MS) };
  return await readPersonUnits(tx, [...keys.values()], times);
}

async function readMovedBefore(tx: Connection, commands: LedgerCommand[]): Promise<Set<string>> {
  const moves = commands.filter((command): command is { do: 'move' } & StockMove => command.do === 'move');
  if (moves.length === 0) return new Set();
  const keys = moves.map(({ movement_id, parts }) => ({ bucket: bucketOf(parts[0]!.product_id), movement_id }));
  return new Set(await readMoved(tx, keys));
}
