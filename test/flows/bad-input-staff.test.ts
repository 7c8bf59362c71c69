// What staff, sellers and machines may get wrong: the exact status and code, within two seconds, and nothing changed.
// Every line of the tables is one request with one thing wrong; the database is compared before and after each table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delivery, succeeded, usd } from '../security/cast.ts';
import { card } from '../support/client.ts';
import { euros, type Line, nobodys, openRefusingShop } from '../support/refusal-table.ts';

const of = await openRefusingShop();

test('a product is made and changed in the shop’s currency, by its own seller', async () => {
  const { cast, seller, key, bob } = of;
  const input = { title: 'Chair', category_path: ['Home'], price: usd(100) };
  const create = (field: object, status: number, code: string, who = key): Line => [
    who,
    'POST /api/admin/products',
    { ...input, ...field },
    status,
    code,
  ];
  const first = { ...input, external_id: 'chair-1' };
  const { product_id } = succeeded(await key.post('/api/admin/products', first));
  await of.noteChanges();
  const own = `/api/admin/products/${product_id}`;
  await of.refuses([
    create({ price: euros }, 400, 'CURRENCY_MISMATCH'),
    create({ external_id: 'chair-1' }, 409, 'EXTERNAL_ID_TAKEN'),
    create({ seller_id: nobodys() }, 404, 'SELLER_NOT_FOUND'),
    create({ seller_id: cast.otherSeller.seller_id }, 404, 'SELLER_NOT_FOUND', seller.client),
    ...[{ amount: -1, currency: 'USD' }, { amount: 0.5, currency: 'USD' }, { amount: 1 }, 100, '1.00'].map(price =>
      create({ price }, 400, 'INVALID_INPUT'),
    ),
    ...['rating', 'review_count', 'product_id', 'version', 'created_at', 'stock'].map(name =>
      create({ [name]: 5 }, 400, 'INVALID_INPUT'),
    ),
    create({ category_path: [] }, 400, 'INVALID_INPUT'),
    create({ category_path: Array.from({ length: 7 }, () => 'deep') }, 400, 'INVALID_INPUT'),
    create({ images: ['javascript:alert(1)'] }, 400, 'INVALID_INPUT'),
    create({ attributes: { nested: { deep: 1 } } }, 400, 'INVALID_INPUT'),
    create({ attributes: { '': 'nameless' } }, 400, 'INVALID_INPUT'),
    create({ title: 'a\0b' }, 400, 'INVALID_INPUT'),
    create({ max_per_person: 0 }, 400, 'INVALID_INPUT'),
    [key, `PATCH ${own}`, { price: euros }, 400, 'CURRENCY_MISMATCH'],
    [key, `PATCH ${own}`, { title: '' }, 400, 'INVALID_INPUT'],
    [key, `PATCH ${own}`, { seller_id: seller.seller_id }, 400, 'INVALID_INPUT'],
    [key, `PATCH /api/admin/products/${nobodys()}`, { title: 'Table' }, 404, 'PRODUCT_NOT_FOUND'],
    [key, `DELETE /api/admin/products/${nobodys()}`, undefined, 404, 'PRODUCT_NOT_FOUND'],
    [seller.client, `PATCH ${own}`, { title: 'Mine' }, 404, 'PRODUCT_NOT_FOUND'],
    [seller.client, `DELETE ${own}`, undefined, 404, 'PRODUCT_NOT_FOUND'],
    [bob, `PATCH ${own}`, { title: 'Mine' }, 403, 'FORBIDDEN'],
    [cast.nobody, `DELETE ${own}`, undefined, 401, 'UNAUTHENTICATED'],
  ]);
});

