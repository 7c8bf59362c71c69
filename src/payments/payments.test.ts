// Goal: a shopper's money moves once, whatever the token, the network and the number of callers do. Method: the module
// on a real database with the real simulator over HTTP; afterwards its books are compared with our record.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { type PaymentShop, paymentShop, until } from '../../test/support/payment-shop.ts';

async function bookedStates(shop: PaymentShop, order_id: string): Promise<string[]> {
  return (await shop.simulator.books.list({ order_id })).map(charge => charge.state);
}

describe('each test token', () => {
  test('tok_visa is authorised, captured and given back in parts', async t => {
    const shop = await paymentShop(t);
    const order = shop.order();
    const { order_id } = order;
    const authorised = await shop.api.authorise(order);
    assert.ok(authorised.ok);
    assert.equal(authorised.value.status, 'authorized');
    assert.equal(authorised.value.payment_id, order.payment_id);
    const captured = await shop.api.capture({ order_id });
    assert.ok(captured.ok);
    assert.deepEqual([captured.value.status, captured.value.captured], ['captured', 2999]);
    const refund_id = shop.ids.nextFor(order_id);
    const part = await shop.api.refund({ refund_id, order_id, amount: 999, reason: 'late' });
    assert.ok(part.ok);
    assert.deepEqual([part.value.amount, part.value.payment.status], [999, 'partially_refunded']);
    const rest = await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 2000, reason: '' });
    assert.ok(rest.ok);
    assert.deepEqual([rest.value.payment.refunded, rest.value.payment.status], [2999, 'refunded']);
    const again = await shop.api.refund({ refund_id, order_id, amount: 999, reason: 'late' });
    assert.deepEqual(again.ok && again.value.amount, 999);
    const more = await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 1, reason: '' });
    assert.equal(!more.ok && more.code, 'REFUND_EXCEEDS_CAPTURED');
    const [charge] = await shop.simulator.books.list({ order_id });
    assert.deepEqual([charge?.state, charge?.captured, charge?.refunded], ['refunded', 2999, 2999]);
    const told = ['payment.authorized', 'payment.captured', 'payment.refunded', 'payment.refunded'];
    assert.deepEqual(await shop.events(order_id), told);
    const [fact] = await shop.api.readFacts({ after: null, limit: 10 });
    assert.deepEqual([fact?.order_id, fact?.captured, fact?.refunded, fact?.refunds_sum], [order_id, 2999, 2999, 2999]);
    assert.deepEqual(await shop.api.readFacts({ after: fact!.key, limit: 10 }), []);
  });

  for (const [token, reason] of [
    ['tok_declined', 'declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_of_nobody', 'invalid_token'],
  ] as const) {
    test(`${token} is declined as ${reason}, for every method that answers at once`, async t => {
      const shop = await paymentShop(t);
      for (const method of ['card', 'wallet'] as const) {
        const order = shop.order(token, { method });
        const declined = await shop.api.authorise(order);
        assert.deepEqual(declined, { ok: false, code: 'PAYMENT_DECLINED', detail: { reason } });
        assert.deepEqual(await shop.api.authorise(order), declined);
        assert.deepEqual(await bookedStates(shop, order.order_id), []);
        assert.deepEqual(await shop.events(order.order_id), ['payment.failed']);
        const capture = await shop.api.capture(order);
        assert.equal(!capture.ok && capture.code, 'PAYMENT_NOT_AUTHORIZED');
      }
    });
  }

  for (const token of ['tok_timeout_charged', 'tok_timeout_not_charged', 'tok_flaky', 'tok_slow']) {
    test(`${token} ends authorised with one charge`, async t => {
      const shop = await paymentShop(t, token === 'tok_slow' ? { gatewayTimeoutMs: 2500 } : {});
      const order = shop.order(token);
      const authorised = await shop.api.authorise(order);
      assert.ok(authorised.ok);
      assert.equal(authorised.value.status, 'authorized');
      assert.deepEqual(await bookedStates(shop, order.order_id), ['authorized']);
      assert.deepEqual(await shop.events(order.order_id), ['payment.authorized']);
    });
  }

  for (const [answer, status, states] of [
    ['confirm', 'authorized', ['authorized']],
    ['decline', 'failed', []],
  ] as const) {
    test(`tok_3ds waits for the challenge, and "${answer}" there ends it ${status}`, async t => {
      const shop = await paymentShop(t);
      const order = shop.order('tok_3ds');
      const pending = await shop.api.authorise(order);
      assert.ok(pending.ok);
      assert.equal(pending.value.status, 'pending');
      assert.equal(pending.value.next_action?.type, 'redirect');
      const { url } = pending.value.next_action as { url: string };
      assert.match(await (await fetch(url)).text(), /Confirm a payment of \$29\.99/);
      const back = `${shop.url}/orders/x?access=y`;
      const page = `${url}?return_url=${encodeURIComponent(back)}`;
      const body = new URLSearchParams({ answer });
      const answered = await fetch(page, { method: 'POST', body, redirect: 'manual' });
      assert.deepEqual([answered.status, answered.headers.get('location')], [303, back]);
      await until(async () => (await shop.stored(order.order_id))?.status === status);
      const foreign = await fetch(`${url}?return_url=https://evil.example/`, {
        method: 'POST',
        body,
        redirect: 'manual',
      });
      assert.equal(foreign.headers.get('location'), shop.url);
      assert.deepEqual(await bookedStates(shop, order.order_id), states);
      assert.deepEqual(await shop.events(order.order_id), [`payment.${status}`]);
    });
  }

  test('tok_capture_fails is authorised; the refused capture gives it back', async t => {
    const shop = await paymentShop(t);
    const order = shop.order('tok_capture_fails');
    assert.ok((await shop.api.authorise(order)).ok);
    for (let i = 0; i < 2; i++) {
      const refused = await shop.api.capture(order);
      assert.equal(!refused.ok && refused.code, 'CAPTURE_FAILED');
    }
    const payment = await shop.stored(order.order_id);
    assert.deepEqual([payment?.status, payment?.reason, payment?.captured], ['failed', 'capture_failed', 0]);
    assert.deepEqual(await bookedStates(shop, order.order_id), ['voided']);
    assert.deepEqual(await shop.events(order.order_id), ['payment.authorized', 'payment.failed']);
  });

  for (const [token, status, reason] of [
    ['tok_visa', 'authorized', null],
    ['tok_declined', 'failed', 'declined'],
    ['tok_timeout_charged', 'authorized', null],
    ['tok_flaky', 'authorized', null],
  ] as const) {
    test(`a bank transfer by ${token} waits, and the webhook ends it ${status}`, async t => {
      const shop = await paymentShop(t, { simulator: { settleMs: token === 'tok_visa' ? 100 : 1_200 } });
      const order = shop.order(token, { method: 'bank_transfer' });
      const pending = await shop.api.authorise(order);
      assert.ok(pending.ok);
      assert.deepEqual([pending.value.status, pending.value.next_action], ['pending', { type: 'wait' }]);
      await until(async () => (await shop.stored(order.order_id))?.status === status);
      assert.equal((await shop.stored(order.order_id))?.reason, reason);
      assert.deepEqual(await shop.events(order.order_id), [`payment.${status}`]);
    });
  }

  test('a gateway that is not configured is refused, and nothing is written', async t => {
    const shop = await paymentShop(t);
    const order = shop.order('tok_visa', { gateway: 'stripe' });
    assert.deepEqual(await shop.api.authorise(order), { ok: false, code: 'GATEWAY_UNKNOWN' });
    assert.equal(await shop.stored(order.order_id), null);
  });
});

