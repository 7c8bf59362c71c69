// Goal: PayPal is asked for a token once, not by each of those who need one. Method: a counted source whose answers the
// test releases, and a clock of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccessToken, keepAccessToken } from './access-token.ts';

function source() {
  let nowMs = 0;
  let fetched = 0;
  let isDown = false;
  const fetchToken = async (): Promise<AccessToken> => {
    fetched += 1;
    if (isDown) throw new Error('PayPal is down');
    return { token: `token ${fetched}`, livesMs: 600_000 };
  };
  return {
    tokens: keepAccessToken(fetchToken, () => nowMs),
    fetched: () => fetched,
    pass(ms: number): void {
      nowMs += ms;
    },
    down(isSo: boolean): void {
      isDown = isSo;
    },
  };
}

test('many who come at once share one token, which is kept until a minute before its end', async () => {
  const { tokens, fetched, pass } = source();
  const all = await Promise.all(Array.from({ length: 20 }, () => tokens.current()));
  assert.deepEqual([new Set(all), fetched()], [new Set(['token 1']), 1]);
  pass(539_999);
  assert.equal(await tokens.current(), 'token 1');
  pass(1);
  assert.equal(await tokens.current(), 'token 2');
});

test('many whose token was refused share one new token', async () => {
  const { tokens, fetched } = source();
  const refused = await tokens.current();
  const renewed = await Promise.all(Array.from({ length: 20 }, () => tokens.renewed(refused)));
  assert.deepEqual([new Set(renewed), fetched()], [new Set(['token 2']), 2]);
  assert.equal(await tokens.renewed(refused), 'token 2', 'who comes late with the old one');
});

test('a failure is told to those who waited, and the next one tries again', async () => {
  const { tokens, fetched, down } = source();
  down(true);
  await Promise.all([1, 2].map(() => assert.rejects(tokens.current(), /PayPal is down/)));
  assert.equal(fetched(), 1);
  down(false);
  assert.equal(await tokens.current(), 'token 2');
});
