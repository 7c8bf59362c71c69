import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

/**
 * X.509 certificates made at run time, as Node reads certificates and makes none: a root, and who is certified by it.
 * Just enough of DER (ITU-T X.690) for version 3 certificates with RSA and SHA-256.
 */
export interface Certified {
  pem: string;
  privateKey: KeyObject;
}

interface Wish {
  name: string;
  /** Absent: signed by itself. */
  issuer?: Certified;
  mayIssue?: boolean;
  validFromMs?: number;
  validToMs?: number;
}

const DAY_MS = 24 * 3_600_000;

export function makeCertificate({ name, issuer, mayIssue = issuer === undefined, ...wish }: Wish): Certified {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const from = wish.validFromMs ?? Date.now() - DAY_MS;
  const to = wish.validToMs ?? Date.now() + DAY_MS;
  const issuerName = issuer === undefined ? name : commonNameOf(new X509Certificate(issuer.pem));
  const signed = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    sha256WithRsa,
    nameOf(issuerName),
    sequence(time(from), time(to)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(basicConstraints(mayIssue), subjectAlternative(name))),
  );
  const signature = sign('RSA-SHA256', signed, issuer?.privateKey ?? privateKey);
  const certificate = sequence(signed, sha256WithRsa, der(0x03, Buffer.from([0]), signature));
  return { pem: toPem(certificate), privateKey };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const isShort = content.length < 0x100;
  const length = isShort ? Buffer.from([0x81, content.length]) : Buffer.from([0x82, 0, 0]);
  if (!isShort) length.writeUInt16BE(content.length, 1);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const integer = (value: Buffer) => der(0x02, value);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const yes = der(0x01, Buffer.from([0xff]));
/** 1.2.840.113549.1.1.11, with the NULL that it takes. */
const sha256WithRsa = sequence(objectId('2a864886f70d01010b'), der(0x05));

/** 2.5.4.3, the common name. */
function nameOf(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(name)))));
}

/** 2.5.29.19, critical. */
function basicConstraints(mayIssue: boolean): Buffer {
  return sequence(objectId('551d13'), yes, der(0x04, sequence(...(mayIssue ? [yes] : []))));
}

/** 2.5.29.17: one name of DNS. */
function subjectAlternative(name: string): Buffer {
  return sequence(objectId('551d11'), der(0x04, sequence(der(0x82, Buffer.from(name)))));
}

/** UTCTime: until 2049. */
function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2)}Z`));
}

function commonNameOf({ subject }: X509Certificate): string {
  return subject.replace(/^CN=/, '');
}

function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
