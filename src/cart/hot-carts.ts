import { limits } from '#limits';
import { type Clock, timestamp } from '#platform/clock';
import { groupCommit } from '#platform/group-commit';
import type { HotStore } from '#platform/hot-store';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import { Unavailable } from '#platform/outcome';
import type { Backup, CartBackup } from './backup.ts';
import { createColdCarts } from './cold-carts.ts';
import type { CartOwner } from './contract.ts';
import { createDetour } from './detour.ts';
import { type Changed, changedCart, type Decide, emptyCart, keyOf, type StoredCart, ttlOf } from './stored-cart.ts';
import { createWriteBehind } from './write-behind.ts';

/**
 * Carts in the hot store, with the backup behind them: from here on, no one has to know that a cart can be lost, or
 * that the hot store can be away.
 */
export interface HotCarts {
  /** Restored on a miss; an empty one of version 0 where there is none. */
  read(owner: CartOwner): Promise<StoredCart>;
  /**
   * One atomic change. `decide` is pure, and runs again when another change came between; the very cart that it was
   * given, as its answer, changes nothing.
   */
  change<Answer>(owner: CartOwner, decide: Decide<Answer>, options?: { ttlMs: number }): Promise<Changed<Answer>>;
  /** Resolves when the backup has what was changed here. */
  durable(owner: CartOwner): Promise<void>;
  stop(): Promise<void>;
}

/** A cart that is gone again each time it has been restored: the hot store keeps nothing. */
const TRIES_MAX = 5;

export function createHotCarts(options: {
  hotStore: HotStore;
  backup: CartBackup;
  clock: Clock;
  random: () => number;
  log: Log;
  metrics: Metrics;
}): HotCarts {
  const { hotStore, backup, clock, metrics } = options;
  const writes = createWriteBehind({ ...options, save: batch => backup.save(batch) });
  const reads = backupReads(backup, { clock, metrics });
  const load = (owner: CartOwner) => reads.submit(owner);
  const restore = restorer({ hotStore, load, clock, metrics, pending: writes.pending });
  const cold = createColdCarts({ ...options, load, catchUp: writes.durable });
  const detour = createDetour(options);

  async function read(owner: CartOwner): Promise<StoredCart> {
    return (await hotStore.get<StoredCart>(keyOf(owner))) ?? (await restore.run(owner));
  }

  async function change<Answer>(owner: CartOwner, decide: Decide<Answer>, { ttlMs }: { ttlMs: number }) {
    type Written = Changed<Answer> & { isChanged: boolean };
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const nowMs = clock.nowMs();
      const written = await hotStore.update<StoredCart, Written | undefined>(keyOf(owner), ttlMs, before => {
        if (before === undefined) return { value: undefined, answer: undefined };
        const { cart: after, answer } = decide(before);
        if (after === before) return { value: before, answer: { cart: before, answer, isChanged: false } };
        const cart = changedCart(before, after, nowMs);
        return { value: cart, answer: { cart, answer, isChanged: true } };
      });
      if (written !== undefined) {
        const { cart, answer } = written;
        if (written.isChanged) writes.put({ owner, cart, expires_at: timestamp(nowMs + ttlMs) });
        return { cart, answer };
      }
      await restore.run(owner);
    }
    throw new Unavailable('the hot store keeps no cart');
  }

  return {
    read: owner => detour.read(owner, { hot: () => read(owner), cold: () => cold.read(owner) }),
    change: (owner, decide, how = { ttlMs: ttlOf(owner) }) =>
      detour.change(owner, { hot: () => change(owner, decide, how), cold: () => cold.change(owner, decide, how) }),
    durable: owner => writes.durable(keyOf(owner)),
    async stop() {
      await detour.stop();
      await reads.stop();
      await cold.stop();
      await writes.stop();
    },
  };
}

/** Misses of one moment are one read. */
function backupReads(backup: CartBackup, { clock, metrics }: { clock: Clock; metrics: Metrics }) {
  return groupCommit<CartOwner, Backup | null>({
    name: 'cart_restore',
    run: async owners => (await backup.load(owners)).map(found => found ?? null),
    // Reading twice does no harm.
    find: async owners => owners.map(() => undefined),
    parallel: 2,
    metrics,
    clock,
  });
}

/** Puts back what the hot store has lost. One cart is asked for once at a time. */
function restorer(options: {
  hotStore: HotStore;
  load(owner: CartOwner): Promise<Backup | null>;
  clock: Clock;
  metrics: Metrics;
  pending(key: string): Backup | undefined;
}) {
  const { hotStore, load, clock, metrics, pending } = options;
  const underWay = new Map<string, Promise<StoredCart>>();
  const restored = metrics.counter('cart_restores_total', 'Carts that came back from their backup');

  async function restore(owner: CartOwner): Promise<StoredCart> {
    const key = keyOf(owner);
    // A change that is not saved yet is newer than the backup.
    const found = pending(key) ?? (await load(owner));
    const nowMs = clock.nowMs();
    const leftMs = found === null ? limits.cartAbsentTtlMs : Date.parse(found.expires_at) - nowMs;
    const cart = found !== null && leftMs > 0 ? found.cart : emptyCart(timestamp(nowMs));
    // A cart that appeared meanwhile, restored by another process or changed since, is the newer one.
    const isOurs = await hotStore.setIfAbsent(key, cart, { ttlMs: leftMs > 0 ? leftMs : limits.cartAbsentTtlMs });
    if (isOurs && cart.version > 0) restored.inc();
    return isOurs ? cart : ((await hotStore.get<StoredCart>(key)) ?? cart);
  }

  return {
    run(owner: CartOwner): Promise<StoredCart> {
      const key = keyOf(owner);
      const known = underWay.get(key);
      if (known !== undefined) return known;
      const promise = restore(owner).finally(() => underWay.delete(key));
      underWay.set(key, promise);
      return promise;
    },
  };
}
