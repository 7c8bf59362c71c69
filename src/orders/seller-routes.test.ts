// Goal: a seller is kept to its own orders and figures at every address; staff name the seller they mean.
// Method: requests injected into the real frame, with the module and its neighbours behind the routes.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createApp } from '#platform/http';
import type { Caller } from '#platform/identity';
import { createLog } from '#platform/log';
import { createMetrics } from '#platform/metrics';
import { ordersWorld } from '../../test/support/orders-world.ts';
import { sellerRoutes } from './seller-routes.ts';

async function openDesk(t: TestContext) {
  const world = await ordersWorld(t);
  const [one, two] = [world.ids.next(), world.ids.next()];
  const user = { person_id: world.ids.next(), session_id: world.ids.next() };
  const callers: Record<string, Caller> = {
    one: { kind: 'user', ...user, role: 'seller', seller_id: one },
    two: { kind: 'user', ...user, role: 'seller', seller_id: two },
    staff: { kind: 'user', ...user, role: 'staff', seller_id: null },
    key: { kind: 'key' },
    customer: { kind: 'user', ...user, role: 'customer', seller_id: null },
    guest: { kind: 'guest', person_id: user.person_id },
  };
  const app = await createApp({
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: world.clock,
    async identify(request) {
      request.caller = callers[request.headers.authorization ?? ''] ?? { kind: 'nobody' };
    },
  });
  sellerRoutes(app, { orders: world.orders });
  t.after(() => app.close());
  const product = await world.sell(9, { seller: { seller_id: one, name: 'One' } });
  const bought = await world.buy(world.shopper(), product, 2);
  assert(bought.ok);
  await world.drained();
  const ask = async (who: string, url: string) => {
    const answer = await app.inject({ url, headers: { authorization: who } });
    return { status: answer.statusCode, body: answer.json() };
  };
  return { ...world, one, two, ask, order_id: bought.value.order.order_id };
}

test('a seller sees its own orders, and another one nothing of them', async t => {
  const { ask, one, two, order_id } = await openDesk(t);
  const list = '/api/admin/seller/orders';
  const own = await ask('one', list);
  assert.deepEqual([own.status, own.body.total, own.body.items[0].order_id], [200, 1, order_id]);
  assert.deepEqual((await ask('one', `${list}?seller_id=${one}`)).body, own.body);
  assert.deepEqual((await ask('one', `${list}/${order_id}`)).body, own.body.items[0]);
  assert.deepEqual((await ask('two', list)).body.items, []);
  const foreign = await ask('two', `${list}/${order_id}`);
  assert.deepEqual([foreign.status, foreign.body.code], [404, 'ORDER_NOT_FOUND']);
  for (const path of ['', `/${order_id}`]) {
    assert.equal((await ask('two', `${list}${path}?seller_id=${one}`)).status, 403);
    assert.equal((await ask('customer', `${list}${path}?seller_id=${one}`)).status, 403);
    assert.equal((await ask('guest', `${list}${path}`)).status, 403);
    assert.equal((await ask('nobody', `${list}${path}`)).status, 401);
    for (const staff of ['staff', 'key']) {
      assert.equal((await ask(staff, `${list}${path}`)).body.code, 'INVALID_INPUT');
      assert.equal((await ask(staff, `${list}${path}?seller_id=${one}`)).status, 200);
    }
  }
  assert.deepEqual((await ask('staff', `${list}?seller_id=${two}`)).body.items, []);
});

test('figures are of the own seller, and of the whole shop for staff who name none', async t => {
  const { ask, one, two, clock } = await openDesk(t);
  const span = { from: new Date(clock.nowMs() - 60_000).toISOString(), to: new Date(clock.nowMs() + 1).toISOString() };
  const figures = `/api/admin/figures?${new URLSearchParams({ ...span, step: 'minute' })}`;
  const units = async (who: string, more = '') => (await ask(who, figures + more)).body.totals.units;
  assert.deepEqual([await units('one'), await units('two'), await units('staff'), await units('key')], [2, 0, 2, 2]);
  assert.deepEqual([await units('staff', `&seller_id=${one}`), await units('key', `&seller_id=${two}`)], [2, 0]);
  assert.equal((await ask('two', `${figures}&seller_id=${one}`)).status, 403);
  assert.equal((await ask('customer', figures)).status, 403);
  assert.equal((await ask('nobody', figures)).status, 401);
  const backwards = await ask('one', `/api/admin/figures?from=${span.to}&to=${span.from}&step=day`);
  assert.deepEqual([backwards.status, backwards.body.code], [400, 'FIGURES_SPAN_INVALID']);
  assert.equal((await ask('one', '/api/admin/figures?from=x&to=y&step=day')).body.code, 'INVALID_INPUT');
});
