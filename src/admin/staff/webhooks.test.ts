// Goal: staff read what gateways have told, look at it once more, and ask about a payment that waits; nobody else does.
// Method: a whole shop over HTTP, its pages read without JavaScript; webhooks are signed here, true ones and lies.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { signWebhook } from '#platform/webhook-signature';
import {
  type Answer,
  address,
  assertAudit,
  card,
  createClient,
  eventually,
  newGuest,
  newProduct,
} from '../../../test/support/client.ts';
import { openReader, type Reader } from '../../../test/support/reader.ts';
import { startTestShop } from '../../../test/support/shop.ts';
import { newPerson, signIn } from '../../../test/support/staff-reader.ts';

const shop = await startTestShop({ after }, { environment: { SIMULATOR_SETTLE_SECONDS: '3600' } });
const admin = createClient(shop.url, shop.adminKey);
let staff: Reader;
before(async () => {
  staff = await signIn(shop, await newPerson(shop, 'staff'));
});

async function buy(payment: object): Promise<Answer> {
  const { product_id } = await newProduct(shop, { stock: 1 });
  const email = 'guest@example.com';
  const wish = { product_id, quantity: 1, email, shipping_method: 'standard', shipping_address: address, payment };
  return await (await newGuest(shop)).post('/api/buy-now', wish);
}

/** An order whose bank transfer is still on its way. */
async function waitingOrder(): Promise<{ order_id: string; amount: number }> {
  const { status, body } = await buy({ method: 'bank_transfer', token: 'tok_visa' });
  assert.equal(status, 202, JSON.stringify(body));
  const order = (await admin.get(`/api/admin/orders/${body.order_id}`)).body;
  return { order_id: body.order_id, amount: order.total.amount };
}

async function tell(data: object): Promise<string> {
  const event_id = `evt ${randomUUID()}/ü`;
  const body = JSON.stringify({ event_id, type: 'payment.authorized', created_at: '2026-01-01T00:00:00Z', data });
  const signature = signWebhook({ secret: 'test-simulator-secret', rawBody: body, nowMs: Date.now() });
  const sent = await createClient(shop.url).post('/api/webhooks/payments/simulator', body, { signature });
  assert.equal(sent.status, 200, JSON.stringify(sent.body));
  const path = `/api/admin/webhooks/simulator/${encodeURIComponent(event_id)}`;
  await eventually('the webhook is looked at', async () =>
    ['done', 'stuck'].includes((await admin.get(path)).body.state),
  );
  return event_id;
}

const pathOf = (event_id: string) => `/webhooks/simulator/${encodeURIComponent(event_id)}`;

