// Goal: each answer of PayPal is taken for what it is: a yes, a no for good, or not known. Method: the adapter alone,
// against the double of PayPal, which is told what to answer next.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { answerAtPaypal, startPaypal } from '../../../test/doubles/paypal.ts';
import { ids, newRequest } from '../../../test/support/gateway-world.ts';
import { adapterOf } from '../../../test/support/paypal-world.ts';
import { attempt } from '../gateway-call.ts';

const byPaypal = { method: 'wallet', token: 'paypal' } as const;
const { signal } = new AbortController();

/** The adapter, and an order of PayPal that its payer has approved. */
async function approved(t: TestContext) {
  const double = await startPaypal(t);
  const paypal = adapterOf(double);
  const request = newRequest(byPaypal);
  const pending = await paypal.authorise(request, signal);
  assert.ok(pending.state === 'pending' && pending.next_action.type === 'redirect');
  await answerAtPaypal(pending.next_action.url, 'approve');
  const { gateway_ref } = pending;
  const { order_id, currency } = request;
  const keyed = { key: `capture_${order_id}`, gateway_ref, currency, amount: 2999 };
  return {
    ...{ double, paypal, request, gateway_ref, order_id },
    find: (is_wanted = true) => attempt(signal => paypal.find({ order_id, gateway_ref, is_wanted }, signal), 5_000),
    capture: () => attempt(signal => paypal.capture(keyed, signal), 5_000),
    void: () => attempt(signal => paypal.void({ ...keyed, key: `void_${order_id}` }, signal), 5_000),
    refund(amount = 1000) {
      const refund_id = ids.next();
      const asked = { ...keyed, key: `refund_${refund_id}`, refund_id, order_id, amount };
      return attempt(signal => paypal.refund(asked, signal), 5_000);
    },
    booked: () => double.bookedOf(order_id)[0]!,
  };
}

const outages = [
  [403, 'NOT_AUTHORIZED'],
  [409, 'RESOURCE_CONFLICT'],
  [429, 'RATE_LIMIT_REACHED'],
  [500, 'INTERNAL_SERVER_ERROR'],
  [503, 'SERVICE_UNAVAILABLE'],
] as const;

describe('what says nothing of the payment is unknown, and changes nothing', () => {
  for (const [status, issue] of outages) {
    test(`an answer ${status} ${issue} to each step`, async t => {
      const { double, paypal, booked, find, capture, refund, ...order } = await approved(t);
      const unknown = async (path: RegExp, asked: () => Promise<{ state: string }>) => {
        double.answerNext(path, status, issue);
        const before = JSON.stringify([...double.books.orders.values()]);
        const answer = (await asked()) as { state: string; problem?: string };
        assert.deepEqual([answer.state, answer.problem], ['unknown', `PayPal answered ${status} ${issue}`]);
        assert.equal(JSON.stringify([...double.books.orders.values()]), before);
      };
      await unknown(/orders$/, () => paypal.authorise(newRequest(byPaypal), signal));
      await unknown(/orders\/\w+$/, find);
      await unknown(/authorize$/, find);
      await find();
      await unknown(/void$/, order.void);
      await unknown(/capture$/, capture);
      await capture();
      await unknown(/refund$/, refund);
      assert.deepEqual(booked().captures, [2999]);
    });
  }
});

describe('an access token', () => {
  test('that PayPal does not take any more is renewed once, and the step is done once', async t => {
    const { double, find, capture, booked } = await approved(t);
    await find();
    double.refuseTokens();
    assert.deepEqual(await capture(), { state: 'captured', fee: 117 });
    assert.deepEqual(booked().captures, [2999]);
    assert.equal(double.requests.filter(line => line.includes('oauth2')).length, 2);
  });

  test('that PayPal refuses again makes the outcome unknown, and no secret is told', async t => {
    const double = await startPaypal(t);
    const paypal = adapterOf(double, { clientSecret: 'a wrong secret' });
    const answer = await attempt(signal => paypal.authorise(newRequest(byPaypal), signal), 5_000);
    assert.deepEqual(answer, { state: 'unknown', problem: 'PayPal answered 401 instead of an access token' });
    assert.equal(double.books.orders.size, 0);
  });
});

