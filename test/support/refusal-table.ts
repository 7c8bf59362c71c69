import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import { addressOf, type Cast, newSeller, openCast, type Seller } from '../security/cast.ts';
import { type Client, newProduct, newUser } from './client.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import { findSurprises, sendAs } from './problems.ts';
import { startTestShop, type TestShop } from './shop.ts';

/** Who sends what, and which refusal they get. */
export type Line = [
  who: Client,
  request: string,
  body: unknown,
  status: number,
  code: string,
  headers?: Record<string, string>,
];

/** A shop with people and things in it, filled before the first test of a file. */
export interface RefusingShop {
  shop: TestShop;
  cast: Cast;
  seller: Seller;
  key: Client;
  ada: Client;
  /** A guest and a user who own nothing. */
  guest: Client;
  bob: Client;
  /** Products: with 1,000 units, without any, and with at most two a person. */
  lamp: string;
  sold: string;
  rare: string;
  /** To be told of what a test changed on purpose. */
  noteChanges(): Promise<void>;
  /** Sends each line, and compares the database before and after them. */
  refuses(lines: Line[]): Promise<void>;
}

export async function openRefusingShop(): Promise<RefusingShop> {
  // Parcels stay where they are, so that only bad input could change something.
  const shop = await startTestShop({ after }, { environment: { CARRIER_STEP_SECONDS: '86400' } });
  let atRest: Fingerprint;
  const opened = { shop } as RefusingShop;
  before(async () => {
    const cast = await openCast(shop);
    Object.assign(opened, {
      cast,
      seller: await newSeller(shop),
      key: cast.key,
      ada: cast.ada.client,
      guest: cast.otherGuest.client,
      bob: await newUser(shop, 'bob@example.com'),
      lamp: cast.product_id,
      sold: (await newProduct(shop)).product_id,
      rare: (await newProduct(shop, { stock: 10, more: { max_per_person: 2 } })).product_id,
    });
    await opened.noteChanges();
  });
  opened.noteChanges = async () => {
    atRest = await fingerprint(shop);
  };
  opened.refuses = async lines => {
    const surprises = await findSurprises(lines.map(line => toSent(shop, line)));
    const was = atRest;
    await opened.noteChanges();
    assert.deepEqual(surprises, []);
    assert.deepEqual(atRest, was, 'nothing changed');
  };
  return opened;
}

function toSent({ url }: TestShop, [client, request, body, status, code, headers]: Line) {
  const [method = '', path = ''] = request.split(' ');
  const told = typeof body === 'string' ? `${body.length} characters` : (JSON.stringify(body) ?? '');
  const send = () => sendAs(url, client, { method, path, body, headers });
  return { name: `${request} ${told}`.slice(0, 200), send, expected: { status, code } };
}

export const nobodys = () => randomUUID();
export const euros = { amount: 2999, currency: 'EUR' };
export const badQuantities = [0, -1, 0.5, 1e9, 1000, '1', null, [1], true];

/** Addresses with one thing wrong with each. */
export function badAddresses(): object[] {
  const good = addressOf('eve');
  const required = ['name', 'line1', 'city', 'region', 'postal_code', 'country'];
  const without = required.map(field => ({ ...good, [field]: undefined }));
  const wrong = [{ country: 'usa' }, { country: 'us' }, { city: '' }, { city: ' ' }, { name: 'x'.repeat(201) }];
  return [...without, ...[...wrong, { line1: 'a\0b' }, { planet: 'Earth' }].map(field => ({ ...good, ...field }))];
}
