// Goal: a configuration's gateways are opened for this shop, and keys of the wrong world are told at start. Method:
// configurations as an operator would write them, on a database of their own; the log is read.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { createLog } from '#platform/log';
import { signWebhook } from '#platform/webhook-signature';
import { temporaryFolder } from '../test/support/payment-shop.ts';
import { testDatabase } from '../test/support/postgres.ts';
import { type Config, readConfig } from './config.ts';
import { openGateways } from './payment-gateways.ts';

const keyOf = (world: 'live' | 'test') => `sk_${world}_abcDEF123`;
const stripe = (world: 'live' | 'test') => ({ STRIPE_SECRET_KEY: keyOf(world), STRIPE_WEBHOOK_SECRET: 'whsec_abcDEF' });
const paypal = (url?: string) => ({
  PAYPAL_CLIENT_ID: 'abcDEF-client',
  PAYPAL_CLIENT_SECRET: 'abcDEF-secret',
  PAYPAL_WEBHOOK_ID: '4JH86294D6297924G',
  PAYPAL_API_URL: url,
});
const SANDBOX = 'https://api-m.sandbox.paypal.com';
const production = { NODE_ENV: 'production' };

/** The names of the gateways that are opened, and what the log says meanwhile. */
async function opened(
  t: TestContext,
  environment: Record<string, string | undefined>,
  fields: Partial<Pick<Config, 'modules'>> = {},
) {
  const [DATA_DIR, { db }] = await Promise.all([temporaryFolder(t), testDatabase(t, ['payments'])]);
  const lines: string[] = [];
  const log = createLog({ level: 'trace', destination: { write: line => void lines.push(line) } });
  const config = { ...readConfig({ DATA_DIR, ...environment }), ...fields };
  const gateways = await openGateways(config, { db, clock: systemClock, log, books: undefined });
  assert.doesNotMatch(lines.join(), /abcDEF/, 'no key is told');
  const told = lines.map(line => JSON.parse(line) as { level: string; msg: string });
  return { names: gateways.map(({ name }) => name), told: told.map(({ level, msg }) => `${level}: ${msg}`) };
}

test('what is configured is opened, and the right keys in the right place are nothing to tell of', async t => {
  assert.deepEqual(await opened(t, {}), { names: [], told: [] });
  const both = { names: ['stripe', 'paypal'], told: [] };
  assert.deepEqual(await opened(t, { ...stripe('test'), ...paypal(SANDBOX) }), both);
  assert.deepEqual(await opened(t, { ...production, ...stripe('live'), ...paypal() }), both);
  assert.deepEqual(await opened(t, { ...stripe('test'), ...paypal('http://127.0.0.1:1') }), both);
});

test('live credentials outside production are warned of', async t => {
  const { told } = await opened(t, { ...stripe('live'), ...paypal() });
  const rest = 'outside production (NODE_ENV): what is ordered here takes real money';
  assert.deepEqual(told, [`warn: live credentials of Stripe ${rest}`, `warn: live credentials of PayPal ${rest}`]);
});

test('test credentials in production are warned of', async t => {
  const { told } = await opened(t, { ...production, ...stripe('test'), ...paypal(SANDBOX) });
  const rest = 'in production: orders are confirmed, and no money moves';
  assert.deepEqual(told, [`warn: test credentials of Stripe ${rest}`, `warn: test credentials of PayPal ${rest}`]);
});

test('a restricted key is of a world, too', async t => {
  const { told } = await opened(t, { ...stripe('live'), STRIPE_SECRET_KEY: 'rk_live_abcDEF' });
  assert.equal(told.length, 1);
});

test('a process without payments opens none, and warns of nothing', async t => {
  const elsewhere = { modules: new Set(['catalog'] as const) };
  assert.deepEqual(await opened(t, { ...production, ...stripe('test'), ...paypal() }, elsewhere), {
    names: [],
    told: [],
  });
});

test('during a rotation webhooks of the simulator are taken under both secrets, and under no other', async t => {
  const [DATA_DIR, { db }] = await Promise.all([temporaryFolder(t), testDatabase(t, ['payments'])]);
  const environment = { SIMULATOR_URL: 'http://127.0.0.1:1', SIMULATOR_WEBHOOK_SECRET: 'the new one,the old one' };
  const config = readConfig({ DATA_DIR, ...environment });
  const log = createLog({ level: 'silent' });
  const [simulator] = await openGateways(config, { db, clock: systemClock, log, books: undefined });
  const nowMs = systemClock.nowMs();
  const rawBody = Buffer.from(JSON.stringify({ event_id: 'e', type: 'payment.captured', created_at: 'now', data: {} }));
  const verdictOf = async (secret: string) => {
    const headers = { signature: signWebhook({ secret, rawBody, nowMs }) };
    return (await simulator!.verifyWebhook({ headers, rawBody, nowMs })).state;
  };
  assert.equal(await verdictOf('the new one'), 'genuine');
  assert.equal(await verdictOf('the old one'), 'genuine');
  assert.equal(await verdictOf('another one'), 'bad_signature');
  assert.equal(await verdictOf('the new one,the old one'), 'bad_signature');
});
