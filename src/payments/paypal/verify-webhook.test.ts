// Goal: a webhook counts only under a certificate that is PayPal's, and a forged one costs us next to nothing. Method:
// certificates made here, right ones and every kind of wrong one, served by the double of PayPal at its own address.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type Certified, makeCertificate } from '../../../test/doubles/certificates.ts';
import { startPaypal, WEBHOOK_ID } from '../../../test/doubles/paypal.ts';
import { authority, SIGNER, signTransmission } from '../../../test/doubles/paypal-webhooks.ts';
import { SHOP_ID } from '../../../test/support/gateway-world.ts';
import { adapterOf, trustTheDouble } from '../../../test/support/paypal-world.ts';

const resource = { id: '1AB', amount: { currency_code: 'USD', value: '29.99' } };
const rawBody = Buffer.from(JSON.stringify({ id: 'WH-1', event_type: 'PAYMENT.CAPTURE.COMPLETED', resource }));
const DAY_MS = 24 * 3_600_000;

trustTheDouble();
const { root, signer } = authority();

/** A receiver of webhooks, and a sender who signs as the test says. */
async function receiver(t: TestContext) {
  const double = await startPaypal(t);
  let shiftMs = 0;
  const nowMs = () => Date.now() + shiftMs;
  const paypal = adapterOf(double, { clock: { nowMs } });
  const receive = async (headers: Record<string, string>, body = rawBody) =>
    (await paypal.verifyWebhook({ headers, rawBody: body, nowMs: nowMs() })).state;
  const signed = (by: Certified = signer, certUrl = double.certUrl()) =>
    signTransmission(rawBody, { webhookId: WEBHOOK_ID, certUrl, by, atMs: nowMs() });
  return {
    ...{ double, receive, signed },
    fetched: () => double.requests.filter(line => line.includes('/certs/')).length,
    pass(ms: number): void {
      shiftMs += ms;
    },
  };
}

describe('a certificate counts', () => {
  test("when it is PayPal's, and is fetched once a day, however many come at once", async t => {
    const { receive, signed, fetched, pass } = await receiver(t);
    const all = await Promise.all(Array.from({ length: 20 }, () => receive(signed())));
    assert.deepEqual([new Set(all), fetched()], [new Set(['genuine']), 1]);
    pass(DAY_MS / 2);
    assert.deepEqual([await receive(signed()), fetched()], ['genuine', 1]);
  });

  test('when others stand between it and the root, as they lie beside it', async t => {
    const { double, receive, signed } = await receiver(t);
    const between = makeCertificate({ name: 'Between', issuer: root, mayIssue: true });
    const leaf = makeCertificate({ name: SIGNER, issuer: between });
    double.serveCertificate(`${leaf.pem}${between.pem}`);
    assert.equal(await receive(signed(leaf)), 'genuine');
  });
});

