import { limits } from '#limits';
import type { Clock } from './clock.ts';
import type { HotStore } from './hot-store.ts';
import { derivedId } from './ids.ts';
import type { Claimed, KeyClaim, KeyName, KeyStore } from './key-store.ts';
import { Unavailable } from './outcome.ts';

interface Entry {
  input_hash: string;
  command_id: string;
  holder: string;
  leaseUntilMs: number;
  answer?: { status: number; body: string };
}

/**
 * Keys in the hot store, for carts: as fast and as losable as the carts themselves. A command's id follows from its key
 * and its input, so that a repeat finds what was done under it in the cart, whether the store still knows the key or
 * not. While it is away every key is new for that reason: nothing is done twice, only the first answer is not replayed,
 * and other input under a key is not told apart. And for that reason a claim is taken over soon: the answer of the one
 * that holds it may have been lost on its way to a store that was just going.
 */
export function hotKeyStore({ hotStore, clock }: { hotStore: HotStore; clock: Clock }): KeyStore {
  const ttlMs = limits.idempotencyKeptMs;

  /** `change` answers the entry's next state; an absent entry stays absent. */
  async function changeHeld(
    name: KeyName & { holder?: string },
    change: (entry: Entry) => Entry | undefined,
  ): Promise<void> {
    const done = hotStore.update<Entry, null>(nameOf(name), ttlMs, entry => {
      const isOurs = entry !== undefined && (name.holder === undefined || entry.holder === name.holder);
      return { value: isOurs && entry.answer === undefined ? change(entry) : entry, answer: null };
    });
    await unlessAway(done, null);
  }

  return {
    claim(claim) {
      const command_id = idOf(claim);
      const claimed = hotStore.update<Entry, Claimed>(nameOf(claim), ttlMs, entry =>
        decideClaim(claim, entry, { command_id, nowMs: clock.nowMs() }),
      );
      return unlessAway<Claimed>(claimed, { state: 'new', command_id });
    },
    keep: ({ scope, key, status, body }) =>
      changeHeld({ scope, key }, entry => ({ ...entry, answer: { status, body } })),
    forget: held => changeHeld(held, () => undefined),
    release: held => changeHeld(held, entry => ({ ...entry, leaseUntilMs: 0 })),
  };
}

function decideClaim(
  { input_hash, command_id: holder }: KeyClaim,
  entry: Entry | undefined,
  { command_id, nowMs }: { command_id: string; nowMs: number },
): { value: Entry; answer: Claimed } {
  const leaseUntilMs = nowMs + limits.idempotencyHotLeaseMs;
  if (entry === undefined) {
    return { value: { input_hash, command_id, holder, leaseUntilMs }, answer: { state: 'new', command_id } };
  }
  if (entry.input_hash !== input_hash) return { value: entry, answer: { state: 'reused' } };
  if (entry.answer !== undefined) return { value: entry, answer: { state: 'answered', ...entry.answer } };
  if (entry.leaseUntilMs > nowMs) return { value: entry, answer: { state: 'in_flight' } };
  return { value: { ...entry, holder, leaseUntilMs }, answer: { state: 'taken_over', command_id: entry.command_id } };
}

async function unlessAway<Answer>(asked: Promise<Answer>, instead: Answer): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Unavailable) return instead;
    throw error;
  }
}

/** In the bucket of its scope. */
function idOf({ scope, key, input_hash }: KeyClaim): string {
  return derivedId(scope, `${key} ${input_hash}`);
}

/** The scope in braces: on a Redis Cluster it alone decides the slot. */
function nameOf({ scope, key }: KeyName): string {
  return `idempotency:{${scope}}:${key}`;
}
