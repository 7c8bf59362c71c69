// Goal: the account routes say what API.md says, end sessions when they must, and give away nothing. Method: requests
// injected into the real frame with the real module; cart, cookies and other modules are the gateway's, and recorded.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createApp } from '#platform/http';
import { createMetrics } from '#platform/metrics';
import { Unavailable } from '#platform/outcome';
import { network, OTHER_PASSWORD, openAccounts, PASSWORD } from '../../test/support/accounts.ts';
import type { AccountsOptions } from './deps.ts';
import { createEntrance } from './entrance.ts';
import { accountRoutes } from './http.ts';

const GUEST = '01990000-0000-7000-8000-0000000000aa';
const NOTICE = { kind: 'price_changed', product_id: GUEST, from: 100, to: 90 };
const ada = { email: 'ada@example.com', password: PASSWORD };
const address = {
  name: 'Ada',
  line1: '1 Main St',
  city: 'Springfield',
  region: 'IL',
  postal_code: '62701',
  country: 'US',
};

async function openShop(t: TestContext, options: Partial<AccountsOptions> = {}) {
  const world = await openAccounts(t, options);
  const { api, clock, ids, log } = world;
  const done: unknown[] = [];
  const fail = { merge: false, erase: false };
  const app = await createApp({
    log,
    metrics: createMetrics(),
    clock,
    // `Bearer guest`, `Bearer key` or a user's token, as the gateway would tell them apart.
    async identify(request) {
      const token = request.headers.authorization?.slice('Bearer '.length);
      if (token === 'guest') request.caller = { kind: 'guest', person_id: GUEST };
      else if (token === 'key') request.caller = { kind: 'key' };
      else if (token !== undefined) {
        const session = await api.resolveSession({ token });
        if (session !== null) request.caller = { kind: 'user', person_id: session.user_id, ...session };
      }
    },
  });
  app.addHook('preHandler', async request => {
    request.commandId = ids.next();
  });
  accountRoutes(app, {
    accounts: api,
    entrance: createEntrance({
      accounts: api,
      sessions: {
        setCookie: (reply, token) => void reply.header('set-cookie', `session=${token}`),
        clearCookie: reply => void reply.header('set-cookie', 'session=; Max-Age=0'),
        guestOf: ({ caller }) => (caller.kind === 'guest' ? caller.person_id : null),
        presentedToken: ({ headers }) => headers.authorization?.slice('Bearer '.length) ?? null,
      },
      async mergeCart(input) {
        if (fail.merge) throw new Unavailable('the cart does not answer');
        done.push(['merge', input]);
        return { merged: 2, notices: [NOTICE] };
      },
    }),
    countItems: async caller => (caller.kind === 'nobody' || caller.kind === 'key' ? 0 : 3),
    exportMore: async user_id => ({ orders: [{ order_id: user_id }], user: 'not theirs to say' }),
    async eraseMore(user_id) {
      if (fail.erase) throw new Unavailable('orders do not answer');
      done.push(['erase', user_id]);
    },
  });
  t.after(() => app.close());
  type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
  const send = async (method: Method, url: string, body?: object, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await app.inject({ method, url, headers, remoteAddress: network, ...(body && { payload: body }) });
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json(), headers: answer.headers };
  };
  const signUp = async () => (await send('POST', '/api/account/signup', { ...ada, name: 'Ada' })).body;
  return { ...world, app, done, fail, send, signUp };
}

