// Each refusal that API.md names is met on purpose: its exact status and code, within two seconds, and nothing changed.
// Every line of the tables is one request with one thing wrong; the database is compared before and after each table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delivery, succeeded, usd } from '../security/cast.ts';
import { card } from '../support/client.ts';
import { badAddresses, badQuantities, euros, type Line, nobodys, openRefusingShop } from '../support/refusal-table.ts';

const of = await openRefusingShop();

test('the cart refuses what it cannot hold', async () => {
  const { key, guest, lamp, sold } = of;
  const items = '/api/cart/items';
  await of.refuses([
    ...badQuantities.map(
      (quantity): Line => [guest, `POST ${items}`, { product_id: lamp, quantity }, 400, 'INVALID_INPUT'],
    ),
    ...[-1, 0.5, 1000, '1', null].map(
      (quantity): Line => [guest, `PUT ${items}/${lamp}`, { quantity }, 400, 'INVALID_INPUT'],
    ),
    [guest, `POST ${items}`, { product_id: lamp, quantity: 1, price: usd(1) }, 400, 'INVALID_INPUT'],
    [guest, `POST ${items}`, { product_id: 'lamp', quantity: 1 }, 400, 'INVALID_INPUT'],
    [guest, `POST ${items}`, { product_id: nobodys(), quantity: 1 }, 404, 'PRODUCT_NOT_FOUND'],
    [guest, `PUT ${items}/${nobodys()}`, { quantity: 1 }, 404, 'PRODUCT_NOT_FOUND'],
    [guest, `PUT ${items}/lamp`, { quantity: 1 }, 404, 'NOT_FOUND'],
    [guest, `POST ${items}`, { product_id: sold, quantity: 1 }, 409, 'OUT_OF_STOCK'],
    [guest.as('wrong'), `POST ${items}`, { product_id: lamp, quantity: 1 }, 401, 'UNAUTHENTICATED'],
    [key, `POST ${items}`, { product_id: lamp, quantity: 1 }, 401, 'UNAUTHENTICATED'],
  ]);
  assert.deepEqual(succeeded(await guest.get('/api/cart')).items, []);
});

test('a checkout needs a cart, an address and an e-mail, and belongs to one person', async () => {
  const { cast, ada, guest, bob } = of;
  const foreign = `/api/checkouts/${cast.ada.checkout_id}`;
  const complete = { ...delivery('eve'), email: 'eve@example.com' };
  await of.refuses([
    ...badAddresses().map(
      (shipping_address): Line => [
        cast.guest.client,
        'POST /api/checkouts',
        { ...complete, shipping_address },
        400,
        'INVALID_INPUT',
      ],
    ),
    [ada, 'POST /api/checkouts', { shipping_method: 'standard' }, 400, 'INVALID_INPUT'],
    [ada, 'POST /api/checkouts', { ...complete, shipping_method: 'drone' }, 400, 'INVALID_INPUT'],
    [ada, 'POST /api/checkouts', { ...complete, billing_address: { name: 'Eve' } }, 400, 'INVALID_INPUT'],
    [ada, 'POST /api/checkouts', { ...complete, total: usd(1) }, 400, 'INVALID_INPUT'],
    [cast.guest.client, 'POST /api/checkouts', { ...complete, email: 'no e-mail' }, 400, 'INVALID_INPUT'],
    [cast.guest.client, 'POST /api/checkouts', delivery('eve'), 400, 'EMAIL_REQUIRED'],
    [guest, 'POST /api/checkouts', complete, 409, 'CART_EMPTY'],
    [bob, 'POST /api/checkouts', delivery('bob'), 409, 'CART_EMPTY'],
    ...[bob, guest].flatMap((client): Line[] => [
      [client, `GET ${foreign}`, undefined, 404, 'CHECKOUT_NOT_FOUND'],
      [client, `DELETE ${foreign}`, undefined, 404, 'CHECKOUT_NOT_FOUND'],
    ]),
    [cast.nobody, `GET ${foreign}`, undefined, 401, 'UNAUTHENTICATED'],
    [bob, `GET /api/checkouts/${nobodys()}`, undefined, 404, 'CHECKOUT_NOT_FOUND'],
    [bob, 'GET /api/checkouts/1', undefined, 404, 'NOT_FOUND'],
  ]);
});

