import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { HotStore } from '#platform/hot-store';
import type { Log } from '#platform/log';
import { Unavailable } from '#platform/outcome';
import type { Backup, CartBackup } from './backup.ts';
import type { CartOwner } from './contract.ts';
import { keyOf, type StoredCart, ttlOf } from './stored-cart.ts';

export interface TellerDeps {
  hotStore: HotStore;
  backup: CartBackup;
  clock: Clock;
  log: Log;
  /** The hot store could not be told of this one. */
  failed(key: string): void;
}

/** Tells the hot store, when it is back, of the carts that were changed without it. */
export interface Teller {
  /** Whether it has heard of all of these. */
  tell(backups: Backup[]): Promise<boolean>;
  /** Of all that the backup has marked, where something may be, and once a second at most. */
  tellAll(): Promise<void>;
  /** Something has failed: there may be more to tell. It is looked for, asked or not, until all of it is told. */
  lookAgain(): void;
  stop(): Promise<void>;
}

const LOOK_AGAIN_MS = 1_000;

export function createTeller(deps: TellerDeps): Teller {
  const { clock, log } = deps;
  /** At a start, a process before this one may have left something. */
  let isDue = true;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let looking: Promise<void> | undefined;
  const stopping = new AbortController();

  async function run(): Promise<void> {
    // Before the first look: what fails from here on makes it due again.
    isDue = false;
    notBeforeMs = clock.nowMs() + LOOK_AGAIN_MS;
    try {
      if (!(await tellPages(deps))) isDue = true;
    } catch (error) {
      // Carts don't wait for their backup: the hot store has the truth as far as anybody here knows.
      isDue = true;
      log.warn({ err: error }, 'carts that were changed without the hot store could not be looked for');
    }
  }

  async function tellAll(): Promise<void> {
    if (running === undefined) {
      if (!isDue || clock.nowMs() < notBeforeMs) return;
      running = run().finally(() => {
        running = undefined;
      });
    }
    await running;
  }

  async function look(): Promise<void> {
    while (isDue && !stopping.signal.aborted) {
      await clock.sleep(LOOK_AGAIN_MS, stopping.signal);
      if (!stopping.signal.aborted) await tellAll();
    }
    looking = undefined;
  }

  return {
    tell: backups => tell(deps, backups),
    tellAll,
    lookAgain() {
      isDue = true;
      looking ??= look();
    },
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}

async function tellPages(deps: TellerDeps): Promise<boolean> {
  const limit = limits.sweepBatchMax;
  let carts = 0;
  let isTold = true;
  let after: CartOwner | null = null;
  do {
    const page: Backup[] = await deps.backup.listUnheard({ after, limit });
    isTold = (await tell(deps, page)) && isTold;
    carts += page.length;
    after = page.length === limit ? page.at(-1)!.owner : null;
  } while (after !== null);
  if (isTold && carts > 0)
    deps.log.info({ carts }, 'the hot store has heard of the carts that were changed without it');
  return isTold;
}

async function tell({ hotStore, backup, clock, failed }: TellerDeps, backups: Backup[]): Promise<boolean> {
  const heard: Backup[] = [];
  const telling = backups.map(async each => {
    try {
      await tellOne(hotStore, each, clock.nowMs());
      heard.push(each);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      failed(keyOf(each.owner));
    }
  });
  await Promise.all(telling);
  if (heard.length > 0) await backup.markHeard(heard);
  return heard.length === backups.length;
}

/** One that the hot store has lost comes back by its next miss; one that has gone on there is newer. */
async function tellOne(hotStore: HotStore, { owner, cart, expires_at }: Backup, nowMs: number): Promise<void> {
  const leftMs = Date.parse(expires_at) - nowMs;
  await hotStore.update<StoredCart, null>(keyOf(owner), leftMs > 0 ? leftMs : ttlOf(owner), kept => {
    if (kept === undefined || kept.version > cart.version) return { value: kept, answer: null };
    return { value: leftMs > 0 ? cart : undefined, answer: null };
  });
}
