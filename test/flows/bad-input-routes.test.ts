// Whatever is wrong with a request, at any route: a precise problem within two seconds, and nothing changed. Routes and
// their schemas come from the shop's own document, so a new one is tried by itself; each request has one thing wrong.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { fillPath, type Operation, readOperations, type Schema, sampleOf } from '../security/api-document.ts';
import { type Cast, openCast, usd } from '../security/cast.ts';
import { type Client, createClient } from '../support/client.ts';
import { defectsOf, unboundedFields } from '../support/defects.ts';
import { type Fingerprint, fingerprint } from '../support/fingerprint.ts';
import { type Expected, findSurprises, type Sent, sendAs } from '../support/problems.ts';
import { startTestShop } from '../support/shop.ts';

// Parcels stay where they are, so that only bad input could change something.
const shop = await startTestShop({ after }, { environment: { CARRIER_STEP_SECONDS: '86400' } });
let operations: Operation[];
let cast: Cast;
let paths: Record<string, string>;
/** The database after the latest group of requests. */
let atRest: Fingerprint;

before(async () => {
  operations = await readOperations(shop.url);
  cast = await openCast(shop);
  const { ada, seller, product_id } = cast;
  const { order_id, checkout_id, address_id } = ada;
  const { import_id } = seller;
  paths = { product_id, order_id, checkout_id, address_id, import_id, gateway: 'simulator', carrier: 'simulated' };
  atRest = await fingerprint(shop);
});

/** Whoever is let in: what is refused then is the input. */
const insider = ({ isAdmin }: Operation): Client => (isAdmin ? cast.key : cast.ada.client);
const pathOf = (operation: Operation) => fillPath(operation, paths);
const validBody = ({ body }: Operation): Record<string, unknown> =>
  sampleOf(body ?? {}, { price: usd(100), ...paths, warehouse_id: cast.warehouse_id }) as Record<string, unknown>;

async function refusesAll(requests: Sent[]): Promise<void> {
  assert.ok(requests.length > 0);
  const surprises = await findSurprises(requests);
  const was = atRest;
  atRest = await fingerprint(shop);
  assert.deepEqual(surprises, [], `${surprises.length} of ${requests.length} requests`);
  assert.deepEqual(atRest, was, 'nothing changed');
}

function sending(operation: Operation, what: string, body: unknown, expected: Expected, headers = {}): Sent {
  const { name, method } = operation;
  const send = () => sendAs(shop.url, insider(operation), { method, path: pathOf(operation), body, headers });
  return { name: `${name}, ${what}`, send, expected };
}

const invalid = { status: 400, code: 'INVALID_INPUT' };
const withBody = () => operations.filter(({ body }) => body !== undefined);
/** A request that says nothing means something here. */
const isOptional = ({ name, body }: Operation) =>
  name === 'POST /api/admin/orders/{order_id}/ship' || body!.required === undefined;

test('a field that is missing, unknown, mistyped, out of its bounds or unreadable is named', async () => {
  const requests = withBody().flatMap(operation =>
    defectsOf(operation.body!, validBody(operation)).map(({ path, what, body }) =>
      sending(operation, `${path} ${what}`, body, { ...invalid, path }),
    ),
  );
  assert.ok(requests.length > 300, `${requests.length} defects`);
  await refusesAll(requests);
});

test('a body that is not a JSON object is refused', async () => {
  const deep = `${'{"a":'.repeat(64)}1${'}'.repeat(64)}`;
  const bodies = ['{"a":', '[]', '"text"', '7', 'null', 'nonsense', '{"a":1}}', '{"__proto__":{}}', deep, '\0'];
  await refusesAll(withBody().flatMap(each => bodies.map(body => sending(each, body.slice(0, 20), body, invalid))));
});

test('a route that needs a body is not served without one', async () => {
  const needing = withBody().filter(operation => !isOptional(operation));
  await refusesAll(needing.flatMap(each => ['', '{}'].map(body => sending(each, `"${body}"`, body, invalid))));
});

test('a route that takes no body takes no field', async () => {
  const bodiless = operations.filter(each => each.isMutation && each.contentTypes.length === 0);
  await refusesAll(bodiless.map(each => sending(each, 'a field', { price: 1 }, { ...invalid, path: '/price' })));
});

