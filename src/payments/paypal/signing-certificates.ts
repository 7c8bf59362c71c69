import { type KeyObject, X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { Agent, request } from 'undici';
import { limits } from '#limits';
import { Unavailable } from '#platform/outcome';

export interface SigningCertificates {
  /** The key that signs webhooks by the certificate at `url`; null: it is not PayPal's, and signs nothing for us. */
  keyAt(url: string): Promise<KeyObject | null>;
}

/** PayPal keeps a certificate for months, and gives its successor another address. */
const KEPT_MS = 24 * 3_600_000;
/** Addresses come from whoever sends a webhook: what is there, or isn't, is remembered for so many of them. */
const KEPT_MAX = 64;
const REFUSED_KEPT_MS = 60_000;
/** More at once are made-up addresses. The genuine one is asked for once a day, and a refused webhook comes again. */
const FETCHES_MAX = 4;
const CERTIFICATE_BYTES_MAX = 65_536;
const CHAIN_MAX = 6;
const PATH = /^\/v1\/notifications\/certs\/[A-Za-z0-9-]{1,100}$/;

/** Where each API's certificates lie, and whom they name. */
const known: Readonly<Record<string, { origins: string[]; name: string }>> = {
  'https://api-m.paypal.com': {
    origins: ['https://api.paypal.com', 'https://api-m.paypal.com'],
    name: 'messageverificationcerts.paypal.com',
  },
  'https://api-m.sandbox.paypal.com': {
    origins: ['https://api.sandbox.paypal.com', 'https://api-m.sandbox.paypal.com'],
    name: 'messageverificationcerts.sandbox.paypal.com',
  },
};

/**
 * A certificate counts when it lies at PayPal's own address, is in its time, names PayPal's signer, and its chain ends
 * at a root that Node trusts (`NODE_EXTRA_CA_CERTS` adds to these). An API that isn't one of PayPal's two (a double)
 * keeps its certificates at its own address.
 */
export function keepCertificates({ apiUrl, nowMs }: { apiUrl: string; nowMs: () => number }): SigningCertificates {
  const { origin } = new URL(apiUrl);
  const { origins, name } = known[origin] ?? { origins: [origin], name: 'messageverificationcerts.paypal.com' };
  const dispatcher = new Agent({ connections: 1, maxResponseSize: CERTIFICATE_BYTES_MAX });
  const kept = new LRUCache<string, { key: KeyObject | null; untilMs: number }>({ max: KEPT_MAX });
  const fetching = new Map<string, Promise<KeyObject | null>>();

  async function fetchKey(url: string): Promise<KeyObject | null> {
    try {
      const pem = await download(url, dispatcher);
      const key = pem === null ? null : keyOf(pem, { name, nowMs: nowMs() });
      kept.set(url, { key, untilMs: nowMs() + (key === null ? REFUSED_KEPT_MS : KEPT_MS) });
      return key;
    } finally {
      fetching.delete(url);
    }
  }

  return {
    async keyAt(url) {
      if (!isPlaceOfCertificates(url, origins)) return null;
      const found = kept.get(url);
      if (found !== undefined && nowMs() < found.untilMs) return found.key;
      const running = fetching.get(url);
      if (running !== undefined) return await running;
      if (fetching.size >= FETCHES_MAX) throw new Unavailable('too many certificates of webhooks are asked for');
      const started = fetchKey(url);
      fetching.set(url, started);
      return await started;
    },
  };
}

function isPlaceOfCertificates(url: string, origins: string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { href, origin, pathname } = new URL(url);
  // The whole of it: no user, no port, no search, and nothing that a parser has put right.
  return href === url && origins.includes(origin) && PATH.test(pathname) && href === `${origin}${pathname}`;
}

/** Null where there is none; throws where PayPal doesn't answer, so that the webhook comes again. */
async function download(url: string, dispatcher: Agent): Promise<string | null> {
  try {
    const answer = await request(url, { dispatcher, signal: AbortSignal.timeout(limits.gatewayTimeoutMs) });
    const text = await answer.body.text();
    if (answer.statusCode === 200) return text;
    if (answer.statusCode < 500) return null;
  } catch {
    // As below.
  }
  throw new Unavailable("PayPal's certificate can't be fetched now");
}

function keyOf(pem: string, { name, nowMs }: { name: string; nowMs: number }): KeyObject | null {
  const [leaf, ...others] = certificatesIn(pem);
  if (leaf === undefined || leaf.checkHost(name) === undefined) return null;
  return isTrusted(leaf, others, nowMs) ? leaf.publicKey : null;
}

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.slice(0, CHAIN_MAX).map(block => new X509Certificate(block));
  } catch {
    return []; // No certificates, whatever it calls itself.
  }
}

/** From the leaf over what lies beside it to a root of ours; each link in its time, each issuer allowed to issue. */
function isTrusted(leaf: X509Certificate, others: X509Certificate[], nowMs: number): boolean {
  const roots = getCACertificates('default').map(root => new X509Certificate(root));
  let current = leaf;
  for (let depth = 0; depth <= CHAIN_MAX; depth += 1) {
    if (!isInTime(current, nowMs)) return false;
    if (roots.some(root => isIssuerOf(root, current) && isInTime(root, nowMs))) return true;
    const issuer = others.find(other => other !== current && isIssuerOf(other, current));
    if (issuer === undefined) return false;
    current = issuer;
  }
  return false;
}

function isIssuerOf(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function isInTime({ validFrom, validTo }: X509Certificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo);
}
