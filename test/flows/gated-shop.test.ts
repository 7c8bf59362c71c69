// Goal: a shop with a gate sells as one without, whatever becomes of its Redis, and says how it is. Method: a real shop
// over HTTP whose Redis is killed and started again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { address, assertAudit, card, createClient, newGuest, newProduct } from '../support/client.ts';
import { need } from '../support/parts.ts';
import { startRedis, untilRedisSays } from '../support/redis.ts';
import { startTestShop, type TestShop } from '../support/shop.ts';

const delivery = { shipping_address: address, shipping_method: 'standard', email: 'guest@example.com' };

/** Six guests want three units at once. Answers what they were told. */
async function sellThree(shop: TestShop): Promise<string[]> {
  const { product_id } = await newProduct(shop, { stock: 3 });
  const guests = await Promise.all(Array.from({ length: 6 }, () => newGuest(shop)));
  const buying = { product_id, quantity: 1, ...delivery, payment: card() };
  const answers = await Promise.all(guests.map(guest => guest.post('/api/buy-now', buying)));
  return answers.map(({ status, body }) => `${status} ${status < 300 ? body.status : body.code}`).sort();
}

const SOLD = [...Array(3).fill('201 CONFIRMED'), ...Array(3).fill('409 OUT_OF_STOCK')];

test('a shop sells with its gate, goes on when Redis is killed, and finds it again', async t => {
  const path = need(t, 'redis');
  if (path === null) return;
  const server = await startRedis(t, path);
  const shop = await startTestShop(t, { environment: { REDIS_URL: server.url, LOG_LEVEL: 'silent' } });
  await untilRedisSays(shop, /^ok$/);
  assert.deepEqual(await sellThree(shop), SOLD);
  const text = String((await createClient(shop.url).get('/metrics')).body);
  assert.match(text, /^doorbuster_gate_answers_total\{answer="accepted"\} 3$/m);
  assert.match(text, /^doorbuster_gate_up 1$/m);
  await server.kill();
  await untilRedisSays(shop, /^degraded: Redis at 127\.0\.0\.1:\d+ is not connected/);
  assert.deepEqual(await sellThree(shop), SOLD);
  await server.start();
  await untilRedisSays(shop, /^ok$/);
  assert.deepEqual(await sellThree(shop), SOLD);
  await assertAudit(shop);
});

test('REDIS_URL that is no address is refused at the start, and not repeated', () => {
  const environment = { REDIS_URL: 'redis://:a-secret-of-redis@one,two/3' };
  assert.throws(
    () => readConfig(environment),
    ({ message }: Error) => /REDIS_URL takes redis:\/\/host:port/.test(message) && !message.includes('secret'),
  );
});
