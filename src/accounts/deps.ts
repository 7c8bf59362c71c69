import type { GroupCommit } from '#platform/group-commit';
import type { HotStore } from '#platform/hot-store';
import type { ModuleDeps } from '#platform/module';
import type { Outbox } from '#platform/outbox';
import type { Session } from './contract.ts';
import type { Tries } from './limit-tries.ts';
import type { Hasher } from './password-hasher.ts';
import type { SessionKey } from './rules.ts';

/** What the composition root gives to accounts. */
export interface AccountsOptions extends ModuleDeps {
  /** Where guesses are counted. */
  hotStore: HotStore;
  /** Makes the tokens of mails; a new one ends those that are under way. */
  mailTokenSecret: string;
  /** RATE_LIMITS=off takes the brakes off guessing: for benches and acceptance runs. */
  rateLimits: boolean;
  /** argon2id unless a test counts. */
  hasher?: Hasher;
}

/** What the operations of this module share. */
export interface Deps extends AccountsOptions {
  outbox: Outbox;
  hasher: Hasher;
  tries: Tries;
  sessions: GroupCommit<SessionKey, Session | null>;
}
