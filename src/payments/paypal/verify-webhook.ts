import { type KeyObject, verify } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { RawWebhook } from '../gateway.ts';
import type { SigningCertificates } from './signing-certificates.ts';

const TOLERANCE_MS = 300_000;
/** As RFC 3339 writes it; what Date.parse would make of anything else is no time of PayPal's. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

export interface WebhookSigning {
  webhookIds: readonly string[];
  certificates: SigningCertificates;
}

/**
 * PayPal signs `transmission id|time|webhook id|CRC-32 of the raw body` with SHA-256 and RSA. Checked here, from its
 * certificate, and not by asking PayPal for each webhook: see docs/adr/0017. What is wrong without any certificate is
 * refused before one is fetched. Nothing here is secret, so no time can tell anything.
 */
export function webhookVerifier(signing: WebhookSigning): (webhook: RawWebhook) => Promise<boolean> {
  return async ({ headers, rawBody, nowMs }) => {
    const transmission = readTransmission(headers);
    if (transmission === null || Math.abs(nowMs - Date.parse(transmission.time)) > TOLERANCE_MS) return false;
    const key = await signing.certificates.keyAt(transmission.certUrl);
    if (key === null) return false;
    const checksum = crc32(rawBody);
    return signing.webhookIds.some(webhookId => isSignature(key, transmission, `${webhookId}|${checksum}`));
  };
}

interface Transmission {
  id: string;
  time: string;
  certUrl: string;
  signature: Buffer;
}

function readTransmission(headers: Record<string, string>): Transmission | null {
  const id = headers['paypal-transmission-id'] ?? '';
  const time = headers['paypal-transmission-time'] ?? '';
  const signature = headers['paypal-transmission-sig'] ?? '';
  const certUrl = headers['paypal-cert-url'] ?? '';
  const isWhole =
    headers['paypal-auth-algo'] === 'SHA256withRSA' &&
    /^[\w-]{1,100}$/.test(id) &&
    TIME.test(time) &&
    /^[A-Za-z0-9+/]{1,2000}={0,2}$/.test(signature) &&
    certUrl.length <= 500;
  return isWhole ? { id, time, certUrl, signature: Buffer.from(signature, 'base64') } : null;
}

function isSignature(key: KeyObject, { id, time, signature }: Transmission, rest: string): boolean {
  return verify('RSA-SHA256', Buffer.from(`${id}|${time}|${rest}`), key, signature);
}
