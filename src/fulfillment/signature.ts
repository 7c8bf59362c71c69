import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 300;
/** More than any rotation needs, so that a header can't make us compute for long. */
const SIGNATURES_MAX = 8;

/** `t=<unix seconds>,v1=<hex HMAC-SHA256(secret, "t.rawbody")>`. */
export function sign(rawBody: Buffer, secret: string, nowMs: number): string {
  const time = Math.floor(nowMs / 1000);
  return `t=${time},v1=${macOf(secret, String(time), rawBody).toString('hex')}`;
}

/** Whether one of the header's signatures is right under one of the secrets, and made within five minutes of now. */
export function isSigned(webhook: {
  header: string | undefined;
  rawBody: Buffer;
  secrets: readonly string[];
  nowMs: number;
}): boolean {
  const { header = '', rawBody, secrets, nowMs } = webhook;
  const fields = header.split(',').map(field => field.trim());
  const time = fields.find(field => /^t=\d{1,12}$/.test(field))?.slice(2);
  if (time === undefined || Math.abs(nowMs / 1000 - Number(time)) > TOLERANCE_SECONDS) return false;
  const given = fields
    .filter(field => /^v1=[0-9a-f]{64}$/.test(field))
    .slice(0, SIGNATURES_MAX)
    .map(field => Buffer.from(field.slice(3), 'hex'));
  // All are compared, each in constant time: how long it takes tells nothing about which was nearly right.
  const verdicts = secrets.flatMap(secret => {
    const right = macOf(secret, time, rawBody);
    return given.map(signature => timingSafeEqual(signature, right));
  });
  return verdicts.includes(true);
}

function macOf(secret: string, time: string, rawBody: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest();
}
