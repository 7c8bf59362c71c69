// A double of Stripe's HTTP API, written from its public reference: it keeps books, answers keys as Stripe does, and
// signs its webhooks with Stripe's own library. It is no Stripe: only what the shop uses, in one version of the API.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import {
  type Charge,
  failure,
  type Intent,
  missing,
  openStripeBooks,
  type Refund,
  random,
  refusal,
  type StripeAnswer,
  type StripeBooks,
} from './stripe-books.ts';
import { readBooks, showIntent } from './stripe-reads.ts';

const API_VERSION = '2026-10-28.endive';

type TestContext = { after(work: () => Promise<void>): void };

/** What becomes of the next request that would change something. */
export interface Odd {
  status: number;
  code?: string;
  /** It has its effect all the same. */
  isDone?: boolean;
  /** The answer is kept under its key, as Stripe keeps errors that come after an execution has begun. */
  isStored?: boolean;
}

export interface StripeDouble {
  url: string;
  /** What is done there by hand, as at Stripe's dashboard, is done in its books. */
  books: StripeBooks;
  secretKey: string;
  webhookSecret: string;
  setWebhookUrl(url: string): void;
  /** Everything told so far has been sent. */
  sent(): Promise<unknown>;
  answerNext(odd: Odd): void;
  /** Nothing new is found until it is told otherwise, as with Stripe's search in its first minute. */
  lagSearch(isLagging: boolean): void;
  /** As Stripe does after a day. */
  forgetKeys(): void;
  intentsOf(order_id: string): Intent[];
  chargesOf(order_id: string): Charge[];
  refundsOf(order_id: string): Refund[];
  /** All that was asked, as it came. */
  asked: { method: string; path: string; headers: IncomingMessage['headers']; form: Map<string, string> }[];
}

interface Door {
  books: StripeBooks;
  keys: Map<string, { input: string; answer: StripeAnswer | null }>;
  searchable: Set<string> | null;
  next: Odd | null;
  asked: StripeDouble['asked'];
  secretKey: string;
}

