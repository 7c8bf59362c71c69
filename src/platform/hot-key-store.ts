import { limits } from '#limits';
import type { Clock } from './clock.ts';
import type { HotStore } from './hot-store.ts';
import type { Claimed, KeyName, KeyStore } from './key-store.ts';

interface Entry {
  input_hash: string;
  command_id: string;
  holder: string;
  leaseUntilMs: number;
  answer?: { status: number; body: string };
}

/** Keys in the hot store, for carts: as fast and as losable as the carts themselves. */
export function hotKeyStore({ hotStore, clock }: { hotStore: HotStore; clock: Clock }): KeyStore {
  const ttlMs = limits.idempotencyKeptMs;

  /** `change` answers the entry's next state; an absent entry stays absent. */
  function changeHeld(name: KeyName & { holder?: string }, change: (entry: Entry) => Entry | undefined): Promise<null> {
    return hotStore.update<Entry, null>(nameOf(name), ttlMs, entry => {
      const isOurs = entry !== undefined && (name.holder === undefined || entry.holder === name.holder);
      return { value: isOurs && entry.answer === undefined ? change(entry) : entry, answer: null };
    });
  }

  return {
    claim: ({ scope, key, input_hash, command_id }) =>
      hotStore.update<Entry, Claimed>(nameOf({ scope, key }), ttlMs, entry => {
        const leaseUntilMs = clock.nowMs() + limits.idempotencyLeaseMs;
        if (entry === undefined) {
          const value = { input_hash, command_id, holder: command_id, leaseUntilMs };
          return { value, answer: { state: 'new', command_id } };
        }
        if (entry.input_hash !== input_hash) return { value: entry, answer: { state: 'reused' } };
        if (entry.answer !== undefined) return { value: entry, answer: { state: 'answered', ...entry.answer } };
        if (entry.leaseUntilMs > clock.nowMs()) return { value: entry, answer: { state: 'in_flight' } };
        const value = { ...entry, holder: command_id, leaseUntilMs };
        return { value, answer: { state: 'taken_over', command_id: entry.command_id } };
      }),
    async keep({ scope, key, status, body }) {
      await changeHeld({ scope, key }, entry => ({ ...entry, answer: { status, body } }));
    },
    async forget(held) {
      await changeHeld(held, () => undefined);
    },
    async release(held) {
      await changeHeld(held, entry => ({ ...entry, leaseUntilMs: 0 }));
    },
  };
}

/** The scope in braces: on a Redis Cluster it alone decides the slot. */
function nameOf({ scope, key }: KeyName): string {
  return `idempotency:{${scope}}:${key}`;
}
