/** What counts as signed: the raw bytes, a secret in use, and a time near ours. Computed against fixed values. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { isSignedBy, signWebhook } from './webhook-signature.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const rawBody = Buffer.from('{"event_id":"e1"}');

function isGood(header: string | undefined, more: { secrets?: string[]; nowMs?: number; rawBody?: Buffer } = {}) {
  const { secrets = ['secret-1'], ...changed } = more;
  return isSignedBy(secrets, { signature: header, rawBody, nowMs: NOW, ...changed });
}

test('a signature is the HMAC of time, dot and raw body', () => {
  const mac = createHmac('sha256', 'secret-1').update(`1767268800.${rawBody}`).digest('hex');
  assert.equal(signWebhook({ secret: 'secret-1', rawBody: rawBody, nowMs: NOW }), `t=1767268800,v1=${mac}`);
  assert.equal(isGood(`t=1767268800,v1=${mac}`), true);
});

test('another body, secret or time is refused', () => {
  const header = signWebhook({ secret: 'secret-1', rawBody: rawBody, nowMs: NOW });
  assert.equal(isGood(header, { rawBody: Buffer.from('{"event_id":"e2"}') }), false);
  assert.equal(isGood(header, { secrets: ['secret-2'] }), false);
  assert.equal(isGood(header, { secrets: [] }), false);
  assert.equal(isGood(header.replace('t=1767268800', 't=1767268801')), false);
});

test('a signature is good for 300 seconds either way', () => {
  const header = signWebhook({ secret: 'secret-1', rawBody: rawBody, nowMs: NOW });
  for (const seconds of [-300, 0, 300]) assert.equal(isGood(header, { nowMs: NOW + seconds * 1000 }), true);
  for (const seconds of [-301, 301]) assert.equal(isGood(header, { nowMs: NOW + seconds * 1000 }), false);
});

test('while secrets rotate both are good, whichever side has the new one', () => {
  const old = signWebhook({ secret: 'secret-1', rawBody: rawBody, nowMs: NOW });
  assert.equal(isGood(old, { secrets: ['secret-2', 'secret-1'] }), true);
  const both = `${signWebhook({ secret: 'secret-2', rawBody: rawBody, nowMs: NOW })},${old.split(',')[1]}`;
  assert.equal(isGood(both), true);
});

test('what is no signature is refused', () => {
  const mac = signWebhook({ secret: 'secret-1', rawBody: rawBody, nowMs: NOW }).split('v1=')[1]!;
  const headers = [
    undefined,
    '',
    'v1=',
    `v1=${mac}`,
    `t=,v1=${mac}`,
    `t=1767268800,v1=${mac.slice(2)}`,
    't=1767268800',
  ];
  for (const header of headers) assert.equal(isGood(header), false, header);
});
