// Goal: nobody reaches what is not theirs. Method: every route of the shop's own OpenAPI document is asked by everybody
// for everybody else's things; the answer must be that of a thing that does not exist, and nothing may have changed.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Answer, type Client, card, createClient, newGuest, newProduct } from '../support/client.ts';
import { fillPath, type Operation, readOperations, sampleOf } from './api-document.ts';
import { addressOf, type Cast, delivery, newPerson, openCast, succeeded, usd } from './cast.ts';
import { sharedShop } from './shared-shop.ts';

let cast: Cast;
let operations: Operation[];
const shop = sharedShop({}, async filled => {
  cast = await openCast(filled);
  operations = await readOperations(filled.url);
});

/** Parameters that name nobody's thing: the public catalogue, a part from outside and what it told staff, a file. */
const PUBLIC_PARAMS = new Set([
  'seller_id',
  'review_id',
  'gateway',
  'event',
  'carrier',
  'picture',
  'name',
  'file',
  '*',
]);
/** Whose things each parameter can name. */
const ownedParams = () => ({
  order_id: [cast.ada.order_id, cast.guest.order_id],
  checkout_id: [cast.ada.checkout_id, cast.guest.checkout_id],
  address_id: [cast.ada.address_id],
  refund_id: [cast.ada.refund_id],
  import_id: [cast.seller.import_id],
  product_id: [cast.seller.product_id],
  user_id: [cast.ada.user_id],
});

type Target = { operation: Operation; param: string; id: string; isInBody: boolean };

/** Each route that takes an id of somebody's thing, in its path or its body, with each such id. */
function targets(): Target[] {
  return operations.flatMap(operation => {
    const { params, path, body, isAdmin } = operation;
    const inBody = Object.keys(body?.properties ?? {}).filter(name => name === 'checkout_id' || name === 'order_id');
    const named = [
      ...params.map(param => ({ param, isInBody: false })),
      ...inBody.map(param => ({ param, isInBody: true })),
    ];
    return named.flatMap(({ param, isInBody }) => {
      if (PUBLIC_PARAMS.has(param) || (param === 'product_id' && !isAdmin)) return [];
      const ids = ownedParams()[param as keyof ReturnType<typeof ownedParams>];
      assert.ok(ids !== undefined, `${path}: say in this file whose ${param} is`);
      return ids.map(id => ({ operation, param, id, isInBody }));
    });
  });
}

/** The known fields of a body are filled with what exists, so that the id alone decides. */
function ask(client: Client, { operation, param, isInBody }: Target, id: string): Promise<Answer> {
  const { product_id, warehouse_id } = cast;
  const values = { product_id, warehouse_id, amount: usd(1), delta: 1, ...(isInBody ? { [param]: id } : {}) };
  return send(client, operation, isInBody ? {} : { [param]: id }, values);
}

function send(client: Client, operation: Operation, ids: Record<string, string>, values: Record<string, unknown> = {}) {
  const path = fillPath(operation, ids);
  const body = operation.body && sampleOf(operation.body, values);
  if (operation.method === 'GET') return client.get(path);
  if (operation.method === 'DELETE') return client.delete(path);
  const call = operation.method.toLowerCase() as 'post' | 'put' | 'patch';
  return client[call](path, body);
}

/** Without what differs between any two answers. */
function told({ status, body }: Answer) {
  const { request_id, ...rest } = typeof body === 'object' && body !== null ? body : { text: body };
  return { status, ...rest };
}

/** Whose the thing is; everybody else is a stranger to it. */
function strangersTo({ id }: Target): [string, Client][] {
  const isOf = (person: object) => Object.values(person).includes(id);
  const all = { ada: cast.ada, bob: cast.bob, guest: cast.guest, 'other guest': cast.otherGuest };
  const sellers = { seller: cast.seller, 'other seller': cast.otherSeller };
  const people = Object.entries({ ...all, ...sellers }).filter(([, person]) => !isOf(person));
  return [['nobody', cast.nobody], ...people.map(([name, { client }]) => [name, client] as [string, Client])];
}