describe('signing up and in', () => {
  test('signing up as a guest answers the user, a token and the merged cart', async t => {
    const { send, done, api } = await openShop(t);
    const { status, body, headers } = await send('POST', '/api/account/signup', { ...ada, name: 'Ada' }, 'guest');
    assert.equal(status, 201);
    const { user, token, cart_merge } = body;
    const { user_id, created_at } = user;
    const flags = { role: 'customer', seller_id: null, prime: false, email_verified: false };
    assert.deepEqual(user, { user_id, email: ada.email, name: 'Ada', ...flags, created_at });
    assert.deepEqual(cart_merge, { merged: 2, notices: [NOTICE] });
    const session = await api.resolveSession({ token });
    assert.deepEqual(done, [['merge', { merge_id: session?.session_id, guest_id: GUEST, user_id }]]);
    assert.equal(headers['set-cookie'], `session=${token}`);
    assert.equal(headers['cache-control'], 'private, no-store');
  });

  test('logging in without a guest merges nothing, and rotates the session that sent it', async t => {
    const { send, signUp, done, isLiving } = await openShop(t);
    const first = await signUp();
    const { status, body } = await send('POST', '/api/account/login', ada, first.token);
    assert.equal(status, 200);
    assert.deepEqual(body.cart_merge, { merged: 0, notices: [] });
    assert.deepEqual(body.user, first.user);
    assert.deepEqual([await isLiving(first.token), await isLiving(body.token)], [false, true]);
    assert.deepEqual(done, []);
  });

  test('a failed login tells the same of every e-mail, and leaves session and cookie alone', async t => {
    const { send, signUp, isLiving, lines } = await openShop(t);
    const { token } = await signUp();
    const wrong = await send('POST', '/api/account/login', { ...ada, password: OTHER_PASSWORD }, token);
    const unknown = await send('POST', '/api/account/login', { ...ada, email: 'eve@example.com' }, token);
    assert.deepEqual([wrong.status, wrong.body.code], [401, 'LOGIN_FAILED']);
    const same = ({ body }: typeof wrong) => ({ ...body, request_id: '' });
    assert.deepEqual(same(unknown), same(wrong));
    assert.deepEqual(Object.keys(unknown.headers).sort(), Object.keys(wrong.headers).sort());
    assert.equal(wrong.headers['set-cookie'], undefined);
    assert.ok(await isLiving(token));
    for (const secret of [PASSWORD, OTHER_PASSWORD, token]) assert.ok(!lines.join('').includes(secret));
  });

  test('the refusals of signing up have their codes', async t => {
    const { send, signUp } = await openShop(t);
    await signUp();
    const refused = async (body: object) => {
      const answer = await send('POST', '/api/account/signup', body);
      return [answer.status, answer.body.code];
    };
    const eve = { email: 'eve@example.com', password: PASSWORD, name: 'Eve' };
    assert.deepEqual(await refused({ ...ada, name: 'Ada' }), [409, 'EMAIL_TAKEN']);
    assert.deepEqual(await refused({ ...eve, password: 'short' }), [400, 'PASSWORD_TOO_SHORT']);
    assert.deepEqual(await refused({ ...eve, password: 'password' }), [400, 'PASSWORD_TOO_COMMON']);
    assert.deepEqual(await refused({ ...eve, password: 'x'.repeat(129) }), [400, 'PASSWORD_TOO_LONG']);
    const foreign = ['role', 'user_id', 'prime', 'seller_id', 'email_verified', 'network'];
    for (const field of foreign) assert.deepEqual(await refused({ ...eve, [field]: 'staff' }), [400, 'INVALID_INPUT']);
    assert.deepEqual(await refused({ ...eve, name: '   ' }), [400, 'INVALID_INPUT']);
    assert.deepEqual(await refused({ ...eve, email: 'eve' }), [400, 'INVALID_INPUT']);
  });

  test('a cart that does not answer is an outage, after which the person can log in with it', async t => {
    const { send, signUp, fail, done } = await openShop(t);
    await signUp();
    fail.merge = true;
    const failed = await send('POST', '/api/account/login', ada, 'guest');
    assert.deepEqual([failed.status, failed.headers['set-cookie']], [503, undefined]);
    fail.merge = false;
    assert.equal((await send('POST', '/api/account/login', ada, 'guest')).body.cart_merge.merged, 2);
    assert.equal(done.length, 1);
  });

  test('too many tries are told with the time to wait', async t => {
    const { send } = await openShop(t, { rateLimits: true });
    for (let n = 0; n < 10; n++) await send('POST', '/api/account/login', ada);
    const { status, body, headers } = await send('POST', '/api/account/login', ada);
    assert.deepEqual([status, body.code, body.retry_after_seconds], [429, 'TOO_MANY_TRIES', 60]);
    assert.equal(headers['retry-after'], '60');
  });
});

