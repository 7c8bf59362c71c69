import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import type { Backup } from './backup.ts';
import { keyOf } from './stored-cart.ts';

export interface WriteBehind {
  /** The newest state of a cart: goes to the backup within `limits.cartBackupDelayMs`, instead of an older one. */
  put(backup: Backup): void;
  /** What is not yet saved, for a restore in between. */
  pending(key: string): Backup | undefined;
  /** Resolves when what was put for this cart is saved, which begins at once; throws what the saving threw. */
  durable(key: string): Promise<void>;
  /** Saves what waits. */
  stop(): Promise<void>;
}

interface Waiter {
  key: string;
  version: number;
  resolve(): void;
  reject(error: unknown): void;
}

const PAUSE_MAX_MS = 30_000;
const STOP_TRIES = 3;

/** One batch at a time, oldest changes first; a batch that fails waits for the next turn together with what came since. */
export function createWriteBehind(options: {
  save(batch: Backup[]): Promise<void>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): WriteBehind {
  const { save, clock, log, metrics } = options;
  const waiting = new Map<string, Backup>();
  let saving = new Map<string, Backup>();
  let waiters: Waiter[] = [];
  let running: Promise<void> | undefined;
  let hurry = new AbortController();
  let isStopping = false;
  metrics.gauge(
    'cart_backups_pending',
    'Carts whose last change is not backed up yet',
    () => waiting.size + saving.size,
  );
  const dropped = metrics.counter('cart_backups_dropped_total', 'Changes that no backup got: it was away for too long');

  async function run(): Promise<void> {
    for (let failures = 0; waiting.size > 0; ) {
      await pause(failures);
      failures = (await flush()) ? 0 : failures + 1;
      if (isStopping && failures >= STOP_TRIES) {
        log.error({ carts: waiting.size }, 'carts could not be backed up before the stop');
        break;
      }
    }
    running = undefined;
  }

  async function pause(failures: number): Promise<void> {
    if (waiters.length > 0 || (isStopping && failures === 0)) return;
    const delayMs = Math.min(limits.cartBackupDelayMs * 2 ** failures, PAUSE_MAX_MS);
    if (!hurry.signal.aborted) await clock.sleep(delayMs, hurry.signal);
  }

  /** Answers whether the batch was saved. */
  async function flush(): Promise<boolean> {
    hurry = new AbortController();
    saving = new Map([...waiting].slice(0, limits.cartBackupBatchMax));
    for (const key of saving.keys()) waiting.delete(key);
    const batch = saving;
    try {
      await save([...batch.values()]);
      saving = new Map();
      settle(
        ({ key, version }) => version <= (batch.get(key)?.cart.version ?? -1),
        waiter => waiter.resolve(),
      );
      return true;
    } catch (error) {
      // The hot store has the truth, so an outage of the backup harms nobody yet: it is told, and tried again.
      log.warn({ err: error, carts: batch.size }, 'carts were not backed up');
      saving = new Map();
      for (const [key, backup] of batch) if (!waiting.has(key)) waiting.set(key, backup);
      settle(
        ({ key }) => batch.has(key),
        waiter => waiter.reject(error),
      );
      return false;
    }
  }

  function settle(isDue: (waiter: Waiter) => boolean, tell: (waiter: Waiter) => void): void {
    const due = waiters.filter(isDue);
    waiters = waiters.filter(waiter => !due.includes(waiter));
    for (const waiter of due) tell(waiter);
  }

  return {
    put(backup) {
      const key = keyOf(backup.owner);
      if ((waiting.get(key)?.cart.version ?? 0) > backup.cart.version) return;
      waiting.set(key, backup);
      if (waiting.size > limits.cartBackupsWaitingMax) {
        waiting.delete(waiting.keys().next().value!);
        dropped.inc();
      }
      running ??= run();
    },
    pending: key => waiting.get(key) ?? saving.get(key),
    durable(key) {
      const version = (waiting.get(key) ?? saving.get(key))?.cart.version;
      if (version === undefined) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiters.push({ key, version, resolve, reject });
        hurry.abort();
      });
    },
    async stop() {
      isStopping = true;
      hurry.abort();
      await running;
    },
  };
}
