// A double of PayPal's REST API: OAuth 2, Orders v2, Payments v2, the page where a payer approves, and signed webhooks.
// It keeps books, and is as strict as the public reference says; what that leaves open is said where it is decided.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { centsOf, type Order, PaypalBooks, PaypalProblem, refundedCents, showOrder } from './paypal-books.ts';
import { authority, webhookSender } from './paypal-webhooks.ts';

type Test = { after(work: () => Promise<void>): void };
type Answer = { status: number; body: Record<string, unknown> };

export const credentials = { clientId: 'client-of-the-double', clientSecret: 'secret-of-the-double' };
export const WEBHOOK_ID = '4JH86294D6297924G';
const TOKEN_LIVES_SECONDS = 32_400;

/** One order in PayPal's own books, in hundredths. */
export interface BookedOrder {
  id: string;
  status: Order['status'];
  authorization: string | null;
  amount: number;
  captures: number[];
  refunded: number;
}

export type PaypalDouble = Awaited<ReturnType<typeof startPaypal>>;

export async function startPaypal(t: Test) {
  let url = '';
  let certificateOrigin = '';
  let nowMs = () => Date.now();
  const certUrl = () => `${certificateOrigin || url}/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77`;
  const webhooks = webhookSender(() => ({ webhookId: WEBHOOK_ID, certUrl: certUrl(), atMs: nowMs() }));
  const books = new PaypalBooks(webhooks.tell);
  const door = new ApiDoor(books, () => url);
  const requests: string[] = [];
  let certificate: (() => string) | null = () => authority().signer.pem;

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const text = await readBody(request);
    if (pathname === '/checkoutnow') {
      return answerPayer(books, { id: searchParams.get('token') ?? '', method: request.method, text }, response);
    }
    if (pathname === new URL(certUrl()).pathname) {
      return void response.writeHead(certificate === null ? 503 : 200).end(certificate?.());
    }
    sendJson(response, door.answer(request, pathname, text));
  }

  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answerTo(request, response).catch(error => {
      const problem = error instanceof PaypalProblem ? error : new PaypalProblem(500, 'INTERNAL_SERVER_ERROR');
      sendJson(response, problemAnswer(problem));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    await webhooks.sent();
  });

  return {
    ...{ url, books, webhooks, requests, certUrl },
    answerNext: door.answerNext.bind(door),
    /** As after six hours. */
    forgetKeys: () => door.keys.clear(),
    /** As when the tokens' time is over before we think so. */
    refuseTokens: () => door.tokens.clear(),
    /** The orders that carry one of our ids, as PayPal's own books have them. */
    bookedOf: (order_id: string): BookedOrder[] =>
      [...books.orders.values()].filter(({ unit }) => unit.invoice_id === order_id).map(bookedOrder),
    /** Null: there is an answer, but no certificate. */
    serveCertificate: (pem: string | null): void => {
      certificate = pem === null ? null : () => pem;
    },
    /** The clock by which its webhooks are signed. */
    goBy: (clock: { nowMs(): number }): void => {
      nowMs = () => clock.nowMs();
    },
    /** Where the shop reaches the double, if something stands between. */
    reachedAt: (origin: string): void => {
      certificateOrigin = origin;
    },
  };
}

/** The API itself: who asks, under which key, and for what. */
class ApiDoor {
  readonly books: PaypalBooks;
  readonly url: () => string;
  readonly tokens = new Set<string>();
  readonly keys = new Map<string, { input: string; answer: () => Answer }>();
  #instead: { path: RegExp; problem: PaypalProblem } | null = null;

  constructor(books: PaypalBooks, url: () => string) {
    this.books = books;
    this.url = url;
  }

  /** The next request to such a path is answered so, and not worked on. */
  answerNext(path: RegExp, status: number, issue: string): void {
    this.#instead = { path, problem: new PaypalProblem(status, issue) };
  }

  answer(request: IncomingMessage, pathname: string, text: string): Answer {
    if (pathname === '/v1/oauth2/token') return this.#grant(request, text);
    if (!this.tokens.has(request.headers.authorization ?? '')) throw new PaypalProblem(401, 'AUTHENTICATION_FAILURE');
    if (this.#instead?.path.test(pathname)) {
      const { problem } = this.#instead;
      this.#instead = null;
      throw problem;
    }
    if (request.method === 'POST') return this.#keyed(request, pathname, text);
    const [, id = ''] = /^\/v2\/checkout\/orders\/([^/]+)$/.exec(pathname) ?? [];
    return { status: 200, body: this.#withLinks(this.books.orderOf(id)) };
  }

  #grant({ headers: { authorization } }: IncomingMessage, text: string): Answer {
    const { clientId, clientSecret } = credentials;
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    if (authorization !== basic || text !== 'grant_type=client_credentials')
      throw new PaypalProblem(401, 'AUTHENTICATION_FAILURE');
    const access_token = `A21AA${randomBytes(24).toString('base64url')}`;
    this.tokens.add(`Bearer ${access_token}`);
    return { status: 200, body: { access_token, token_type: 'Bearer', expires_in: TOKEN_LIVES_SECONDS } };
  }

