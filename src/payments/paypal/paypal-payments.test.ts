// Goal: money that goes by PayPal is taken once or not at all, whatever is lost between the payer, PayPal and the shop.
// Method: the payments module with the real adapter, and the double of PayPal, whose own books are compared.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { credentials } from '../../../test/doubles/paypal.ts';
import { until } from '../../../test/support/payment-shop.ts';
import { paypalShop } from '../../../test/support/paypal-shop.ts';

type Shop = Awaited<ReturnType<typeof paypalShop>>;

/** An order whose payer was sent to PayPal. */
async function sentAway(shop: Shop) {
  const order = shop.order();
  const pending = await shop.api.authorise(order);
  assert.equal(pending.ok && pending.value.next_action?.type, 'redirect', JSON.stringify(pending));
  return { order, order_id: order.order_id };
}

/** An order whose payer has approved, as the shop knows. */
async function approved(shop: Shop) {
  const { order_id } = await sentAway(shop);
  await shop.answer(order_id);
  await shop.sweep();
  assert.equal((await shop.stored(order_id))?.status, 'authorized');
  return { order_id };
}

async function captured(shop: Shop) {
  const { order_id } = await approved(shop);
  const taken = await shop.api.capture({ order_id });
  assert.equal(taken.ok && taken.value.status, 'captured');
  return { order_id };
}

const held = { authorization: 'CREATED', captures: [], refunded: 0 };
const taken = { authorization: 'CAPTURED', captures: [2999], refunded: 0 };

function assertBooked(shop: Shop, order_id: string, expected: object): void {
  const { id, status, amount, ...money } = shop.booked(order_id)!;
  assert.deepEqual({ amount, ...money }, { amount: 2999, ...expected });
}

const nothing = { authorization: null, captures: [], refunded: 0 };

describe('a payer who approves', () => {
  test('is heard of by webhook; the money is set aside, taken and given back, each once', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await sentAway(shop);
    assertBooked(shop, order_id, nothing);
    const back = await shop.answer(order_id);
    assert.equal(back.location?.split('?')[0], `https://shop.example/orders/${order_id}`);
    await until(async () => (await shop.stored(order_id))?.status === 'authorized');
    assertBooked(shop, order_id, held);
    assert.equal((await shop.stored(order_id))?.gateway_ref, shop.booked(order_id)?.id);
    for (const _ of [1, 2]) assert.ok((await shop.api.capture({ order_id })).ok);
    assertBooked(shop, order_id, taken);
    const refund = { refund_id: shop.ids.nextFor(order_id), order_id, amount: 1000, reason: '' };
    for (const _ of [1, 2]) assert.ok((await shop.api.refund(refund)).ok);
    assertBooked(shop, order_id, { ...taken, refunded: 1000 });
    await shop.heard();
    assert.deepEqual(await shop.api.listStuck({}), []);
    assert.equal((await shop.stored(order_id))?.refunded, 1000);
    assert.deepEqual(await shop.events(order_id), ['payment.authorized', 'payment.captured', 'payment.refunded']);
  });

  test('is found by the sweeper where no webhook comes', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const { order_id } = await approved(shop);
    assertBooked(shop, order_id, held);
    assert.deepEqual(await shop.events(order_id), ['payment.authorized']);
  });

  test('without money is declined, and can pay by another order', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await sentAway(shop);
    await shop.answer(order_id, 'approve_without_money');
    await until(async () => (await shop.stored(order_id))?.status === 'failed');
    assert.equal((await shop.stored(order_id))?.reason, 'declined');
    assertBooked(shop, order_id, nothing);
    await captured(shop);
  });

  test('may turn back first, and come again by the same link', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const { order_id } = await sentAway(shop);
    await shop.answer(order_id, 'cancel');
    await shop.sweep();
    assert.equal((await shop.stored(order_id))?.status, 'pending');
    await shop.answer(order_id);
    await shop.sweep();
    assert.equal((await shop.stored(order_id))?.status, 'authorized');
  });
});