describe('many at once', () => {
  test('30 authorisations of one order, in two processes, are one charge and one answer', async t => {
    const shop = await paymentShop(t);
    const { createPayments } = await import('./index.ts');
    const other = createPayments(shop.deps);
    const order = shop.order();
    const calls = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? shop.api : other.api).authorise(order));
    const answers = await Promise.all(calls);
    for (const answer of answers) assert.equal(answer.ok && answer.value.status, 'authorized');
    assert.equal(new Set(answers.map(answer => answer.ok && answer.value.gateway_ref)).size, 1);
    assert.deepEqual(await bookedStates(shop, order.order_id), ['authorized']);
    const captures = await Promise.all(
      Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? shop.api : other.api).capture(order)),
    );
    for (const capture of captures) assert.equal(capture.ok && capture.value.captured, 2999);
    assert.deepEqual(await shop.events(order.order_id), ['payment.authorized', 'payment.captured']);
    await other.stop?.();
  });

  test('30 refunds of 200 never give back more than the 2,999 captured', async t => {
    const shop = await paymentShop(t);
    const { createPayments } = await import('./index.ts');
    const other = createPayments(shop.deps);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    const early = await shop.api.refund({ refund_id: shop.ids.nextFor(order_id), order_id, amount: 1, reason: '' });
    assert.equal(!early.ok && early.code, 'PAYMENT_NOT_CAPTURED');
    await shop.api.capture(order);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        const refund_id = shop.ids.nextFor(order_id);
        return (i % 2 === 0 ? shop.api : other.api).refund({ refund_id, order_id, amount: 200, reason: '' });
      }),
    );
    assert.equal(answers.filter(answer => answer.ok).length, 14);
    for (const answer of answers) if (!answer.ok) assert.equal(answer.code, 'REFUND_EXCEEDS_CAPTURED');
    const [charge] = await shop.simulator.books.list({ order_id });
    assert.deepEqual([charge?.captured, charge?.refunded], [2999, 2800]);
    const [fact] = await shop.api.readFacts({ after: null, limit: 1 });
    assert.deepEqual([fact?.refunded, fact?.refunds_sum], [2800, 2800]);
    await other.stop?.();
  });

  test('the same refund 30 times is given back once', async t => {
    const shop = await paymentShop(t);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    await shop.api.capture(order);
    const refund = { refund_id: shop.ids.nextFor(order_id), order_id, amount: 1000, reason: 'broken' };
    for (const answer of await Promise.all(Array.from({ length: 30 }, () => shop.api.refund(refund)))) {
      assert.equal(answer.ok && answer.value.payment.refunded, 1000);
    }
    assert.equal((await shop.simulator.books.list({ order_id }))[0]?.refunded, 1000);
  });

  test('200 orders authorised and captured at once have one charge and two events each', async t => {
    // On a busy machine 200 calls take longer than a shopper would wait for one.
    const shop = await paymentShop(t, { gatewayTimeoutMs: 20_000 });
    const orders = Array.from({ length: 200 }, () => shop.order());
    await Promise.all(
      orders.map(async order => {
        assert.ok((await shop.api.authorise(order)).ok);
        assert.ok((await shop.api.capture(order)).ok);
      }),
    );
    const charges = await shop.simulator.books.list({});
    assert.equal(charges.length, 200);
    assert.ok(charges.every(charge => charge.state === 'captured' && charge.captured === 2999));
    const rows = await shop.db.query<{ type: string; n: number }>(
      sql`select type, count(*) as n from payments.outbox group by type order by type`,
    );
    assert.deepEqual(rows, [
      { type: 'payment.authorized', n: 200 },
      { type: 'payment.captured', n: 200 },
    ]);
  });
});

