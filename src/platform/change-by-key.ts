import type { Clock } from './clock.ts';
import { Unavailable } from './outcome.ts';

/** A store that writes a key on the condition that nobody else has written it since. */
export interface ComparingStore<State> {
  read(key: string): Promise<State>;
  /** Null where `next` was written, since `seen` was still there; else what is there instead. */
  replace(key: string, seen: State, next: State): Promise<{ kept: State } | null>;
}

/** The very state that it was given writes nothing. Pure: it runs again when another writer came between. */
export type DecideState<State, Answer> = (state: State) => { state: State; answer: Answer };

export interface ChangeByKey<State> {
  change<Answer>(key: string, decide: DecideState<State, Answer>): Promise<Answer>;
}

interface Waiting<State> {
  decide: DecideState<State, unknown>;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

const GROUP_MAX = 256;
const WAITING_MAX = 10_000;
const TRIES_MAX = 12;
const PAUSE_FIRST_MS = 1;
const PAUSE_MAX_MS = 50;

/**
 * Atomic changes by compare-and-set. Those of one key that wait in this process are decided one after the other and
 * written at once: only other processes can come between, so that a crowd on one key is no row of lost races.
 */
export function changeByKey<State>(
  store: ComparingStore<State>,
  { clock, random }: { clock: Clock; random: () => number },
): ChangeByKey<State> {
  const queues = new Map<string, Waiting<State>[]>();

  async function work(key: string, queue: Waiting<State>[]): Promise<void> {
    while (queue.length > 0) {
      const group = queue.splice(0, GROUP_MAX);
      await settle(key, group).catch(error => {
        for (const { reject } of group) reject(error);
      });
    }
    queues.delete(key);
  }

  async function settle(key: string, group: Waiting<State>[]): Promise<void> {
    let seen: State = await store.read(key);
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      const { state, tell } = decideAll(group, seen);
      const lost = state === seen ? null : await store.replace(key, seen, state);
      if (lost === null) return tell();
      seen = tries === 1 ? lost.kept : await readLater(key, tries);
    }
    throw new Unavailable('one key is changed by too many processes at once');
  }

  /** At a time by chance: those who have met would else meet again. */
  async function readLater(key: string, tries: number): Promise<State> {
    await clock.sleep(Math.min(PAUSE_FIRST_MS * 2 ** tries, PAUSE_MAX_MS) * random());
    return await store.read(key);
  }

  return {
    change: <Answer>(key: string, decide: DecideState<State, Answer>) =>
      new Promise<Answer>((resolve, reject) => {
        const waiting = { decide, resolve: resolve as Waiting<State>['resolve'], reject };
        const queue = queues.get(key);
        if (queue === undefined) {
          const first = [waiting];
          queues.set(key, first);
          void work(key, first);
        } else if (queue.length < WAITING_MAX) queue.push(waiting);
        else reject(new Unavailable('one key is changed by too many at once'));
      }),
  };
}

/** What throws changes nothing, and spoils nobody else's change. */
function decideAll<State>(group: Waiting<State>[], seen: State): { state: State; tell(): void } {
  let state = seen;
  const tells: (() => void)[] = [];
  for (const { decide, resolve, reject } of group) {
    try {
      const decided = decide(state);
      state = decided.state;
      tells.push(() => resolve(decided.answer));
    } catch (error) {
      tells.push(() => reject(error));
    }
  }
  return { state, tell: () => tells.forEach(tell => void tell()) };
}
