import assert from 'node:assert/strict';
import { type Clock, timestamp } from '#platform/clock';
import { bucketOf, compareKeys } from '#platform/ids';
import type { Metrics } from '#platform/metrics';
import type { Outbox } from '#platform/outbox';
import type { Route, Sharding } from '#platform/route';
import type { Connection, Database } from '#platform/sql';
import { type Book, type Changes, openBook } from './book.ts';
import { type Answer, type Hold, type LedgerCommand, productsOf, type Shelf } from './commands.ts';
import { decideCommand, recall } from './decide-command.ts';
import type { StockMove } from './ledger.ts';
import { lockShelves, openShelves, readHolds, readMoved, readPersonUnits, writeChanges } from './ledger-store.ts';
import type { Warehouses } from './warehouses.ts';

const COUNTED_MS = 24 * 3_600_000;

export interface LedgerDeps {
  db: Database;
  clock: Clock;
  random: () => number;
  metrics: Metrics;
  outbox: Pick<Outbox, 'committed'>;
  warehouses: Warehouses;
  sharding?: Sharding;
}

/** Shelves, holds and movements are found by their keys. */
export const BY_KEY = { isByKey: true };

export type Answers = (Answer | Error)[];

/**
 * Decides commands in their order in one transaction of three statements: lock the products' shelves, read the holds,
 * write everything. Nothing is decided without the lock, so applying a command again is always safe.
 */
export async function decideUnderLock(deps: LedgerDeps, commands: LedgerCommand[], route: Route): Promise<Answers> {
  await openArriving(deps, commands, route);
  const { answers, hasEvents } = await deps.db.transaction(async tx => {
    const shelves = lockShelves(tx, productsInKeyOrder(commands), route);
    const book = await readBook(deps, tx, { commands, shelves, route });
    const answers = decideInOrder(deps, book, commands);
    const changes = book.changes();
    if (!isNothing(changes)) {
      const written = await writeChanges(tx, changes, book.now, route);
      assert.equal(written.shelves, changes.shelves.length, 'nobody changes stock without its lock');
      assert.equal(written.holds, changes.changedHolds.length, 'nobody changes a hold without the lock of its stock');
    }
    return { answers, hasEvents: changes.events.length > 0 };
  }, BY_KEY);
  if (hasEvents) deps.outbox.committed();
  return answers;
}

/** Refusals and repeats change nothing. */
export function isNothing({ shelves, changedHolds }: Changes): boolean {
  return shelves.length === 0 && changedHolds.length === 0;
}

/** Shelves for units that are about to come. Before the transaction, so that what it reads shows all of a product's. */
export async function openArriving({ db, clock }: LedgerDeps, commands: LedgerCommand[], route: Route): Promise<void> {
  const arriving = commands.flatMap(command => (command.do === 'move' ? command.parts : []));
  if (arriving.length > 0) await openShelves(db, arriving, timestamp(clock.nowMs()), route);
}

/** Two transactions that lock the same products take them in the same order, or each could wait for the other. */
export function productsInKeyOrder(commands: LedgerCommand[]): string[] {
  const productIds = [...new Set(commands.flatMap(productsOf))];
  return productIds.sort(compareKeys);
}

/**
 * Beside the shelves, everything that the commands are decided upon. What is read travels right behind the shelves'
 * lock: who holds it is not to wait for a busy event loop.
 */
export async function readBook(
  deps: LedgerDeps,
  tx: Connection,
  { commands, shelves: asked, route }: { commands: LedgerCommand[]; shelves: Promise<Shelf[]>; route: Route },
): Promise<Book> {
  const reads = [asked, readHolds(tx, holdKeys(commands), route), readMovedBefore(tx, commands, route)] as const;
  const [shelves, holds, moved] = await Promise.all(reads);
  // After the lock, or a group that waited long would think that it is earlier than the one it waited for.
  const nowMs = deps.clock.nowMs();
  const personUnits = await readCounted(tx, commands, nowMs, route);
  await deps.warehouses.ensure(tx, shelves);
  return openBook({ nowMs, shelves, holds, personUnits, moved });
}

export function decideInOrder({ warehouses }: LedgerDeps, book: Book, commands: LedgerCommand[]): Answers {
  return commands.map(command => decideCommand(book, command, warehouses.get));
}

/** After a lost connection: what each command's id says of it, undefined where it was not applied. */
export async function findApplied(
  deps: LedgerDeps,
  commands: LedgerCommand[],
  route: Route,
): Promise<(Answer | undefined)[]> {
  const holds = Map.groupBy(await readHolds(deps.db, holdKeys(commands), route), hold => hold.reservation_id);
  const moved = await readMovedBefore(deps.db, commands, route);
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

async function readCounted(tx: Connection, commands: LedgerCommand[], nowMs: number, route: Route) {
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
  return await readPersonUnits(tx, [...keys.values()], times, route);
}

async function readMovedBefore(tx: Connection, commands: LedgerCommand[], route: Route): Promise<Set<string>> {
  const moves = commands.filter((command): command is { do: 'move' } & StockMove => command.do === 'move');
  if (moves.length === 0) return new Set();
  const keys = moves.map(({ movement_id, parts }) => ({ bucket: bucketOf(parts[0]!.product_id), movement_id }));
  return new Set(await readMoved(tx, keys, route));
}
