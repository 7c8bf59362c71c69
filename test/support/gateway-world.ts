import assert from 'node:assert/strict';
import { createIds } from '#platform/ids';
import type { AuthoriseRequest, Found, Gateway, RawWebhook } from '../../src/payments/gateway.ts';
import { attempt } from '../../src/payments/gateway-call.ts';
import type { NetworkFault } from './network-faults.ts';

/** An adapter and whoever is behind it, made anew for each proof. */
export interface GatewayWorld {
  gateway: Gateway;
  /** What the other side takes for a card that does so; null where lack of money is a decline like any other. */
  tokens: Record<'pays' | 'declined' | 'challenged', Token> & { insufficientFunds: Token | null };
  /** What the other side's own books hold of an order, in order of time: only what ever had money set aside. */
  booked(order_id: string): Promise<Booked[]>;
  /** As the person does at the page to which a challenge has sent them. */
  answerChallenge(url: string, answer: { isConfirmed: boolean }): Promise<void>;
  /** What the other side keeps of AMOUNT, and says so with a capture; null where it says nothing. */
  fee: number | null;
  /** What becomes of the next request that would change something at the gateway, and of no later one. */
  failNext(fault: NetworkFault): void;
  /** The webhooks of an order that the gateway has sent so far, as they came in. */
  told(order_id: string): Promise<RawWebhook[]>;
  /** Any body as the gateway signs it: now or some time ago, with the secret in use, the one before it, or neither. */
  sign(rawBody: Buffer, how?: { by?: Signer; ageMs?: number }): Promise<RawWebhook>;
}

/** A card's token; or one of another method. */
export type Token = string | Pick<AuthoriseRequest, 'method' | 'token'>;
export type Signer = 'current' | 'older' | 'stranger';

export interface Booked {
  gateway_ref: string;
  state: 'authorized' | 'captured' | 'voided';
  /** Minor units of ours. */
  amount: number;
  captured: number;
  refunded: number;
}

/** One promise of the contract, held against a world of its own. */
export type Proof = (world: GatewayWorld) => Promise<void>;

export const ids = createIds();
export const AMOUNT = 2999;
/** Of the shop that every adapter is tested for. */
export const SHOP_ID = '5b0f3c0e-7d3a-4c55-9d5e-0c1b6a4f2e11';
const ANSWERS_WITHIN_MS = 5_000;

/** An order of its own, which would like to pay 29.99 dollars. */
export function newRequest(token: Token, fields: Partial<AuthoriseRequest> = {}): AuthoriseRequest {
  const order_id = ids.next();
  const of = { order_id, payment_id: ids.nextFor(order_id), person_id: ids.nextFor(order_id) };
  const by = typeof token === 'string' ? ({ method: 'card', token } as const) : token;
  return { key: `order_${order_id}`, ...of, amount: AMOUNT, currency: 'USD', ...by, ...fields };
}

/** Each call as one try of the shop's policy: an answer, or `unknown` after a time limit or whatever was thrown. */
export function askerOf({ gateway }: Pick<GatewayWorld, 'gateway'>, withinMs = ANSWERS_WITHIN_MS) {
  const currency = 'USD';
  return {
    authorise: (request: AuthoriseRequest) => attempt(signal => gateway.authorise(request, signal), withinMs),
    capture: ({ order_id }: AuthoriseRequest, gateway_ref: string, { amount = AMOUNT, key = '' } = {}) => {
      const asked = { key: key || `capture_${order_id}`, gateway_ref, currency, amount };
      return attempt(signal => gateway.capture(asked, signal), withinMs);
    },
    void: ({ order_id }: AuthoriseRequest, gateway_ref: string) => {
      const asked = { key: `void_${order_id}`, gateway_ref, currency };
      return attempt(signal => gateway.void(asked, signal), withinMs);
    },
    refund: ({ order_id }: AuthoriseRequest, gateway_ref: string, { amount = AMOUNT, refund_id = ids.next() } = {}) => {
      const asked = { key: `refund_${refund_id}`, refund_id, order_id, gateway_ref, currency, amount };
      return attempt(signal => gateway.refund(asked, signal), withinMs);
    },
    find: (order_id: string, gateway_ref: string | null = null) =>
      attempt(signal => gateway.find({ order_id, gateway_ref }, signal), withinMs),
  };
}

/** An order whose money is set aside, and the gateway's reference of it. */
export async function authorised(world: GatewayWorld): Promise<{ request: AuthoriseRequest; ref: string }> {
  const request = newRequest(world.tokens.pays);
  const answer = await askerOf(world).authorise(request);
  assert.equal(answer.state, 'authorized', JSON.stringify(answer));
  return { request, ref: (answer as { gateway_ref: string }).gateway_ref };
}

/** An order whose money is taken. */
export async function captured(world: GatewayWorld): Promise<{ request: AuthoriseRequest; ref: string }> {
  const { request, ref } = await authorised(world);
  assert.deepEqual(await askerOf(world).capture(request, ref), capturedBy(world));
  return { request, ref };
}

/** The answer to a capture of AMOUNT. */
export function capturedBy(world: GatewayWorld) {
  return { state: 'captured' as const, ...feeIn(world) };
}

/** The payment as `find` rebuilds it once AMOUNT is captured. */
export function foundCaptured(world: GatewayWorld, request: AuthoriseRequest, ref: string, refunded = 0): Found {
  return foundOf(request, ref, { state: 'captured', captured: AMOUNT, refunded, ...feeIn(world) });
}

function feeIn({ fee }: GatewayWorld): { fee?: number } {
  return fee === null ? {} : { fee };
}

/** The order's one payment in the other side's books. */
export function booked(gateway_ref: string, state: Booked['state'], fields: Partial<Booked> = {}): Booked[] {
  return [{ gateway_ref, state, amount: AMOUNT, captured: state === 'captured' ? AMOUNT : 0, refunded: 0, ...fields }];
}

/** The payment as `find` rebuilds it. */
export function foundOf(request: AuthoriseRequest, ref: string, fields: Partial<Found['payment']>): Found {
  const { key, token, ...terms } = request;
  const rest = { captured: 0, refunded: 0, reason: null, next_action: null };
  return { state: 'found', payment: { gateway_ref: ref, ...terms, state: 'authorized', ...rest, ...fields } };
}
