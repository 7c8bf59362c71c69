import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { GatewayEvent, RawWebhook, WebhookVerdict } from '../gateway.ts';
import { fromStripeAmount } from './stripe-amounts.ts';
import type { StripeClient } from './stripe-client.ts';

const TOLERANCE_SECONDS = 300;

/** PostgreSQL's jsonb can't hold a NUL. */
const word = Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000]+$' });
const maybe = Type.Optional(Type.Union([word, Type.Null()]));
const amount = Type.Integer({ minimum: 0 });
const currency = Type.String({ pattern: '^[a-z]{3}$' });
const metadata = Type.Optional(
  Type.Union([
    Type.Object({ shop_id: Type.Optional(word), order_id: Type.Optional(word), refund_id: Type.Optional(word) }),
    Type.Null(),
  ]),
);

/** Only what we use, in the form that it has in every version of the API: an endpoint has a version of its own. */
const Told = Type.Object({
  id: word,
  type: word,
  livemode: Type.Boolean(),
  data: Type.Object({ object: Type.Object({ object: word, id: Type.Optional(word) }) }),
});
const Thing = Type.Object({ object: word, id: word, amount, currency, payment_intent: maybe, status: maybe, metadata });

/**
 * By the library's own check, under every secret in use; it lets a time ahead of ours pass, which is refused here. So
 * is what comes from the other of Stripe's two worlds, where money is not what it is here.
 */
export function verifyStripeWebhook(
  { webhooks }: Pick<StripeClient, 'webhooks'>,
  { shopId, secrets, isLive }: { shopId: string; secrets: readonly string[]; isLive: boolean },
  { headers, rawBody, nowMs }: RawWebhook,
): WebhookVerdict {
  const signature = headers['stripe-signature'] ?? '';
  const isSigned = secrets.map(isSignedBy).includes(true);
  if (!isSigned || isAhead(signature, nowMs)) return { state: 'bad_signature' };
  const told = parseTold(rawBody);
  if (told === null) return { state: 'malformed' };
  if (told.livemode !== isLive) return { state: 'bad_signature' };
  const event = readEvent(told, shopId);
  return event === null ? { state: 'malformed' } : { state: 'genuine', event };

  function isSignedBy(secret: string): boolean {
    try {
      return webhooks.signature!.verifyHeader(rawBody, signature, secret, TOLERANCE_SECONDS, undefined, nowMs);
    } catch {
      return false; // It says no by an exception, whose message holds the whole body.
    }
  }
}

function isAhead(signature: string, nowMs: number): boolean {
  const times = signature.split(',').filter(part => part.startsWith('t='));
  return times.some(part => !(Number(part.slice(2)) - nowMs / 1000 <= TOLERANCE_SECONDS));
}

function parseTold(rawBody: Buffer): Static<typeof Told> | null {
  try {
    const body: unknown = JSON.parse(rawBody.toString('utf8'));
    return Value.Check(Told, body) ? body : null;
  } catch {
    return null; // What is no JSON is no event.
  }
}

/** Kept is what we have read, and no more: the rest holds client secrets, and people's cards and addresses. */
function readEvent({ id: event_id, type, livemode, data }: Static<typeof Told>, shopId: string): GatewayEvent | null {
  const { object, id } = data.object;
  const body = { id: event_id, type, livemode, object, object_id: id };
  const nothing = { order_id: null, gateway_ref: null, amount: null, currency: null, refund_id: null };
  const other: GatewayEvent = { event_id, type, about: 'other', ...nothing, body };
  const isOfMoney = object === 'payment_intent' || object === 'refund' || type === 'charge.refunded';
  if (!isOfMoney) return other;
  if (!Value.Check(Thing, data.object)) return null;
  const claim = claimOf(data.object, shopId);
  if (claim === null) return other;
  return { event_id, type, about: 'payment', ...claim, body: { ...body, status: data.object.status, ...claim } };
}

type Claim = Pick<GatewayEvent, 'order_id' | 'gateway_ref' | 'amount' | 'currency' | 'refund_id'>;

/**
 * Null for what doesn't carry this shop's id: payments of others on the same account, refunds from Stripe's dashboard,
 * and the ones by which it books what a void lets go.
 */
function claimOf(thing: Static<typeof Thing>, shopId: string): Claim | null {
  const { object } = thing;
  const { shop_id, order_id = null, refund_id = null } = thing.metadata ?? {};
  if (shop_id !== shopId || order_id === null || (object === 'refund' && refund_id === null)) return null;
  const currency = thing.currency.toUpperCase();
  const gateway_ref = object === 'payment_intent' ? thing.id : (thing.payment_intent ?? null);
  // A refund that has failed after all has given back nothing, which contradicts our record and calls for a person.
  const isFailed = object === 'refund' && (thing.status === 'failed' || thing.status === 'canceled');
  const amount = isFailed ? 0 : fromStripeAmount(thing.amount, currency);
  return { order_id, gateway_ref, amount, currency, refund_id: object === 'refund' ? refund_id : null };
}