test('logging out ends the session that sent it and no other; anybody may', async t => {
  const { send, signUp, isLiving } = await openShop(t);
  const first = (await signUp()).token;
  const second = (await send('POST', '/api/account/login', ada)).body.token;
  const { status, body, headers } = await send('POST', '/api/account/logout', undefined, first);
  assert.deepEqual([status, body, headers['set-cookie']], [204, null, 'session=; Max-Age=0']);
  assert.deepEqual([await isLiving(first), await isLiving(second)], [false, true]);
  for (const caller of [first, 'guest', 'key', undefined]) {
    assert.equal((await send('POST', '/api/account/logout', undefined, caller)).status, 204);
  }
  assert.equal((await send('PATCH', '/api/me', { name: 'Eve' }, first)).status, 401);
});

describe('me', () => {
  test('is null for nobody and a guest, and the user for a user, with the count of the cart', async t => {
    const { send, signUp } = await openShop(t);
    const { user, token } = await signUp();
    assert.deepEqual((await send('GET', '/api/me')).body, { user: null, cart_items: 0 });
    assert.deepEqual((await send('GET', '/api/me', undefined, 'guest')).body, { user: null, cart_items: 3 });
    const { body, headers } = await send('GET', '/api/me', undefined, token);
    assert.deepEqual(body, { user, cart_items: 3 });
    assert.equal(headers['cache-control'], 'private, no-store');
  });

  test('changes by PATCH, with the current password where it counts', async t => {
    const { send, signUp, isLiving } = await openShop(t);
    const { user, token } = await signUp();
    const other = (await send('POST', '/api/account/login', ada)).body.token;
    const named = await send('PATCH', '/api/me', { name: 'Ada L.' }, token);
    assert.deepEqual([named.status, named.body], [200, { user: { ...user, name: 'Ada L.' }, cart_items: 3 }]);
    const refused = await send('PATCH', '/api/me', { password: OTHER_PASSWORD }, token);
    assert.deepEqual([refused.status, refused.body.code], [403, 'CURRENT_PASSWORD_WRONG']);
    assert.ok(await isLiving(other));
    const change = { password: OTHER_PASSWORD, current_password: PASSWORD };
    assert.equal((await send('PATCH', '/api/me', change, token)).status, 200);
    assert.deepEqual([await isLiving(token), await isLiving(other)], [true, false]);
    for (const field of ['role', 'prime', 'user_id', 'session_id', 'seller_id', 'email_verified']) {
      assert.equal((await send('PATCH', '/api/me', { [field]: 'x' }, token)).status, 400, field);
    }
  });

  test('exports what every module knows, and erases there first', async t => {
    const { send, signUp, done, fail, isLiving } = await openShop(t);
    const { user, token } = await signUp();
    const { status, body } = await send('GET', '/api/me/export', undefined, token);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).sort(), ['addresses', 'orders', 'sessions', 'user']);
    assert.deepEqual([body.user, body.addresses, body.orders], [user, [], [{ order_id: user.user_id }]]);
    assert.deepEqual(Object.keys(body.sessions[0]).sort(), ['created_at', 'expires_at', 'session_id']);
    fail.erase = true;
    assert.equal((await send('DELETE', '/api/me', undefined, token)).status, 503);
    assert.ok(await isLiving(token));
    fail.erase = false;
    const erased = await send('DELETE', '/api/me', undefined, token);
    assert.deepEqual([erased.status, erased.headers['set-cookie']], [204, 'session=; Max-Age=0']);
    assert.deepEqual(done, [['erase', user.user_id]]);
    assert.ok(!(await isLiving(token)));
    assert.equal((await send('POST', '/api/account/login', ada)).status, 401);
  });

  test('is not for guests, nobody and the key', async t => {
    const { send } = await openShop(t);
    const routes = [
      ['PATCH', '/api/me'],
      ['DELETE', '/api/me'],
      ['GET', '/api/me/export'],
      ['GET', '/api/me/addresses'],
      ['POST', '/api/me/addresses'],
      ['DELETE', `/api/me/addresses/${GUEST}`],
    ] as const;
    for (const [method, url] of routes) {
      const statuses = [undefined, 'key', 'guest'].map(
        async caller => (await send(method, url, undefined, caller)).status,
      );
      assert.deepEqual(await Promise.all(statuses), [401, 401, 403], `${method} ${url}`);
    }
  });
});