export async function startStripeDouble(
  t: TestContext,
  { livemode = false, webhookUrl, paysOutIn }: { livemode?: boolean; webhookUrl?: string; paysOutIn?: string } = {},
): Promise<StripeDouble> {
  const secretKey = `sk_${livemode ? 'live' : 'test'}_${random()}`;
  const webhookSecret = `whsec_${random()}`;
  const sending = sender(webhookSecret, livemode, webhookUrl);
  let url = '';
  const challengeUrl = (id: string) => `${url}/challenge/${id}`;
  const books = openStripeBooks({ livemode, challengeUrl, tell: sending.tell, paysOutIn });
  const door: Door = { books, keys: new Map(), searchable: null, next: null, asked: [], secretKey };
  const server = createServer((request, response) => {
    route(door, request, response).catch(error => response.destroy(error));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    await sending.settled();
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const intentsOf = (order_id: string) =>
    [...books.intents.values()].filter(intent => intent.metadata.order_id === order_id);
  const isOf = (order_id: string, id: string) => books.intents.get(id)?.metadata.order_id === order_id;
  return {
    ...{ url, books, secretKey, webhookSecret, asked: door.asked, intentsOf },
    setWebhookUrl: sending.setUrl,
    sent: sending.settled,
    answerNext(odd) {
      door.next = odd;
    },
    lagSearch(isLagging) {
      door.searchable = isLagging ? new Set(books.intents.keys()) : null;
    },
    forgetKeys: () => door.keys.clear(),
    chargesOf: order_id => [...books.charges.values()].filter(charge => isOf(order_id, charge.payment_intent)),
    refundsOf: order_id => books.refunds.filter(refund => isOf(order_id, refund.payment_intent)),
  };
}

/** Webhooks go out one after the other, each once, with the object as it is at that moment. */
function sender(secret: string, livemode: boolean, first: string | undefined) {
  let url = first;
  let sent: Promise<unknown> = Promise.resolve();
  return {
    setUrl(to: string): void {
      url = to;
    },
    settled: () => sent,
    tell(type: string, object: object): void {
      const id = `evt_${random()}`;
      const created = Math.floor(Date.now() / 1000);
      const event = { id, object: 'event', type, api_version: API_VERSION, created, livemode, data: { object } };
      const payload = JSON.stringify(event);
      sent = sent.then(async () => {
        if (url === undefined) return;
        const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
        const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
        await fetch(url, { method: 'POST', headers, body: payload }).then(
          answer => answer.arrayBuffer(),
          () => {},
        );
      });
    },
  };
}

async function route(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stripe');
  const text = await readText(request);
  const [, first, ...rest] = url.pathname.split('/');
  if (first === 'challenge' && request.method === 'GET') return void response.writeHead(200, HTML).end(BANK);
  if (first === 'challenge') return answerPage(door, response, rest[0] ?? '', new URLSearchParams(text));
  const form = new Map(new URLSearchParams(request.method === 'GET' ? url.search : text));
  const method = request.method ?? '';
  door.asked.push({ method, path: url.pathname, headers: request.headers, form });
  const { status, body } = refuseForm(door, request, form) ?? (await answer(door, method, rest, form, request));
  const headers = { 'content-type': 'application/json', 'request-id': `req_${random()}` };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

const list = (...names: string[]) => new RegExp(`^(${names.join('|')})$`);
const METADATA = String.raw`metadata\[\w+\]`;
const EXPAND = String.raw`expand\[\d+\]`;
const PAID_BY = ['payment_method', 'confirmation_token', String.raw`allowed_payment_method_types\[\d+\]`];

/** All that the double takes. What Stripe takes beyond this is not needed here. */
const known: Record<string, RegExp> = {
  'POST payment_intents': list('amount', 'currency', 'capture_method', 'confirm', 'return_url', METADATA, ...PAID_BY),
  'POST capture': list('amount_to_capture', EXPAND),
  'POST cancel': list('cancellation_reason'),
  'POST refunds': list('payment_intent', 'amount', METADATA),
  'GET search': list('query', 'limit'),
  'GET list': list(String.raw`created\[(gte|lt)\]`, 'limit', 'starting_after', EXPAND),
  'GET payment_intents': list(EXPAND),
};

/** What Stripe refuses before it looks at the books. */
function refuseForm(door: Door, request: IncomingMessage, form: Map<string, string>): StripeAnswer | null {
  const { authorization, 'stripe-version': version } = request.headers;
  if (authorization !== `Bearer ${door.secretKey}`) {
    const message = `Invalid API Key provided: ${authorization?.slice(7, 20)}…`;
    return failure(401, { type: 'invalid_request_error', message });
  }
  if (version !== API_VERSION) return refusal({ message: `Invalid Stripe API version: ${version}` });
  if (form.has('payment_method_types[0]')) {
    return refusal({ code: 'payment_method_types_no_longer_supported', message: 'use allowed_payment_method_types' });
  }
  const parts = new URL(request.url ?? '/', 'http://stripe').pathname.split('/').slice(2);
  const name = [...parts].reverse().find(part => /^(payment_intents|refunds|capture|cancel|search)$/.test(part));
  const isList = request.method === 'GET' && parts.length === 1;
  const allowed = known[`${request.method} ${isList ? 'list' : name}`];
  if (allowed === undefined) return missing('url');
  const param = [...form.keys()].find(key => !allowed.test(key));
  return param === undefined
    ? null
    : refusal({ code: 'parameter_unknown', param, message: `Received unknown parameter: ${param}` });
}

async function answer(
  door: Door,
  method: string,
  path: string[],
  form: Map<string, string>,
  request: IncomingMessage,
): Promise<StripeAnswer> {
  if (method === 'GET') return readBooks(door.books, { id: path[1], searchable: door.searchable }, form);
  const key = String(request.headers['idempotency-key'] ?? random());
  const input = JSON.stringify([path, [...form]]);
  const before = door.keys.get(key);
  if (before !== undefined && before.input !== input) {
    const message = 'Keys for idempotent requests can only be used with the same parameters they were first used with.';
    return failure(400, { type: 'idempotency_error', message });
  }
  if (before?.answer === null) {
    const message = 'There is currently another in-progress request using this key.';
    return failure(409, { type: 'invalid_request_error', code: 'idempotency_key_in_use', message });
  }
  if (before !== undefined) return before.answer;
  const odd = door.next;
  door.next = null;
  const oddAnswer = odd && failure(odd.status, { type: 'api_error', code: odd.code, message: 'an odd answer' });
  if (odd && !odd.isDone && !odd.isStored) return oddAnswer!;
  door.keys.set(key, { input, answer: null });
  // Whoever asks under the same key in this moment meets a request in progress.
  await new Promise(resolve => setImmediate(resolve));
  const done = odd !== null && !odd.isDone ? oddAnswer! : write(door, path, form);
  const told = oddAnswer ?? done;
  // As it is now: a repeat is told the same, whatever has become of the intent since.
  door.keys.set(key, { input, answer: structuredClone(odd?.isStored ? told : done) });
  return told;
}

function write({ books }: Door, [kind, id, operation]: string[], form: Map<string, string>): StripeAnswer {
  if (kind === 'refunds') return books.refund(form);
  if (id === undefined) return books.create(form);
  const intent = books.intents.get(id);
  if (intent === undefined) return missing('intent');
  if (operation !== 'capture') return books.cancel(intent);
  const { status, body } = books.capture(intent, form);
  return { status, body: status === 200 ? showIntent(books, intent, form) : body };
}

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const BANK = `<!doctype html><html lang="en"><title>Your bank</title><link rel="icon" href="data:,"><form method="post">
<button name="answer" value="confirm">Confirm</button><button name="answer" value="fail">Decline</button></form>`;

/** What the person does at that page. */
function answerPage({ books }: Door, response: ServerResponse, id: string, form: URLSearchParams): void {
  const intent = books.intents.get(id);
  if (intent === undefined) return void response.writeHead(404).end();
  const { redirect_to_url } = (intent.next_action ?? {}) as { redirect_to_url?: { return_url: string } };
  books.settleChallenge(intent, form.get('answer') === 'confirm');
  response.writeHead(303, { location: redirect_to_url?.return_url ?? '/' }).end();
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
