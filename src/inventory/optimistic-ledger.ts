import assert from 'node:assert/strict';
import { limits } from '#limits';
import type { Route } from '#platform/route';
import type { Connection } from '#platform/sql';
import type { Changes } from './book.ts';
import type { LedgerCommand, Shelf } from './commands.ts';
import { decideAlone } from './decide-alone.ts';
import {
  type Answers,
  BY_KEY,
  decideInOrder,
  decideUnderLock,
  isNothing,
  type LedgerDeps,
  openArriving,
  productsInKeyOrder,
  readBook,
} from './decide-group.ts';
import type { Ledger } from './ledger.ts';
import { readOneMoment, readShelves, tryLockShelves, writeChanges } from './ledger-store.ts';

const RETRY_FIRST_MS = 10;

/**
 * Reads without waiting, decides, and writes only if everything still is as it was read. A command that changes nothing
 * (sold out, a repeat) never waits for a lock. One that keeps coming too late takes the row lock in the end: retries
 * alone starve (DESIGN: 16 of 1,000 units sold with 8 of them).
 */
export function createOptimisticLedger(deps: LedgerDeps): Ledger {
  return decideAlone(deps, (commands, route) => decide(deps, commands, route));
}

async function decide(deps: LedgerDeps, commands: LedgerCommand[], route: Route): Promise<Answers> {
  await openArriving(deps, commands, route);
  for (let tries = 0; tries < limits.optimisticTriesMax; tries++) {
    // Random, or those that met would meet again.
    if (tries > 0) await deps.clock.sleep(RETRY_FIRST_MS * 2 ** (tries - 1) * deps.random());
    const answers = await tryOnce(deps, commands, route);
    if (answers !== null) return answers;
  }
  return await decideUnderLock(deps, commands, route);
}

/** Null: somebody else was faster, and nothing was changed. */
async function tryOnce(deps: LedgerDeps, commands: LedgerCommand[], route: Route): Promise<Answers | null> {
  const productIds = productsInKeyOrder(commands);
  const { book, versions } = await readUnlocked(deps, commands, route);
  const answers = decideInOrder(deps, book, commands);
  const changes = book.changes();
  if (isNothing(changes)) return answers;
  try {
    await deps.db.transaction(
      tx => writeUnchanged(tx, { changes, versions, productIds, now: book.now, route }),
      BY_KEY,
    );
  } catch (error) {
    if (error instanceof Outdated) return null;
    throw error;
  }
  if (changes.events.length > 0) deps.outbox.committed();
  return answers;
}

/** All of one moment, or a hold could be read beside a shelf that does not know of it yet. */
export async function readUnlocked(deps: LedgerDeps, commands: LedgerCommand[], route: Route) {
  return await deps.db.transaction(async tx => {
    const [, shelves] = await Promise.all([readOneMoment(tx), readShelves(tx, productsInKeyOrder(commands), route)]);
    const versions = versionsOf(shelves);
    return { book: await readBook(deps, tx, { commands, shelves: Promise.resolve(shelves), route }), versions };
  }, BY_KEY);
}

class Outdated extends Error {}

interface Decided {
  changes: Changes;
  versions: string;
  productIds: string[];
  now: string;
  route: Route;
}

/**
 * Compare and set. Whoever holds one of the locks is about to change what was read, so nobody waits for them here. They
 * are taken all the same: in the order of all strategies; and for the shelves that are only read, since an event tells
 * the level of all of a product's together.
 */
async function writeUnchanged(tx: Connection, decided: Decided): Promise<void> {
  const { changes, versions, productIds, now, route } = decided;
  const shelves = await tryLockShelves(tx, productIds, route);
  if (versionsOf(shelves) !== versions) throw new Outdated();
  const written = await writeChanges(tx, changes, now, route);
  assert.equal(written.shelves, changes.shelves.length, 'a shelf of the same version is written');
  // An extension leaves the version as it is: holds are compared by themselves.
  if (written.holds !== changes.changedHolds.length) throw new Outdated();
}

function versionsOf(shelves: Shelf[]): string {
  return shelves.map(({ product_id, warehouse_id, version }) => `${product_id} ${warehouse_id} ${version}`).join();
}