test('stock is received and adjusted in whole units, where it is', async () => {
  const { cast, seller, key, bob, lamp } = of;
  const { warehouse_id } = cast;
  const at = (path: string, body: object, status: number, code: string, who = key): Line => [
    who,
    `POST /api/admin/inventory/${path}`,
    body,
    status,
    code,
  ];
  const reason = 'count';
  await of.refuses([
    ...[0, -1, 0.5, 1e9 + 1, '1', null].map(quantity =>
      at(`${lamp}/receive`, { warehouse_id, quantity, reason }, 400, 'INVALID_INPUT'),
    ),
    ...[0.5, -1e9 - 1, 1e9 + 1, '1', null].map(delta =>
      at(`${lamp}/adjust`, { warehouse_id, delta, reason }, 400, 'INVALID_INPUT'),
    ),
    at(`${lamp}/receive`, { warehouse_id: nobodys(), quantity: 1, reason }, 404, 'WAREHOUSE_NOT_FOUND'),
    at(`${lamp}/adjust`, { warehouse_id: nobodys(), delta: 1, reason }, 404, 'WAREHOUSE_NOT_FOUND'),
    at(`${lamp}/adjust`, { warehouse_id, delta: -1e6, reason }, 409, 'STOCK_RESERVED'),
    at(`${nobodys()}/receive`, { warehouse_id, quantity: 1, reason }, 404, 'NOT_FOUND'),
    at(`${nobodys()}/adjust`, { warehouse_id, delta: 1, reason }, 404, 'NOT_FOUND'),
    at(`${lamp}/receive`, { warehouse_id, quantity: 1, reason: 'x'.repeat(501) }, 400, 'INVALID_INPUT'),
    at(`${lamp}/receive`, { warehouse_id, quantity: 1, reason, order_id: nobodys() }, 400, 'INVALID_INPUT'),
    at(`${lamp}/receive`, { warehouse_id, quantity: 1, reason }, 404, 'NOT_FOUND', seller.client),
    at(`${lamp}/adjust`, { warehouse_id, delta: -1, reason }, 403, 'FORBIDDEN', bob),
    [key, `GET /api/admin/inventory/${lamp}/movements?cursor=nonsense`, undefined, 400, 'CURSOR_INVALID'],
    [key, `GET /api/admin/inventory/${nobodys()}`, undefined, 404, 'NOT_FOUND'],
    [key, `GET /api/admin/inventory/${nobodys()}/explain`, undefined, 404, 'NOT_FOUND'],
    [key, 'POST /api/admin/warehouses', { name: 'North', country: 'Norway', region: '' }, 400, 'INVALID_INPUT'],
    [seller.client, 'POST /api/admin/warehouses', { name: 'North', country: 'NO', region: '' }, 403, 'FORBIDDEN'],
  ]);
});

test('an import is a file of a known kind', async () => {
  const { cast, seller, key, bob } = of;
  const path = 'POST /api/admin/imports';
  const line = JSON.stringify({ external_id: 'x', title: 'X', category_path: ['Home'], price: usd(1) });
  const typed = (type: string, more = {}) => ({ 'content-type': type, ...more });
  await of.refuses([
    [key, path, line, 415, 'UNSUPPORTED_MEDIA_TYPE', typed('application/xml')],
    [key, path, line, 415, 'UNSUPPORTED_MEDIA_TYPE', typed('application/x-ndjson', { 'content-encoding': 'br' })],
    [key, `${path}?format=excel`, line, 400, 'INVALID_INPUT', typed('application/x-ndjson')],
    [key, path, 'no form', 400, 'INVALID_INPUT', typed('multipart/form-data; boundary=x')],
    [key, path, 'no form', 400, 'INVALID_INPUT', typed('multipart/form-data')],
    [bob, path, line, 403, 'FORBIDDEN', typed('application/x-ndjson')],
    [cast.nobody, path, line, 401, 'UNAUTHENTICATED', typed('application/x-ndjson')],
    [key, `GET /api/admin/imports/${nobodys()}`, undefined, 404, 'NOT_FOUND'],
    [seller.client, `GET /api/admin/imports/${cast.otherSeller.import_id}`, undefined, 404, 'NOT_FOUND'],
    [key, 'GET /api/admin/exports/products?format=excel', undefined, 400, 'INVALID_INPUT'],
  ]);
});

test('synonyms are lines that are rules, changed by staff', async () => {
  const { seller, key, bob } = of;
  const path = 'PUT /api/admin/synonyms';
  await of.refuses([
    ...['laptop', 'laptop,', 'a => b => c', `${'x'.repeat(81)}, y`, 'a, b\n=> c'].map(
      (text): Line => [key, path, { text }, 400, 'SYNONYMS_INVALID'],
    ),
    [key, path, { text: 'x'.repeat(50_001) }, 400, 'INVALID_INPUT'],
    [seller.client, path, { text: 'a, b' }, 403, 'FORBIDDEN'],
    [bob, path, { text: 'a, b' }, 403, 'FORBIDDEN'],
  ]);
  assert.equal((await key.get('/api/admin/synonyms')).body.is_default, true, 'nothing was saved');
});