test('addresses are saved, listed by page and removed, and invisible to others', async t => {
  const { send, signUp } = await openShop(t);
  const { token } = await signUp();
  const eve = { email: 'eve@example.com', password: PASSWORD, name: 'Eve' };
  const stranger = (await send('POST', '/api/account/signup', eve)).body.token;
  const saved = await send('POST', '/api/me/addresses', address, token);
  assert.equal(saved.status, 201);
  const { address_id } = saved.body;
  assert.deepEqual(saved.body, { address_id, ...address });
  const page = { total: 1, page: 1, page_size: 24 };
  assert.deepEqual((await send('GET', '/api/me/addresses', undefined, token)).body, { items: [saved.body], ...page });
  const second = (await send('GET', '/api/me/addresses?page=2&page_size=1', undefined, token)).body;
  assert.deepEqual(second, { items: [], total: 1, page: 2, page_size: 1 });
  const hidden = (await send('GET', '/api/me/addresses', undefined, stranger)).body;
  assert.deepEqual(hidden, { items: [], ...page, total: 0 });
  const stolen = await send('DELETE', `/api/me/addresses/${address_id}`, undefined, stranger);
  assert.deepEqual([stolen.status, stolen.body.code], [404, 'ADDRESS_NOT_FOUND']);
  assert.equal((await send('POST', '/api/me/addresses', { ...address, country: 'usa' }, token)).status, 400);
  assert.equal((await send('DELETE', `/api/me/addresses/${address_id}`, undefined, token)).status, 204);
  assert.equal((await send('DELETE', `/api/me/addresses/${address_id}`, undefined, token)).status, 404);
});

describe('mails', () => {
  test('a reset is accepted alike for every e-mail; its link sets the password once', async t => {
    const { send, signUp, lastMail, isLiving } = await openShop(t);
    const session = (await signUp()).token;
    for (const email of ['eve@example.com', ada.email]) {
      const { status, body } = await send('POST', '/api/account/password-reset', { email });
      assert.deepEqual([status, body], [202, { accepted: true }]);
    }
    const token = await lastMail('user.reset_requested');
    const confirm = (body: object) => send('POST', '/api/account/password-reset/confirm', body);
    const weak = await confirm({ token, password: 'password' });
    assert.deepEqual([weak.status, weak.body.code], [400, 'PASSWORD_TOO_COMMON']);
    const set = await confirm({ token, password: OTHER_PASSWORD });
    assert.deepEqual([set.status, set.body], [204, null]);
    assert.ok(!(await isLiving(session)));
    const again = await confirm({ token, password: PASSWORD });
    assert.deepEqual([again.status, again.body.code], [400, 'TOKEN_INVALID']);
    assert.equal((await send('POST', '/api/account/login', { ...ada, password: OTHER_PASSWORD })).status, 200);
  });

  test('the e-mail is verified by its link, once', async t => {
    const { send, signUp, lastMail } = await openShop(t);
    const session = (await signUp()).token;
    const token = await lastMail('user.signed_up');
    assert.equal((await send('POST', '/api/account/verify', { token })).status, 204);
    assert.equal((await send('GET', '/api/me', undefined, session)).body.user.email_verified, true);
    const again = await send('POST', '/api/account/verify', { token });
    assert.deepEqual([again.status, again.body.code], [400, 'TOKEN_INVALID']);
    assert.equal((await send('GET', '/api/account/verify')).status, 405);
  });
});
