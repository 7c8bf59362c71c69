// Goal: after a time-out, a cut, a crash or a dead gateway everything converges to one truth. Method: a gateway that
// loses requests or answers where the test says, simulators that are stopped or killed, and the module's own sweeper.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { sql } from '#platform/sql';
import { paymentShop, temporaryFolder, until, WEBHOOK_SECRET } from '../../test/support/payment-shop.ts';
import type { Gateway } from './gateway.ts';
import { createPayments } from './index.ts';
import { simulatorGateway } from './simulator/simulator-gateway.ts';

type Loss = 'request' | 'answer';
type Operation = 'authorise' | 'capture' | 'void' | 'refund' | 'find';

/** The same gateway, but what `losses` names gets lost: on its way there, or on its way back. */
function lossy(gateway: Gateway, losses: Map<Operation, Loss>): Gateway {
  const lose = <Operate extends (...input: never[]) => Promise<unknown>>(name: Operation, operate: Operate): Operate =>
    (async (...input: Parameters<Operate>) => {
      const loss = losses.get(name);
      if (loss === 'request') throw new Error('the request was lost');
      const answer = await operate(...input);
      if (loss === 'answer') throw new Error('the answer was lost');
      return answer;
    }) as Operate;
  return {
    ...gateway,
    authorise: lose('authorise', gateway.authorise),
    capture: lose('capture', gateway.capture),
    void: lose('void', gateway.void),
    refund: lose('refund', gateway.refund),
    find: lose('find', gateway.find),
  };
}

async function lossyShop(t: Parameters<typeof paymentShop>[0], options: { notFoundAfterMs?: number } = {}) {
  const losses = new Map<Operation, Loss>();
  const shop = await paymentShop(t, { takesWebhooks: false });
  const gateways = shop.deps.gateways.map(gateway => lossy(gateway, losses));
  const payments = createPayments({ ...shop.deps, ...options, gateways, gatewayTimeoutMs: 100 });
  t.after(async () => payments.stop?.());
  return {
    ...shop,
    losses,
    api: payments.api,
    async sweep(): Promise<void> {
      shop.clock.shiftMs += 10 * 60_000;
      await payments.jobs?.find(job => job.name === 'payments_sweep')?.run(new AbortController().signal);
    },
    state: async (order_id: string) => (await shop.simulator.books.list({ order_id })).map(charge => charge.state),
  };
}

test('a crash between the call and our row is found by settlePayment, with the ids of then', async t => {
  const shop = await paymentShop(t, { takesWebhooks: false });
  const order = shop.order();
  const { order_id, payment_id, person_id, amount, currency } = order;
  assert.equal(await shop.api.settlePayment({ order_id }), null);
  const [gateway] = shop.deps.gateways;
  const terms = { order_id, payment_id, person_id, amount, currency, method: 'card', token: 'tok_visa' } as const;
  await gateway!.authorise({ key: `order_${order_id}`, ...terms }, new AbortController().signal);
  const found = await shop.api.settlePayment({ order_id });
  assert.deepEqual(
    [found?.status, found?.payment_id, found?.person_id, found?.amount],
    ['authorized', payment_id, person_id, 2999],
  );
  assert.deepEqual(await shop.api.settlePayment({ order_id }), found);
  const repeated = await shop.api.authorise(order);
  assert.deepEqual(repeated, { ok: true, value: found });
  assert.deepEqual(await shop.events(order_id), ['payment.authorized']);
  assert.equal((await shop.simulator.books.list({ order_id })).length, 1);
});

