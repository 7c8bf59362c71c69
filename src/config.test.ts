// Goal: what is wrong with a gateway's configuration is said at the start, all of it, and without its secrets. Method:
// environments as an operator writes them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ConfigError, readConfig } from './config.ts';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'doorbuster-config-'));
after(() => rmSync(DATA_DIR, { recursive: true, force: true }));

const whole = {
  PAYPAL_CLIENT_ID: 'AbC',
  PAYPAL_CLIENT_SECRET: 'very-secret-word',
  PAYPAL_WEBHOOK_ID: '4JH86294D6297924G',
};

function problemsOf(environment: Record<string, string>): string {
  try {
    readConfig({ DATA_DIR, ...environment });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return '';
}

describe('PayPal', () => {
  test('is there when all of it is given, and not when nothing is', () => {
    assert.equal(readConfig({ DATA_DIR }).paypal, undefined);
    assert.deepEqual(readConfig({ DATA_DIR, ...whole }).paypal, {
      ...{ clientId: 'AbC', clientSecret: 'very-secret-word', webhookIds: ['4JH86294D6297924G'] },
      url: 'https://api-m.paypal.com',
    });
    const more = {
      PAYPAL_WEBHOOK_ID: '4JH86294D6297924G, 8PT597110X687430L',
      PAYPAL_API_URL: 'http://127.0.0.1:1234/',
    };
    const { webhookIds, url } = readConfig({ DATA_DIR, ...whole, ...more }).paypal!;
    assert.deepEqual([webhookIds, url], [['4JH86294D6297924G', '8PT597110X687430L'], 'http://127.0.0.1:1234']);
  });

  test('of which a part is missing is refused with the names of what is missing', () => {
    const { PAYPAL_CLIENT_SECRET, ...rest } = whole;
    assert.match(problemsOf(rest), /1 problem.*PayPal needs PAYPAL_CLIENT_SECRET too\./s);
    assert.match(problemsOf({ PAYPAL_CLIENT_SECRET }), /needs PAYPAL_CLIENT_ID and PAYPAL_WEBHOOK_ID too/);
    const apiOnly = problemsOf({ PAYPAL_API_URL: 'https://api-m.sandbox.paypal.com' });
    assert.match(apiOnly, /needs PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET and PAYPAL_WEBHOOK_ID too/);
  });

  test('is refused where its secret would travel in the clear, or an id is none; no secret is repeated', () => {
    const wrong = { ...whole, PAYPAL_API_URL: 'http://paypal.example', PAYPAL_WEBHOOK_ID: 'a webhook' };
    const problems = problemsOf(wrong);
    assert.match(problems, /2 problem.*http:\/\/ only for this machine.*PAYPAL_WEBHOOK_ID takes the id/s);
    assert.match(problemsOf({ ...whole, PAYPAL_API_URL: 'paypal' }), /PAYPAL_API_URL takes an address/);
    assert.ok(!problems.includes('very-secret-word'));
  });
});