test('an order is placed with a checkout of one’s own and a payment that is one', async () => {
  const { cast, key, ada, guest, bob } = of;
  const { checkout_id } = cast.ada;
  const payment = card();
  const place = (body: object, status: number, code: string, who = ada): Line => [
    who,
    'POST /api/orders',
    body,
    status,
    code,
  ];
  await of.refuses([
    place({ checkout_id }, 400, 'INVALID_INPUT'),
    place({ payment }, 400, 'INVALID_INPUT'),
    place({ checkout_id, payment: { method: 'barter', token: 'tok_visa' } }, 400, 'INVALID_INPUT'),
    place({ checkout_id, payment: { method: 'card' } }, 400, 'INVALID_INPUT'),
    place({ checkout_id, payment: { ...payment, token: 'x'.repeat(501) } }, 400, 'INVALID_INPUT'),
    place({ checkout_id, payment, status: 'CONFIRMED' }, 400, 'INVALID_INPUT'),
    place({ checkout_id, payment: { ...payment, amount: usd(1) } }, 400, 'INVALID_INPUT'),
    place({ checkout_id, payment: { ...payment, gateway: 'no-such-gateway' } }, 400, 'GATEWAY_UNKNOWN'),
    place({ checkout_id: nobodys(), payment }, 404, 'CHECKOUT_NOT_FOUND'),
    place({ checkout_id, payment }, 404, 'CHECKOUT_NOT_FOUND', bob),
    place({ checkout_id, payment }, 404, 'CHECKOUT_NOT_FOUND', guest),
    place({ checkout_id, payment }, 401, 'UNAUTHENTICATED', key),
  ]);
});

test('buying now is refused before anything is held', async () => {
  const { key, guest, bob, lamp, sold, rare } = of;
  const wish = { product_id: lamp, quantity: 1, ...delivery('eve'), email: 'eve@example.com', payment: card() };
  const { email: _email, ...anonymous } = wish;
  const buy = (field: object, status: number, code: string, who = guest): Line => [
    who,
    'POST /api/buy-now',
    { ...wish, ...field },
    status,
    code,
  ];
  await of.refuses([
    ...badQuantities.map(quantity => buy({ quantity }, 400, 'INVALID_INPUT')),
    ...badAddresses().map(shipping_address => buy({ shipping_address }, 400, 'INVALID_INPUT')),
    buy({ price: usd(1) }, 400, 'INVALID_INPUT'),
    buy({ expected_price: { amount: -1, currency: 'USD' } }, 400, 'INVALID_INPUT'),
    buy({ expected_price: euros }, 400, 'CURRENCY_MISMATCH'),
    buy({ expected_price: usd(1) }, 409, 'PRICE_CHANGED'),
    buy({ product_id: nobodys() }, 404, 'PRODUCT_NOT_FOUND'),
    buy({ product_id: sold }, 409, 'OUT_OF_STOCK'),
    buy({ product_id: rare, quantity: 11 }, 409, 'LIMIT_PER_PERSON'),
    buy({ product_id: rare, quantity: 3 }, 409, 'LIMIT_PER_PERSON', bob),
    buy({ payment: { ...card(), gateway: 'no-such-gateway' } }, 400, 'GATEWAY_UNKNOWN'),
    [guest, 'POST /api/buy-now', anonymous, 400, 'EMAIL_REQUIRED'],
    [key, 'POST /api/buy-now', wish, 401, 'UNAUTHENTICATED'],
  ]);
});

