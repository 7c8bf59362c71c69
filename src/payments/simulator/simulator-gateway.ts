import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { Agent, request } from 'undici';
import { limits } from '#limits';
import { isSignedBy } from '#platform/webhook-signature';
import type { NextAction, SimulatorCharge } from '../contract.ts';
import type { FoundPayment, Gateway, GatewayEvent, Refused, Unknown, WebhookVerdict } from '../gateway.ts';
import type { SimulatorBooks, SimulatorRequest } from './books.ts';
import type { Charge } from './books-store.ts';
import type { SimulatorAnswer } from './charges.ts';

type Door = (request: SimulatorRequest, signal: AbortSignal) => Promise<SimulatorAnswer>;

/** The simulator's address, or its books in this process; what signs its webhooks, and what did before a rotation. */
export type SimulatorGatewayOptions = ({ url: string } | { books: SimulatorBooks }) & {
  secret: string;
  olderSecrets?: readonly string[];
};

/** The simulator behind the gateways' port. */
export function simulatorGateway(options: SimulatorGatewayOptions): Gateway {
  const secrets = [options.secret, ...(options.olderSecrets ?? [])];
  const ask: Door = 'url' in options ? httpDoor(options.url) : asked => options.books.ask(asked);
  return {
    name: 'simulator',
    methods: ['card', 'wallet', 'bank_transfer'],
    async authorise({ key, order_id, payment_id, person_id, amount, currency, method, token }, signal) {
      const terms = { order_id, payment_id, person_id, amount, currency, method };
      const { status, body } = await ask({ operation: 'authorise', key, ...terms, token }, signal);
      const charge = body as unknown as Charge & { url?: string };
      if (status === 402)
        return { state: 'declined', reason: charge.reason ?? 'declined', gateway_ref: charge.charge_id };
      if (status !== 200) return unknown({ status, body });
      const gateway_ref = charge.charge_id;
      if (charge.state === 'authorized') return { state: 'authorized', gateway_ref };
      return { state: 'pending', gateway_ref, next_action: nextAction(charge) };
    },
    async capture({ key, gateway_ref, amount }, signal) {
      const answer = await ask({ operation: 'capture', key, charge_id: gateway_ref, amount }, signal);
      return answer.status === 200 ? { state: 'captured' } : refusedOrUnknown(answer);
    },
    async void({ key, gateway_ref }, signal) {
      const answer = await ask({ operation: 'void', key, charge_id: gateway_ref }, signal);
      return answer.status === 200 ? { state: 'voided' } : refusedOrUnknown(answer);
    },
    async refund({ key, gateway_ref, amount }, signal) {
      const answer = await ask({ operation: 'refund', key, charge_id: gateway_ref, amount }, signal);
      if (answer.status !== 200) return refusedOrUnknown(answer);
      return { state: 'refunded', gateway_ref: String(answer.body.refund_ref) };
    },
    async find({ order_id }, signal) {
      const answer = await ask({ operation: 'find', order_id }, signal);
      if (answer.status === 404) return { state: 'not_found' };
      if (answer.status !== 200) return unknown(answer);
      return { state: 'found', payment: found(answer.body as unknown as Charge & { url?: string }) };
    },
    async list(period, signal) {
      const answer = await ask({ operation: 'list', ...period }, signal);
      if (answer.status !== 200) return unknown(answer);
      const { items, next } = answer.body as unknown as { items: (Charge & { url?: string })[]; next: string | null };
      return { state: 'listed', payments: items.map(found), next };
    },
    async verifyWebhook({ headers, rawBody, nowMs }) {
      if (!isSignedBy(secrets, { signature: headers.signature, rawBody, nowMs })) return { state: 'bad_signature' };
      return readEvent(rawBody);
    },
  };
}

const BOOKS_TIMEOUT_MS = 5_000;