describe('a certificate does not count', () => {
  const nobody = makeCertificate({ name: SIGNER });
  const leafMade = makeCertificate({ name: SIGNER, issuer: signer });
  const past = { validFromMs: Date.now() - 3 * DAY_MS, validToMs: Date.now() - DAY_MS };
  const future = { validFromMs: Date.now() + DAY_MS, validToMs: Date.now() + 3 * DAY_MS };
  const wrong: Record<string, { by: Certified; pem?: string }> = {
    'signed by itself in the right name': { by: nobody },
    'of another name below a root that we trust': { by: makeCertificate({ name: 'evil.example', issuer: root }) },
    'of a name that only ends like it': { by: makeCertificate({ name: `x${SIGNER}`, issuer: root }) },
    'of the past': { by: makeCertificate({ name: SIGNER, issuer: root, ...past }) },
    'of the future': { by: makeCertificate({ name: SIGNER, issuer: root, ...future }) },
    'issued by one that may not issue': { by: leafMade, pem: `${leafMade.pem}${signer.pem}` },
    'whose issuer is missing': {
      by: makeCertificate({ name: SIGNER, issuer: makeCertificate({ name: 'Gone', issuer: root, mayIssue: true }) }),
    },
    'that is none': { by: nobody, pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
  };
  for (const [what, { by, pem = by.pem }] of Object.entries(wrong)) {
    test(`when it is one ${what}`, async t => {
      const { double, receive, signed } = await receiver(t);
      double.serveCertificate(pem);
      assert.equal(await receive(signed(by)), 'bad_signature');
    });
  }

  test("at any address but PayPal's own, which is not even asked", async t => {
    const { double, receive, signed, fetched } = await receiver(t);
    const other = await startPaypal(t);
    const right = new URL(double.certUrl());
    for (const certUrl of [
      other.certUrl(),
      double.certUrl().replace('http:', 'https:'),
      `http://user@${right.host}${right.pathname}`,
      `${right.href}?to=elsewhere`,
      `${right.href}#there`,
      `${right.origin}/v1/notifications/certs/../../v2/checkout/orders`,
      `${right.origin}/v1/notifications/certs/`,
      `${right.origin}/v2/checkout/orders`,
      `http://${right.host}.evil.example${right.pathname}`,
      ` ${right.href}`,
      'file:///etc/passwd',
      '',
    ]) {
      assert.equal(await receive(signed(signer, certUrl)), 'bad_signature', certUrl);
    }
    assert.deepEqual([fetched(), other.requests], [0, []]);
  });
});

describe('a webhook is refused', () => {
  test('before any certificate is fetched, where its headers are missing, odd or old', async t => {
    const { receive, signed, fetched } = await receiver(t);
    for (const [name, value] of [
      ['paypal-auth-algo', 'SHA1withRSA'],
      ['paypal-transmission-sig', ''],
      ['paypal-transmission-sig', 'no base64!'],
      ['paypal-transmission-id', 'a|b'],
      ['paypal-transmission-time', 'yesterday'],
      ['paypal-transmission-time', new Date(Date.now() - 301_000).toISOString()],
      ['paypal-transmission-time', new Date(Date.now() + 302_000).toISOString()],
    ] as const) {
      assert.equal(await receive({ ...signed(), [name]: value }), 'bad_signature', `${name}: ${value}`);
    }
    assert.equal(await receive({}), 'bad_signature');
    assert.equal(fetched(), 0);
  });

  test('where a part of what was signed is another one', async t => {
    const { double, receive, signed } = await receiver(t);
    const headers = signed();
    assert.equal(await receive(headers, Buffer.from(`${rawBody} `)), 'bad_signature');
    const id = 'b3c9b8f0-0000-4000-8000-000000000000';
    assert.equal(await receive({ ...headers, 'paypal-transmission-id': id }), 'bad_signature');
    const time = new Date(Date.now() - 1000).toISOString();
    assert.equal(await receive({ ...headers, 'paypal-transmission-time': time }), 'bad_signature');
    const certUrl = double.certUrl();
    const ofAnother = signTransmission(rawBody, { webhookId: 'OF-ANOTHER-SHOP', certUrl });
    assert.equal(await receive(ofAnother), 'bad_signature');
    assert.equal(await receive(headers), 'genuine');
  });

  test('for now, where PayPal does not give its certificate, and counts when it comes again', async t => {
    const { double, receive, signed } = await receiver(t);
    double.serveCertificate(null);
    await assert.rejects(receive(signed()), { name: 'Unavailable' });
    double.serveCertificate(signer.pem);
    assert.equal(await receive(signed()), 'genuine');
  });

  test('where many name certificates that are not there: a few at once are asked for, and the real one soon', async t => {
    const { double, receive, signed, fetched } = await receiver(t);
    const made = Array.from({ length: 50 }, (_, i) => receive(signed(signer, `${double.certUrl()}-${i}`)));
    const ends = await Promise.allSettled(made);
    assert.ok(ends.every(end => end.status === 'rejected' || end.value === 'bad_signature'));
    assert.equal(fetched(), 4);
    assert.equal(await receive(signed()), 'genuine');
  });
});

test('what is kept of a webhook is what is read of it, and of others nothing', async t => {
  const { double } = await receiver(t);
  const paypal = adapterOf(double);
  const verdictOf = async (event: object) => {
    const body = Buffer.from(JSON.stringify(event));
    const headers = signTransmission(body, { webhookId: WEBHOOK_ID, certUrl: double.certUrl() });
    return await paypal.verifyWebhook({ headers, rawBody: body, nowMs: Date.now() });
  };
  const payer = { email_address: 'pia@payer.example' };
  const unit = {
    amount: { currency_code: 'USD', value: '29.99' },
    custom_id: `${SHOP_ID}.x.y`,
    invoice_id: 'o-1',
    shipping: { name: 'Pia' },
  };
  const order = { id: 'O1', status: 'APPROVED', purchase_units: [unit], payer };
  assert.deepEqual(await verdictOf({ id: 'WH-1', event_type: 'CHECKOUT.ORDER.APPROVED', resource: order }), {
    state: 'genuine',
    event: {
      ...{ event_id: 'WH-1', type: 'CHECKOUT.ORDER.APPROVED', about: 'payment' },
      ...{ order_id: 'o-1', gateway_ref: 'O1', amount: 2999, currency: 'USD', refund_id: null },
      body: {
        create_time: null,
        resource: { id: 'O1', status: 'APPROVED', amount: unit.amount, custom_id: unit.custom_id, invoice_id: 'o-1' },
      },
    },
  });
  assert.deepEqual(await verdictOf({ id: 'WH-2', event_type: 'CUSTOMER.DISPUTE.CREATED', resource: { payer } }), {
    state: 'genuine',
    event: {
      ...{ event_id: 'WH-2', type: 'CUSTOMER.DISPUTE.CREATED', about: 'other', order_id: null, gateway_ref: null },
      ...{ amount: null, currency: null, refund_id: null, body: { create_time: null } },
    },
  });
});
