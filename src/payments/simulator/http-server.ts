import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Log } from '#platform/log';
import { object, text } from '#platform/schema';
import { PaymentMethod } from '../contract.ts';
import type { Books, SimulatorRequest } from './books.ts';
import { challengePage } from './challenge-page.ts';
import type { SimulatorAnswer } from './charges.ts';

const BODY_BYTES_MAX = 16_384;
const amount = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 });
const name = text(200);

/** The bodies of `POST /v1/{operation}`; the key comes in the header `Idempotency-Key`. */
const bodies: Record<string, TSchema> = {
  authorise: object({
    order_id: name,
    payment_id: name,
    person_id: name,
    amount,
    currency: text(3, { min: 3 }),
    method: PaymentMethod,
    token: text(500),
  }),
  capture: object({ charge_id: name, amount }),
  void: object({ charge_id: name }),
  refund: object({ charge_id: name, amount }),
};

interface ServerOptions {
  books: Books;
  port: number;
  log: Log;
  /** The shop's origin: a challenge leads back to no other. */
  shopOrigin: () => string | null;
}

/** Loopback only: whoever reaches it can make charges of play money. */
export async function serveSimulator(options: ServerOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    route(options, request, response).catch(error => {
      options.log.error({ err: error }, 'a bug of the payment simulator');
      if (!response.headersSent) sendJson(response, { status: 500, body: { reason: 'bug' } });
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) };
}

/** Silent answers never end by themselves, so their connections are cut. */
function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function route(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  const { books } = options;
  const [, first, second, ...rest] = url.pathname.split('/');
  if (rest.length > 0) return sendJson(response, noRoute);
  if (first === 'healthz' && second === undefined) return sendJson(response, { status: 200, body: { ok: true } });
  if (first === 'challenges' && second !== undefined)
    return await challenge(options, request, response, { url, id: second });
  if (first !== 'v1' || second === undefined) return sendJson(response, noRoute);
  if (request.method === 'GET' && second === 'charges' && url.searchParams.has('from')) {
    const [from = '', to = '', after] = ['from', 'to', 'after'].map(name => url.searchParams.get(name) ?? undefined);
    return sendJson(response, await books.ask({ operation: 'list', from, to, after: after ?? null }));
  }
  if (request.method === 'GET' && second === 'charges') {
    const order_id = url.searchParams.get('order_id') ?? '';
    return sendJson(response, await books.ask({ operation: 'find', order_id }));
  }
  if (request.method === 'GET' && second === 'books') {
    const order_id = url.searchParams.get('order_id') ?? undefined;
    return sendJson(response, { status: 200, body: { items: await books.list({ order_id }) } });
  }
  const schema = request.method === 'POST' && Object.hasOwn(bodies, second) ? bodies[second] : undefined;
  if (schema === undefined) return sendJson(response, noRoute);
  const key = request.headers['idempotency-key'];
  const body = parseJson(await readBody(request));
  if (typeof key !== 'string' || !Value.Check(schema, body)) {
    return sendJson(response, { status: 400, body: { reason: 'malformed' } });
  }
  const asked = { operation: second, key, ...(body as object) } as SimulatorRequest;
  sendJson(response, await books.ask(asked));
}

const noRoute: SimulatorAnswer = { status: 404, body: { reason: 'no_such_route' } };

async function challenge(
  { books, shopOrigin }: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { url, id }: { url: URL; id: string },
): Promise<void> {
  const charge = books.findCharge(id);
  if (charge === undefined) return sendJson(response, noRoute);
  const returnUrl = safeReturn(url.searchParams.get('return_url'), shopOrigin());
  if (request.method !== 'POST') return sendPage(response, challengePage(charge, returnUrl));
  const answer = new URLSearchParams(await readBody(request)).get('answer');
  if (answer !== 'confirm' && answer !== 'decline') {
    return sendJson(response, { status: 400, body: { reason: 'malformed' } });
  }
  const settled = await books.answerChallenge(id, { isConfirmed: answer === 'confirm' });
  if (returnUrl === null) return sendPage(response, challengePage(settled ?? charge, null));
  response.writeHead(303, { location: returnUrl }).end();
}

function safeReturn(wish: string | null, origin: string | null): string | null {
  if (wish === null) return origin;
  return origin !== null && URL.canParse(wish) && new URL(wish).origin === origin ? wish : origin;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) return '';
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // What is no JSON has no valid form either.
  }
}

function sendJson(response: ServerResponse, { status, body }: SimulatorAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendPage(response: ServerResponse, html: string): void {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  };
  response.writeHead(200, headers).end(html);
}
