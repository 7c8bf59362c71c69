import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What can become of one request between two that talk over a network: cut before it arrives; answered by a 503 in
 * front of the other side; done, but the connection ends in mid-answer; done, but there is never an answer.
 */
export type NetworkFault = 'lost_request' | 'server_error' | 'cut_answer' | 'silence';
export const networkFaults: readonly NetworkFault[] = ['lost_request', 'server_error', 'cut_answer', 'silence'];

type TestContext = { after(work: () => Promise<void>): void };

interface NetworkBetween {
  url: string;
  failNext(fault: NetworkFault): void;
  /** What the other side has answered, also where that got lost. */
  answered: { method: string; path: string; status: number }[];
}

/**
 * Stands between a client and the server at `to`, both on loopback, and does once what it was told last. `isHit`: which
 * requests a fault may hit; reads are left alone unless it says otherwise.
 */
export async function startNetworkFaults(
  t: TestContext,
  to: string,
  isHit: (request: IncomingMessage) => boolean = request => request.method !== 'GET',
): Promise<NetworkBetween> {
  let next: NetworkFault | null = null;
  const answered: NetworkBetween['answered'] = [];
  const server = createServer((request, response) => {
    const fault = next !== null && isHit(request) ? next : null;
    if (fault !== null) next = null;
    if (fault === 'lost_request') return void request.socket.destroy();
    if (fault === 'server_error') return void response.writeHead(503).end('{"error":{"message":"out of order"}}');
    const url = new URL(request.url ?? '/', to);
    forward(url, request, response, {
      fault,
      hear: status => answered.push({ method: request.method ?? '', path: url.pathname, status }),
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    failNext(fault) {
      next = fault;
    },
    answered,
  };
}

function forward(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  { fault, hear }: { fault: NetworkFault | null; hear(status: number): void },
): void {
  const { host, connection, ...headers } = request.headers;
  const onward = send(url, { method: request.method, headers, agent: false }, answer => {
    const chunks: Buffer[] = [];
    answer.on('data', chunk => chunks.push(chunk));
    answer.on('end', () => {
      hear(answer.statusCode ?? 0);
      // Silent for ever: the client is the one who goes away.
      if (fault === 'silence') return;
      const body = Buffer.concat(chunks);
      const { 'transfer-encoding': _, connection: __, ...told } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, { ...told, 'content-length': body.length });
      if (fault !== 'cut_answer') return void response.end(body);
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    });
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
