// Goal: the ledger has an entry for each movement of money, with it or not at all, and never loses or changes one.
// Method: the module on a real database with the real simulator; entries are read as staff reads them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outbox } from '#platform/outbox';
import { sql } from '#platform/sql';
import { type PaymentShop, paymentShop, until } from '../../test/support/payment-shop.ts';
import type { Authorised, Payment } from './contract.ts';
import type { Gateway } from './gateway.ts';
import { periodIn } from './get-ledger.ts';
import { captureEntry } from './journal-rules.ts';
import { createPaymentGroups } from './payment-groups.ts';
import type { PaymentRow } from './rules.ts';

const ALWAYS = { from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };

/** Of an order of 2,999. */
function splitOf(shop: PaymentShop) {
  const [ada, ben] = [shop.ids.next(), shop.ids.next()];
  const sellers = [
    { seller_id: ada, amount: 2000 },
    { seller_id: ben, amount: 500 },
  ];
  return { ada, ben, split: { sellers, tax: 199, shipping: 300 } };
}

/** Kind, and customer, clearing, sellers, tax, shipping, fees. */
async function entriesOf(shop: PaymentShop, order_id: string) {
  const entries = await shop.api.getLedgerEntries({ order_id });
  return entries.map(({ kind, customer, gateway_clearing, seller_payable, tax, shipping, fees }) => [
    kind,
    ...[customer, gateway_clearing, seller_payable, tax, shipping, fees].map(({ amount }) => amount),
  ]);
}

test('a captured and partly refunded order: an entry each, once, however often it is asked for', async t => {
  const shop = await paymentShop(t);
  const { ben, split } = splitOf(shop);
  const order = shop.order();
  const { order_id } = order;
  await shop.api.authorise(order);
  assert.deepEqual(await entriesOf(shop, order_id), []);
  for (let i = 0; i < 2; i += 1) assert.ok((await shop.api.capture({ order_id, split })).ok);
  const captured = ['capture', 0, 2999, -2500, -199, -300, 0];
  assert.deepEqual(await entriesOf(shop, order_id), [captured]);

  const items = { sellers: [{ seller_id: ben, amount: 500 }], tax: 40, shipping: 0 };
  const refund = { refund_id: shop.ids.nextFor(order_id), order_id, amount: 540, reason: '', split: items };
  for (let i = 0; i < 2; i += 1) assert.ok((await shop.api.refund(refund)).ok);
  const more = await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 2460, reason: '' });
  assert.equal(!more.ok && more.code, 'REFUND_EXCEEDS_CAPTURED');
  assert.deepEqual(await entriesOf(shop, order_id), [captured, ['refund', 0, -540, 500, 40, 0, 0]]);

  const rest = { refund_id: shop.ids.nextFor(order_id), order_id, amount: 2459, reason: '' };
  assert.ok((await shop.api.refund(rest)).ok);
  const [balance] = await shop.api.getLedger(ALWAYS);
  const usd = (amount: number) => ({ amount, currency: 'USD' });
  const zero = { customer: usd(0), gateway_clearing: usd(0), seller_payable: usd(0), tax: usd(0), shipping: usd(0) };
  assert.deepEqual(balance, { gateway: 'simulator', entries: 3, ...zero, fees: usd(0) });
});

test('parallel refunds of one order never take more from a seller than is left', async t => {
  const shop = await paymentShop(t);
  const { split } = splitOf(shop);
  const order = shop.order();
  const { order_id } = order;
  await shop.api.authorise(order);
  await shop.api.capture({ order_id, split });
  const refunds = Array.from({ length: 30 }, () => shop.ids.nextFor(order_id));
  const answers = await Promise.all(
    refunds.map(refund_id => shop.api.refund({ refund_id, order_id, amount: 300, reason: '' })),
  );
  assert.equal(answers.filter(answer => answer.ok).length, 9);
  const entries = await shop.api.getLedgerEntries({ order_id });
  const left = (account: 'seller_payable' | 'tax' | 'shipping' | 'gateway_clearing') =>
    entries.reduce((sum, entry) => sum + entry[account].amount, 0);
  assert.equal(left('gateway_clearing'), 299);
  assert.equal(left('seller_payable') + left('tax') + left('shipping'), -299);
  for (const account of ['seller_payable', 'tax', 'shipping'] as const) assert.ok(left(account) <= 0);
});