/** Keep-alive connections, bounded; redirects are not followed. */
function httpDoor(url: string): Door {
  const dispatcher = new Agent({ connections: limits.gatewayCallsMax, pipelining: 1 });
  return async (asked, signal) => {
    const answer =
      asked.operation === 'find' || asked.operation === 'list'
        ? await request(`${url}/v1/charges?${searchOf(asked)}`, { dispatcher, signal })
        : await post(asked);
    return { status: answer.statusCode, body: (await answer.body.json()) as SimulatorAnswer['body'] };

    function post({ operation, key, ...body }: Exclude<SimulatorRequest, { operation: 'find' | 'list' }>) {
      return request(`${url}/v1/${operation}`, {
        dispatcher,
        signal,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      });
    }
  };
}

function searchOf({ operation: _, ...fields }: Extract<SimulatorRequest, { operation: 'find' | 'list' }>) {
  return new URLSearchParams(Object.entries(fields).filter((field): field is [string, string] => field[1] !== null));
}

/** The simulator's own books where it runs in another process. */
export function remoteBooks(url: string): Pick<SimulatorBooks, 'list'> {
  return {
    async list({ order_id }) {
      const search = order_id === undefined ? '' : `?order_id=${encodeURIComponent(order_id)}`;
      const signal = AbortSignal.timeout(BOOKS_TIMEOUT_MS);
      const { body } = await request(`${url}/v1/books${search}`, { signal });
      return ((await body.json()) as { items: SimulatorCharge[] }).items;
    },
  };
}

function nextAction(charge: { state: Charge['state']; url?: string }): NextAction {
  return charge.state === 'requires_action' && charge.url !== undefined
    ? { type: 'redirect', url: charge.url }
    : { type: 'wait' };
}

function unknown({ status, body }: SimulatorAnswer): Unknown {
  return { state: 'unknown', problem: `the simulator answered ${status} ${body.reason}` };
}

function refusedOrUnknown(answer: SimulatorAnswer): Refused | Unknown {
  const isDefinite = answer.status === 402 || answer.status === 404 || answer.status === 409;
  return isDefinite ? { state: 'refused', reason: String(answer.body.reason) } : unknown(answer);
}

const states: Record<Charge['state'], FoundPayment['state']> = {
  requires_action: 'pending',
  settling: 'pending',
  authorized: 'authorized',
  captured: 'captured',
  refunded: 'captured',
  voided: 'voided',
  failed: 'failed',
};

function found(charge: Charge & { url?: string }): FoundPayment {
  const { charge_id, order_id, payment_id, person_id, amount, currency, method, captured, refunded, reason } = charge;
  const state = states[charge.state];
  const next_action = state === 'pending' ? nextAction(charge) : null;
  const terms = { gateway_ref: charge_id, order_id, payment_id, person_id, amount, currency, method };
  return { ...terms, state, captured, refunded, reason, next_action };
}

const word = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]+$' });
const Event = Type.Object({
  event_id: word,
  type: word,
  created_at: word,
  data: Type.Object({
    order_id: Type.Optional(word),
    amount: Type.Optional(Type.Integer()),
    currency: Type.Optional(word),
    charge_id: Type.Optional(word),
    reason: Type.Optional(word),
    refund_key: Type.Optional(word),
  }),
});

function readEvent(rawBody: Buffer): WebhookVerdict {
  const text = rawBody.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { state: 'malformed' };
  }
  // PostgreSQL's jsonb can't hold a NUL, wherever in the body it stands.
  if (!Value.Check(Event, body) || text.includes('\\u0000')) return { state: 'malformed' };
  const { event_id, type, data } = body;
  const refund_id = data.refund_key?.replace(/^refund_/, '') ?? null;
  const about: GatewayEvent['about'] = type.startsWith('payment.') ? 'payment' : 'other';
  const claim = {
    order_id: data.order_id ?? null,
    gateway_ref: data.charge_id ?? null,
    amount: data.amount ?? null,
    currency: data.currency ?? null,
    refund_id,
  };
  return { state: 'genuine', event: { event_id, type, about, ...claim, body: { ...body } } };
}