test('an order is there for its owner, and lists have cursors of their own', async () => {
  const { cast, ada, guest, bob } = of;
  const order = `/api/orders/${cast.ada.order_id}`;
  await of.refuses([
    ...[bob, guest, cast.nobody].map(
      (who): Line => [who, `GET ${order}`, undefined, 404, who === cast.nobody ? 'NOT_FOUND' : 'ORDER_NOT_FOUND'],
    ),
    ...[bob, guest].map((who): Line => [who, `POST ${order}/cancel`, undefined, 404, 'ORDER_NOT_FOUND']),
    [cast.nobody, `GET ${order}?access=guessed`, undefined, 404, 'ORDER_NOT_FOUND'],
    [cast.nobody, `GET ${order}?access=${cast.guest.access_token}`, undefined, 404, 'ORDER_NOT_FOUND'],
    [ada, `GET /api/orders/${nobodys()}`, undefined, 404, 'ORDER_NOT_FOUND'],
    [ada, 'GET /api/orders?cursor=nonsense', undefined, 400, 'CURSOR_INVALID'],
    [ada, 'GET /api/orders?page=0', undefined, 400, 'INVALID_INPUT'],
    [ada, 'GET /api/orders?page_size=101', undefined, 400, 'INVALID_INPUT'],
    [ada, 'GET /api/orders?page=101&page_size=100', undefined, 400, 'PAGE_TOO_DEEP'],
    [cast.nobody, 'GET /api/orders', undefined, 401, 'UNAUTHENTICATED'],
  ]);
});

test('an account is opened, entered and changed only as its rules say', async () => {
  const { cast, guest, bob } = of;
  const account = { email: 'eve@example.com', password: 'correct horse battery', name: 'Eve' };
  const signUp = (field: object, status: number, code: string): Line => [
    cast.nobody,
    'POST /api/account/signup',
    { ...account, ...field },
    status,
    code,
  ];
  const change = (body: object, status: number, code: string): Line => [bob, 'PATCH /api/me', body, status, code];
  await of.refuses([
    ...['eve', '@', 'a@b', 'eve@example.com, bob@example.com', 'a\0@example.com', `${'x'.repeat(250)}@example.com`].map(
      email => signUp({ email }, 400, 'INVALID_INPUT'),
    ),
    signUp({ email: 'Bob@Example.com' }, 409, 'EMAIL_TAKEN'),
    signUp({ password: 'short' }, 400, 'PASSWORD_TOO_SHORT'),
    signUp({ password: 'x'.repeat(129) }, 400, 'PASSWORD_TOO_LONG'),
    signUp({ password: 'password123' }, 400, 'PASSWORD_TOO_COMMON'),
    signUp({ name: ' ' }, 400, 'INVALID_INPUT'),
    signUp({ role: 'staff' }, 400, 'INVALID_INPUT'),
    signUp({ user_id: nobodys() }, 400, 'INVALID_INPUT'),
    [cast.nobody, 'POST /api/account/login', { email: account.email, password: 'wrong' }, 401, 'LOGIN_FAILED'],
    [cast.nobody, 'POST /api/account/login', { email: 'bob@example.com', password: 'wrong' }, 401, 'LOGIN_FAILED'],
    [cast.nobody, 'POST /api/account/login', { email: account.email }, 400, 'INVALID_INPUT'],
    [cast.nobody, 'POST /api/account/verify', { token: 'nonsense' }, 400, 'TOKEN_INVALID'],
    [
      cast.nobody,
      'POST /api/account/password-reset/confirm',
      { token: 'nonsense', password: account.password },
      400,
      'TOKEN_INVALID',
    ],
    [cast.nobody, 'POST /api/account/password-reset', { email: '' }, 400, 'INVALID_INPUT'],
    change({ password: 'another horse battery' }, 403, 'CURRENT_PASSWORD_WRONG'),
    change({ email: 'new@example.com', current_password: 'wrong' }, 403, 'CURRENT_PASSWORD_WRONG'),
    change({ email: cast.ada.email, current_password: account.password }, 409, 'EMAIL_TAKEN'),
    change({ password: 'short', current_password: account.password }, 400, 'PASSWORD_TOO_SHORT'),
    change({ prime: true }, 400, 'INVALID_INPUT'),
    ...['GET /api/me/export', 'DELETE /api/me', 'GET /api/me/addresses'].flatMap((request): Line[] => [
      [guest, request, undefined, 403, 'FORBIDDEN'],
      [cast.nobody, request, undefined, 401, 'UNAUTHENTICATED'],
    ]),
    ...badAddresses().map((body): Line => [bob, 'POST /api/me/addresses', body, 400, 'INVALID_INPUT']),
    [bob, `DELETE /api/me/addresses/${cast.ada.address_id}`, undefined, 404, 'ADDRESS_NOT_FOUND'],
    [bob, `DELETE /api/me/addresses/${nobodys()}`, undefined, 404, 'ADDRESS_NOT_FOUND'],
  ]);
});

