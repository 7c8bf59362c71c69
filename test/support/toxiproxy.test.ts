// Goal: what is said to happen to the network happens, and ends. Method: a real toxiproxy before a server whose answer
// is longer than what a cut lets through; every connection is hit.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { need } from './parts.ts';
import { startToxiproxy, type Toxic } from './toxiproxy.ts';

const LATENCY_MS = 120;
const hit = { stream: 'downstream', toxicity: 1 } as const;
const slow: Toxic = { ...hit, type: 'latency', attributes: { latency: LATENCY_MS, jitter: 0 } };
const resetting: Toxic = { ...hit, type: 'reset_peer', attributes: { timeout: 0 } };
const cutting: Toxic = { ...hit, type: 'limit_data', attributes: { bytes: 400 } };

test('a network is slow, resets, cuts answers, and is well again', async t => {
  const path = need(t, 'toxiproxy');
  if (path === null) return;
  const server = createServer((_request, response) => void response.end('x'.repeat(2_000))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const proxy = await startToxiproxy(t, path, `http://127.0.0.1:${port}`);
  const ask = async () => (await (await fetch(proxy.url)).text()).length;
  assert.equal(await ask(), 2_000);
  for (const toxic of [resetting, cutting]) {
    await proxy.setToxics([toxic]);
    await assert.rejects(ask(), toxic.type);
    await proxy.setToxics([]);
    assert.equal(await ask(), 2_000);
  }
  await proxy.setToxics([slow]);
  const beganMs = performance.now();
  assert.equal(await ask(), 2_000);
  assert.ok(performance.now() - beganMs >= LATENCY_MS - 1, 'never sooner than it was told');
});
