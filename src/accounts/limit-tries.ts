import { createHash } from 'node:crypto';
import type { HotStore, TakeLimit } from '#platform/hot-store';
import { type Outcome, refuse, Unavailable } from '#platform/outcome';

const perHour = (units: number) => units / 3600;

/**
 * How often something that can be guessed may be tried. An account takes at most 100 tries in its first hour and 70 in
 * each that follows, from wherever they come. One network alone gets 60 an hour at one account: less than what comes
 * back to the account, so that a single stranger can slow nobody but the people of the own network.
 */
const limitsOf = {
  /** Everyone behind one address: an office or a mobile carrier on a sale day. */
  login_network: { rate: perHour(1800), burst: 60 },
  login_pair: { rate: perHour(60), burst: 10 },
  login_account: { rate: perHour(70), burst: 30 },
  signup_network: { rate: perHour(120), burst: 30 },
  /** Bounds what a stranger can send to somebody's mailbox, too. */
  reset_network: { rate: perHour(60), burst: 10 },
  reset_account: { rate: perHour(6), burst: 5 },
  token_network: { rate: perHour(60), burst: 20 },
  /** `current_password` by whoever holds a session. */
  password_account: { rate: perHour(60), burst: 10 },
} satisfies Record<string, TakeLimit>;

type LimitName = keyof typeof limitsOf;
/** Which limits a try counts against, and as whom: a network, an e-mail, a user. */
export type Try = Partial<Record<LimitName, string>>;

export interface Tries {
  /** Counts a try, in the order given, up to the first limit that refuses it. */
  take(by: Try): Promise<Outcome<null, 'TOO_MANY_TRIES'>>;
  /** Forgets the tries of somebody who turned out to be right. */
  forgive(by: Try): Promise<void>;
}

/**
 * Counted in the hot store: losing it gives a guesser one more burst, and nothing else. A try is counted before it is
 * made, so that parallel ones can't all slip in.
 */
export function limitTries(hotStore: HotStore): Tries {
  return {
    async take(by) {
      for (const [name, who] of entriesOf(by)) {
        const { allowed, retryAfterMs } = await hotStore.take(keyOf(name, who), limitsOf[name]);
        if (!allowed)
          return refuse('TOO_MANY_TRIES', { retry_after_seconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) });
      }
      return { ok: true, value: null };
    },
    async forgive(by) {
      const forgotten = entriesOf(by).map(([name, who]) => hotStore.delete(keyOf(name, who)));
      // Who was right is let in all the same: tries that a store which is away can't forget now are over in an hour.
      for (const { reason } of (await Promise.allSettled(forgotten)) as { reason?: unknown }[]) {
        if (reason !== undefined && !(reason instanceof Unavailable)) throw reason;
      }
    },
  };
}

export const unlimitedTries: Tries = {
  take: async () => ({ ok: true, value: null }),
  forgive: async () => {},
};

function entriesOf(by: Try): [LimitName, string][] {
  return Object.entries(by) as [LimitName, string][];
}

/** Hashed: the hot store holds nobody's e-mail, and a key is never longer than this. */
function keyOf(name: LimitName, who: string): string {
  return `tries:${name}:${createHash('sha256').update(who).digest('base64url')}`;
}