test('staff move an order only along its life, and give back no more than was paid', async () => {
  const { cast, key, bob, lamp, sold } = of;
  const confirmed = `POST /api/admin/orders/${cast.ada.order_id}`;
  const wish = { product_id: lamp, quantity: 1, ...delivery('bob'), payment: card() };
  const [shipped, cancelled] = await Promise.all(
    [1, 2].map(async () => succeeded(await bob.post('/api/buy-now', wish)).order_id),
  );
  succeeded(await key.post(`/api/admin/orders/${shipped}/ship`, {}));
  succeeded(await bob.post(`/api/orders/${cancelled}/cancel`));
  await of.noteChanges();
  const refund = (body: object, status: number, code: string, order = confirmed): Line => [
    key,
    `${order}/refund`,
    { reason: 'late', ...body },
    status,
    code,
  ];
  const nowhere = `POST /api/admin/orders/${nobodys()}`;
  const items = (product_id: string, quantity: number) => ({ items: [{ product_id, quantity }] });
  await of.refuses([
    refund({ amount: usd(1_000_000) }, 409, 'REFUND_EXCEEDS_CAPTURED'),
    refund({ amount: euros }, 400, 'CURRENCY_MISMATCH'),
    refund({ amount: usd(0) }, 409, 'REFUND_ITEMS_INVALID'),
    refund({ amount: { amount: -1, currency: 'USD' } }, 400, 'INVALID_INPUT'),
    refund({ amount: { amount: 0.5, currency: 'USD' } }, 400, 'INVALID_INPUT'),
    refund({ ...items(sold, 1) }, 409, 'REFUND_ITEMS_INVALID'),
    refund({ ...items(lamp, 99) }, 409, 'REFUND_ITEMS_INVALID'),
    refund({ ...items(lamp, 1), amount: usd(1) }, 409, 'REFUND_ITEMS_INVALID'),
    refund({ items: [] }, 400, 'INVALID_INPUT'),
    refund({ reason: '' }, 400, 'INVALID_INPUT'),
    refund({}, 404, 'ORDER_NOT_FOUND', nowhere),
    refund({}, 409, 'NOT_REFUNDABLE', `POST /api/admin/orders/${cancelled}`),
    [key, `${confirmed}/deliver`, undefined, 409, 'NOT_DELIVERABLE'],
    [key, `${confirmed}/ship`, { tracking_number: '' }, 400, 'INVALID_INPUT'],
    [key, `${confirmed}/ship`, { status: 'DELIVERED' }, 400, 'INVALID_INPUT'],
    [key, `POST /api/admin/orders/${cancelled}/ship`, {}, 409, 'NOT_SHIPPABLE'],
    [key, `POST /api/admin/orders/${shipped}/cancel`, undefined, 409, 'NOT_CANCELLABLE'],
    [bob, `POST /api/orders/${shipped}/cancel`, undefined, 409, 'NOT_CANCELLABLE'],
    ...['ship', 'deliver', 'cancel'].map(
      (action): Line => [key, `${nowhere}/${action}`, undefined, 404, 'ORDER_NOT_FOUND'],
    ),
    ...['ship', 'deliver', 'cancel', 'refund'].map(
      (action): Line => [bob, `${confirmed}/${action}`, {}, 403, 'FORBIDDEN'],
    ),
    [key, 'GET /api/admin/orders?status=LOST', undefined, 400, 'INVALID_INPUT'],
    [key, 'GET /api/admin/orders?product_id=lamp', undefined, 400, 'INVALID_INPUT'],
    [key, 'GET /api/admin/orders?cursor=nonsense', undefined, 400, 'CURSOR_INVALID'],
    [key, `GET /api/admin/orders/${nobodys()}`, undefined, 404, 'ORDER_NOT_FOUND'],
  ]);
});

test('a webhook that nobody signed is not kept', async () => {
  const { cast } = of;
  const event = { event_id: 'e1', type: 'payment.captured', created_at: '2026-01-01T00:00:00Z', data: {} };
  const signature = { signature: `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}` };
  await of.refuses(
    ['payments/simulator', 'carriers/simulated'].flatMap((path): Line[] => [
      [cast.nobody, `POST /api/webhooks/${path}`, event, 401, 'SIGNATURE_INVALID'],
      [cast.nobody, `POST /api/webhooks/${path}`, event, 401, 'SIGNATURE_INVALID', signature],
      [cast.nobody, `POST /api/webhooks/${path}`, event, 401, 'SIGNATURE_INVALID', { signature: 'nonsense' }],
      [cast.nobody, `POST /api/webhooks/${path}`, 'no JSON', 401, 'SIGNATURE_INVALID', signature],
      [cast.nobody, `POST /api/webhooks/${path}`, 'x'.repeat(2 ** 21), 413, 'BODY_TOO_LARGE', signature],
      [
        cast.nobody,
        `POST /api/webhooks/${path.split('/')[0]}/nobody`,
        event,
        400,
        path.startsWith('pay') ? 'GATEWAY_UNKNOWN' : 'CARRIER_UNKNOWN',
      ],
    ]),
  );
});
