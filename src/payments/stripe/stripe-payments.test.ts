// Goal: the payments module with Stripe behind it believes Stripe's books and no webhook, and tells no secret in its
// log. Method: the module on a real database with its real routes, and a double of Stripe's API whose webhooks are held
// back or altered here.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Stripe from 'stripe';
import { systemClock } from '#platform/clock';
import { sql } from '#platform/sql';
import { startStripeDouble } from '../../../test/doubles/stripe.ts';
import { SHOP_ID } from '../../../test/support/gateway-world.ts';
import { type PaymentShop, paymentShop, until } from '../../../test/support/payment-shop.ts';
import { catchWebhooks } from '../../../test/support/webhook-catcher.ts';
import { stripeGateway } from './stripe-gateway.ts';

async function stripeShop(t: TestContext) {
  const { url, caught } = await catchWebhooks(t);
  const double = await startStripeDouble(t, { webhookUrl: url });
  const { secretKey, webhookSecret } = double;
  const returnUrl = () => 'https://shop.example/';
  const to = { secretKey, webhookSecrets: [webhookSecret], apiUrl: double.url };
  const stripe = stripeGateway({ ...to, returnUrl, shopId: SHOP_ID, clock: systemClock });
  const shop = await paymentShop(t, { gateways: [stripe] });
  const send = async (body: string, secret = webhookSecret) => {
    const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret });
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
    const answer = await fetch(`${shop.url}/api/webhooks/payments/stripe`, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  };
  /** What Stripe has told of an order in this type of event. */
  const told = async (order_id: string, type: string): Promise<string> => {
    const find = () => caught.map(({ rawBody }) => rawBody.toString()).find(body => isOf(body, order_id, type));
    await until(async () => find() !== undefined);
    return find()!;
  };
  return { double, shop, stripe, send, told };
}

function isOf(body: string, order_id: string, type: string): boolean {
  return body.includes(order_id) && JSON.parse(body).type === type;
}

async function processed(shop: PaymentShop): Promise<void> {
  await until(async () => {
    const left = await shop.db.query(sql`select 1 from payments.webhooks where state = 'received'`);
    return left.length === 0;
  });
}

test('a payment whose row was never written is found by the reference in its webhook, while the search is behind', async t => {
  const { double, shop, stripe, send, told } = await stripeShop(t);
  double.lagSearch(true);
  const { order_id, payment_id, person_id, amount, currency } = shop.order();
  const terms = { order_id, payment_id, person_id, amount, currency, method: 'card', token: 'pm_card_visa' } as const;
  await stripe.authorise({ key: `order_${order_id}`, ...terms }, new AbortController().signal);
  const body = await told(order_id, 'payment_intent.amount_capturable_updated');
  for (const _ of [1, 2]) assert.equal(await send(body), 200);
  await processed(shop);
  const found = await shop.stored(order_id);
  assert.deepEqual([found?.status, found?.payment_id, found?.person_id], ['authorized', payment_id, person_id]);
  assert.equal(found?.gateway_ref, double.intentsOf(order_id)[0]?.id);
  assert.deepEqual(await shop.api.listStuck({}), []);
});

test('a signed webhook with another amount, currency or refund changes nothing and is listed as stuck', async t => {
  const { double, shop, send, told } = await stripeShop(t);
  const order = shop.order('pm_card_threeDSecure2Required');
  const { order_id } = order;
  await shop.api.authorise(order);
  const intent = await told(order_id, 'payment_intent.requires_action');
  const lies = [
    intent.replace('"amount":2999', '"amount":1'),
    intent.replace('"usd"', '"eur"'),
    intent.replaceAll(double.intentsOf(order_id)[0]!.id, 'pi_of_another'),
    JSON.stringify({
      ...{ id: 'evt_refund', type: 'refund.created', livemode: false },
      data: {
        object: {
          ...{ object: 'refund', id: 're_1', amount: 1, currency: 'usd' },
          metadata: { shop_id: SHOP_ID, order_id, refund_id: shop.ids.next() },
        },
      },
    }),
  ];
  for (const [index, lie] of lies.entries()) {
    assert.equal(await send(lie.replace(/"id":"evt_\w+"/, `"id":"evt_${index}"`)), 200);
  }
  await processed(shop);
  assert.equal((await shop.stored(order_id))?.status, 'pending');
  assert.deepEqual(await shop.events(order_id), []);
  const stuck = await shop.api.listStuck({});
  assert.deepEqual(
    stuck.map(({ kind, order_id }) => [kind, order_id]),
    lies.map(() => ['webhook_mismatch', order_id]),
  );
});

test('the log, even at its finest, holds no key, token or secret', async t => {
  const { double, shop, send, told } = await stripeShop(t);
  const paid = shop.order('pm_card_visa');
  assert.ok((await shop.api.authorise(paid)).ok);
  assert.ok((await shop.api.capture(paid)).ok);
  assert.equal((await shop.api.authorise(shop.order('pm_card_visa_chargeDeclined'))).ok, false);
  assert.equal((await shop.api.authorise(shop.order('pm_of_nobody'))).ok, false);
  for (const status of [400, 401, 429, 500]) {
    double.answerNext({ status });
    await shop.api.authorise(shop.order('pm_card_mastercard'));
  }
  const body = await told(paid.order_id, 'payment_intent.succeeded');
  assert.equal(await send(body), 200);
  assert.equal(await send(body.replace('2999', '1')), 200);
  assert.equal(await send(body, 'whsec_of_a_stranger'), 401);
  assert.equal(await send('{"broken'), 400);
  await processed(shop);
  const log = shop.logged.join('');
  assert.match(log, /a webhook with a wrong or old signature was refused/);
  const { secretKey, webhookSecret } = double;
  for (const secret of [
    secretKey,
    webhookSecret,
    'pm_card',
    'pm_of_nobody',
    '_secret_',
    'whsec_',
    'stripe-signature',
  ]) {
    assert.ok(!log.includes(secret), `${secret} is in the log`);
  }
});