describe('an order of PayPal whose reference we do not have', () => {
  test('is found again by the identical request under its key', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const order = shop.order();
    const { order_id } = order;
    shop.lost.add('authorise');
    const unknown = await shop.api.authorise(order);
    assert.deepEqual(unknown.ok && unknown.value.next_action, { type: 'wait' });
    shop.lost.clear();
    const repeated = await shop.api.authorise(order);
    assert.equal(repeated.ok && repeated.value.next_action?.type, 'redirect');
    await shop.answer(order_id);
    await shop.sweep();
    assertBooked(shop, order_id, held);
  });

  test('holds no money and fails after its time', async t => {
    const shop = await paypalShop(t, { isTold: false, notFoundAfterMs: 60_000 });
    const order = shop.order();
    shop.lost.add('authorise');
    await shop.api.authorise(order);
    shop.lost.clear();
    await shop.sweep();
    const failed = await shop.stored(order.order_id);
    assert.deepEqual([failed?.status, failed?.reason], ['failed', 'not_authorized']);
    assertBooked(shop, order.order_id, nothing);
    assert.equal(shop.booked(order.order_id)?.status, 'PAYER_ACTION_REQUIRED');
  });

  test('after a crash before our row is none: the order may end, as nobody can pay it', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const { order_id, payment_id, person_id, amount, currency } = shop.order();
    const terms = { order_id, payment_id, person_id, amount, currency, method: 'wallet', token: 'paypal' } as const;
    await shop.deps.gateways[0]!.authorise({ key: `order_${order_id}`, ...terms }, new AbortController().signal);
    assert.equal(await shop.api.settlePayment({ order_id }), null);
    assert.deepEqual(await shop.api.voidPayment({ order_id, reason: 'not_paid' }), { ok: true, value: null });
    assertBooked(shop, order_id, nothing);
  });

  test('is told by a webhook where our row was lost with the money set aside', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const { order_id } = await approved(shop);
    const before = await shop.stored(order_id);
    await shop.db.query(sql`delete from payments.payments where order_id = ${order_id}`);
    shop.paypal.webhooks.sendTo(shop.webhookUrl);
    shop.paypal.webhooks.sendAgain(shop.paypal.webhooks.told.at(-1)!);
    await until(async () => (await shop.stored(order_id)) !== null);
    const { created_at, ...found } = (await shop.stored(order_id))!;
    assert.deepEqual({ created_at: before?.created_at, ...found }, before);
    assert.deepEqual(await shop.api.listStuck({}), []);
  });
});

describe('an answer that was lost', () => {
  test('of the authorisation is found by the sweeper, as one', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const { order_id } = await sentAway(shop);
    await shop.answer(order_id);
    shop.lost.add('find');
    await shop.sweep();
    assertBooked(shop, order_id, held);
    assert.equal((await shop.stored(order_id))?.status, 'pending');
    shop.lost.clear();
    await shop.sweep();
    assert.equal((await shop.stored(order_id))?.status, 'authorized');
    assertBooked(shop, order_id, held);
  });

  test('of a capture, also when PayPal has forgotten its key, takes nothing twice', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const { order_id } = await approved(shop);
    shop.lost.add('capture');
    await shop.api.capture({ order_id });
    assert.equal((await shop.stored(order_id))?.status, 'authorized');
    shop.lost.clear();
    shop.paypal.forgetKeys();
    await shop.sweep();
    assert.equal((await shop.stored(order_id))?.captured, 2999);
    assertBooked(shop, order_id, taken);
  });

  test('of a refund, also when PayPal has forgotten its key, gives nothing back twice', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const { order_id } = await captured(shop);
    shop.lost.add('refund');
    await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 1000, reason: '' });
    assert.equal((await shop.stored(order_id))?.refunded, 0);
    shop.lost.clear();
    shop.paypal.forgetKeys();
    await shop.sweep();
    assert.equal((await shop.stored(order_id))?.refunded, 1000);
    assertBooked(shop, order_id, { ...taken, refunded: 1000 });
  });
});