describe('an unknown authorisation', () => {
  test('waits, and the sweeper finds the money', async t => {
    const shop = await lossyShop(t);
    shop.losses.set('authorise', 'answer').set('find', 'request');
    const order = shop.order();
    const pending = await shop.api.authorise(order);
    assert.ok(pending.ok);
    assert.deepEqual([pending.value.status, pending.value.next_action], ['pending', { type: 'wait' }]);
    await shop.sweep();
    assert.equal((await shop.stored(order.order_id))?.status, 'pending');
    shop.losses.clear();
    await shop.sweep();
    assert.equal((await shop.stored(order.order_id))?.status, 'authorized');
    assert.deepEqual(await shop.events(order.order_id), ['payment.authorized']);
    assert.deepEqual(await shop.state(order.order_id), ['authorized']);
  });

  test('that never arrived fails after its time, and money that comes even later is given back', async t => {
    const shop = await lossyShop(t, { notFoundAfterMs: 60_000 });
    shop.losses.set('authorise', 'request');
    const order = shop.order();
    const { order_id, payment_id, person_id, amount, currency } = order;
    await shop.api.authorise(order);
    assert.equal((await shop.api.settlePayment({ order_id }))?.status, 'pending');
    await shop.sweep();
    const failed = await shop.stored(order_id);
    assert.deepEqual([failed?.status, failed?.reason], ['failed', 'not_authorized']);
    const terms = { order_id, payment_id, person_id, amount, currency, method: 'card', token: 'tok_visa' } as const;
    await shop.simulator.books.ask({ operation: 'authorise', key: `order_${order_id}`, ...terms });
    assert.deepEqual(await shop.state(order_id), ['authorized']);
    shop.losses.clear();
    await shop.sweep();
    assert.deepEqual(await shop.state(order_id), ['voided']);
    assert.equal((await shop.stored(order_id))?.status, 'failed');
    assert.deepEqual(await shop.events(order_id), ['payment.failed']);
    for (let hours = 0; hours < 2; hours++) {
      shop.clock.shiftMs += 3_600_000;
      await shop.sweep();
    }
    const watched = await shop.db.query(sql`select order_id from payments.payments where next_try_at is not null`);
    assert.deepEqual(watched, []);
  });

  test('is repeated under its key by a repeated command', async t => {
    const shop = await lossyShop(t);
    shop.losses.set('authorise', 'answer').set('find', 'request');
    const order = shop.order();
    await shop.api.authorise(order);
    shop.losses.clear();
    const repeated = await shop.api.authorise(order);
    assert.equal(repeated.ok && repeated.value.status, 'authorized');
    assert.deepEqual(await shop.state(order.order_id), ['authorized']);
  });

  test('that is voided meanwhile is given back as soon as it is known', async t => {
    const shop = await lossyShop(t);
    shop.losses.set('authorise', 'answer').set('find', 'request');
    const order = shop.order();
    const { order_id } = order;
    await shop.api.authorise(order);
    const waiting = await shop.api.voidPayment({ order_id, reason: 'cancelled' });
    assert.equal(waiting.ok && waiting.value?.status, 'pending');
    shop.losses.clear();
    await shop.sweep();
    assert.equal((await shop.stored(order_id))?.status, 'voided');
    assert.deepEqual(await shop.state(order_id), ['voided']);
    assert.deepEqual(await shop.events(order_id), ['payment.voided']);
  });

  test('of an hour ago is listed with what to do', async t => {
    const shop = await lossyShop(t);
    shop.losses.set('authorise', 'answer').set('find', 'request');
    const order = shop.order();
    await shop.api.authorise(order);
    assert.deepEqual(await shop.api.listStuck({}), []);
    shop.clock.shiftMs += 3_700_000;
    const [stuck, ...more] = await shop.api.listStuck({});
    assert.deepEqual([stuck?.kind, stuck?.order_id, more.length], ['outcome_unknown', order.order_id, 0]);
    await assert.rejects(shop.api.settlePayment({ order_id: shop.ids.next() }), { name: 'Unavailable' });
  });
});

describe('an unknown outcome later on is brought to its end by the sweeper', () => {
  for (const loss of ['request', 'answer'] as const) {
    test(`of a capture whose ${loss} was lost`, async t => {
      const shop = await lossyShop(t);
      const order = shop.order();
      const { order_id } = order;
      await shop.api.authorise(order);
      shop.losses.set('capture', loss);
      const unknown = await shop.api.capture({ order_id });
      assert.equal(unknown.ok && unknown.value.status, 'authorized');
      shop.losses.clear();
      await shop.sweep();
      assert.deepEqual([(await shop.stored(order_id))?.captured, await shop.state(order_id)], [2999, ['captured']]);
      assert.deepEqual(await shop.events(order_id), ['payment.authorized', 'payment.captured']);
    });

    test(`of a refused capture whose void's ${loss} was lost`, async t => {
      const shop = await lossyShop(t);
      const order = shop.order('tok_capture_fails');
      const { order_id } = order;
      await shop.api.authorise(order);
      shop.losses.set('void', loss);
      const refused = await shop.api.capture({ order_id });
      assert.equal(!refused.ok && refused.code, 'CAPTURE_FAILED');
      shop.losses.clear();
      await shop.sweep();
      assert.deepEqual(await shop.state(order_id), ['voided']);
      assert.equal((await shop.stored(order_id))?.reason, 'capture_failed');
      assert.deepEqual(await shop.events(order_id), ['payment.authorized', 'payment.failed']);
    });

    test(`of a void whose ${loss} was lost`, async t => {
      const shop = await lossyShop(t);
      const order = shop.order();
      const { order_id } = order;
      await shop.api.authorise(order);
      shop.losses.set('void', loss);
      const unknown = await shop.api.voidPayment({ order_id, reason: 'cancelled' });
      assert.equal(unknown.ok && unknown.value?.status, 'authorized');
      shop.losses.clear();
      await shop.sweep();
      assert.deepEqual([(await shop.stored(order_id))?.status, await shop.state(order_id)], ['voided', ['voided']]);
    });

    test(`of a refund whose ${loss} was lost; its money is reserved meanwhile`, async t => {
      const shop = await lossyShop(t);
      const order = shop.order();
      const { order_id } = order;
      await shop.api.authorise(order);
      await shop.api.capture({ order_id });
      shop.losses.set('refund', loss);
      const refund = { refund_id: shop.ids.nextFor(order_id), order_id, amount: 2000, reason: '' };
      const accepted = await shop.api.refund(refund);
      assert.ok(accepted.ok);
      assert.deepEqual([accepted.value.amount, accepted.value.payment.refunded], [2000, 0]);
      const more = await shop.api.refund({ ...refund, refund_id: shop.ids.nextFor(order_id), amount: 1000 });
      assert.equal(!more.ok && more.code, 'REFUND_EXCEEDS_CAPTURED');
      shop.losses.clear();
      await shop.sweep();
      assert.equal((await shop.stored(order_id))?.refunded, 2000);
      assert.equal((await shop.simulator.books.list({ order_id }))[0]?.refunded, 2000);
    });
  }
});

