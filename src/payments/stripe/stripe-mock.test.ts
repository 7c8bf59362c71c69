// Goal: every call of the adapter has the shape that Stripe's API asks for. Method: stripe-mock, Stripe's own server
// without a memory, which checks each request against the API's description (its newest one is of 2026-08-26, a version
// before ours: what ours no longer takes is refused by the double). What the calls effect is shown by the double, too.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '#platform/clock';
import { freePort } from '../../../test/support/free-port.ts';
import { askerOf, ids, newRequest, SHOP_ID } from '../../../test/support/gateway-world.ts';
import { startNetworkFaults } from '../../../test/support/network-faults.ts';
import { need } from '../../../test/support/parts.ts';
import { stripeGateway } from './stripe-gateway.ts';

const READY_WITHIN_MS = 20_000;

async function startStripeMock(t: TestContext, path: string): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(path, ['-http-addr', address], { stdio: 'ignore' });
  t.after(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const url = `http://${address}`;
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
      return url;
    } catch (error) {
      assert.ok(performance.now() < deadline, `no stripe-mock: ${error}`);
      await pause(50);
    }
  }
}

test('stripe-mock accepts every call of the adapter, and would not accept a wrong one', async t => {
  const path = need(t, 'stripe-mock');
  if (path === null) return;
  const mock = await startStripeMock(t, path);
  const { url, answered } = await startNetworkFaults(t, mock);
  const returnUrl = (order_id: string) => `https://shop.example/orders/${order_id}`;
  const by = { secretKey: 'sk_test_123', webhookSecrets: [], shopId: SHOP_ID, clock: systemClock };
  const options = { ...by, apiUrl: url, returnUrl };
  const stripe = stripeGateway(options);
  const ask = askerOf({ gateway: stripe });
  const request = newRequest('pm_card_visa');
  await ask.authorise(request);
  await ask.authorise(newRequest('ctoken_1NnQUf2eZvKYlo2CIObdtbnb', { method: 'wallet', currency: 'JPY' }));
  await ask.capture(request, 'pi_1');
  await ask.void(request, 'pi_1');
  await ask.refund(request, 'pi_1', { amount: 1000 });
  await ask.find(request.order_id, 'pi_1');
  await ask.find(ids.next());
  const period = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };
  await stripe.list!({ ...period, after: 'pi_1' }, AbortSignal.timeout(5_000));
  const calls = answered.map(({ method, path, status }) => `${status} ${method} ${path.replace(/pi_\w{2,}$/, 'pi_…')}`);
  assert.deepEqual(calls, [
    '200 POST /v1/payment_intents',
    '200 POST /v1/payment_intents',
    '200 POST /v1/payment_intents/pi_1/capture',
    '200 POST /v1/payment_intents/pi_1/cancel',
    '200 POST /v1/refunds',
    '200 GET /v1/payment_intents/pi_1',
    '200 GET /v1/payment_intents/search',
    '200 GET /v1/payment_intents/pi_…',
    '200 GET /v1/payment_intents',
  ]);
  const wrong = {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_123' },
    body: new URLSearchParams({ x: '1' }),
  };
  assert.equal((await fetch(`${mock}/v1/payment_intents`, wrong)).status, 400);
});
