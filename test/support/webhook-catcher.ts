import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RawWebhook } from '../../src/payments/gateway.ts';

type TestContext = { after(work: () => Promise<void>): void };

/** Stands where a gateway sends its webhooks, and keeps each as it came in. */
export async function catchWebhooks(t: TestContext): Promise<{ url: string; caught: RawWebhook[] }> {
  const caught: RawWebhook[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
      caught.push({ headers: Object.fromEntries(headers), rawBody: Buffer.concat(chunks), nowMs: Date.now() });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, caught };
}
