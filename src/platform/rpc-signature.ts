import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A call is signed, so that RPC_SECRET itself never travels: HMAC-SHA256 over time, path and body. A recording of
 * a call is good for a minute and for the same call only; between our own services that is little, and TLS or a private
 * network is expected around them anyway.
 */
const TOLERANCE_MS = 60_000;

export function signCall(secret: string, call: SignedCall): string {
  const { timeMs, path, body } = call;
  return createHmac('sha256', secret).update(`${timeMs}\n${path}\n`).update(body).digest('base64url');
}

export type SignedCall = { timeMs: number; path: string; body: string | Buffer };

/** Constant time in the signature, so that it can't be guessed byte by byte. */
export function isSignedCall(secret: string, call: SignedCall, signature: unknown, nowMs: number): boolean {
  if (typeof signature !== 'string' || !(Math.abs(nowMs - call.timeMs) <= TOLERANCE_MS)) return false;
  const expected = Buffer.from(signCall(secret, call));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