test('money that was found at the gateway is the customer’s until its order says whose', async t => {
  const shop = await paymentShop(t);
  const { split } = splitOf(shop);
  const order = shop.order();
  const { order_id } = order;
  const authorised = await shop.api.authorise({ ...order, is_first: true });
  assert.ok(authorised.ok && authorised.value.gateway_ref !== null);
  // The process dies after the gateway has captured, before anything is written down.
  const charge_id = authorised.value.gateway_ref;
  const { books } = shop.simulator;
  await books.ask({ operation: 'capture', key: `capture_${order_id}`, charge_id, amount: 2999 });
  const settled = await shop.api.settlePayment({ order_id });
  assert.equal(settled?.status, 'captured');
  assert.deepEqual(await entriesOf(shop, order_id), [['capture', -2999, 2999, 0, 0, 0, 0]]);
  const repeats = Array.from({ length: 5 }, () => shop.api.capture({ order_id, split }));
  for (const answer of await Promise.all(repeats)) assert.equal(answer.ok && answer.value.captured, 2999);
  await shop.api.capture({ order_id, split });
  const sale = ['sale', 2999, 0, -2500, -199, -300, 0];
  assert.deepEqual((await entriesOf(shop, order_id)).toSorted(), [['capture', -2999, 2999, 0, 0, 0, 0], sale]);
});

for (const isFirst of [false, true]) {
  const which = isFirst ? 'before there is a row' : 'of a row';
  test(`somebody who finds captured money first, ${which}, leaves the order to tell whose it is`, async t => {
    const hook = { during: async () => {} };
    const shop = await paymentShop(t, {
      wrapGateway: gateway => ({
        ...gateway,
        async capture(request, signal) {
          const answer = await gateway.capture(request, signal);
          await hook.during();
          return answer;
        },
      }),
    });
    const { split } = splitOf(shop);
    const order = shop.order();
    const { order_id } = order;
    const authorised = await shop.api.authorise({ ...order, is_first: isFirst });
    assert.ok(authorised.ok);
    // A webhook, the reconciler or a sweeper sees it at the gateway before the capture's own answer is written down.
    hook.during = async () => void (await shop.api.settlePayment({ order_id }));
    const first = isFirst ? termsOf(authorised.value) : undefined;
    assert.ok((await shop.api.capture({ order_id, authorised: first, split })).ok);
    const sale = ['sale', 2999, 0, -2500, -199, -300, 0];
    assert.deepEqual((await entriesOf(shop, order_id)).toSorted(), [['capture', -2999, 2999, 0, 0, 0, 0], sale]);
  });
}

test('a capture whose answer is lost, and which somebody finds before it gives up, is sold as well', async t => {
  const shop = await paymentShop(t, {
    wrapGateway: gateway => ({
      ...gateway,
      async capture(request, signal) {
        await gateway.capture(request, signal);
        await shop.api.settlePayment({ order_id: order.order_id });
        return { state: 'unknown', problem: 'no answer' };
      },
    }),
  });
  const { split } = splitOf(shop);
  const order = shop.order();
  await shop.api.authorise(order);
  const captured = await shop.api.capture({ order_id: order.order_id, split });
  assert.equal(captured.ok && captured.value.status, 'captured');
  const sale = ['sale', 2999, 0, -2500, -199, -300, 0];
  const entries = await entriesOf(shop, order.order_id);
  assert.deepEqual(entries.toSorted(), [['capture', -2999, 2999, 0, 0, 0, 0], sale]);
});

for (const knowsFirst of [true, false]) {
  const who = knowsFirst ? 'the order asks first' : 'the order asks second';
  test(`of two captures that are written in one group, and ${who}, the order's says whose the money is`, async t => {
    const shop = await paymentShop(t);
    const { split } = splitOf(shop);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    const groups = createPaymentGroups(shop.deps, { committed() {} } as Outbox);
    t.after(() => groups.stop());
    const row = (await groups.read.submit(order_id)) as PaymentRow;
    const entries = [captureEntry(row, undefined, 0), captureEntry(row, split, 0)];
    const captured = (knowsFirst ? entries.toReversed() : entries).map(entry => groups.capture.submit(entry));
    for (const after of await Promise.all(captured)) assert.equal(after?.status, 'captured');
    assert.deepEqual(await entriesOf(shop, order_id), [['capture', 0, 2999, -2500, -199, -300, 0]]);
  });
}

