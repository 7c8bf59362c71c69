/** What a test token makes the simulator do. Nothing but this is kept of a token. */
export interface Behaviour {
  /** Without an answer to the key's first request; `charged`: but done. */
  silence: 'charged' | 'not_charged' | null;
  /** Answered by a 503 so often, before anything is done. */
  failures: number;
  delayMs: number;
  /** Null: it pays. */
  declineReason: string | null;
  isChallenged: boolean;
  captureFails: boolean;
}

const pays: Behaviour = {
  silence: null,
  failures: 0,
  delayMs: 0,
  declineReason: null,
  isChallenged: false,
  captureFails: false,
};

const tokens: Readonly<Record<string, Behaviour>> = {
  tok_visa: pays,
  tok_declined: { ...pays, declineReason: 'declined' },
  tok_insufficient_funds: { ...pays, declineReason: 'insufficient_funds' },
  tok_timeout_charged: { ...pays, silence: 'charged' },
  tok_timeout_not_charged: { ...pays, silence: 'not_charged' },
  tok_flaky: { ...pays, failures: 2 },
  tok_slow: { ...pays, delayMs: 2_000 },
  tok_3ds: { ...pays, isChallenged: true },
  tok_capture_fails: { ...pays, captureFails: true },
};

export function behaviourOf(token: string): Behaviour {
  return Object.hasOwn(tokens, token) ? tokens[token]! : { ...pays, declineReason: 'invalid_token' };
}
