// Goal: no field comes in or goes out that is not meant to. Method: each body of the shop's own OpenAPI document is
// sent with one field too many, at each of its levels; each answer of a filled shop is compared with its schema and
// searched for what must not be in it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Client } from '../support/client.ts';
import {
  fillPath,
  type Operation,
  objectsOf,
  readOperations,
  type Schema,
  sampleOf,
  unnamedFields,
} from './api-document.ts';
import { type Cast, openCast, usd } from './cast.ts';
import { sharedShop } from './shared-shop.ts';

let cast: Cast;
let operations: Operation[];
const shop = sharedShop({}, async filled => {
  cast = await openCast(filled);
  operations = await readOperations(filled.url);
});

const SERVERS_OWN = {
  price: usd(1),
  total: usd(1),
  status: 'CONFIRMED',
  user_id: '00000000-0000-7000-8000-00000000abcd',
  person_id: '00000000-0000-7000-8000-00000000abcd',
  role: 'staff',
  rating: 5,
  paid_at: '2026-01-01T00:00:00Z',
  version: 7,
  is_admin: true,
};
/** Where such a field is the very thing that is said: a price by the one who sells, a rating by the one who reviews. */
const THEIR_PLACE = [
  'PATCH /api/admin/products/{product_id} price',
  'POST /api/admin/people/{user_id}/role role',
  'POST /api/admin/products price',
  'POST /api/products/{product_id}/reviews rating',
];

async function send(client: Client, operation: Operation, body: unknown): Promise<Pick<Answer, 'status' | 'body'>> {
  const { ada, seller, product_id } = cast;
  const isOfProduct = operation.isAdmin ? seller.product_id : product_id;
  const ids = {
    order_id: ada.order_id,
    checkout_id: ada.checkout_id,
    address_id: ada.address_id,
    product_id: isOfProduct,
  };
  const headers = { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' };
  const init = { method: operation.method, headers, body: JSON.stringify(body) };
  const answer = await fetch(`${shop.url}${fillPath(operation, ids)}`, init);
  return { status: answer.status, body: await answer.json().catch(() => ({})) };
}

function clientFor(operation: Operation): Client {
  return operation.isAdmin ? cast.key : cast.ada.client;
}

/** `body` with one more field in the object at `path`, which is made where the sample lacks it. */
function withField(schema: Schema, body: unknown, path: string[], field: [string, unknown]): unknown {
  const [first, ...rest] = path;
  const object = (body ?? sampleOf(schema)) as Record<string, unknown>;
  if (first === undefined) return { ...object, [field[0]]: field[1] };
  return { ...object, [first]: withField(schema.properties![first]!, object[first], rest, field) };
}

test('4: price, total, status, user_id, role, rating, paid_at in a request body are refused, never taken over', async () => {
  const found: string[] = [];
  let tried = 0;
  for (const operation of operations.filter(({ body }) => body !== undefined)) {
    const schema = operation.body!;
    const sample = sampleOf(schema);
    for (const { path, fields } of objectsOf(schema)) {
      for (const field of Object.entries(SERVERS_OWN)) {
        if (fields.includes(field[0])) {
          found.push([operation.name, ...path, field[0]].join(' '));
          continue;
        }
        tried += 1;
        const answer = await send(clientFor(operation), operation, withField(schema, sample, path, field));
        const what = `${operation.name} with ${[...path, field[0]].join('.')}: ${JSON.stringify(answer.body)}`;
        assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_INPUT'], what);
        const pointer = `/${[...path, field[0]].join('/')}`;
        assert.ok(
          answer.body.errors.some((error: { path: string }) => error.path === pointer),
          what,
        );
      }
    }
  }
  assert.ok(tried > 200, `${tried} tries`);
  assert.deepEqual(found.sort(), THEIR_PLACE);
});

test("4: a route without a body takes no field at all, and a prototype can't be reached", async () => {
  const bodiless = operations.filter(({ isMutation, contentTypes }) => isMutation && contentTypes.length === 0);
  assert.ok(bodiless.length >= 8);
  for (const operation of bodiless.filter(({ name }) => name !== 'DELETE /api/me')) {
    const answer = await send(clientFor(operation), operation, { status: 'CONFIRMED' });
    assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_INPUT'], operation.name);
  }
  const { token } = cast.ada.client;
  for (const body of [
    '{"__proto__":{"role":"staff"},"name":"x"}',
    '{"constructor":{"prototype":{"role":"staff"}},"name":"x"}',
  ]) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    assert.equal((await fetch(`${shop.url}/api/me`, { method: 'PATCH', headers, body })).status, 400);
  }
  assert.equal((await cast.ada.client.get('/api/me')).body.user.role, 'customer');
});

