/** Time comes through this door, so that a test can hold it still and a failure replays from its seed. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake, { once: true });
    }),
};

/** RFC 3339 in UTC with milliseconds: the one form of a time in contracts, events and HTTP. */
export function timestamp(ms: number): string {
  if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString() };
  return last.text;
}

/** Within a millisecond many ask for the same. */
let last = { ms: 0, text: new Date(0).toISOString() };

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Milliseconds since 1970 of an RFC 3339 time that a schema let through, in every form that it may have: any offset, a
 * leap second (read as the second before). Times before 1970 are its beginning: nothing here is older.
 */
export function instantMs(time: string): number {
  const readable = time.replace(/:60(?=\D|$)/, ':59').replace(/([+-]\d\d)$/, '$1:00');
  return Math.min(Math.max(0, Date.parse(readable)), LAST_MS);
}

/** A clock that moves only when told: for tests. */
export function manualClock(startMs: number): Clock & { advance(ms: number): void } {
  let now = startMs;
  let sleepers: { until: number; wake: () => void }[] = [];
  return {
    nowMs: () => now,
    sleep: (ms, signal) =>
      new Promise(resolve => {
        sleepers.push({ until: now + ms, wake: resolve });
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
    advance(ms) {
      now += ms;
      const due = sleepers.filter(sleeper => sleeper.until <= now);
      sleepers = sleepers.filter(sleeper => sleeper.until > now);
      for (const sleeper of due) sleeper.wake();
    },
  };
}