async function stateOfThings() {
  const { ada, guest, seller, key } = cast;
  const [adas, guests] = [
    await key.get(`/api/admin/orders/${ada.order_id}`),
    await key.get(`/api/admin/orders/${guest.order_id}`),
  ];
  const held = await ada.client.get(`/api/checkouts/${ada.checkout_id}`);
  const guestHeld = await guest.client.get(`/api/checkouts/${guest.checkout_id}`);
  const addresses = await ada.client.get('/api/me/addresses');
  const product = await seller.client.get(`/api/products/${seller.product_id}`);
  const stock = await seller.client.get(`/api/admin/inventory/${seller.product_id}`);
  const all = [adas, guests, held, guestHeld, addresses, product, stock];
  assert.deepEqual(
    all.map(answer => answer.status),
    all.map(() => 200),
  );
  // The carrier moves its parcels by itself.
  return all.map(({ body: { shipments, ...rest } }) => rest);
}

test('1: every id of an order, cart, checkout, address, ticket, refund is invisible to another user, a guest and another seller', async () => {
  const before = await stateOfThings();
  const all = targets();
  assert.ok(all.length >= 25, `only ${all.length} ways to things`);
  for (const target of all) {
    for (const [name, client] of strangersTo(target)) {
      const seen = await ask(client, target, target.id);
      const unknown = await ask(client, target, randomUUID());
      const what = `${name} at ${target.operation.name} of ${target.param}: ${JSON.stringify(seen.body)}`;
      assert.deepEqual(told(seen), told(unknown), what);
      // Whoever may not enter is told so for every id; a user who may is told that there is nothing.
      const mayEnter = !target.operation.isAdmin && !name.includes('guest') && name !== 'nobody';
      const allowed = mayEnter ? [404] : [401, 403, 404];
      assert.ok(allowed.includes(seen.status), `${seen.status} for ${what}`);
    }
  }
  assert.deepEqual(await stateOfThings(), before);
});

test("1: a cart is reached by nothing but its own session, and no list shows what is another one's", async () => {
  const { ada, guest, seller } = cast;
  const things = [...Object.values(ownedParams()).flat(), ada.mark, guest.mark, seller.mark].filter(
    // A seller's product is for everybody to see.
    thing => thing !== seller.product_id && thing !== seller.mark,
  );
  const lists = operations.filter(({ method, params }) => method === 'GET' && params.length === 0);
  const strangers = {
    nobody: cast.nobody,
    bob: cast.bob.client,
    'other guest': cast.otherGuest.client,
    'other seller': cast.otherSeller.client,
  };
  for (const [name, client] of Object.entries(strangers)) {
    for (const { path } of lists.filter(({ path }) => !path.startsWith('/dev/'))) {
      const text = JSON.stringify((await client.get(path)).body);
      for (const thing of things) assert.ok(!text.includes(thing), `${name} sees ${thing} at ${path}`);
    }
  }
  const carts = [ada.client, guest.client, cast.bob.client].map(async client => (await client.get('/api/cart')).body);
  const ids = (await Promise.all(carts)).map(cart => cart.cart_id);
  assert.equal(new Set(ids).size, 3);
  // Nobody can name a cart: the id is in no route and in no query.
  const asked = await cast.bob.client.get(`/api/cart?cart_id=${ids[0]}&person_id=${ids[0]}`);
  assert.deepEqual([asked.body.cart_id, asked.body.items], [ids[2], []]);
});

