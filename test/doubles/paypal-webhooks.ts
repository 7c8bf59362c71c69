import { randomBytes, randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Certified, makeCertificate } from './certificates.ts';

/** Whom PayPal's own signing certificate names. */
export const SIGNER = 'messageverificationcerts.paypal.com';

export interface SigningWish {
  webhookId: string;
  certUrl: string;
  atMs?: number;
  by?: Certified;
}

let made: { root: Certified; signer: Certified } | undefined;

/** One authority for the whole process: making keys takes a while. */
export function authority(): { root: Certified; signer: Certified } {
  if (made === undefined) {
    const root = makeCertificate({ name: 'Root of the double' });
    made = { root, signer: makeCertificate({ name: SIGNER, issuer: root }) };
  }
  return made;
}

/** The headers with which PayPal sends a body. */
export function signTransmission(rawBody: Buffer | string, wish: SigningWish): Record<string, string> {
  const { webhookId, certUrl, atMs = Date.now(), by = authority().signer } = wish;
  const id = randomUUID();
  const time = new Date(atMs).toISOString();
  const message = `${id}|${time}|${webhookId}|${crc32(rawBody)}`;
  return {
    'content-type': 'application/json',
    'paypal-transmission-id': id,
    'paypal-transmission-time': time,
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-cert-url': certUrl,
    'paypal-transmission-sig': sign('RSA-SHA256', Buffer.from(message), by.privateKey).toString('base64'),
  };
}

export interface Told {
  type: string;
  body: string;
}

/** Tells of each change, one after the other, wherever it was told to; nobody there is nobody told. */
export function webhookSender(wish: () => SigningWish) {
  const told: Told[] = [];
  let url: string | undefined;
  let sending = Promise.resolve();

  async function deliver(body: string): Promise<void> {
    if (url === undefined) return;
    const answer = await fetch(url, { method: 'POST', headers: signTransmission(body, wish()), body });
    await answer.arrayBuffer();
  }

  function send({ body }: Told): void {
    sending = sending.then(() => deliver(body)).catch(() => {});
  }

  return {
    told,
    tell(type: string, resource: Record<string, unknown>): void {
      const event = {
        id: `WH-${randomBytes(9).toString('hex').toUpperCase()}`,
        event_version: '1.0',
        create_time: new Date().toISOString(),
        resource_type: type.startsWith('CHECKOUT') ? 'checkout-order' : (type.split('.')[1] ?? '').toLowerCase(),
        resource_version: '2.0',
        event_type: type,
        resource,
      };
      const one = { type, body: JSON.stringify(event) };
      told.push(one);
      send(one);
    },
    sendTo(where: string): void {
      url = where;
    },
    sendAgain: send,
    /** Everything told so far has been sent. */
    sent: () => sending,
  };
}
