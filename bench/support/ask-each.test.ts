// Goal: each path is asked once, and crowds want things by Zipf's law. Method: a listener that writes down what it is
// asked, and the shares of many draws.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { askEach, drawZipf } from './ask-each.ts';

test('each path is asked for once, whatever it is answered', async t => {
  const asked: string[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url!);
    response.writeHead(url === '/7' ? 404 : 200, { 'content-length': 2 }).end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const paths = Array.from({ length: 100 }, (_, n) => `/${n}`);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { statuses } = await askEach({ url, paths, headers: {}, connections: 5 });
  assert.deepEqual(statuses, { 200: 99, 404: 1 });
  assert.deepEqual(asked.sort(), paths.sort());
});

test('a connection that is closed before its answer is told', async t => {
  const server = createServer(request => void request.socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await assert.rejects(askEach({ url, paths: ['/'], headers: {}, connections: 1 }));
});

test('the first is wanted twice as often as the second, and the same seed wants the same', () => {
  const draws = drawZipf(['a', 'b', 'c'], 11_000, 'seed');
  assert.deepEqual(draws, drawZipf(['a', 'b', 'c'], 11_000, 'seed'));
  const shares = ['a', 'b', 'c'].map(one => Math.round(draws.filter(drawn => drawn === one).length / 1_000));
  assert.deepEqual(shares, [6, 3, 2]);
});
