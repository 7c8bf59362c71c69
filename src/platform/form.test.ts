// Goal: a form is read as its command's schema means it, and what is wrong is told by field. Method: pure reads, and
// forms injected into an app that takes them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { Type } from 'typebox';
import { limits } from '#limits';
import { systemClock } from './clock.ts';
import { formReader, takeForms } from './form.ts';
import { type App, createApp } from './http.ts';
import { createMetrics } from './metrics.ts';
import { nullable, object, text } from './schema.ts';

const read = formReader(
  object({
    name: text(20, { pattern: '\\S' }),
    units: Type.Integer({ minimum: 1, maximum: 9 }),
    price: Type.Optional(Type.Number()),
    note: Type.Optional(nullable(text(5))),
    prime: Type.Boolean(),
  }),
);

test('texts are trimmed, numbers and check boxes are read, empty fields are absent', () => {
  assert.deepEqual(read({ name: '  Ada ', units: '3', price: '2.5', note: ' ', prime: 'on', more: 'x' }), {
    ok: true,
    value: { name: 'Ada', units: 3, price: 2.5, prime: true },
  });
  assert.deepEqual(read({ name: 'Ada', units: '3' }), { ok: true, value: { name: 'Ada', units: 3, prime: false } });
});

test('what is missing or wrong is told by field', () => {
  assert.deepEqual(read({ units: '10', note: 'too long' }), {
    ok: false,
    errors: { name: 'required', units: 'invalid', note: 'invalid' },
  });
  for (const units of ['0', '-1', '0.5', '1e3', '1000000000', 'three', '٣']) {
    assert.deepEqual(read({ name: 'Ada', units }), { ok: false, errors: { units: 'invalid' } }, units);
  }
  assert.deepEqual(read({ name: 'A\0da', units: '1' }), { ok: false, errors: { name: 'invalid' } });
});

async function formApp() {
  const app = await createApp({ log: pino({ level: 'silent' }), metrics: createMetrics(), clock: systemClock });
  await app.register(async scope => {
    takeForms(scope as unknown as App);
    const body = Type.Unsafe<Record<string, string>>({ type: 'object', additionalProperties: { type: 'string' } });
    const config = { access: 'anyone', page: true } as const;
    scope.post('/things', { config, schema: { body } as object }, async ({ body }) => body);
  });
  app.post('/api/things', { config: { access: 'anyone' }, schema: { body: Type.Object({}) } }, async () => ({}));
  return (url: string, payload: string, headers = {}) =>
    app.inject({ method: 'POST', url, payload, headers: { 'content-type': FORM, ...headers } });
}
const FORM = 'application/x-www-form-urlencoded';

test('a form is taken by pages alone, and the last of two fields of one name counts', async () => {
  const post = await formApp();
  const answer = await post('/things', 'name=Ada+L.&name=B%C3%A9a&__proto__=x');
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.json().name, 'Béa');
  assert.equal((await post('/api/things', 'name=Ada')).statusCode, 415);
});

test('a form of too many fields or bytes is refused', async () => {
  const post = await formApp();
  assert.equal((await post('/things', 'a=1&'.repeat(limits.formFieldsMax + 1))).statusCode, 413);
  assert.equal((await post('/things', `a=${'x'.repeat(limits.formBytesMax)}`)).statusCode, 413);
});

test('a form from another site is refused, with a cookie and without', async () => {
  const post = await formApp();
  assert.equal((await post('/things', 'a=1', { 'sec-fetch-site': 'cross-site' })).statusCode, 403);
  assert.equal((await post('/things', 'a=1', { origin: 'https://evil.example' })).statusCode, 403);
  assert.equal((await post('/things', 'a=1', { 'sec-fetch-site': 'same-site' })).statusCode, 403);
  assert.equal((await post('/things', 'a=1', { 'sec-fetch-site': 'same-origin' })).statusCode, 200);
});
