import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 300;
/** More than any rotation needs, so that a header can't make us compute for long. */
const SIGNATURES_MAX = 8;

/** `t=<unix>,v1=<hex HMAC-SHA256(secret, "t.rawbody")>`: Stripe's scheme. */
export function signWebhook(webhook: { secret: string; rawBody: Buffer | string; nowMs: number }): string {
  const t = Math.floor(webhook.nowMs / 1000);
  return `t=${t},v1=${digest(webhook.secret, t, webhook.rawBody).toString('hex')}`;
}

/** True where one of `secrets` has signed exactly these bytes within 300 seconds of now. In constant time. */
export function isSignedBy(
  secrets: readonly string[],
  webhook: { signature: string | undefined; rawBody: Buffer; nowMs: number },
): boolean {
  const parts = (webhook.signature ?? '').split(',').map(part => part.trim().split('='));
  const t = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,12}$/.test(t)) return false;
  if (Math.abs(webhook.nowMs / 1000 - Number(t)) > TOLERANCE_SECONDS) return false;
  const given = parts
    .filter(([name, hex]) => name === 'v1' && /^[0-9a-f]{64}$/.test(hex ?? ''))
    .slice(0, SIGNATURES_MAX);
  let isRight = false;
  // No early end: how long it takes tells nothing of which secret or byte was right.
  for (const secret of secrets) {
    const expected = digest(secret, Number(t), webhook.rawBody);
    for (const [, hex] of given) isRight = timingSafeEqual(expected, Buffer.from(hex!, 'hex')) || isRight;
  }
  return isRight;
}

function digest(secret: string, t: number, rawBody: Buffer | string): Buffer {
  return createHmac('sha256', secret).update(`${t}.`).update(rawBody).digest();
}
