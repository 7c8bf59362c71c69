import type { App } from './http.ts';
import type { Ids } from './ids.ts';
import type { Log } from './log.ts';

export interface KeyStore {
  /**
   * Claims a key for a command, atomically. `new`: run it under `command_id`. `taken_over`: an earlier run ended without
   * an answer; run it under the id of then. `in_flight`: it runs now. `reused`: the key stands for other input.
   */
  claim(claim: KeyClaim): Promise<Claimed>;
  /** Keeps the answer, if none is kept yet. */
  keep(answer: KeyName & { status: number; body: string }): Promise<void>;
  /** Nothing happened (bad input): the key is free again. */
  forget(name: KeyName & { command_id: string }): Promise<void>;
  /** Nobody knows what happened (an outage): the next try takes over at once, under the same command id. */
  release(name: KeyName & { command_id: string }): Promise<void>;
}

export type KeyName = { scope: string; key: string };
export type KeyClaim = KeyName & { input_hash: string; command_id: string };
export type Claimed =
  | { state: 'new' | 'taken_over'; command_id: string }
  | { state: 'answered'; status: number; body: string }
  | { state: 'in_flight' }
  | { state: 'reused' };

/** Adds the rules to every mutation that is registered afterwards, and fills `request.commandId`. */
export function idempotency(
  _app: App,
  _options: { stores: { sql: KeyStore; hot: KeyStore }; ids: Ids; secret: string; log: Log },
): void {
  throw new Error('written next');
}
