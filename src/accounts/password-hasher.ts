import { hash, verify } from '@node-rs/argon2';
import { limits } from '#limits';
import { Unavailable } from '#platform/outcome';

interface Bounds {
  running: number;
  waiting: number;
}

export interface Hasher {
  hash(password: string): Promise<string>;
  verify(passwordHash: string, password: string): Promise<boolean>;
}

/** OWASP's Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane. argon2id is the library's default algorithm. */
export const argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Of a random text that nobody kept: what an unknown e-mail's password is compared with, so that it takes as long. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$n6VIiGlMVteFvkG62bf0Vg$hRboC3rEAa4jB7rb92ekwgGgK7Y75WUKjwqvJzQW77g';

/**
 * Hashes off the event loop, in libuv's pool of four threads, a few at once: one thread stays free for files and names.
 * Measured on 2 cores: one hash 13 ms, three at once 32 ms. Beyond the queue's bound a flood of logins is told to come
 * back, before it takes the machine from those who shop.
 */
export function argon2Hasher(bounds: Partial<Bounds> = {}): Hasher {
  const { running = limits.passwordHashesMax, waiting = limits.passwordHashesWaitingMax } = bounds;
  const inTurn = boundedTurns({ running, waiting });
  return {
    hash: password => inTurn(() => hash(password.normalize('NFC'), argon2Parameters)),
    verify: (passwordHash, password) => inTurn(() => verify(passwordHash, password.normalize('NFC'))),
  };
}

/** Runs some at once and lets a bounded number wait, first come first served; throws `Unavailable` beyond. */
function boundedTurns(bounds: Bounds) {
  const queue: (() => void)[] = [];
  let running = 0;
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (running < bounds.running) running += 1;
    else {
      if (queue.length >= bounds.waiting) throw new Unavailable('too many passwords are being checked');
      // Whoever ends hands its turn on, so `running` stays as it is.
      await new Promise<void>(resolve => queue.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
