import assert from 'node:assert/strict';
import { LRUCache } from 'lru-cache';
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
 * each is one command or one script on one hash slot (`redis-hot-store.ts`). A shared store that is away is told as
 * `Unavailable`: each user of it says what it does then.
 */
export interface HotStore {
  get<Value = Json>(key: string): Promise<Value | undefined>;
  set(key: string, value: unknown, options: { ttlMs: number }): Promise<void>;
  /**
   * Atomic read, change, write; a `value` of undefined deletes the key. `change` is pure and synchronous: a shared
   * store runs it again when another writer came between. `ttlMs` counts from now.
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
}

/** What stores keep is JSON with an end: the text of a value, or an assert. */
export function toJson(value: unknown, ttlMs: number): string {
  assert(ttlMs > 0, 'what is kept in the hot store has an end');
  const text: string | undefined = JSON.stringify(value);
  assert(text !== undefined, 'the hot store keeps JSON values');
  return text;
}

export function assertLimit({ rate, burst, cost = 1 }: TakeLimit): void {
  assert(rate > 0 && cost >= 0 && cost <= burst, 'a limit has a rate, and a burst that its cost fits in');
}

const ENTRIES_MAX = 500_000;
const BYTES_MAX = 256 * 1024 * 1024;
/** What an entry costs beside its text: the map's slot, the list's links, the object. Measured: 130–170 bytes. */
const ENTRY_BYTES = 150;

export interface LocalHotStore extends HotStore {
  /** Keys held now, those expired but not yet dropped included. */
  size(): number;
}

interface Entry {
  /** JSON text, as on Redis: what was read can be changed without changing what is stored. */
  text: string;
  expiresAtMs: number;
}

/**
 * The in-process store: one process owns it. When it is full the entry that was longest unused goes, as Redis does with
 * `allkeys-lru`. An expired entry goes when it is next asked for or pushed out: no timer a key.
 */
export function createHotStore(options: { clock: Clock; entriesMax?: number; bytesMax?: number }): LocalHotStore {
  const { clock } = options;
  const entries = new LRUCache<string, Entry>({
    max: options.entriesMax ?? ENTRIES_MAX,
    maxSize: options.bytesMax ?? BYTES_MAX,
    // A two-byte string counts double; most text here is ids and digits, one byte each.
    sizeCalculation: (entry, key) => entry.text.length + key.length + ENTRY_BYTES,
  });

  function read(key: string): string | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAtMs > clock.nowMs()) return entry.text;
    entries.delete(key);
    return undefined;
  }

  function write(key: string, value: unknown, ttlMs: number): void {
    const text = toJson(value, ttlMs);
    entries.set(key, { text, expiresAtMs: clock.nowMs() + ttlMs });
    assert(entries.has(key), `a value of ${text.length} characters is larger than the whole hot store`);
  }

  return {
    async get<Value>(key: string) {
      const text = read(key);
      return text === undefined ? undefined : (JSON.parse(text) as Value);
    },
    async set(key, value, { ttlMs }) {
      write(key, value, ttlMs);
    },
    async update<Value, Answer>(
      key: string,
      ttlMs: number,
      change: (value: Value | undefined) => { value: Value | undefined; answer: Answer },
    ) {
      const text = read(key);
      const { value, answer } = change(text === undefined ? undefined : (JSON.parse(text) as Value));
      if (value === undefined) entries.delete(key);
      else write(key, value, ttlMs);
      return answer;
    },
    async delete(key) {
      entries.delete(key);
    },
    async setIfAbsent(key, value, { ttlMs }) {
      if (read(key) !== undefined) return false;
      write(key, value, ttlMs);
      return true;
    },
    async take(limitKey, limit) {
      const nowMs = clock.nowMs();
      const text = read(limitKey);
      const { answer, fullAtMs } = takeFrom({ nowMs, fullAtMs: text === undefined ? nowMs : Number(text), limit });
      // Once it is full again the key says nothing: it ends there.
      if (answer.allowed && fullAtMs > nowMs) write(limitKey, fullAtMs, fullAtMs - nowMs);
      return answer;
    },
    size: () => entries.size,
  };
}

/** GCRA as a pure rule: `fullAtMs`, the moment when the whole burst is back, is all the state that a limit has. */
export function takeFrom(state: { nowMs: number; fullAtMs: number; limit: TakeLimit }): {
  answer: TakeAnswer;
  fullAtMs: number;
} {
  const { nowMs, limit } = state;
  assertLimit(limit);
  const { rate, burst, cost = 1 } = limit;
  const unitMs = 1000 / rate;
  const burstMs = burst * unitMs;
  const fullAtMs = Math.max(state.fullAtMs, nowMs);
  const nextMs = fullAtMs + cost * unitMs;
  const retryAfterMs = Math.max(0, nextMs - burstMs - nowMs);
  // A ten-thousandth of a unit: sums of fractions such as 1000 / 3 must not cost a caller its last unit.
  const allowed = retryAfterMs < unitMs / 10_000;
  const remaining = Math.max(0, Math.floor((burstMs - ((allowed ? nextMs : fullAtMs) - nowMs)) / unitMs + 0.0001));
  if (allowed) return { answer: { allowed, retryAfterMs: 0, remaining }, fullAtMs: nextMs };
  return { answer: { allowed, retryAfterMs: Math.ceil(retryAfterMs), remaining }, fullAtMs };
}