describe('the log of webhooks', () => {
  test('is led to from what is stuck and from the order, and filtered without JavaScript', async () => {
    const { order_id } = await waitingOrder();
    const event_id = await tell({ order_id, amount: 1, currency: 'USD', note: 'Ada Lovelace' });
    const stuck = await staff.open('/en/admin/stuck?kind=payment');
    assert.ok(stuck.html.includes(`/en/admin${pathOf(event_id)}"`), 'what is stuck leads to the webhook');
    const order = await staff.open(`/en/admin/orders/${order_id}`);
    assert.ok(order.html.includes(`/en/admin/webhooks?order_id=${order_id}"`), 'so does its order');
    const list = await staff.open(`/en/admin/webhooks?order_id=${order_id}&state=stuck&gateway=`);
    assert.match(list.text, /1 result.*Contradicts us It says something else than our record\. an amount of 1 instead/);
    const none = await staff.open(`/en/admin/webhooks?order_id=${order_id}&state=done`);
    assert.match(none.text, /No webhook matches/);
    assert.match((await staff.open('/en/admin/webhooks?gateway=nobody')).text, /No webhook matches/);
    assert.equal((await staff.open('/en/admin/webhooks?page=10000')).status, 400);
    assert.equal((await staff.open('/en/admin/webhooks/simulator/none')).status, 404);
    const page = await staff.open(`/en/admin${pathOf(event_id)}`);
    assert.match(page.text, /Contradicts us.*an amount of 1 instead of \d+ Nothing was changed by it\./);
    assert.match(page.text, /What it says .* Amount \$0\.01/);
    assert.match(page.text, /"note": "\[left out\]"/);
    assert.doesNotMatch(page.html, /Lovelace/);
  });

  test('replays: a lie stays one, and once for one key', async () => {
    const { order_id } = await waitingOrder();
    const event_id = await tell({ order_id, amount: 1, currency: 'USD' });
    const page = await staff.open(`/en/admin${pathOf(event_id)}`);
    const replayed = await staff.submit(page, '/replay');
    assert.match(replayed.text, /Looked at once more, and it still contradicts us\. Nothing was changed\./);
    await staff.submit(page, '/replay');
    const read = async () => (await admin.get(`/api/admin${pathOf(event_id)}`)).body;
    assert.deepEqual([(await read()).tries, (await read()).state], [2, 'stuck'], 'the second click is the first');
    const again = await admin.post(`/api/admin${pathOf(event_id)}/replay`);
    assert.deepEqual([again.status, again.body.state, again.body.tries], [200, 'stuck', 3]);
    const key = { 'idempotency-key': randomUUID() };
    const answers = [];
    for (let n = 0; n < 3; n += 1)
      answers.push(await admin.post(`/api/admin${pathOf(event_id)}/replay`, undefined, key));
    assert.deepEqual(new Set(answers.map(({ body }) => body.tries)), new Set([4]));
    const unknown = await admin.post('/api/admin/webhooks/simulator/none/replay');
    assert.deepEqual([unknown.status, unknown.body.code], [404, 'WEBHOOK_NOT_FOUND']);
    assert.equal((await admin.get(`/api/admin/orders/${order_id}`)).body.status, 'PAYMENT_PENDING');
  });

  test('is nobody else’s', async () => {
    const { order_id, amount } = await waitingOrder();
    const event_id = await tell({ order_id, amount, currency: 'USD' });
    const { body: seller } = await admin.post('/api/admin/sellers', { name: 'Apart' });
    const sells = await signIn(shop, await newPerson(shop, 'seller', seller.seller_id));
    const customer = await signIn(shop, await newPerson(shop, 'customer'));
    for (const page of ['/webhooks', pathOf(event_id)]) {
      assert.match((await openReader(shop).open(`/en/admin${page}`)).address, /^\/en\/login\?next=/);
      for (const reader of [sells, customer]) assert.equal((await reader.open(`/en/admin${page}`)).status, 403);
    }
    const guest = await newGuest(shop);
    for (const path of ['/webhooks', pathOf(event_id)]) {
      assert.equal((await guest.get(`/api/admin${path}`)).status, 403);
      assert.equal((await createClient(shop.url).get(`/api/admin${path}`)).status, 401);
    }
    assert.equal((await guest.post(`/api/admin${pathOf(event_id)}/replay`)).status, 403);
    assert.equal((await admin.get(`/api/admin${pathOf(event_id)}`)).body.tries, 1);
  });
});

describe('a payment that waits', () => {
  test('is asked for from its order, and a bank that takes its time is said to', async () => {
    const { order_id } = await waitingOrder();
    const page = await staff.open(`/en/admin/orders/${order_id}`);
    assert.match(page.text, /This payment waits .* to let it go, cancel the order/);
    const asked = await staff.submit(page, '/settle');
    assert.match(asked.text, /The gateway was asked, and the payment has no end yet\./);
    assert.equal((await admin.get(`/api/admin/orders/${order_id}`)).body.payment.status, 'pending');
    const { items } = (await admin.get(`/api/admin/simulator/charges?order_id=${order_id}`)).body;
    assert.deepEqual(items, [], 'nothing is taken by asking');
    const cancelled = await staff.submit(asked, '/cancel');
    assert.match(cancelled.text, /The order is cancelled\./);
    assert.equal((await admin.get(`/api/admin/orders/${order_id}`)).body.payment.status, 'voided');
  });

  test('is asked for no more once it has its end', async () => {
    const { body, status } = await buy(card());
    assert.equal(status, 201);
    const page = await staff.open(`/en/admin/orders/${body.order_id}`);
    assert.doesNotMatch(page.html, /\/settle"|This payment waits/);
  });
});

test('every invariant holds after all of this', () => assertAudit(shop));