test('a review is a user’s, once, with 1 to 5 stars', async () => {
  const { cast, ada, guest, bob, lamp } = of;
  const review = { rating: 5, title: 'Bright', body: 'Very.' };
  succeeded(await ada.post(`/api/products/${lamp}/reviews`, review));
  await of.noteChanges();
  const path = `POST /api/products/${lamp}/reviews`;
  await of.refuses([
    ...[0, 6, -1, 4.5, '5', null].map((rating): Line => [bob, path, { ...review, rating }, 400, 'INVALID_INPUT']),
    [bob, path, { ...review, title: 'x'.repeat(201) }, 400, 'INVALID_INPUT'],
    [bob, path, { ...review, body: 'x'.repeat(5001) }, 400, 'INVALID_INPUT'],
    [bob, path, { ...review, author: 'Ada' }, 400, 'INVALID_INPUT'],
    [bob, `POST /api/products/${nobodys()}/reviews`, review, 404, 'PRODUCT_NOT_FOUND'],
    [ada, path, { ...review, rating: 1 }, 409, 'ALREADY_REVIEWED'],
    [guest, path, review, 403, 'FORBIDDEN'],
    [cast.nobody, path, review, 401, 'UNAUTHENTICATED'],
    [cast.nobody, `GET /api/products/${nobodys()}/reviews`, undefined, 404, 'PRODUCT_NOT_FOUND'],
  ]);
});

test('browsing and searching have bounds', async () => {
  const { cast } = of;
  const get = (path: string, status: number, code: string): Line => [
    cast.nobody,
    `GET ${path}`,
    undefined,
    status,
    code,
  ];
  await of.refuses([
    get(`/api/products/${nobodys()}`, 404, 'PRODUCT_NOT_FOUND'),
    get('/api/products/lamp', 404, 'NOT_FOUND'),
    get('/api/products?page=101&page_size=100', 400, 'PAGE_TOO_DEEP'),
    get('/api/products?sort=random', 400, 'INVALID_INPUT'),
    get('/api/products?page=1.5', 400, 'INVALID_INPUT'),
    get('/api/search?page=101&page_size=100', 400, 'PAGE_TOO_DEEP'),
    get('/api/search?price_min=2&price_max=1', 400, 'PRICE_RANGE_EMPTY'),
    get('/api/search?price_min=-1', 400, 'INVALID_INPUT'),
    get('/api/search?rating_min=6', 400, 'INVALID_INPUT'),
    get('/api/search?prime=perhaps', 400, 'INVALID_INPUT'),
    get(`/api/search?q=${'x'.repeat(501)}`, 400, 'INVALID_INPUT'),
    get('/api/search?attr.=x', 400, 'INVALID_INPUT'),
    get(`/api/suggest?q=${'x'.repeat(501)}`, 400, 'INVALID_INPUT'),
    get('/api/no-such-route', 404, 'NOT_FOUND'),
    [cast.nobody, 'DELETE /api/products', undefined, 405, 'METHOD_NOT_ALLOWED'],
  ]);
});