  /**
   * A key that has done something answers with what has become of it since; one that has failed may be used again. The
   * reference does not say what a key means with other input: here it is refused, since it would be a bug of ours.
   */
  #keyed(request: IncomingMessage, pathname: string, text: string): Answer {
    const key = request.headers['paypal-request-id'];
    if (typeof key !== 'string') throw new PaypalProblem(400, 'PAYPAL_REQUEST_ID_REQUIRED');
    const input = createHash('sha256').update(`${pathname} ${text}`).digest('hex');
    const known = this.keys.get(key);
    if (known !== undefined && known.input !== input) throw new PaypalProblem(422, 'REQUEST_ID_WITH_OTHER_INPUT');
    const answer = known?.answer ?? this.#work(pathname, JSON.parse(text));
    this.keys.set(key, { input, answer });
    const { status, body } = answer();
    const isWhole = request.headers.prefer === 'return=representation';
    const told = isWhole ? body : { id: body.id, status: body.status, links: body.links };
    return { status: known === undefined || status === 204 ? status : 200, body: told };
  }

  /** `body` is whatever was sent: the books check what they take of it. */
  #work(pathname: string, body: ReturnType<typeof JSON.parse>): () => Answer {
    const { books } = this;
    const [, , , of, id = '', action = ''] = pathname.split('/');
    const asOrder = (order: Order) => () => ({ status: 201, body: this.#withLinks(order) });
    const asMovement = (movement: object) => () => ({ status: 201, body: { ...movement } });
    switch (`${of} ${action}`) {
      case 'orders ':
        return asOrder(books.create(body));
      case 'orders authorize':
        return asOrder(books.authorize(id));
      case 'authorizations capture':
        return asMovement(books.capture(id, body));
      case 'captures refund':
        return asMovement(books.refund(id, body));
      case 'authorizations void':
        books.voidAuthorization(id);
        return () => ({ status: 204, body: {} });
      default:
        throw new PaypalProblem(404, 'INVALID_RESOURCE_ID');
    }
  }

  #withLinks(order: Order): Record<string, unknown> {
    const links = [{ rel: 'self', href: `${this.url()}/v2/checkout/orders/${order.id}`, method: 'GET' }];
    if (order.status === 'PAYER_ACTION_REQUIRED')
      links.push({ rel: 'payer-action', href: `${this.url()}/checkoutnow?token=${order.id}`, method: 'GET' });
    return { ...showOrder(order), links };
  }
}

/** As a person sees it: the amount and two buttons, which lead back to the shop. */
function answerPayer(
  books: PaypalBooks,
  { id, method, text }: { id: string; method: string | undefined; text: string },
  response: ServerResponse,
): void {
  const { unit, cancel_url, return_url } = books.orderOf(id);
  if (method === 'GET') {
    const html = `<h1>${unit.amount.value}</h1><form method="post"><button name="answer" value="approve">Pay</form>`;
    return void response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  }
  const answer = new URLSearchParams(text).get('answer');
  if (answer !== 'cancel') books.approve(id, { isBroke: answer === 'approve_without_money' });
  const location = new URL(answer === 'cancel' ? cancel_url : return_url);
  location.searchParams.set('token', id);
  response.writeHead(303, { location: location.href }).end();
}

function bookedOrder(order: Order): BookedOrder {
  const { id, status, unit, authorization, captures } = order;
  const taken = captures.filter(capture => capture.status !== 'DECLINED').map(({ amount }) => centsOf(amount));
  const of = { id, status, authorization: authorization?.status ?? null, amount: centsOf(unit.amount) };
  return { ...of, captures: taken, refunded: refundedCents(order) };
}

/** The payer's answer at the approval page, as a browser sends it. */
export async function answerAtPaypal(url: string, answer: 'approve' | 'approve_without_money' | 'cancel') {
  const sent = await fetch(url, { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' });
  await sent.arrayBuffer();
  return { status: sent.status, location: sent.headers.get('location') };
}

function problemAnswer({ status, issue }: PaypalProblem): Answer {
  const names: Record<number, string> = { 400: 'INVALID_REQUEST', 404: 'RESOURCE_NOT_FOUND' };
  const name = names[status] ?? (status === 422 ? 'UNPROCESSABLE_ENTITY' : issue);
  const details = [{ issue, description: 'as the double says' }];
  return { status, body: { name, message: 'The double refuses.', debug_id: randomBytes(6).toString('hex'), details } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function sendJson(response: ServerResponse, { status, body }: Answer): void {
  if (status === 204) return void response.writeHead(204).end();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
