import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** What came back: `body` is parsed JSON, untyped since a test states what it expects of it, or the text of another. */
export interface Answer {
  status: number;
  body: ReturnType<typeof JSON.parse>;
  headers: Headers;
}

export interface Client {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** The same shop as somebody else. */
  as(token: string | undefined): Client;
  token: string | undefined;
}

/** Speaks to the shop as a program does: a bearer token, JSON, and no cookie jar. */
export function createClient(url: string, token?: string): Client {
  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const all: Record<string, string> = { ...headers };
    if (token !== undefined) all.authorization ??= `Bearer ${token}`;
    if (body !== undefined) all['content-type'] ??= 'application/json';
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${url}${path}`, { method, headers: all, body: payload });
    return { status: response.status, body: parse(await response.text()), headers: response.headers };
  }
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    as: other => createClient(url, other),
    token,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A new guest of the shop. */
export async function newGuest(shop: { url: string }): Promise<Client> {
  const anonymous = createClient(shop.url);
  const { status, body } = await anonymous.post('/api/sessions');
  assert.equal(status, 201);
  return anonymous.as(body.token);
}

/** A signed-up user of the shop. */
export async function newUser(shop: { url: string }, email = `user-${randomUUID()}@example.com`): Promise<Client> {
  const anonymous = createClient(shop.url);
  const account = { email, password: 'correct horse battery', name: 'Ada Example' };
  const { status, body } = await anonymous.post('/api/account/signup', account);
  assert.equal(status, 201, JSON.stringify(body));
  return anonymous.as(body.token);
}

export const address = {
  name: 'Ada Example',
  line1: '1 Main Street',
  city: 'Springfield',
  region: 'California',
  postal_code: '90001',
  country: 'US',
};

/** A product with `stock` units in the first warehouse, made by the admin. */
export async function newProduct(
  shop: { url: string; adminKey: string },
  options: { stock?: number; price?: number; more?: object } = {},
): Promise<{ product_id: string; title: string }> {
  const admin = createClient(shop.url, shop.adminKey);
  const made = await admin.post('/api/admin/products', {
    title: `Lamp ${randomUUID().slice(0, 8)}`,
    category_path: ['Home', 'Lamps'],
    price: { amount: options.price ?? 2999, currency: 'USD' },
    ...options.more,
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  if (options.stock) await receive(shop, made.body.product_id, options.stock);
  return made.body;
}

export async function receive(shop: { url: string; adminKey: string }, productId: string, quantity: number) {
  const admin = createClient(shop.url, shop.adminKey);
  const { body: warehouses } = await admin.get('/api/admin/warehouses');
  const received = await admin.post(`/api/admin/inventory/${productId}/receive`, {
    warehouse_id: (warehouses.items ?? warehouses)[0].warehouse_id,
    quantity,
    reason: 'test',
  });
  assert.equal(received.status, 200, JSON.stringify(received.body));
}

const EVENTUALLY_MS = 10_000;

/** Asks again until there is something: what follows an answer by an event is not there with it. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined | false>,
  withinMs = EVENTUALLY_MS,
): Promise<Value> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(25);
  }
}

/** The stock as the admin sees it once every sale that was paid has been booked. */
export async function settledStock(shop: { url: string; adminKey: string }, productId: string) {
  const admin = createClient(shop.url, shop.adminKey);
  return eventually(`nothing of ${productId} is held`, async () => {
    const { body } = await admin.get(`/api/admin/inventory/${productId}`);
    return body.reserved === 0 && body;
  });
}

/** Every invariant holds, or the test fails naming the ones that don't. */
export async function assertAudit(shop: { url: string; adminKey: string }): Promise<void> {
  const { status, body } = await createClient(shop.url, shop.adminKey).get('/api/admin/audit');
  assert.equal(status, 200, JSON.stringify(body));
  const broken = body.invariants.filter((invariant: { ok: boolean }) => !invariant.ok);
  assert.deepEqual(broken, []);
}

export const card = (token = 'tok_visa') => ({ method: 'card', token });
