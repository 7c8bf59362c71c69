import { limits } from '#limits';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Metrics } from '#platform/metrics';
import { Unavailable } from '#platform/outcome';
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

const PAUSE_MAX_MS = 30_000;
const STOP_TRIES = 3;

/** One batch at a time, oldest changes first; one that fails waits for the next turn, with what came since. */
export function createWriteBehind(options: {
  save(batch: Backup[]): Promise<void>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): WriteBehind {
  const { save, clock, log, metrics } = options;
  const queue = createQueue();
  let running: Promise<void> | undefined;
  let hurry = new AbortController();
  let isStopping = false;
  metrics.gauge('cart_backups_pending', 'Carts whose last change is not backed up yet', () => queue.size());
  const dropped = metrics.counter('cart_backups_dropped_total', 'Changes that no backup got: it was away for too long');

  async function run(): Promise<void> {
    for (let failures = 0; queue.size() > 0; ) {
      await pause(failures);
      failures = (await flush()) ? 0 : failures + 1;
      if (isStopping && failures >= STOP_TRIES) {
        log.error({ carts: queue.size() }, 'carts could not be backed up before the stop');
        break;
      }
    }
    running = undefined;
  }

  async function pause(failures: number): Promise<void> {
    if (queue.isAwaited() || (isStopping && failures === 0)) return;
    const delayMs = Math.min(limits.cartBackupDelayMs * 2 ** failures, PAUSE_MAX_MS);
    if (!hurry.signal.aborted) await clock.sleep(delayMs, hurry.signal);
  }

  /** Answers whether the batch was saved. */
  async function flush(): Promise<boolean> {
    hurry = new AbortController();
    const batch = queue.take();
    try {
      await save(batch);
      queue.saved();
      return true;
    } catch (error) {
      // The hot store has the truth, so an outage of the backup harms nobody yet: it is told, and tried again.
      log.warn({ err: error, carts: batch.length }, 'carts were not backed up');
      queue.failed(error);
      return false;
    }
  }

  return {
    put(backup) {
      if (queue.put(backup) === 'one dropped') dropped.inc();
      running ??= run();
    },
    pending: queue.pending,
    durable(key) {
      if (queue.pending(key) !== undefined) hurry.abort();
      return queue.whenSaved(key);
    },
    async stop() {
      isStopping = true;
      hurry.abort();
      await running;
    },
  };
}

interface Waiter {
  key: string;
  version: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** The newest state of each cart that waits or is being saved, and who waits for that. */
function createQueue() {
  const waiting = new Map<string, Backup>();
  let saving = new Map<string, Backup>();
  let waiters: Waiter[] = [];

  const pending = (key: string) => waiting.get(key) ?? saving.get(key);

  function settle(isDue: (waiter: Waiter) => boolean, tell: (waiter: Waiter) => void): void {
    const due = waiters.filter(isDue);
    waiters = waiters.filter(waiter => !isDue(waiter));
    for (const waiter of due) tell(waiter);
  }

  return {
    pending,
    size: () => waiting.size + saving.size,
    isAwaited: () => waiters.length > 0,
    /** When the backup is away for long, the cart that waited longest goes without. */
    put(backup: Backup): 'kept' | 'one dropped' {
      const key = keyOf(backup.owner);
      if ((waiting.get(key)?.cart.version ?? 0) <= backup.cart.version) waiting.set(key, backup);
      if (waiting.size <= limits.cartBackupsWaitingMax) return 'kept';
      const oldest = waiting.keys().next().value!;
      waiting.delete(oldest);
      settle(
        waiter => waiter.key === oldest,
        waiter => waiter.reject(new Unavailable('the backup of carts is away for too long')),
      );
      return 'one dropped';
    },
    whenSaved(key: string): Promise<void> {
      const version = pending(key)?.cart.version;
      if (version === undefined) return Promise.resolve();
      return new Promise((resolve, reject) => void waiters.push({ key, version, resolve, reject }));
    },
    take(): Backup[] {
      saving = new Map([...waiting].slice(0, limits.cartBackupBatchMax));
      for (const key of saving.keys()) waiting.delete(key);
      return [...saving.values()];
    },
    saved(): void {
      const batch = saving;
      saving = new Map();
      const isSaved = ({ key, version }: Waiter) => version <= (batch.get(key)?.cart.version ?? -1);
      settle(isSaved, waiter => waiter.resolve());
    },
    failed(error: unknown): void {
      const batch = saving;
      saving = new Map();
      for (const [key, backup] of batch) if (!waiting.has(key)) waiting.set(key, backup);
      const wasInBatch = ({ key }: Waiter) => batch.has(key);
      settle(wasInBatch, waiter => waiter.reject(error));
    },
  };
}
