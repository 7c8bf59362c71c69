/**
 * Where Idempotency-Keys are kept: PostgreSQL for what must survive (`sql-key-store.ts`), the hot store for carts
 * (`hot-key-store.ts`). Both pass one test.
 */
export interface KeyStore {
  /** Claims a key for a command, atomically. */
  claim(claim: KeyClaim): Promise<Claimed>;
  /** Keeps the answer, if none is kept yet. */
  keep(answer: KeyName & { status: number; body: string }): Promise<void>;
  /** Nothing happened (bad input): the key is free again, unless another claim holds it by now. */
  forget(held: HeldKey): Promise<void>;
  /** Nobody knows what happened (an outage): the next try takes over at once, under the same command id. */
  release(held: HeldKey): Promise<void>;
}

/** `scope` ends with two hex digits, its bucket. */
export type KeyName = { scope: string; key: string };

/** `command_id` is fresh: an id to run under if the key is new, and in any case the name of this claim. */
export type KeyClaim = KeyName & { input_hash: string; command_id: string };

/** `holder` is the `command_id` that the claim was made with. */
export type HeldKey = KeyName & { holder: string };

/**
 * `new`: run it under `command_id`, which need not be the claim's. `taken_over`: an earlier run ended without an answer; run it under the id of then.
 * `in_flight`: another claim runs it. `reused`: the key stands for other input.
 */
export type Claimed =
  | { state: 'new' | 'taken_over'; command_id: string }
  | { state: 'answered'; status: number; body: string }
  | { state: 'in_flight' }
  | { state: 'reused' };
