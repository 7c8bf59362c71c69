// Goal: a configuration that can't work is refused with what to do, and without the secrets in it. Method: environments
// as a person would write them, right and wrong.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ConfigError, readConfig } from './config.ts';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'doorbuster-config-'));
after(() => rmSync(DATA_DIR, { recursive: true }));

const KEY = 'sk_test_abcDEF123';
const SECRET = 'whsec_abcDEF456';
const PAYPAL = {
  PAYPAL_CLIENT_ID: 'AbC',
  PAYPAL_CLIENT_SECRET: 'very-secret-word',
  PAYPAL_WEBHOOK_ID: '4JH86294D6297924G',
};

function stripeOf(environment: Record<string, string>) {
  return readConfig({ DATA_DIR, ...environment }).stripe;
}

function problemOf(environment: Record<string, string>): string {
  try {
    stripeOf(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  throw new Error('the configuration was accepted');
}

describe('Stripe', () => {
  test('is there with a key and the secret of its webhooks, and not without them', () => {
    assert.equal(stripeOf({}), undefined);
    assert.equal(stripeOf({ STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' }), undefined);
    const given = { STRIPE_SECRET_KEY: KEY, STRIPE_WEBHOOK_SECRET: `${SECRET}, whsec_older` };
    const expected = {
      ...{ secretKey: KEY, publishableKey: undefined, webhookSecrets: [SECRET, 'whsec_older'] },
      apiUrl: 'https://api.stripe.com',
    };
    assert.deepEqual(stripeOf(given), expected);
    assert.deepEqual(stripeOf({ ...given, STRIPE_PUBLISHABLE_KEY: '' }), expected);
    const withForm = { ...given, STRIPE_PUBLISHABLE_KEY: 'pk_test_abcDEF789' };
    assert.deepEqual(stripeOf(withForm), { ...expected, publishableKey: 'pk_test_abcDEF789' });
    const local = { ...given, STRIPE_API_URL: 'http://127.0.0.1:12111' };
    assert.deepEqual(stripeOf(local), { ...expected, apiUrl: 'http://127.0.0.1:12111' });
  });

  test('is refused with what is missing or wrong, and no secret is repeated', () => {
    const both = { STRIPE_SECRET_KEY: KEY, STRIPE_WEBHOOK_SECRET: SECRET };
    for (const [environment, told] of [
      [{ STRIPE_SECRET_KEY: KEY }, /STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET need each other/],
      [{ STRIPE_WEBHOOK_SECRET: SECRET }, /STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET need each other/],
      [{ ...both, STRIPE_SECRET_KEY: `pk_${KEY}` }, /STRIPE_SECRET_KEY takes sk_test_/],
      [{ ...both, STRIPE_WEBHOOK_SECRET: `${SECRET},` }, /STRIPE_WEBHOOK_SECRET takes whsec_/],
      [{ ...both, STRIPE_API_URL: 'http://stripe.example' }, /STRIPE_API_URL without TLS/],
      [{ ...both, STRIPE_API_URL: 'stripe' }, /STRIPE_API_URL takes an address/],
      [{ STRIPE_PUBLISHABLE_KEY: 'pk_test_abcDEF' }, /1 problem.*STRIPE_PUBLISHABLE_KEY needs STRIPE_SECRET_KEY and/s],
      [{ ...both, STRIPE_PUBLISHABLE_KEY: KEY }, /1 problem.*STRIPE_PUBLISHABLE_KEY takes pk_test_… or pk_live_…/s],
      [
        { ...both, STRIPE_PUBLISHABLE_KEY: 'pk_live_abcDEF' },
        /1 problem.*is a live key, and STRIPE_SECRET_KEY a test/s,
      ],
    ] as const) {
      const problem = problemOf(environment);
      assert.match(problem, told);
      assert.doesNotMatch(problem, /abcDEF/);
    }
  });
});

test('several edges are told with commas between, and what is no address is refused', () => {
  const edgesOf = (EDGE_PURGE_URL: string) => readConfig({ DATA_DIR, EDGE_PURGE_URL }).edgePurgeUrls;
  assert.deepEqual(readConfig({ DATA_DIR }).edgePurgeUrls, []);
  assert.deepEqual(edgesOf('http://a.example:6081/,https://b.example/'), [
    'http://a.example:6081/',
    'https://b.example/',
  ]);
  assert.throws(() => edgesOf('http://a.example,varnish'), /EDGE_PURGE_URL takes addresses that begin with http:/);
});

describe('PayPal', () => {
  test('is there when all of it is given, and not when nothing is', () => {
    assert.equal(readConfig({ DATA_DIR }).paypal, undefined);
    assert.deepEqual(readConfig({ DATA_DIR, ...PAYPAL }).paypal, {
      ...{ clientId: 'AbC', clientSecret: 'very-secret-word', webhookIds: ['4JH86294D6297924G'] },
      url: 'https://api-m.paypal.com',
    });
    const more = {
      PAYPAL_WEBHOOK_ID: '4JH86294D6297924G, 8PT597110X687430L',
      PAYPAL_API_URL: 'http://127.0.0.1:1234/',
    };
    const { webhookIds, url } = readConfig({ DATA_DIR, ...PAYPAL, ...more }).paypal!;
    assert.deepEqual([webhookIds, url], [['4JH86294D6297924G', '8PT597110X687430L'], 'http://127.0.0.1:1234']);
  });

  test('of which a part is missing is refused with the names of what is missing', () => {
    const { PAYPAL_CLIENT_SECRET, ...rest } = PAYPAL;
    assert.match(problemOf(rest), /1 problem.*PayPal needs PAYPAL_CLIENT_SECRET too\./s);
    assert.match(problemOf({ PAYPAL_CLIENT_SECRET }), /needs PAYPAL_CLIENT_ID and PAYPAL_WEBHOOK_ID too/);
    const apiOnly = problemOf({ PAYPAL_API_URL: 'https://api-m.sandbox.paypal.com' });
    assert.match(apiOnly, /needs PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET and PAYPAL_WEBHOOK_ID too/);
  });

  test('is refused where its secret would travel in the clear, or an id is none; no secret is repeated', () => {
    const wrong = { ...PAYPAL, PAYPAL_API_URL: 'http://paypal.example', PAYPAL_WEBHOOK_ID: 'a webhook' };
    const problems = problemOf(wrong);
    assert.match(problems, /2 problem.*http:\/\/ only for this machine.*PAYPAL_WEBHOOK_ID takes the id/s);
    assert.match(problemOf({ ...PAYPAL, PAYPAL_API_URL: 'paypal' }), /PAYPAL_API_URL takes an address/);
    assert.ok(!problems.includes('very-secret-word'));
  });
});

describe('the search engine', () => {
  test('is chosen where search runs; elsewhere the same name leads to that process', () => {
    const SEARCH_URL = 'https://shop:very-secret-word@search.example:9200/summer-2027';
    assert.equal(readConfig({ DATA_DIR }).searchEngineUrl, undefined);
    assert.equal(readConfig({ DATA_DIR, SEARCH_URL }).searchEngineUrl, SEARCH_URL);
    const elsewhere = { ...{ MODULES: 'cart', DATABASE_URL: 'postgres://db/shop', RPC_SECRET: 'r'.repeat(32) } };
    const problem = problemOf({ ...elsewhere, SEARCH_URL });
    assert.doesNotMatch(problem, /SEARCH_URL/);
    // One environment for all processes: this one's own rpc.
    const own = { SEARCH_URL: 'http://127.0.0.1:4002', RPC_PORT: '4002' };
    assert.equal(readConfig({ DATA_DIR, ...own }).searchEngineUrl, undefined);
  });

  test('is refused with an address that is none, without the password', () => {
    for (const SEARCH_URL of [
      'opensearch',
      'redis://h:1',
      'http://h:9200/Summer',
      'http://h:9200/a/b',
      'http://h/-x',
    ]) {
      assert.match(problemOf({ SEARCH_URL }), /1 problem.*SEARCH_URL takes http:\/\/user:password@host:9200\/prefix;/s);
    }
    assert.ok(!problemOf({ SEARCH_URL: 'ftp://u:very-secret-word@h' }).includes('very-secret-word'));
  });
});

describe('the simulator', () => {
  const has = (more: Record<string, string>) => readConfig({ DATA_DIR, ...more }).hasSimulator;

  test('is there, also beside a gateway that moves money, but not with one in production', () => {
    const production = { NODE_ENV: 'production' };
    assert.equal(has({}), true);
    assert.equal(has(PAYPAL), true);
    assert.equal(has(production), true);
    assert.equal(has({ ...production, ...PAYPAL }), false);
    assert.equal(has({ ...production, ...PAYPAL, SIMULATOR: 'on' }), true);
    assert.equal(has({ ...PAYPAL, SIMULATOR: 'off' }), false);
  });

  test('is refused to be left out where nothing else takes money', () => {
    assert.match(problemOf({ SIMULATOR: 'off' }), /1 problem.*SIMULATOR=off leaves no way to pay/s);
  });
});
