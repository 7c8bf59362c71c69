import type { HotStore } from './hot-store.ts';
import { Unavailable } from './outcome.ts';

/**
 * Limits that go on while the shared store is away: each process then counts by itself, in `own`. So an outage slows
 * nobody down who keeps within them, and lets a guesser have one burst more a process, never an end to all limits.
 */
export function withOwnLimits(shared: HotStore, own: HotStore): HotStore {
  return {
    ...shared,
    async take(limitKey, limit) {
      try {
        return await shared.take(limitKey, limit);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        return await own.take(limitKey, limit);
      }
    },
    async delete(key) {
      await own.delete(key);
      await shared.delete(key);
    },
  };
}