test('a refund that the gateway refuses frees what it had reserved', async t => {
  const shop = await paymentShop(t);
  const order = shop.order();
  const { order_id } = order;
  await shop.api.authorise(order);
  const captured = await shop.api.capture({ order_id });
  assert.ok(captured.ok && captured.value.gateway_ref !== null);
  // Somebody has given it back at the gateway itself.
  const charge_id = captured.value.gateway_ref;
  await shop.simulator.books.ask({ operation: 'refund', key: 'by_hand', charge_id, amount: 2999 });
  const refund = { refund_id: shop.ids.nextFor(order_id), order_id, amount: 2999, reason: '' };
  for (let i = 0; i < 2; i++) {
    const refused = await shop.api.refund(refund);
    assert.equal(!refused.ok && refused.code, 'REFUND_REFUSED');
  }
  const [row] = await shop.db.query(sql`select refunding, refunded, status from payments.payments`);
  assert.deepEqual(row, { refunding: 0, refunded: 0, status: 'captured' });
});

test('while a gateway is down its circuit opens, and shoppers are told at once', async t => {
  const shop = await lossyShop(t);
  shop.losses.set('authorise', 'request').set('find', 'request');
  await Promise.all(Array.from({ length: 60 }, () => shop.api.authorise(shop.order())));
  const order = shop.order();
  const declined = await shop.api.authorise(order);
  assert.deepEqual(declined, { ok: false, code: 'PAYMENT_DECLINED', detail: { reason: 'gateway_unavailable' } });
  assert.match(await shop.deps.metrics.text(), /gateway_circuit_open\{gateway="simulator"\} 1/);
});

/** A simulator in a process of its own, to be killed. */
async function simulatorProcess(dataDir: string, port: number) {
  const start = new URL('./simulator/start-simulator.ts', import.meta.url).href;
  const program = `
    const { startSimulator } = await import(${JSON.stringify(start)});
    const { createLog } = await import('#platform/log');
    const { url } = await startSimulator({ dataDir: ${JSON.stringify(dataDir)}, port: ${port}, settleMs: 200,
      secret: ${JSON.stringify(WEBHOOK_SECRET)}, log: createLog({ level: 'silent' }) });
    console.log(url);`;
  const cwd = new URL('../../', import.meta.url);
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('a simulator killed in mid-call comes back with its books, its keys and its unsent webhooks', async t => {
  const dataDir = await temporaryFolder(t);
  const first = await simulatorProcess(dataDir, 0);
  const gateways = [simulatorGateway({ url: first.url, secret: WEBHOOK_SECRET })];
  const shop = await paymentShop(t, { gateways, takesWebhooks: false });
  const silent = shop.order('tok_timeout_charged');
  const calls = [shop.api.authorise(silent)];
  const orders = Array.from({ length: 50 }, () => shop.order());
  const transfer = shop.order('tok_visa', { method: 'bank_transfer' });
  await shop.api.authorise(transfer);
  calls.push(...orders.map(order => shop.api.authorise(order)));
  await calls[1];
  await first.kill();
  await Promise.all(calls);

  const second = await simulatorProcess(dataDir, Number(new URL(first.url).port));
  t.after(() => second.kill());
  const all = [silent, transfer, ...orders];
  await until(async () => {
    shop.clock.shiftMs += 60_000;
    await shop.runJob('payments_sweep');
    const rows = await shop.api.getPayments({ order_ids: all.map(order => order.order_id) });
    return rows.length === all.length && rows.every(row => row.status !== 'pending');
  });
  const books = (await (await fetch(`${second.url}/v1/books`)).json()) as { items: { order_id: string }[] };
  const charged = new Set(books.items.map(charge => charge.order_id));
  assert.equal(charged.size, books.items.length, 'no order is in the books twice');
  for (const row of await shop.api.getPayments({ order_ids: all.map(order => order.order_id) })) {
    assert.equal(row.status, charged.has(row.order_id) ? 'authorized' : 'failed', row.order_id);
  }
  assert.ok(charged.has(silent.order_id) && charged.has(transfer.order_id) && charged.has(orders[0]!.order_id));
});