/** What no answer may hold, whoever asks. */
const NEVER = [
  'password_hash',
  'token_hash',
  '$argon2',
  'gateway_ref',
  'cost_price',
  'session_token',
  'api_key',
  'tok_visa',
];

async function readAll(
  client: Client,
): Promise<{ operation: Operation; status: number; body: unknown; text: string }[]> {
  const { ada, guest, seller, product_id } = cast;
  const orders = [ada, guest].map(({ order_id, checkout_id }) => ({ order_id, checkout_id }));
  const { import_id } = seller;
  const things = orders.flatMap(ids =>
    [product_id, seller.product_id].map(id => ({ ...ids, product_id: id, import_id, user_id: ada.user_id })),
  );
  const reads = operations.filter(({ method, path }) => method === 'GET' && !path.startsWith('/dev/'));
  const answers = reads.flatMap(operation => {
    const paths = [...new Set(things.map(ids => fillPath(operation, ids)))];
    return paths.map(async path => {
      const { status, body } = await client.get(path);
      return { operation, status, body, text: JSON.stringify(body) };
    });
  });
  return await Promise.all(answers);
}

test("5: answers hold only the fields of their schema: no password hash, no other person's data, no cost price", async () => {
  const { nobody, key, ada, bob, guest, otherGuest, seller, otherSeller, staff } = cast;
  const review = { rating: 4, title: 'Good', body: 'It shines.' };
  await ada.client.post(`/api/products/${cast.product_id}/reviews`, review);
  // Whose marks each may see: a seller's stands in the title of its product, for everybody.
  const people: [string, Client, string[]][] = [
    ['nobody', nobody, []],
    ['ada', ada.client, [ada.mark]],
    ['bob', bob.client, [bob.mark]],
    ['guest', guest.client, [guest.mark]],
    ['other guest', otherGuest.client, [otherGuest.mark]],
    ['seller', seller.client, []],
    ['other seller', otherSeller.client, []],
    ['staff', staff.client, [ada.mark, guest.mark]],
    ['key', key, [ada.mark, guest.mark]],
  ];
  const marks = [ada.mark, bob.mark, guest.mark, otherGuest.mark];
  for (const [name, client, mayBeSeen] of people) {
    for (const { operation, status, body, text } of await readAll(client)) {
      const what = `${name} at ${operation.name}`;
      const schema = operation.responses[status]?.content?.['application/json']?.schema as Schema | undefined;
      if (status === 200 && schema !== undefined) assert.deepEqual(unnamedFields(schema, body), [], what);
      for (const word of NEVER) assert.ok(!text.includes(word), `${what} holds ${word}`);
      // Staff see everybody who has an account, and whom the shop wrote to.
      const isOfPeople = operation.path === '/api/admin/people' || operation.path === '/api/admin/mails';
      const allowed = isOfPeople && (name === 'staff' || name === 'key') ? marks : mayBeSeen;
      const seen = marks.filter(mark => text.includes(mark) && !allowed.includes(mark));
      // The name that its author chose stands under a review, and nothing else of the person.
      const isReview = operation.path.endsWith('/reviews');
      const others = isReview ? seen.filter(mark => text.includes(`${mark}@`)) : seen;
      assert.deepEqual(others, [], `${what}: ${text.slice(0, 300)}`);
    }
  }
});

test('5: what a mutation answers is of its schema too, and a problem tells nothing of the inside', async () => {
  const { ada } = cast;
  const answers = [
    await ada.client.patch('/api/me', { name: 'Ada Example' }),
    await ada.client.post('/api/account/login', { email: ada.email, password: ada.password }),
    await ada.client.post('/api/me/addresses', { name: 'x' }),
    await ada.client.post('/api/orders', { checkout_id: 'x', payment: { method: 'card', token: 'tok_visa' } }),
    await ada.client.get('/api/nothing/here'),
    await ada.client.post('/api/cart/items', '{"broken'),
    await ada.client.get('/api/products?page=0'),
  ];
  for (const { body } of answers) {
    const text = JSON.stringify(body);
    for (const word of [
      ...NEVER,
      'node_modules',
      '/src/',
      '.ts:',
      'at async',
      'select ',
      'insert into',
      'pg_',
      'ECONN',
    ]) {
      assert.ok(!text.toLowerCase().includes(word.toLowerCase()), `${word} in ${text}`);
    }
  }
});