test('two megabytes are too many', async () => {
  const body = JSON.stringify({ title: 'x'.repeat(2 * 1024 * 1024) });
  const large = { status: 413, code: 'BODY_TOO_LARGE' };
  await refusesAll(withBody().map(each => sending(each, '2 MB', body, large)));
});

test('a content type that no route takes is refused', async () => {
  const types = ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense'];
  const requests = withBody().flatMap(each =>
    types.map(type =>
      sending(each, type, '{}', { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' }, { 'content-type': type }),
    ),
  );
  await refusesAll(requests);
});

test('an id that nothing has is not found, and neither is what can be no id', async () => {
  const harmless = new Set(['DELETE /api/cart/items/{product_id}']);
  const found = operations.filter(({ params }) => params.some(name => name.endsWith('_id')));
  assert.ok(found.length > 15);
  const requests = found.flatMap(operation =>
    [
      randomUUID(),
      '00000000-0000-0000-0000-000000000000',
      'no-such-id',
      '1',
      "'--",
      'x'.repeat(600),
      '%F0%9F%9A%AA',
    ].map((id, index) => {
      const isId = index < 2;
      const name = operation.params.find(param => param.endsWith('_id'))!;
      const path = operation.path.replace(`{${name}}`, id) + whose(operation);
      const isHarmless = isId && harmless.has(operation.name);
      const body = operation.body === undefined ? undefined : validBody(operation);
      const send = () => sendAs(shop.url, insider(operation), { method: operation.method, path, body });
      const expected = { status: 404, code: /NOT_FOUND$/ };
      return { isHarmless, request: { name: `${operation.name}, ${id.slice(0, 40)}`, send, expected } };
    }),
  );
  await refusesAll(requests.filter(({ isHarmless }) => !isHarmless).map(({ request }) => request));
});

test('a NUL or a broken escape in the address is refused', async () => {
  const requests = operations.flatMap(operation =>
    ['%00', '%C3%28', '%zz'].map(text => {
      const path = operation.params.reduce((all, name) => all.replace(`{${name}}`, text), operation.path);
      const address = operation.params.length > 0 ? path : `${path}?q=%00`;
      const body = operation.body === undefined ? undefined : validBody(operation);
      const send = () => sendAs(shop.url, insider(operation), { method: operation.method, path: address, body });
      return { name: `${operation.name}, ${text}`, send, expected: invalid };
    }),
  );
  await refusesAll(requests);
});

test('a method that a path does not take is refused, with those that it takes', async () => {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const taken = Map.groupBy(operations, ({ path }) => path);
  const requests = [...taken.values()].flatMap(group => {
    const others = methods.filter(method => group.every(operation => operation.method !== method));
    return others.map(method => {
      const send = async () => {
        const answer = await sendAs(shop.url, insider(group[0]!), { method, path: pathOf(group[0]!) });
        const allowed = answer.headers.get('allow')?.split(', ') ?? [];
        const isTold = group.every(operation => allowed.includes(operation.method));
        return isTold ? answer : { ...answer, body: `Allow: ${allowed}` };
      };
      const expected = { status: 405, code: 'METHOD_NOT_ALLOWED' };
      return { name: `${method} ${group[0]!.path}`, send, expected };
    });
  });
  await refusesAll(requests);
});

test('an admin route is for staff: nobody and a wrong key get 401, guests and shoppers 403', async () => {
  const outsiders: [string, Client, Expected][] = [
    ['nobody', cast.nobody, { status: 401, code: 'UNAUTHENTICATED' }],
    ['a wrong key', createClient(shop.url, 'wrong-key'), { status: 401, code: 'UNAUTHENTICATED' }],
    ['a guest', cast.otherGuest.client, { status: 403, code: 'FORBIDDEN' }],
    ['a shopper', cast.bob.client, { status: 403, code: 'FORBIDDEN' }],
  ];
  const requests = operations
    .filter(({ isAdmin }) => isAdmin)
    .flatMap(operation =>
      outsiders.map(([who, client, expected]) => {
        const body = operation.body === undefined ? undefined : validBody(operation);
        const send = () => sendAs(shop.url, client, { method: operation.method, path: pathOf(operation), body });
        return { name: `${operation.name} by ${who}`, send, expected };
      }),
    );
  await refusesAll(requests);
});

test('a session that nobody has is told at every route, and the document says so', async () => {
  const stranger = createClient(shop.url, 'nobodys-token');
  const requests = operations.map(operation => {
    const { name, method } = operation;
    const body = operation.body === undefined ? undefined : validBody(operation);
    const send = () => sendAs(shop.url, stranger, { method, path: pathOf(operation), body });
    return { name, send, expected: { status: 401, code: 'UNAUTHENTICATED' } };
  });
  await refusesAll(requests);
  assert.deepEqual(
    operations.filter(({ responses }) => responses['401'] === undefined),
    [],
  );
});

test('an Idempotency-Key of a wrong form is refused', async () => {
  const keyed = operations.filter(({ isMutation, responses }) => isMutation && responses['422'] !== undefined);
  assert.ok(keyed.length > 20);
  const requests = keyed
    .filter(({ contentTypes, body }) => contentTypes.length === 0 || body !== undefined)
    .flatMap(operation =>
      ['two words', 'é', 'k'.repeat(256)].map(key => {
        const body = operation.body === undefined ? undefined : validBody(operation);
        return sending(operation, `key ${key.slice(0, 10)}`, body, invalid, { 'idempotency-key': key });
      }),
    );
  await refusesAll(requests);
});

test('a query parameter out of its bounds is refused', async () => {
  const requests = operations.flatMap(operation =>
    operation.query.flatMap(({ name, schema }) =>
      wrongQueryTexts(name, schema).map(text => {
        const send = () =>
          sendAs(shop.url, insider(operation), {
            method: operation.method,
            path: `${pathOf(operation)}?${name}=${text}`,
          });
        return { name: `${operation.name}?${name}=${text.slice(0, 40)}`, send, expected: invalid };
      }),
    ),
  );
  assert.ok(requests.length > 80, `${requests.length} wrong queries`);
  await refusesAll(requests);
});

function wrongQueryTexts(name: string, schema: Schema): string[] {
  const isWord = schema.enum !== undefined || schema.anyOf !== undefined;
  const isCount = name === 'page' || name === 'page_size';
  return [
    ...(schema.type === 'integer' || schema.type === 'number' ? ['abc', '-1', '1e3', '9'.repeat(25), ''] : []),
    ...(schema.type === 'integer' ? ['0.5'] : []),
    ...(isCount ? ['0', '1000000000', `1&${name}=2`] : []),
    ...(isWord ? ['no-such-word', ''] : []),
    ...(schema.type === 'boolean' ? ['yes', '1', ''] : []),
    ...(schema.maxLength === undefined ? [] : ['x'.repeat(schema.maxLength + 1)]),
  ];
}

/** Staff say whose orders they mean. */
function whose({ path }: { path: string }): string {
  return path.startsWith('/api/admin/seller/') ? `?seller_id=${randomUUID()}` : '';
}

test('rows past 10,000 are refused on every list that is paged', async () => {
  const told = operations.filter(({ responses }) => responses['400']?.description.includes('PAGE_TOO_DEEP'));
  assert.deepEqual(told.map(({ path }) => path).sort(), [
    '/api/admin/imports',
    '/api/admin/inventory',
    '/api/admin/inventory/{product_id}/movements',
    '/api/admin/mails',
    '/api/admin/orders',
    '/api/admin/people',
    '/api/admin/products',
    '/api/admin/reviews',
    '/api/admin/seller/orders',
    '/api/admin/sellers',
    '/api/admin/warehouses',
    '/api/admin/webhooks',
    '/api/me/addresses',
    '/api/orders',
    '/api/products',
    '/api/products/{product_id}/reviews',
    '/api/search',
  ]);
  const requests = told.map(operation => {
    const send = () =>
      sendAs(shop.url, insider(operation), {
        method: 'GET',
        path: `${pathOf(operation)}${whose(operation) || '?'}&page=101&page_size=100`,
      });
    return { name: operation.name, send, expected: { status: 400, code: 'PAGE_TOO_DEEP' } };
  });
  await refusesAll(requests);
});

test('every text, number and list that a body takes has a bound', () => {
  const open = withBody().flatMap(({ name, body }) => unboundedFields(body!).map(path => `${name} ${path}`));
  assert.deepEqual(open, []);
});

test('what a route refuses stands in its description', async () => {
  const undescribed = operations.filter(
    ({ responses, isMutation }) => isMutation && (responses['413'] === undefined || responses['415'] === undefined),
  );
  assert.deepEqual(undescribed, []);
});
