// Goal: the edge hears of every change, in order and without anybody waiting for it, however often it is away.
// Method: an edge that writes down what it is told, refuses or falls silent when the test says so, and a clock by hand.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { limits } from '#limits';
import { type Clock, systemClock } from '#platform/clock';
import { createMetrics } from '#platform/metrics';
import { eventually } from '../../test/support/client.ts';
import { createEdgePurger } from './purge-edge.ts';

async function openEdge(t: TestContext, clock: Clock = systemClock) {
  const told: { method: string; keys: string[] }[] = [];
  let answer = () => 200;
  const server = createServer((request, response) => {
    const keys = String(request.headers['surrogate-key']).split(' ');
    told.push({ method: request.method!, keys });
    response.writeHead(answer()).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const metrics = createMetrics();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const edge = createEdgePurger({ url, clock, log: pino({ level: 'silent' }), metrics });
  t.after(async () => {
    await edge.stop();
    server.closeAllConnections();
    server.close();
  });
  return {
    edge,
    told,
    metrics,
    answerWith(next: () => number) {
      answer = next;
    },
  };
}

/** Pauses as long as it is told to, but in no time; remembers how long. */
function hastyClock(): Clock & { pauses: number[] } {
  const pauses: number[] = [];
  return {
    nowMs: () => 0,
    sleep: async ms => {
      pauses.push(ms);
      await new Promise(resolve => setImmediate(resolve));
    },
    pauses,
  };
}

test('what is purged together is told together, once, by PURGE with the keys in Surrogate-Key', async t => {
  const { edge, told } = await openEdge(t);
  edge.purge(['product:a', 'categories']);
  edge.purge(['product:b', 'product:a']);
  await eventually('it is told', async () => told.length > 0);
  assert.deepEqual(told, [{ method: 'PURGE', keys: ['product:a', 'categories', 'product:b'] }]);
});

test('many keys go in requests of a bounded size, one after the other, in their order', async t => {
  const { edge, told } = await openEdge(t);
  const keys = Array.from({ length: 250 }, (_, n) => `product:${n}`);
  edge.purge(keys);
  await eventually('all are told', async () => told.length === 3);
  assert.deepEqual(
    told.map(each => each.keys.length),
    [limits.edgeKeysPerPurgeMax, limits.edgeKeysPerPurgeMax, 50],
  );
  assert.deepEqual(
    told.flatMap(each => each.keys),
    keys,
  );
});

test('an edge that fails is told again, in growing pauses up to a bound, and nothing overtakes it', async t => {
  const clock = hastyClock();
  const { edge, told, answerWith, metrics } = await openEdge(t, clock);
  let isAway = true;
  answerWith(() => (isAway ? 503 : 200));
  edge.purge(['product:a']);
  await eventually('it was tried', async () => told.length > 8);
  edge.purge(['product:b']);
  await eventually('both are tried', async () => told.at(-1)!.keys.length === 2);
  isAway = false;
  await eventually('it is told', async () => (await metrics.text()).includes('edge_purges_total{outcome="done"} 1'));
  assert.ok(
    told.every(({ keys }) => keys[0] === 'product:a'),
    JSON.stringify(told),
  );
  assert.deepEqual(told.at(-1)!.keys, ['product:a', 'product:b']);
  assert.deepEqual(clock.pauses.slice(0, 8), [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

test('more keys than are remembered become one that purges everything', async t => {
  const { edge, told } = await openEdge(t);
  edge.purge(Array.from({ length: limits.edgeKeysWaitingMax + 1 }, (_, n) => `product:${n}`));
  edge.purge(['product:a']);
  await eventually('it is told', async () => told.length > 0);
  assert.deepEqual(told, [{ method: 'PURGE', keys: ['shop', 'product:a'] }]);
});

test('a stop waits for no edge, and a purge after it is nobody’s business', async t => {
  const { edge, told, answerWith } = await openEdge(t);
  answerWith(() => 500);
  edge.purge(['product:a']);
  await eventually('it was tried', async () => told.length > 0);
  await edge.stop();
  const before = told.length;
  edge.purge(['product:b']);
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(told.length, before);
});
