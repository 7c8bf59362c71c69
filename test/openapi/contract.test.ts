// The document at /openapi.json tells of every route that API.md promises, and of no refusal that nobody knows: what it
// says is compared with the list below and with the codes of the contracts and the edge.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { OpenapiDocument } from '#platform/openapi-document';
import { listRefusals } from '../../scripts/refusals.ts';
import { startTestShop } from '../support/shop.ts';

const shop = await startTestShop({ after });
let document: OpenapiDocument;

before(async () => {
  document = (await (await fetch(`${shop.url}/openapi.json`)).json()) as OpenapiDocument;
});

/** API.md, but for flash sales, which come later, and the search's staff. */
const ROUTES = `
POST /api/sessions
POST /api/account/signup
POST /api/account/login
POST /api/account/logout
GET /api/me
PATCH /api/me
DELETE /api/me
GET /api/me/addresses
POST /api/me/addresses
DELETE /api/me/addresses/{address_id}
GET /api/me/export
POST /api/account/password-reset
POST /api/account/password-reset/confirm
POST /api/account/verify
GET /api/products
GET /api/products/{product_id}
GET /api/products/{product_id}/reviews
POST /api/products/{product_id}/reviews
GET /api/categories
GET /api/search
GET /api/suggest
GET /api/cart
POST /api/cart/items
PUT /api/cart/items/{product_id}
DELETE /api/cart/items/{product_id}
DELETE /api/cart
POST /api/checkouts
GET /api/checkouts/{checkout_id}
DELETE /api/checkouts/{checkout_id}
POST /api/orders
POST /api/buy-now
GET /api/orders
GET /api/orders/{order_id}
POST /api/orders/{order_id}/cancel
GET /api/admin/simulator/charges
GET /api/admin/products
POST /api/admin/products
PATCH /api/admin/products/{product_id}
DELETE /api/admin/products/{product_id}
GET /api/admin/reviews
POST /api/admin/reviews/{review_id}/moderate
GET /api/admin/sellers
POST /api/admin/sellers
PATCH /api/admin/sellers/{seller_id}
GET /api/admin/imports
POST /api/admin/imports
GET /api/admin/imports/{import_id}
GET /api/admin/exports/products
GET /api/admin/inventory
GET /api/admin/inventory/{product_id}
POST /api/admin/inventory/{product_id}/receive
POST /api/admin/inventory/{product_id}/adjust
GET /api/admin/inventory/{product_id}/movements
GET /api/admin/inventory/{product_id}/explain
GET /api/admin/warehouses
POST /api/admin/warehouses
GET /api/admin/orders
GET /api/admin/orders/{order_id}
POST /api/admin/orders/{order_id}/ship
POST /api/admin/orders/{order_id}/deliver
POST /api/admin/orders/{order_id}/refund
POST /api/admin/orders/{order_id}/cancel
GET /api/admin/search
POST /api/admin/search/rebuild
GET /api/admin/synonyms
PUT /api/admin/synonyms
GET /api/admin/audit
GET /api/admin/stuck
GET /api/admin/ledger
GET /api/admin/orders/{order_id}/ledger
GET /api/admin/reconciliations
POST /api/admin/reconciliations
GET /api/admin/operations
POST /api/admin/operations/jobs/{name}/run
POST /api/admin/operations/stuck-events/retry
GET /api/admin/live
POST /api/webhooks/payments/{gateway}
POST /api/webhooks/carriers/{carrier}
GET /healthz
GET /readyz
GET /metrics
GET /dev/mail.json
GET /openapi.json
GET /docs
`
  .trim()
  .split('\n');

/** What API.md calls by its code, with the status it has there. */
const CODES: Record<string, number> = {
  INVALID_INPUT: 400,
  CURRENCY_MISMATCH: 400,
  PAGE_TOO_DEEP: 400,
  TOKEN_INVALID: 400,
  LOGIN_FAILED: 401,
  PAYMENT_DECLINED: 402,
  ALREADY_REVIEWED: 409,
  CART_EMPTY: 409,
  EMAIL_TAKEN: 409,
  IDEMPOTENCY_IN_FLIGHT: 409,
  LIMIT_PER_PERSON: 409,
  NOT_CANCELLABLE: 409,
  OUT_OF_STOCK: 409,
  PRICE_CHANGED: 409,
  CHECKOUT_SUPERSEDED: 410,
  RESERVATION_EXPIRED: 410,
  IDEMPOTENCY_KEY_REUSED: 422,
};

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

test('every route of API.md stands in the document', () => {
  const told = new Set(operations().map(({ name }) => name));
  assert.deepEqual(
    ROUTES.filter(route => !told.has(route)),
    [],
  );
});

test('every operation has a summary, a tag, a name of its own and a success', () => {
  const names = operations().map(({ operation }) => operation.operationId);
  assert.equal(new Set(names).size, names.length);
  const poor = operations().filter(({ operation: { summary, tags, responses } }) => {
    const succeeds = Object.keys(responses).some(status => status.startsWith('2'));
    return summary === undefined || tags?.length !== 1 || !succeeds;
  });
  assert.deepEqual(
    poor.map(({ name }) => name),
    [],
  );
});

test('a refusal that the document tells is one of a contract or of the edge, under its status', () => {
  const known = new Map(listRefusals().map(({ code, status }) => [code, status]));
  const wrong = operations().flatMap(({ name, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { description }]) =>
      [...description.matchAll(/^`([A-Z0-9_]+)`: /gm)]
        .filter(([, code]) => known.get(code!) !== Number(status))
        .map(([, code]) => `${name} ${status} ${code}`),
    ),
  );
  assert.deepEqual(wrong, []);
});

test('every code that API.md names is told by some route, under its status', () => {
  const told = new Set(
    operations().flatMap(({ operation }) =>
      Object.entries(operation.responses).flatMap(([status, { description }]) =>
        [...description.matchAll(/^`([A-Z0-9_]+)`: /gm)].map(([, code]) => `${status} ${code}`),
      ),
    ),
  );
  const untold = Object.entries(CODES).filter(([code, status]) => !told.has(`${status} ${code}`));
  assert.deepEqual(untold, []);
});

test('every refusal is a problem, and 429 and 503 say when to come back', () => {
  const wrong = operations().flatMap(({ name, operation }) =>
    Object.entries(operation.responses)
      .filter(([status]) => status >= '400' && `${name} ${status}` !== 'GET /readyz 503')
      .filter(([status, { content, headers }]) => {
        const isProblem = Object.keys(content ?? {}).join() === 'application/problem+json';
        const isTimed = (status !== '429' && status !== '503') || 'Retry-After' in (headers ?? {});
        return !isProblem || !isTimed;
      })
      .map(([status]) => `${name} ${status}`),
  );
  assert.deepEqual(wrong, []);
});
