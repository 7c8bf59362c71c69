import type { HotStore } from '#platform/hot-store';
import { Unavailable } from '#platform/outcome';

/** A store that may be cut off, and keeps what it has meanwhile: as a Redis behind a broken network does. */
export interface AwayStore {
  store: HotStore;
  goAway(): void;
  comeBack(): void;
  /** The next `update` is done, and its answer lost; the store is away from then on. */
  loseNextAnswer(): void;
}

export function awayStore(kept: HotStore): AwayStore {
  let isAway = false;
  let isLosing = false;

  function guarded<Args extends unknown[], Answer>(work: (...args: Args) => Promise<Answer>) {
    return async (...args: Args): Promise<Answer> => {
      if (isAway) throw new Unavailable('the store is away');
      return await work(...args);
    };
  }

  return {
    store: {
      get: guarded(kept.get) as HotStore['get'],
      set: guarded(kept.set),
      delete: guarded(kept.delete),
      setIfAbsent: guarded(kept.setIfAbsent),
      take: guarded(kept.take),
      update: (async (...args: Parameters<HotStore['update']>) => {
        if (isAway) throw new Unavailable('the store is away');
        const answer = await kept.update(...args);
        if (!isLosing) return answer;
        isLosing = false;
        isAway = true;
        throw new Unavailable('the answer was lost');
      }) as HotStore['update'],
    },
    goAway() {
      isAway = true;
    },
    comeBack() {
      isAway = false;
    },
    loseNextAnswer() {
      isLosing = true;
    },
  };
}
