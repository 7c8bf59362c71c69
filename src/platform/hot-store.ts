import type { Clock } from './clock.ts';
import type { Json } from './outcome.ts';

export interface TakeLimit {
  /** Units a second that come back. */
  rate: number;
  /** Units that may be taken at once after a rest. */
  burst: number;
  /** Units taken now; 1 when left out, at most `burst`. */
  cost?: number;
}

export interface TakeAnswer {
  allowed: boolean;
  /** 0 when allowed. */
  retryAfterMs: number;
  /** Whole units that are left now. */
  remaining: number;
}

/**
 * Hot state: fast, shared, and losable (DESIGN §1). Values are JSON. Every operation touches one key, so that on Redis
 * each is one command or one script on one hash slot: get = GET, set = SET PX, setIfAbsent = SET NX PX, delete = DEL,
 * take = a script, update = GET, then a script that writes if the text is still the one that was read, with bounded
 * retries.
 */
export interface HotStore {
  get<Value = Json>(key: string): Promise<Value | undefined>;
  set(key: string, value: unknown, options: { ttlMs: number }): Promise<void>;
  /**
   * Atomic read, change, write; a `value` of undefined deletes the key. `change` is pure and synchronous: a shared store
   * runs it again when another writer came between. `ttlMs` counts from now.
   */
  update<Value, Answer>(
    key: string,
    ttlMs: number,
    change: (value: Value | undefined) => { value: Value | undefined; answer: Answer },
  ): Promise<Answer>;
  delete(key: string): Promise<void>;
  /** True when this call wrote it. */
  setIfAbsent(key: string, value: unknown, options: { ttlMs: number }): Promise<boolean>;
  /** A rate limit (GCRA): one number a key, no windows whose edges let twice the burst through. */
  take(limitKey: string, limit: TakeLimit): Promise<TakeAnswer>;
  /** Keys held now, those expired but not yet dropped included. */
  size(): Promise<number>;
}

export function createHotStore(_options: { clock: Clock; entriesMax?: number; bytesMax?: number }): HotStore {
  throw new Error('written next');
}
