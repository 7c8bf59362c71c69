/** Any value that survives JSON unchanged: what may cross from one module to another. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/**
 * The answer of a command that may be refused. A refusal is an expected no (`OUT_OF_STOCK`): it is returned, never
 * thrown, and reads the same in-process and across rpc. Bugs are `assert`ed, outages thrown as `Unavailable`.
 */
export type Outcome<Value, Code extends string = never> = Accepted<Value> | Refusal<Code>;

export type Accepted<Value> = { ok: true; value: Value };

/** `detail` becomes extra members of the HTTP problem (`lines`, `cart`, `reason`), so it is written for the caller. */
export type Refusal<Code extends string> = { ok: false; code: Code; detail?: Record<string, unknown> };

export function accept<Value>(value: Value): Accepted<Value> {
  return { ok: true, value };
}

export function refuse<Code extends string>(code: Code, detail?: Record<string, unknown>): Refusal<Code> {
  return detail === undefined ? { ok: false, code } : { ok: false, code, detail };
}

/**
 * An outage: a part that is needed does not answer. HTTP says 503 with `Retry-After`; callers may retry within a bound.
 */
export class Unavailable extends Error {
  readonly retryAfterSeconds: number;

  constructor(message: string, options: { retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'Unavailable';
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1;
  }
}