test("2: a guest's order needs its unguessable token; the order id is not enough", async () => {
  const { guest, ada, nobody, otherGuest, bob } = cast;
  const path = `/api/orders/${guest.order_id}`;
  const token = guest.access_token;
  assert.match(token, /^[\w-]{22,}$/, '128 bits or more');
  for (const client of [nobody, otherGuest.client, bob.client]) {
    assert.equal((await client.get(path)).status, 404);
    for (const wrong of ['', 'x', token.slice(0, -1), `${token}x`, token.toUpperCase(), ada.access_token, '%00', '*']) {
      const { status } = await client.get(`${path}?access=${wrong}`);
      assert.equal(status, wrong === '' || wrong === '%00' ? 400 : 404, wrong);
    }
    assert.equal((await client.get(`${path}?access=${token}`)).body.order_id, guest.order_id);
    assert.equal((await client.get(path, { 'order-access': token })).body.order_id, guest.order_id);
  }
  assert.equal((await guest.client.get(path)).status, 200, 'the session that placed it');
  assert.equal((await nobody.get(`/api/orders/${ada.order_id}?access=${token}`)).status, 404, 'one token, one order');
  const placed = Array.from({ length: 8 }, async () => {
    const client = await newGuest(shop);
    const input = { product_id: cast.product_id, quantity: 1, ...delivery('tok'), email: 'tok@example.com' };
    return succeeded(await client.post('/api/buy-now', { ...input, payment: card() })).access_token;
  });
  const tokens = await Promise.all(placed);
  assert.equal(new Set(tokens.map(each => each.slice(0, 8))).size, 8, 'tokens have no common beginning');
});

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** What sellers do with their own things; everything else below /api/admin/ is for staff. */
const SELLER_ROUTES = [
  'GET /api/admin/warehouses',
  'GET /api/admin/products',
  'POST /api/admin/products',
  'PATCH /api/admin/products/{product_id}',
  'DELETE /api/admin/products/{product_id}',
  'GET /api/admin/imports',
  'GET /api/admin/figures',
  'GET /api/admin/seller/orders',
  'GET /api/admin/seller/orders/{order_id}',
  'POST /api/admin/pictures',
  'POST /api/admin/imports',
  'GET /api/admin/imports/{import_id}',
  'GET /api/admin/exports/products',
  'GET /api/admin/inventory/{product_id}',
  'POST /api/admin/inventory/{product_id}/receive',
  'POST /api/admin/inventory/{product_id}/adjust',
  'GET /api/admin/inventory/{product_id}/movements',
  'GET /api/admin/inventory/{product_id}/explain',
];

test('3: admin and seller routes refuse shoppers and guests, on every method', async () => {
  const { ada, bob, guest, nobody } = cast;
  const people: [Client, number][] = [
    [nobody, 401],
    [guest.client, 403],
    [ada.client, 403],
    [bob.client, 403],
  ];
  const admin = operations.filter(({ isAdmin }) => isAdmin);
  assert.ok(admin.length >= 20);
  const wrongKeys = ['', 'test-admin-ke', 'TEST-ADMIN-KEY', 'null', 'undefined', 'test-admin-key,x'];
  for (const operation of admin) {
    for (const [client, status] of people) {
      const answer = await send(client, operation, ownedIds());
      assert.equal(answer.status, status, `${operation.name}: ${JSON.stringify(answer.body)}`);
    }
    // Not even the form of a request is told to those who may not enter.
    if (operation.isMutation) {
      const { token = '' } = ada.client;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const init = { method: operation.method, headers, body: '{"broken' };
      assert.equal((await fetch(`${shop.url}${fillPath(operation, ownedIds())}`, init)).status, 403, operation.name);
    }
    for (const key of wrongKeys) {
      const answer = await send(createClient(shop.url, key), operation, ownedIds());
      assert.equal(answer.status, 401, `${operation.name} with "${key}"`);
    }
  }
  for (const path of new Set(admin.map(operation => fillPath(operation, ownedIds())))) {
    for (const method of METHODS) {
      const headers = { authorization: `Bearer ${ada.client.token}` };
      const { status } = await fetch(`${shop.url}${path}`, { method, headers });
      assert.ok([403, 404, 405].includes(status), `${method} ${path} ${status}`);
    }
  }
});

function ownedIds(): Record<string, string> {
  return Object.fromEntries(Object.entries(ownedParams()).map(([name, ids]) => [name, ids[0]!]));
}

test("3: a seller is refused where staff are needed, and a role or a seller can't be claimed", async () => {
  const { seller, bob } = cast;
  const staffOnly = operations.filter(({ isAdmin, name }) => isAdmin && !SELLER_ROUTES.includes(name));
  assert.ok(staffOnly.length >= 10);
  for (const operation of staffOnly) {
    const answer = await send(seller.client, operation, ownedIds());
    assert.equal(answer.status, 403, operation.name);
  }
  for (const claim of [
    { role: 'staff' },
    { seller_id: seller.seller_id },
    { prime: true },
    { user_id: randomUUID() },
  ]) {
    assert.equal((await bob.client.patch('/api/me', claim)).status, 400);
    const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Claimer' };
    assert.equal((await cast.nobody.post('/api/account/signup', { ...account, ...claim })).status, 400);
  }
  const headers = {
    'x-user-role': 'staff',
    'x-admin': 'true',
    'x-original-url': '/healthz',
    'x-rewrite-url': '/healthz',
  };
  assert.equal((await bob.client.get('/api/admin/orders', headers)).status, 403);
  assert.equal((await bob.client.get('/api/me')).body.user.role, 'customer');
});

