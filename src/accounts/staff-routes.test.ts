// Goal: staff find people and give them roles, and nobody locks the shop's last door behind themselves.
// Method: requests injected into the real frame with the real module.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createApp } from '#platform/http';
import type { Caller } from '#platform/identity';
import { createMetrics } from '#platform/metrics';
import { accepted, openAccounts } from '../../test/support/accounts.ts';
import { peopleRoutes } from './staff-routes.ts';

async function openShop(t: TestContext) {
  const world = await openAccounts(t);
  const app = await createApp({
    log: world.log,
    metrics: createMetrics(),
    clock: world.clock,
    // `Bearer key`, or a user's token, as the gateway would tell them apart.
    async identify(request) {
      const token = request.headers.authorization?.slice('Bearer '.length);
      if (token === 'key') request.caller = { kind: 'key' };
      const session = token === undefined ? null : await world.api.resolveSession({ token });
      if (session !== null) request.caller = { kind: 'user', person_id: session.user_id, ...session } as Caller;
    },
  });
  peopleRoutes(app, { accounts: world.api });
  t.after(() => app.close());
  const send = async (method: 'GET' | 'POST', url: string, token: string, payload?: object) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
    return { status: answer.statusCode, body: answer.json() };
  };
  /** Signed up with a role, and signed in after it was given. */
  const person = async (name: string, role: 'customer' | 'seller' | 'staff', seller_id: string | null = null) => {
    const { user } = await world.signUp(`${name}@example.com`);
    world.clock.advance(1000);
    if (role !== 'customer') accepted(await world.api.setRole({ user_id: user.user_id, role, seller_id }));
    const { token } = accepted(await world.logIn(`${name}@example.com`));
    return { ...user, token };
  };
  return { ...world, send, person };
}

const names = (body: { items: { email: string }[]; total: number }) => [
  body.items.map(user => user.email.split('@')[0]),
  body.total,
];

test('people are listed by text and role, by page, for staff alone', async t => {
  const { send, person, ids } = await openShop(t);
  const customer = await person('ada', 'customer');
  const seller = await person('bob', 'seller', ids.next());
  const staff = await person('cyd', 'staff');
  const list = async (query: string) => names((await send('GET', `/api/admin/people${query}`, staff.token)).body);
  assert.deepEqual(await list(''), [['cyd', 'bob', 'ada'], 3]);
  assert.deepEqual(await list('?page=2&page_size=2'), [['ada'], 3]);
  assert.deepEqual(await list('?role=seller'), [['bob'], 1]);
  assert.deepEqual(await list('?role=customer&text='), [['ada'], 1]);
  assert.deepEqual(await list('?role=staff&text=bob'), [[], 0]);
  assert.deepEqual(await list('?text=BOB%40'), [['bob'], 1]);
  assert.deepEqual((await send('GET', '/api/admin/people', 'key')).status, 200);
  const deep = await send('GET', '/api/admin/people?page=1001&page_size=10', staff.token);
  assert.deepEqual([deep.status, deep.body.code], [400, 'PAGE_TOO_DEEP']);
  for (const { token } of [customer, seller]) {
    assert.equal((await send('GET', '/api/admin/people', token)).status, 403);
    assert.equal((await send('GET', `/api/admin/people/${customer.user_id}`, token)).status, 403);
    const role = { role: 'staff' };
    assert.equal((await send('POST', `/api/admin/people/${customer.user_id}/role`, token, role)).status, 403);
  }
  assert.deepEqual(await list('?role=staff'), [['cyd'], 1]);
});

test('a person is seen without secrets, and one that does not exist is told so', async t => {
  const { send, person, ids } = await openShop(t);
  const { token, ...ada } = await person('ada', 'customer');
  assert.deepEqual(await send('GET', `/api/admin/people/${ada.user_id}`, 'key'), { status: 200, body: ada });
  const unknown = await send('GET', `/api/admin/people/${ids.next()}`, 'key');
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'USER_NOT_FOUND']);
});

test('roles are given; a member of staff can be relieved by another one, never by themselves', async t => {
  const { send, person, ids, isLiving, api } = await openShop(t);
  const [cyd, dan] = [await person('cyd', 'staff'), await person('dan', 'staff')];
  const give = (user_id: string, token: string, body: object) =>
    send('POST', `/api/admin/people/${user_id}/role`, token, body);
  for (const body of [{ role: 'customer' }, { role: 'seller', seller_id: ids.next() }]) {
    const own = await give(cyd.user_id, cyd.token, body);
    assert.deepEqual([own.status, own.body.code], [409, 'OWN_STAFF_ROLE']);
  }
  assert.equal((await api.getUser({ user_id: cyd.user_id }))?.role, 'staff');
  assert.ok(await isLiving(cyd.token));
  const kept = await give(cyd.user_id, cyd.token, { role: 'staff', prime: true });
  assert.deepEqual([kept.status, kept.body.prime], [200, true]);
  const seller_id = ids.next();
  const relieved = await give(dan.user_id, cyd.token, { role: 'seller', seller_id });
  assert.deepEqual([relieved.status, relieved.body.role, relieved.body.seller_id], [200, 'seller', seller_id]);
  assert.ok(!(await isLiving(dan.token)));
  const missing = await give(cyd.user_id, 'key', { role: 'seller' });
  assert.deepEqual([missing.status, missing.body.code], [400, 'SELLER_MISSING']);
  assert.equal((await give(cyd.user_id, 'key', { role: 'customer' })).status, 200);
  assert.equal((await give(ids.next(), 'key', { role: 'customer' })).status, 404);
});

test('a user is found by the e-mail in any case, and not by a part of it', async t => {
  const { api, signUp } = await openAccounts(t);
  const { user } = await signUp('ada@example.com');
  assert.deepEqual(await api.findUserByEmail({ email: 'ADA@Example.com' }), user);
  assert.equal(await api.findUserByEmail({ email: 'ada@example.co' }), null);
});