describe('a void', () => {
  test('gives an authorised payment back, once, and a captured one never', async t => {
    const shop = await paymentShop(t);
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    for (let i = 0; i < 2; i++) {
      const voided = await shop.api.voidPayment({ order_id, reason: 'cancelled' });
      assert.deepEqual(voided.ok && voided.value?.status, 'voided');
    }
    assert.deepEqual(await bookedStates(shop, order_id), ['voided']);
    assert.deepEqual(await shop.events(order_id), ['payment.authorized', 'payment.voided']);
    const late = await shop.api.capture({ order_id });
    assert.equal(!late.ok && late.code, 'PAYMENT_NOT_AUTHORIZED');
    const captured = shop.order();
    await shop.api.authorise(captured);
    await shop.api.capture(captured);
    const refused = await shop.api.voidPayment({ order_id: captured.order_id, reason: 'cancelled' });
    assert.equal(!refused.ok && refused.code, 'PAYMENT_CAPTURED');
    assert.deepEqual(await bookedStates(shop, captured.order_id), ['captured']);
  });

  test('of a pending bank transfer ends it, and the bank takes nothing', async t => {
    const shop = await paymentShop(t, { simulator: { settleMs: 3_600_000 } });
    const order = shop.order('tok_visa', { method: 'bank_transfer' });
    await shop.api.authorise(order);
    const voided = await shop.api.voidPayment({ order_id: order.order_id, reason: 'cancelled' });
    assert.equal(voided.ok && voided.value?.status, 'voided');
    assert.deepEqual(await bookedStates(shop, order.order_id), []);
  });

  test('before any payment is remembered: the authorisation that comes late is given back', async t => {
    const shop = await paymentShop(t);
    const order = shop.order('tok_timeout_charged');
    const authorising = shop.api.authorise(order);
    await until(async () => (await bookedStates(shop, order.order_id)).length === 1);
    const other = shop.order();
    assert.deepEqual(await shop.api.voidPayment({ order_id: other.order_id, reason: 'gone' }), {
      ok: true,
      value: null,
    });
    // The row of this one is not written yet: its money is found at the gateway.
    await shop.api.voidPayment({ order_id: order.order_id, reason: 'gone' });
    assert.deepEqual(await authorising, { ok: false, code: 'PAYMENT_DECLINED', detail: { reason: 'gone' } });
    assert.deepEqual(await bookedStates(shop, order.order_id), ['voided']);
    const late = await shop.api.authorise(other);
    assert.deepEqual(late, { ok: false, code: 'PAYMENT_DECLINED', detail: { reason: 'gone' } });
    assert.deepEqual(await bookedStates(shop, other.order_id), []);
    assert.equal(await shop.stored(other.order_id), null);
  });

  test('racing a capture leaves the money taken or given back, never both', async t => {
    const shop = await paymentShop(t);
    const orders = Array.from({ length: 20 }, () => shop.order());
    await Promise.all(
      orders.map(async order => {
        const { order_id } = order;
        await shop.api.authorise(order);
        const [capture, voided] = await Promise.all([
          shop.api.capture({ order_id }),
          shop.api.voidPayment({ order_id, reason: 'cancelled' }),
        ]);
        const [state] = await bookedStates(shop, order_id);
        const payment = await shop.stored(order_id);
        if (state === 'captured') {
          assert.equal(payment?.status, 'captured');
          assert.ok(capture.ok);
        } else {
          assert.equal(state, 'voided');
          assert.ok(payment?.status === 'voided' || payment?.status === 'failed', payment?.status);
          assert.ok(voided.ok && !capture.ok);
        }
      }),
    );
  });
});

test('no token, secret or signature is in any table or in the log', async t => {
  const shop = await paymentShop(t);
  const tokens = ['tok_visa', 'tok_declined', 'tok_3ds', 'tok_flaky', 'tok_timeout_charged', 'tok_4242424242424242'];
  for (const token of tokens) await shop.api.authorise(shop.order(token));
  const transfer = shop.order('tok_visa', { method: 'bank_transfer' });
  await shop.api.authorise(transfer);
  await until(async () => (await shop.stored(transfer.order_id))?.status === 'authorized');
  const tables = await shop.db.query<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'payments'`,
  );
  assert.ok(tables.length >= 6);
  const { raw } = await import('#platform/sql');
  const texts = [shop.logged.join('\n')];
  for (const { name } of tables) {
    texts.push(JSON.stringify(await shop.db.query(sql`select * from payments.${raw(name)}`)));
  }
  const stored = texts.join('\n');
  assert.ok(stored.includes(transfer.order_id));
  for (const secret of ['tok_', '4242', 'a secret of the simulator', 'v1=']) {
    assert.ok(!stored.includes(secret), `${secret} was kept`);
  }
});
