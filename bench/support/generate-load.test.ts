// Goal: the figures of a benchmark are true. Method: a small server that counts what it answers itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { generateLoad } from './generate-load.ts';
import { latencyHistogram } from './latency-histogram.ts';
import { loadFailures } from './load-failures.ts';

const CONNECTIONS = 4;
const job = { headers: { 'x-bench': 'yes' }, connections: CONNECTIONS, warmSeconds: 0.1, seconds: 0.4 };

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  t.after(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('every address is asked for in turn, and answers of 200 are counted after the warming', async t => {
  const asked: Record<string, number> = {};
  let served = 0;
  let headers: unknown;
  const url = await serve(t, (request, response) => {
    asked[request.url!] = (asked[request.url!] ?? 0) + 1;
    headers = request.headers['x-bench'];
    served += 1;
    response.end('x'.repeat(5_000));
  });
  const result = await generateLoad({ ...job, url, paths: ['/a', '/b'] });
  assert.equal(headers, 'yes');
  assert.ok(Math.abs(asked['/a']! - asked['/b']!) <= 1, JSON.stringify(asked));
  assert.ok(result.answered > 0 && result.answered < served, `${result.answered} of ${served}`);
  assert.deepEqual([result.otherStatuses, result.broken], [{}, 0]);
  assert.ok(result.bytesPerAnswer > 5_000 && result.bytesPerAnswer < 5_400, String(result.bytesPerAnswer));
  assert.deepEqual(loadFailures('a row', result), []);
});

test('each connection has one request under way', async t => {
  const waiting = new Set<object>();
  let most = 0;
  const url = await serve(t, (request, response) => {
    waiting.add(request);
    most = Math.max(most, waiting.size);
    setTimeout(() => {
      waiting.delete(request);
      response.end('done');
    }, 5);
  });
  const { latencyMs } = await generateLoad({ ...job, url, paths: ['/'] });
  assert.equal(most, CONNECTIONS);
  assert.ok(latencyMs.p50 >= 4, `p50 ${latencyMs.p50} ms`);
});

test('an answer that is not 200 is no success and fails the benchmark', async t => {
  let missed = 0;
  const url = await serve(t, (request, response) => {
    if (request.url === '/missing') {
      missed += 1;
      response.statusCode = 404;
    }
    response.end('done');
  });
  const result = await generateLoad({ ...job, url, paths: ['/', '/missing'] });
  const counted = result.otherStatuses['404']!;
  // The last of each connection may still be under way when counting ends.
  assert.ok(counted > 0 && counted <= missed && counted >= missed - CONNECTIONS, `${counted} of ${missed}`);
  assert.deepEqual(loadFailures('a row', result), [`a row: ${counted} answers of 404`]);
});

test('a connection that breaks off is told and opened anew', async t => {
  let asked = 0;
  const url = await serve(t, (request, response) => {
    asked += 1;
    if (asked === 1) request.socket.destroy();
    else response.end('done');
  });
  const result = await generateLoad({ ...job, connections: 1, url, paths: ['/'], warmSeconds: 0 });
  assert.equal(result.broken, 1);
  assert.ok(result.answered > 0);
  assert.match(loadFailures('a row', result)[0]!, /^a row: 1 broken connections \(/);
});

test('a shop that does not answer is no success', async t => {
  const url = await serve(t, () => {});
  const result = await generateLoad({ ...job, url, paths: ['/'] });
  assert.deepEqual(loadFailures('a row', result), ['a row: no answer of 200']);
});

test('a percentile is at most 4.5 percent above the truth', () => {
  const histogram = latencyHistogram();
  assert.equal(histogram.percentile(0.5), 0);
  for (let ms = 1; ms <= 1_000; ms += 1) histogram.add(ms);
  for (const share of [0.5, 0.95, 0.99, 1]) {
    const found = histogram.percentile(share);
    assert.ok(found >= share * 1_000 && found <= share * 1_000 * 1.045, `${share}: ${found}`);
  }
});
