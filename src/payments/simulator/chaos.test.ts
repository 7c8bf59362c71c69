// Goal: what goes wrong by chance is what was asked for, the same again for the same seed, and moves no money twice.
// Method: the draws alone; then a simulator over HTTP whose client asks until it is told, and a shop that takes
// webhooks.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createLog } from '#platform/log';
import { temporaryFolder, until } from '../../../test/support/payment-shop.ts';
import { readConfig } from '../../config.ts';
import { parseChaosRates, seededChaos } from './chaos.ts';
import { startSimulator } from './start-simulator.ts';

const SEED = 'chaos 1';
const rates = { timeout: 0.1, error: 0.1, duplicate: 0.2, reorder: 0.2 };
const DRAWS = 20_000;

test('the shares are those that were asked for, and a seed draws the same again', t => {
  t.diagnostic(`seed ${SEED}`);
  const chaos = seededChaos(rates, SEED);
  const fates = Array.from({ length: DRAWS }, () => chaos.requestFate());
  const delays = Array.from({ length: DRAWS }, () => chaos.webhookDelayMs());
  const repeats = Array.from({ length: DRAWS }, () => chaos.repeatAfterMs());
  const share = (count: number) => Math.round((count / DRAWS) * 100) / 100;
  const shareOf = (fate: string) => share(fates.filter(each => each === fate).length);
  assert.deepEqual(['silent', 'not_done', 'answer_lost', 'answered'].map(shareOf), [0.1, 0.05, 0.05, 0.8]);
  assert.equal(share(delays.filter(ms => ms > 0).length), 0.2);
  assert.equal(share(repeats.filter(ms => ms !== null).length), 0.2);
  assert.ok(Math.max(...delays) <= 2_000 && Math.max(...delays) > 1_900, 'held back within its bound');

  // However the webhooks fare, the requests of the same seed fare as before.
  const again = seededChaos(rates, SEED);
  again.webhookDelayMs();
  assert.deepEqual(
    Array.from({ length: DRAWS }, () => again.requestFate()),
    fates,
  );
  const other = seededChaos(rates, 'chaos 2');
  assert.notDeepEqual(
    Array.from({ length: DRAWS }, () => other.requestFate()),
    fates,
  );
});

test('rates are read from a text, and what can never end is refused', () => {
  assert.deepEqual(parseChaosRates('timeout=0.1,error=0.1,duplicate=0.2,reorder=0.2'), rates);
  assert.deepEqual(parseChaosRates('error=0.5'), { timeout: 0, error: 0.5, duplicate: 0, reorder: 0 });
  for (const text of ['', 'error', 'error=', 'error=1', 'error=-0.1', 'error=0.5,timeout=0.5', 'errors=0.1', 'a=0,b']) {
    assert.equal(parseChaosRates(text), null, text);
  }
});

test('SIMULATOR_CHAOS is read, refused where it is no such text, and refused in production', async t => {
  const environment = { DATA_DIR: await temporaryFolder(t), SIMULATOR_CHAOS: 'timeout=0.1,duplicate=0.2' };
  const { simulatorChaos } = readConfig(environment);
  assert.deepEqual(simulatorChaos, { timeout: 0.1, error: 0, duplicate: 0.2, reorder: 0 });
  assert.throws(() => readConfig({ ...environment, SIMULATOR_CHAOS: 'often' }), /SIMULATOR_CHAOS takes timeout=0\.1/);
  assert.throws(() => readConfig({ ...environment, NODE_ENV: 'production' }), /no shop in production/);
});

const charge = { payment_id: 'p', person_id: 'a', amount: 500, currency: 'EUR', method: 'card', token: 'tok_visa' };
const ORDERS = 40;

test('who asks until it is told has one charge an order; webhooks come twice and in another order', async t => {
  t.diagnostic(`seed ${SEED}`);
  const taken: { event_id: string; order_id: string }[] = [];
  const shop = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const { event_id, data } = JSON.parse(Buffer.concat(chunks).toString());
      taken.push({ event_id, order_id: data.order_id });
      response.writeHead(200).end();
    });
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  t.after(() => void shop.close());
  const chaos = seededChaos({ timeout: 0, error: 0.4, duplicate: 0.4, reorder: 0.5 }, SEED);
  const log = createLog({ level: 'silent' });
  const webhookUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`;
  const dataDir = await temporaryFolder(t);
  const simulator = await startSimulator({ dataDir, port: 0, secret: 's', settleMs: 0, log, webhookUrl, chaos });
  t.after(() => simulator.stop());

  const told: number[] = [];
  for (let order = 0; order < ORDERS; order += 1) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `order_${order}` };
    const body = JSON.stringify({ ...charge, order_id: String(order) });
    for (let status = 0; status !== 200; told.push(status)) {
      const answer = await fetch(`${simulator.url}/v1/authorise`, { method: 'POST', headers, body });
      await answer.arrayBuffer();
      status = answer.status;
    }
  }
  assert.equal(told.filter(status => status === 200).length, ORDERS);
  assert.equal(told.filter(status => status === 503).length, 20);
  const charges = await simulator.books.list({});
  assert.equal(charges.length, ORDERS);
  assert.equal(new Set(charges.map(each => each.order_id)).size, ORDERS);

  const eventIds = () => new Set(taken.map(each => each.event_id));
  const distinct = () => taken.filter(({ event_id }, i) => taken.findIndex(each => each.event_id === event_id) === i);
  await until(async () => eventIds().size === ORDERS && taken.length > ORDERS);
  const arrival = distinct().map(each => Number(each.order_id));
  assert.notDeepEqual(
    arrival,
    arrival.toSorted((a, b) => a - b),
  );
});