describe('a step that PayPal refuses', () => {
  test('is declined in a plain word before the approval, and by its own word otherwise', async t => {
    const { double, paypal, find } = await approved(t);
    double.answerNext(/orders$/, 422, 'PAYEE_ACCOUNT_RESTRICTED');
    const declined = await paypal.authorise(newRequest(byPaypal), signal);
    assert.deepEqual(declined, { state: 'declined', reason: 'payee_account_restricted', gateway_ref: null });
    for (const issue of ['INSTRUMENT_DECLINED', 'TRANSACTION_REFUSED', 'PAYER_CANNOT_PAY']) {
      double.answerNext(/authorize$/, 422, issue);
      const found = await find();
      assert.ok(found.state === 'found', issue);
      assert.deepEqual([found.payment.state, found.payment.reason], ['failed', 'declined'], issue);
    }
  });

  test('because its payer has to act once more waits for them', async t => {
    const { double, find, booked } = await approved(t);
    for (const issue of ['PAYER_ACTION_REQUIRED', 'ORDER_NOT_APPROVED']) {
      double.answerNext(/authorize$/, 422, issue);
      const found = await find();
      assert.equal(found.state === 'found' && found.payment.state, 'pending', issue);
    }
    assert.equal(booked().authorization, null);
  });

  test('because it was done already is settled by looking', async t => {
    const { double, find, capture, refund, booked, ...order } = await approved(t);
    double.books.authorize(booked().id);
    double.answerNext(/authorize$/, 422, 'ORDER_ALREADY_AUTHORIZED');
    const found = await find();
    assert.equal(found.state === 'found' && found.payment.state, 'authorized');
    double.answerNext(/void$/, 422, 'PREVIOUSLY_VOIDED');
    assert.deepEqual(await order.void(), { state: 'voided' });
    double.answerNext(/void$/, 422, 'PREVIOUSLY_CAPTURED');
    assert.deepEqual(await order.void(), { state: 'refused', reason: 'previously_captured' });
    double.answerNext(/capture$/, 422, 'AUTHORIZATION_VOIDED');
    assert.deepEqual(await capture(), { state: 'refused', reason: 'authorization_voided' });
    assert.deepEqual(await refund(), { state: 'refused', reason: 'not_captured' });
    assert.deepEqual(booked().captures, []);
  });

  test('of an order that is not there is a no, and a look-up finds none', async t => {
    const { paypal, order_id } = await approved(t);
    const gateway_ref = 'NOSUCHORDER';
    assert.deepEqual(await paypal.find({ order_id, gateway_ref }, signal), { state: 'not_found' });
    const asked = { key: 'k', gateway_ref, currency: 'USD', amount: 1 };
    const none = { state: 'refused', reason: 'no_such_order' };
    assert.deepEqual(await paypal.capture(asked, signal), none);
    assert.deepEqual(await paypal.void(asked, signal), none);
  });
});

test('a look-up authorises only what is still wanted, and only the order that it was asked for', async t => {
  const { paypal, gateway_ref, find, booked } = await approved(t);
  const seen = await find(false);
  assert.deepEqual(seen.state === 'found' && [seen.payment.state, seen.payment.next_action], [
    'pending',
    { type: 'wait' },
  ]);
  const other = await paypal.find({ order_id: ids.next(), gateway_ref, is_wanted: true }, signal);
  assert.equal(other.state === 'found' && other.payment.state, 'pending');
  assert.equal(booked().authorization, null);
  await find(true);
  assert.equal(booked().authorization, 'CREATED');
});

test('what PayPal does not take is declined without a call', async t => {
  const double = await startPaypal(t);
  const paypal = adapterOf(double);
  for (const [fields, reason] of [
    [{ method: 'card' }, 'method_not_supported'],
    [{ method: 'bank_transfer' }, 'method_not_supported'],
    [{ token: 'a-vault-id' }, 'method_not_supported'],
    [{ currency: 'KWD' }, 'amount_not_supported'],
    [{ currency: 'TWD', amount: 12_345 }, 'amount_not_supported'],
  ] as const) {
    const answer = await paypal.authorise(newRequest(byPaypal, fields), signal);
    assert.deepEqual(answer, { state: 'declined', reason, gateway_ref: null });
  }
  assert.deepEqual(double.requests, []);
});

test('whole currencies go without a fraction, there and back', async t => {
  const double = await startPaypal(t);
  const paypal = adapterOf(double);
  for (const [currency, amount, value] of [
    ['JPY', 2999, '2999'],
    ['TWD', 12_300, '123'],
  ] as const) {
    const request = newRequest(byPaypal, { currency, amount });
    const pending = await paypal.authorise(request, signal);
    assert.ok(pending.state === 'pending', JSON.stringify(pending));
    const { order_id } = request;
    assert.equal(double.books.orderOf(pending.gateway_ref).unit.amount.value, value);
    const found = await paypal.find({ order_id, gateway_ref: pending.gateway_ref }, signal);
    assert.deepEqual(found.state === 'found' && [found.payment.amount, found.payment.currency], [amount, currency]);
  }
});
