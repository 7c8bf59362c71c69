import { limits } from '#limits';
import type { Metrics } from '#platform/metrics';
import { Unavailable } from '#platform/outcome';
import type { CartOwner } from './contract.ts';
import { keyOf } from './stored-cart.ts';
import { createTeller, type TellerDeps } from './tell-hot-store.ts';

/**
 * Who is asked for a cart: the hot store, or the backup while that is away. What was changed without the hot store is
 * newer than what it may still have when it is back, so it hears of that first: of a cart that this process has changed
 * before it is asked for it, and of all others (of other processes, of one that has died meanwhile) within a second.
 */
export interface Detour {
  read<Answer>(owner: CartOwner, ways: Ways<Answer>): Promise<Answer>;
  change<Answer>(owner: CartOwner, ways: Ways<Answer>): Promise<Answer>;
  stop(): Promise<void>;
}

interface Ways<Answer> {
  hot(): Promise<Answer>;
  cold(): Promise<Answer>;
}

export function createDetour({ metrics, ...deps }: Omit<TellerDeps, 'failed'> & { metrics: Metrics }): Detour {
  /** Carts that were changed here without the hot store, each with how many such changes are under way. */
  const doubted = new Map<string, number>();
  const detours = metrics.counter('cart_detours_total', 'Times a cart was asked of its backup: the hot store was away');
  const teller = createTeller({ ...deps, failed: doubt });

  async function hotOrCold<Answer>(owner: CartOwner, hot: () => Promise<Answer>, cold: () => Promise<Answer>) {
    const key = keyOf(owner);
    if ((doubted.get(key) ?? 0) > 0) return await cold();
    try {
      await teller.tellAll();
      if (doubted.has(key)) await settle(owner);
      return await hot();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      teller.lookAgain();
      detours.inc();
      return await cold();
    }
  }

  async function settle(owner: CartOwner): Promise<void> {
    const found = await deps.backup.load([owner]);
    if (!(await teller.tell(found.filter(each => each !== undefined)))) throw new Unavailable('the hot store is away');
    const key = keyOf(owner);
    if (doubted.get(key) === 0) doubted.delete(key);
  }

  /** Those of too many are told of with all others, by their mark in the backup. */
  function doubt(key: string, more = 0): void {
    doubted.set(key, (doubted.get(key) ?? 0) + more);
    if (doubted.size > limits.cartBackupsWaitingMax) doubted.delete(doubted.keys().next().value!);
  }

  async function changeCold<Answer>(key: string, cold: () => Promise<Answer>): Promise<Answer> {
    doubt(key, 1);
    try {
      return await cold();
    } finally {
      doubt(key, doubted.has(key) ? -1 : 0);
    }
  }

  /** A hot store that was slow for a moment hears of it at once: another process may be asked for the cart next. */
  async function settleNow(owner: CartOwner): Promise<void> {
    try {
      await deps.hotStore.get(keyOf(owner));
      await settle(owner);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  return {
    read: (owner, { hot, cold }) => hotOrCold(owner, hot, cold),
    change: (owner, { hot, cold }) =>
      hotOrCold(owner, hot, async () => {
        const answer = await changeCold(keyOf(owner), cold);
        await settleNow(owner);
        return answer;
      }),
    stop: () => teller.stop(),
  };
}