describe('an order that is given up', () => {
  test('before its payer has approved takes no money, whatever they do at PayPal later', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await sentAway(shop);
    const voided = await shop.api.voidPayment({ order_id, reason: 'cancelled' });
    assert.equal(voided.ok && voided.value?.status, 'voided');
    shop.paypal.books.approve(shop.booked(order_id)!.id);
    await shop.heard();
    await shop.sweep();
    assert.equal((await shop.stored(order_id))?.status, 'voided');
    assertBooked(shop, order_id, nothing);
    assert.deepEqual(await shop.events(order_id), ['payment.voided']);
  });

  test('after an approval that nobody has seen is closed: its money is set aside and let go', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const { order_id } = await sentAway(shop);
    await shop.answer(order_id);
    const voided = await shop.api.voidPayment({ order_id, reason: 'cancelled' });
    assert.equal(voided.ok && voided.value?.status, 'voided');
    assertBooked(shop, order_id, { ...nothing, authorization: 'VOIDED' });
  });

  test('lets money go that was set aside', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await approved(shop);
    assert.ok((await shop.api.voidPayment({ order_id, reason: 'cancelled' })).ok);
    assertBooked(shop, order_id, { ...nothing, authorization: 'VOIDED' });
    await shop.heard();
    assert.deepEqual(await shop.events(order_id), ['payment.authorized', 'payment.voided']);
  });

  test('lets money go that an earlier request sets aside after the void', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await sentAway(shop);
    assert.ok((await shop.api.voidPayment({ order_id, reason: 'cancelled' })).ok);
    const { id } = shop.booked(order_id)!;
    shop.paypal.books.approve(id);
    shop.paypal.books.authorize(id);
    await until(async () => shop.booked(order_id)?.authorization === 'VOIDED');
    await shop.heard();
    assert.equal((await shop.stored(order_id))?.status, 'voided');
    assert.deepEqual(await shop.events(order_id), ['payment.voided']);
    assert.deepEqual(await shop.api.listStuck({}), []);
  });
});

describe('what PayPal has to look at first', () => {
  test('a capture under review is neither taken nor refused, and is captured when PayPal says so', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await approved(shop);
    shop.paypal.books.next.capture = 'PENDING';
    const waiting = await shop.api.capture({ order_id });
    assert.equal(waiting.ok && waiting.value.status, 'authorized');
    const order = shop.paypal.books.orderOf(shop.booked(order_id)!.id);
    shop.paypal.books.settle(order, order.captures[0]!, 'COMPLETED');
    await until(async () => (await shop.stored(order_id))?.status === 'captured');
    assertBooked(shop, order_id, taken);
  });

  test('a capture that is declined gives the authorisation back', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await approved(shop);
    shop.paypal.books.next.capture = 'DECLINED';
    const refused = await shop.api.capture({ order_id });
    assert.equal(!refused.ok && refused.code, 'CAPTURE_FAILED');
    assertBooked(shop, order_id, { ...nothing, authorization: 'VOIDED' });
    assert.equal((await shop.stored(order_id))?.reason, 'capture_failed');
  });

  test('a refund under way stays reserved until it is done', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await captured(shop);
    shop.paypal.books.next.refund = 'PENDING';
    await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 2000, reason: '' });
    assert.equal((await shop.stored(order_id))?.refunded, 0);
    const more = { refund_id: shop.ids.nextFor(order_id), order_id, amount: 1000, reason: '' };
    const exceeding = await shop.api.refund(more);
    assert.equal(!exceeding.ok && exceeding.code, 'REFUND_EXCEEDS_CAPTURED');
    const order = shop.paypal.books.orderOf(shop.booked(order_id)!.id);
    shop.paypal.books.settle(order, order.refunds[0]!, 'COMPLETED');
    await until(async () => (await shop.stored(order_id))?.refunded === 2000);
    assertBooked(shop, order_id, { ...taken, refunded: 2000 });
  });

  test('a refund that somebody makes at PayPal itself is shown to a person', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await captured(shop);
    const [capture] = shop.paypal.books.orderOf(shop.booked(order_id)!.id).captures;
    const { custom_id, invoice_id } = capture!;
    const amount = { currency_code: 'USD', value: '5.00' };
    shop.paypal.books.refund(capture!.id, { amount, custom_id, invoice_id });
    await shop.heard();
    const stuck = await shop.api.listStuck({});
    assert.deepEqual(
      stuck.map(({ kind, order_id }) => [kind, order_id]),
      [['webhook_mismatch', order_id]],
    );
    assert.equal((await shop.stored(order_id))?.refunded, 0);
  });
});