test('3: no spelling of an admin path comes in by a side door', async () => {
  const spellings = [
    '/api//admin/orders',
    '/api/admin/orders/',
    '/API/admin/orders',
    '/api/Admin/orders',
    '/api/./admin/orders',
    '/api/x/../admin/orders',
    '/api/%61dmin/orders',
    '/api/admin%2forders',
    '/api/admin/orders;.css',
    '/api/admin/orders%00',
    '/api/admin/orders?access=x',
    '/api/admin/orders#x',
    '//api/admin/orders',
    '/api/admin\\orders',
  ];
  for (const path of spellings) {
    const answer = await cast.ada.client.get(path);
    assert.ok([400, 403, 404].includes(answer.status), `${path} ${answer.status}`);
  }
});

test('17: login rotates the session; a cart planted by an attacker carries no address or payment into the account', async () => {
  const planted = await newGuest(shop);
  const mark = `planted${randomUUID().slice(0, 8)}`;
  succeeded(await planted.post('/api/cart/items', { product_id: cast.product_id, quantity: 1 }));
  const { checkout_id } = succeeded(
    await planted.post('/api/checkouts', { ...delivery(mark), email: `${mark}@evil.example` }),
  );
  const victim = await newPerson(shop, 'victim');
  const { email, password } = victim;
  const first = await victim.client.post('/api/account/login', { email, password });
  assert.notEqual(first.body.token, victim.client.token);
  assert.equal((await victim.client.get('/api/me/addresses')).status, 401, 'the session it came with has ended');
  const login = await planted.post('/api/account/login', { email, password });
  const { token, cart_merge } = succeeded(login);
  assert.notEqual(token, planted.token);
  assert.equal(cart_merge.merged, 1);
  const client = planted.as(token);
  const seen = await Promise.all(
    ['/api/cart', '/api/me', '/api/me/addresses', '/api/orders', '/api/me/export'].map(path => client.get(path)),
  );
  assert.ok(!JSON.stringify(seen.map(({ body }) => body)).includes(mark), 'nothing but the goods has come along');
  assert.equal((await client.get(`/api/checkouts/${checkout_id}`)).status, 404);
  const placed = await client.post('/api/orders', { checkout_id, payment: card() });
  assert.equal(placed.status, 404, "the attacker's checkout is not the victim's");
  const { items } = succeeded(await planted.get('/api/cart'));
  assert.deepEqual(items, [], 'and the one who planted it sees nothing of the account');
  assert.equal((await planted.get('/api/me')).body.user, null);
});

test('22: changing e-mail or password needs the current password', async () => {
  const { client, email, password } = await newPerson(shop, 'mover');
  const moves = [{ email: `new-${email}` }, { password: 'seven lamps, one wick' }];
  for (const move of moves) {
    for (const wrong of [{}, { current_password: '' }, { current_password: 'wrong horse battery' }]) {
      const answer = await client.patch('/api/me', { ...move, ...wrong });
      assert.deepEqual([answer.status, answer.body.code], [403, 'CURRENT_PASSWORD_WRONG']);
    }
  }
  assert.equal((await client.get('/api/me')).body.user.email, email);
  for (const move of moves)
    assert.equal((await client.patch('/api/me', { ...move, current_password: password })).status, 200);
  assert.equal((await client.patch('/api/me', { name: 'Another Name' })).status, 200, 'a name needs none');
  const old = await createClient(shop.url).post('/api/account/login', { email, password });
  assert.equal(old.status, 401);
});