function termsOf(payment: Payment): Authorised {
  const { payment_id, order_id, person_id, amount, currency, method, gateway, created_at } = payment;
  const gateway_ref = payment.gateway_ref!;
  return { payment_id, order_id, person_id, amount, currency, method, gateway, gateway_ref, created_at };
}

test('a capture that was refused has no entry', async t => {
  const shop = await paymentShop(t);
  const order = shop.order('tok_capture_fails');
  await shop.api.authorise(order);
  await shop.api.capture({ order_id: order.order_id, split: splitOf(shop).split });
  assert.deepEqual(await entriesOf(shop, order.order_id), []);
});

test('what the gateway keeps of a capture is a cost', async t => {
  const keeping: Gateway = {
    name: 'keeping',
    methods: ['card'],
    authorise: async ({ order_id }) => ({ state: 'authorized', gateway_ref: `ref_${order_id}` }),
    capture: async () => ({ state: 'captured', fee: 117 }),
    void: async () => ({ state: 'voided' }),
    refund: async ({ key }) => ({ state: 'refunded', gateway_ref: key }),
    find: async () => ({ state: 'not_found' }),
    verifyWebhook: async () => ({ state: 'bad_signature' }),
  };
  const shop = await paymentShop(t, { gateways: [keeping] });
  const { split } = splitOf(shop);
  const order = shop.order();
  const { order_id } = order;
  const authorised = await shop.api.authorise({ ...order, is_first: true });
  assert.ok(authorised.ok);
  assert.ok((await shop.api.capture({ order_id, authorised: termsOf(authorised.value), split })).ok);
  assert.deepEqual(await entriesOf(shop, order_id), [['capture', 0, 2882, -2500, -199, -300, 117]]);
  await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 2999, reason: '' });
  // The gateway keeps its fee of money that went back.
  assert.deepEqual((await entriesOf(shop, order_id))[1], ['refund', 0, -2999, 2500, 199, 300, 0]);
});

test('the database itself refuses an entry that does not balance, a change and a deletion', async t => {
  const shop = await paymentShop(t);
  const order = shop.order();
  const { order_id } = order;
  await shop.api.authorise(order);
  await shop.api.capture({ order_id, split: splitOf(shop).split });
  await until(async () => (await entriesOf(shop, order_id)).length === 1);
  const before = await shop.api.getLedgerEntries({ order_id });
  const refused = (statement: ReturnType<typeof sql>, because: RegExp) =>
    assert.rejects(shop.db.query(statement), because);
  await refused(sql`update payments.journal set fees = 0`, /journal is only ever added to/);
  await refused(sql`delete from payments.journal`, /journal is only ever added to/);
  await refused(sql`truncate payments.journal`, /journal is only ever added to/);
  await refused(
    sql`
      insert into payments.journal (bucket, order_id, kind, ref_id, gateway, currency, customer, clearing, sellers, tax,
        shipping, fees, parts, at)
      select bucket, order_id, 'sale', ref_id, gateway, currency, 1, 0, 0, 0, 0, 0, '[]', now() from payments.journal`,
    /journal_balances/,
  );
  assert.deepEqual(await shop.api.getLedgerEntries({ order_id }), before);
});

test('a time is read in any offset, and one that no database has is the nearest that it has', () => {
  const period = { from: '0277-04-12T01:36:23+19:37', to: '2026-11-28T03:00:00+02:00' };
  assert.deepEqual(periodIn(period), { from: '1970-01-01T00:00:00.000Z', to: '2026-11-28T01:00:00.000Z' });
  const leap = { from: '2016-12-31T23:59:60Z', to: '9999-12-31T23:59:59-23:59' };
  assert.deepEqual(periodIn(leap), { from: '1970-01-01T00:00:00.000Z', to: '9999-12-31T23:59:59.999Z' });
});