describe('what PayPal keeps', () => {
  /** Kind of entry, what PayPal holds more or less for us, and what it has kept. */
  const ledgerOf = async (shop: Shop, order_id: string) => {
    const entries = await shop.api.getLedgerEntries({ order_id });
    return entries.map(({ kind, gateway_clearing, fees }) => [kind, gateway_clearing.amount, fees.amount]);
  };

  test('of a capture is a cost, and it keeps it of money that goes back', async t => {
    const shop = await paypalShop(t);
    const { order_id } = await captured(shop);
    await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 2999, reason: '' });
    assert.deepEqual(await ledgerOf(shop, order_id), [
      ['capture', 2882, 117],
      ['refund', -2999, 0],
    ]);
  });

  test('is read from its books, where the answer to the capture was lost or came before its end', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const [lost, waiting] = [await approved(shop), await approved(shop)];
    shop.lost.add('capture');
    await shop.api.capture(lost);
    shop.lost.clear();
    shop.paypal.books.next.capture = 'PENDING';
    await shop.api.capture(waiting);
    const order = shop.paypal.books.orderOf(shop.booked(waiting.order_id)!.id);
    shop.paypal.books.settle(order, order.captures[0]!, 'COMPLETED');
    await shop.sweep();
    for (const { order_id } of [lost, waiting]) {
      assert.deepEqual(await ledgerOf(shop, order_id), [['capture', 2882, 117]]);
    }
  });

  test('in another currency, or not told, is not booked', async t => {
    const shop = await paypalShop(t, { isTold: false });
    const euros = { currency_code: 'EUR', value: '1.17' };
    for (const told of [undefined, {}, { paypal_fee: euros }]) {
      const { order_id } = await approved(shop);
      shop.paypal.books.next.capture = 'PENDING';
      await shop.api.capture({ order_id });
      const order = shop.paypal.books.orderOf(shop.booked(order_id)!.id);
      Object.assign(order.captures[0]!, { status: 'COMPLETED', seller_receivable_breakdown: told });
      await shop.sweep();
      assert.deepEqual(await ledgerOf(shop, order_id), [['capture', 2999, 0]]);
    }
  });
});

test('PayPal is given longer than other gateways are', async t => {
  const shop = await paypalShop(t, { gatewayTimeoutMs: 1 });
  await captured(shop);
});

test('thirty parallel captures, and thirty parallel refunds, are one each', async t => {
  const shop = await paypalShop(t);
  const { order_id } = await approved(shop);
  const thirty = Array.from({ length: 30 });
  await Promise.all(thirty.map(() => shop.api.capture({ order_id })));
  assertBooked(shop, order_id, taken);
  const refunds = thirty.map(() => ({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 2999, reason: '' }));
  const answers = await Promise.all(refunds.map(refund => shop.api.refund(refund)));
  assert.equal(answers.filter(({ ok }) => ok).length, 1);
  assertBooked(shop, order_id, { ...taken, refunded: 2999 });
});

test('no secret, no token and nothing of the payer is logged or kept', async t => {
  const shop = await paypalShop(t);
  const { order_id } = await captured(shop);
  shop.paypal.answerNext(/refund$/, 422, 'REFUND_NOT_ALLOWED');
  await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 1000, reason: '' });
  await shop.heard();
  const kept = await shop.db.query(sql`
    select row_to_json(p)::text as row from payments.payments p
    union all select row_to_json(r)::text from payments.refunds r
    union all select row_to_json(w)::text from payments.webhooks w`);
  assert.ok(
    shop.paypal.webhooks.told.some(({ body }) => body.includes('pia@payer.example')),
    'PayPal tells the payer',
  );
  const all = [...shop.logged, JSON.stringify(kept)].join('\n');
  for (const secret of [credentials.clientSecret, 'A21AA', 'pia@payer.example', 'Pia']) {
    assert.ok(!all.includes(secret), secret);
  }
});
