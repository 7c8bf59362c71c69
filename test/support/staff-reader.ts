import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestBrowser } from './browser.ts';
import { createClient } from './client.ts';
import { openReader, type Reader } from './reader.ts';

const password = 'correct horse battery';

export interface Somebody {
  user_id: string;
  email: string;
  password: string;
}

/** An account with a role; `seller_id` for a seller's. */
export async function newPerson(
  shop: { url: string; adminKey: string },
  role: 'customer' | 'seller' | 'staff',
  seller_id?: string,
): Promise<Somebody> {
  const email = `${role}-${randomUUID()}@example.com`;
  const made = await createClient(shop.url).post('/api/account/signup', { email, password, name: `A ${role}` });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { user_id } = made.body.user;
  if (role !== 'customer') {
    const admin = createClient(shop.url, shop.adminKey);
    const given = await admin.post(`/api/admin/people/${user_id}/role`, { role, ...(seller_id && { seller_id }) });
    assert.equal(given.status, 200, JSON.stringify(given.body));
  }
  return { user_id, email, password };
}

/** Somebody in a browser without JavaScript, signed in by the login page. */
export async function signIn(shop: { url: string }, { email, password: word }: Somebody): Promise<Reader> {
  const reader = openReader(shop);
  const login = await reader.open('/en/login');
  const after = await reader.submit(login, '/login', { email, password: word });
  assert.equal(after.status, 200, after.text);
  return reader;
}

/** A new member of staff in a browser, signed in without a page. */
export async function signInStaff(shop: { url: string; adminKey: string }, { context }: TestBrowser): Promise<void> {
  const { email, password: word } = await newPerson(shop, 'staff');
  const answer = await context.request.post('/api/account/login', { data: { email, password: word } });
  assert.equal(answer.status(), 200);
}
