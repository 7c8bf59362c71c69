import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An edge that keeps nothing and writes down every key that it is told to purge. */
export async function openRecordedEdge(t: {
  after(work: () => Promise<void>): void;
}): Promise<{ url: string; told: string[] }> {
  const told: string[] = [];
  const server = createServer((request, response) => {
    assert.equal(request.method, 'PURGE');
    told.push(...String(request.headers['surrogate-key']).split(' '));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, told };
}
