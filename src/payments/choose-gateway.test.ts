// Goal: a payment goes to a gateway that answers, and never to two. Method: the module with two simulators of their own
// books behind it, whose connections fail on demand; one of them takes cards only.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLog } from '#platform/log';
import { paymentShop, temporaryFolder, WEBHOOK_SECRET } from '../../test/support/payment-shop.ts';
import type { Gateway } from './gateway.ts';
import { simulatorGateway } from './simulator/simulator-gateway.ts';
import { startSimulator } from './simulator/start-simulator.ts';

interface Line {
  isCut: boolean;
}

/** `first` takes everything, `second` cards alone. */
async function twoGateways(t: TestContext) {
  const log = createLog({ level: 'silent' });
  const open = async (name: string, methods: Gateway['methods']) => {
    const dataDir = await temporaryFolder(t);
    const simulator = await startSimulator({ dataDir, port: 'none', secret: WEBHOOK_SECRET, settleMs: 0, log });
    t.after(() => simulator.stop());
    const line: Line = { isCut: false };
    const gateway = simulatorGateway({
      books: { ...simulator.books, ask: request => (line.isCut ? cut() : simulator.books.ask(request)) },
      secret: WEBHOOK_SECRET,
    });
    return { line, books: simulator.books, gateway: { ...gateway, name, methods } };
  };
  const first = await open('first', ['card', 'wallet', 'bank_transfer']);
  const second = await open('second', ['card']);
  const gateways = [first.gateway, second.gateway];
  const shop = await paymentShop(t, { gateways, takesWebhooks: false });
  return { shop, first, second };
}

function cut(): Promise<never> {
  return Promise.reject(new Error('the connection was cut'));
}

type World = Awaited<ReturnType<typeof twoGateways>>;

/** Until its circuit opens. */
async function breakFirst({ shop, first }: World): Promise<void> {
  first.line.isCut = true;
  const crowd = Array.from({ length: 60 }, () => shop.api.authorise(shop.order('tok_visa', { gateway: 'first' })));
  await Promise.all(crowd);
}

async function chargesOf({ first, second }: World, order_id: string): Promise<[number, number]> {
  const [one, other] = await Promise.all([first.books.list({ order_id }), second.books.list({ order_id })]);
  return [one.length, other.length];
}

const told = async ({ shop }: World) =>
  (await shop.api.listMethods({})).map(({ method, gateway, is_available }) => `${method} ${gateway} ${is_available}`);

test('the default gateway is offered first, and takes what names none', async t => {
  const world = await twoGateways(t);
  const offered = ['card first true', 'wallet first true', 'bank_transfer first true', 'card second true'];
  assert.deepEqual(await told(world), offered);
  const order = world.shop.order();
  const answer = await world.shop.api.authorise({ ...order, is_first: true });
  assert.ok(answer.ok && answer.value.gateway === 'first');
  assert.deepEqual(await chargesOf(world, order.order_id), [1, 0]);
  const answered = await fetch(`${world.shop.url}/api/payment-methods`);
  assert.deepEqual(
    [answered.status, answered.headers.get('cache-control')],
    [200, 'public, max-age=5, s-maxage=5, stale-while-revalidate=0'],
  );
  const { items } = (await answered.json()) as { items: object[] };
  assert.deepEqual(items[3], { method: 'card', gateway: 'second', is_available: true });
});

test('while its circuit is open a gateway is offered last, and another one takes what names none', async t => {
  const world = await twoGateways(t);
  await breakFirst(world);
  const offered = ['card second true', 'card first false', 'wallet first false', 'bank_transfer first false'];
  assert.deepEqual(await told(world), offered);
  const order = world.shop.order();
  const answer = await world.shop.api.authorise({ ...order, is_first: true });
  assert.ok(answer.ok && answer.value.gateway === 'second');
  assert.deepEqual(await chargesOf(world, order.order_id), [0, 1]);
  // Nobody else takes a wallet, so it may be tried, and nothing is charged.
  const wallet = world.shop.order('tok_visa', { method: 'wallet' });
  const declined = await world.shop.api.authorise({ ...wallet, is_first: true });
  assert.deepEqual(declined, { ok: false, code: 'PAYMENT_DECLINED', detail: { reason: 'gateway_unavailable' } });
  assert.deepEqual(await chargesOf(world, wallet.order_id), [0, 0]);
});

test('after a pause the gateway is one to be tried again', async t => {
  const world = await twoGateways(t);
  await breakFirst(world);
  world.first.line.isCut = false;
  world.shop.clock.shiftMs += 3_000;
  assert.equal((await told(world))[0], 'card first true');
});

test('a repeat of what is on no record never asks a second gateway: the money is looked for', async t => {
  const world = await twoGateways(t);
  const { shop } = world;
  const order = shop.order();
  // A plain yes to a first try is written with its capture: the process dies before.
  assert.ok((await shop.api.authorise({ ...order, is_first: true })).ok);
  assert.equal(await shop.stored(order.order_id), null);
  await breakFirst(world);
  await assert.rejects(shop.api.authorise(order), /a payment gateway does not answer/);
  assert.deepEqual([await chargesOf(world, order.order_id), await shop.stored(order.order_id)], [[1, 0], null]);
});

test('a repeat finds the yes that was never written, and one that nobody knows ends without a charge', async t => {
  const world = await twoGateways(t);
  const { shop } = world;
  const order = shop.order();
  assert.ok((await shop.api.authorise({ ...order, is_first: true })).ok);
  const again = await shop.api.authorise(order);
  assert.ok(again.ok && again.value.status === 'authorized' && again.value.gateway === 'first');
  assert.deepEqual(await chargesOf(world, order.order_id), [1, 0]);
  const lost = shop.order();
  const declined = await shop.api.authorise(lost);
  assert.deepEqual(declined, { ok: false, code: 'PAYMENT_DECLINED', detail: { reason: 'not_authorized' } });
  assert.deepEqual(await chargesOf(world, lost.order_id), [0, 0]);
});

test('a method that no gateway takes, or not the named one, is refused and nobody is asked', async t => {
  const world = await twoGateways(t);
  const { shop } = world;
  for (const fields of [{ method: 'wallet', gateway: 'second' }, { gateway: 'third' }] as const) {
    const order = shop.order('tok_visa', fields);
    assert.equal(await shop.api.hasGateway(order.payment), false);
    assert.deepEqual(await shop.api.authorise(order), { ok: false, code: 'GATEWAY_UNKNOWN' });
    assert.deepEqual([await chargesOf(world, order.order_id), await shop.stored(order.order_id)], [[0, 0], null]);
  }
  assert.equal(await shop.api.hasGateway({ method: 'wallet' }), true);
});