test('30: an idempotency key of another person reveals nothing and blocks nothing', async () => {
  const headers = { 'idempotency-key': `shared-${randomUUID()}` };
  const [ada, bob] = [await newPerson(shop, 'ada'), await newPerson(shop, 'bob')];
  const saved = await ada.client.post('/api/me/addresses', addressOf(ada.mark), headers);
  for (const input of [addressOf(ada.mark), addressOf(bob.mark)]) {
    const other = await newPerson(shop, 'other');
    const answer = await other.client.post('/api/me/addresses', input, headers);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('idempotency-replayed'), null);
    assert.notEqual(answer.body.address_id, saved.body.address_id);
  }
  const { product_id } = await newProduct(shop, { stock: 50 });
  const input = (mark: string) => ({
    product_id,
    quantity: 1,
    ...delivery(mark),
    email: `${mark}@example.com`,
    payment: card(),
  });
  const guests = await Promise.all([newGuest(shop), newGuest(shop)]);
  const same = input('same');
  const orders = await Promise.all([...guests, ada.client].map(client => client.post('/api/buy-now', same, headers)));
  assert.deepEqual(
    orders.map(({ status }) => status),
    [201, 201, 201],
  );
  assert.equal(new Set(orders.map(({ body }) => body.order_id)).size, 3, 'three people, three orders');
  // Who has no session yet is known by the whole input, so another one's key with other input meets nothing.
  const nobody = createClient(shop.url);
  const [mine, theirs] = await Promise.all(
    ['one', 'two'].map(mark => nobody.post('/api/buy-now', input(mark), headers)),
  );
  assert.deepEqual([mine!.status, theirs!.status], [201, 201]);
  assert.notEqual(mine!.body.order_id, theirs!.body.order_id);
  assert.notEqual(mine!.body.access_token, theirs!.body.access_token);
});

test('31: sellers are kept apart in every query, whatever seller id is given', async () => {
  const { seller, otherSeller } = cast;
  const before = await stateOfThings();
  const sellerIds = fc.oneof(
    fc.constantFrom(seller.seller_id, seller.seller_id.toUpperCase(), `${seller.seller_id} `, '', '*', '%', 'null'),
    fc.uuid(),
    fc.string({ maxLength: 40 }),
    fc.constantFrom("' or true --", `${seller.seller_id}' or '1'='1`, `{${seller.seller_id}}`, '$ne'),
  );
  const routes = fc.constantFrom(...operations.filter(({ name }) => SELLER_ROUTES.includes(name)));
  await fc.assert(
    fc.asyncProperty(sellerIds, routes, fc.boolean(), async (sellerId, operation, inBody) => {
      const query = `seller_id=${encodeURIComponent(sellerId)}&seller_id[]=${encodeURIComponent(seller.seller_id)}`;
      const path = `${fillPath(operation, { product_id: seller.product_id, import_id: seller.import_id })}?${query}`;
      const sample = operation.body && sampleOf(operation.body, { warehouse_id: cast.warehouse_id });
      const body = inBody && sample ? { ...(sample as object), seller_id: sellerId } : sample;
      const init = {
        method: operation.method,
        headers: headersOf(otherSeller.client, body),
        body: body && JSON.stringify(body),
      };
      const answer = await fetch(`${shop.url}${path}`, init as RequestInit);
      const text = await answer.text();
      assert.ok(answer.status < 500, `${operation.name} ${text}`);
      for (const secret of [seller.mark, seller.product_id])
        assert.ok(!text.includes(secret), `${operation.name} ${text}`);
      // What comes of it belongs to the one who asked, never to the one who was named.
      if (operation.name === 'POST /api/admin/products' && answer.status === 201) {
        assert.equal(JSON.parse(text).seller.seller_id, otherSeller.seller_id);
      }
    }),
    { numRuns: 150, seed: 31 },
  );
  assert.deepEqual(await stateOfThings(), before);
});

function headersOf(client: Client, body: unknown): Record<string, string> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  return { authorization: `Bearer ${client.token}`, ...type };
}

test("31: a seller's export and orders hold nothing of another seller", async () => {
  const { seller, otherSeller } = cast;
  for (const format of ['doorbuster', 'google-merchant', 'icecat']) {
    const own = await seller.client.get(`/api/admin/exports/products?format=${format}`);
    if (own.status !== 200) continue;
    const text = typeof own.body === 'string' ? own.body : JSON.stringify(own.body);
    assert.ok(text.includes(seller.mark), format);
    assert.ok(!text.includes(otherSeller.mark) && !text.includes(cast.product_id), format);
  }
  // An import that names another one's external_id makes a product of one's own.
  const line = {
    external_id: `first-${seller.mark}`,
    seller_id: seller.seller_id,
    title: 'Taken over',
    category_path: ['Home'],
    price: usd(1),
  };
  await otherSeller.client.post('/api/admin/imports', `${JSON.stringify(line)}\n`, {
    'content-type': 'application/x-ndjson',
  });
  await shop.shop!.drained();
  const own = await seller.client.get('/api/admin/exports/products');
  assert.ok(!JSON.stringify(own.body).includes('Taken over'));
});
