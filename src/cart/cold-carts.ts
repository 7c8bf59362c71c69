import { changeByKey } from '#platform/change-by-key';
import { type Clock, timestamp } from '#platform/clock';
import { groupCommit } from '#platform/group-commit';
import type { Metrics } from '#platform/metrics';
import type { Backup, CartBackup, Replacement } from './backup.ts';
import type { CartOwner } from './contract.ts';
import { type Changed, changedCart, type Decide, emptyCart, keyOf, ownerOf, type StoredCart } from './stored-cart.ts';

/** Carts straight from their backup, while the hot store is away. Slower, and nothing else: each change is durable. */
export interface ColdCarts {
  read(owner: CartOwner): Promise<StoredCart>;
  change<Answer>(owner: CartOwner, decide: Decide<Answer>, options: { ttlMs: number }): Promise<Changed<Answer>>;
  stop(): Promise<void>;
}

type Cold = Pick<Backup, 'cart' | 'expires_at'>;

export function createColdCarts(options: {
  backup: CartBackup;
  load(owner: CartOwner): Promise<Backup | null>;
  /** Saves what this process has changed in the hot store and not backed up yet. */
  catchUp(key: string): Promise<void>;
  clock: Clock;
  random: () => number;
  metrics: Metrics;
}): ColdCarts {
  const { backup, load, catchUp, clock, metrics } = options;
  const puts = groupCommit<Replacement, boolean>({
    name: 'cart_detour',
    run: batch => backup.replace(batch),
    // One that was written and not heard of loses the second time, and is then decided on a cart that knows it.
    find: async batch => batch.map(() => undefined),
    parallel: 2,
    metrics,
    clock,
  });
  const changes = changeByKey<Cold>({ read: readCold, replace }, options);

  async function readCold(key: string): Promise<Cold> {
    await catchUp(key);
    const now = timestamp(clock.nowMs());
    return (await load(ownerOf(key))) ?? { cart: emptyCart(now), expires_at: now };
  }

  async function replace(key: string, seen: Cold, next: Cold): Promise<{ kept: Cold } | null> {
    const isWritten = await puts.submit({ ...next, owner: ownerOf(key), seen_version: seen.cart.version });
    return isWritten ? null : { kept: await readCold(key) };
  }

  return {
    read: async owner => (await readCold(keyOf(owner))).cart,
    change: <Answer>(owner: CartOwner, decide: Decide<Answer>, { ttlMs }: { ttlMs: number }) =>
      changes.change<Changed<Answer>>(keyOf(owner), state => {
        const { cart: after, answer } = decide(state.cart);
        if (after === state.cart) return { state, answer: { cart: after, answer } };
        const nowMs = clock.nowMs();
        const cart = changedCart(state.cart, after, nowMs);
        return { state: { cart, expires_at: timestamp(nowMs + ttlMs) }, answer: { cart, answer } };
      }),
    stop: () => puts.stop(),
  };
}
