import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { isId } from '#platform/ids';
import type { GatewayEvent, WebhookVerdict } from '../gateway.ts';
import { fromPaypalMoney } from './amounts.ts';

const word = Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000]+$' });
const Amount = Type.Object({ currency_code: word, value: word });

const Envelope = Type.Object({
  id: word,
  event_type: word,
  create_time: Type.Optional(word),
  resource: Type.Object({}),
});

/** An authorisation, a capture or a refund; or an order, with its ids and amount in its purchase unit. */
const Resource = Type.Object({
  id: word,
  status: Type.Optional(word),
  amount: Type.Optional(Amount),
  custom_id: Type.Optional(word),
  invoice_id: Type.Optional(word),
  supplementary_data: Type.Optional(
    Type.Object({ related_ids: Type.Optional(Type.Object({ order_id: Type.Optional(word) })) }),
  ),
  purchase_units: Type.Optional(
    Type.Array(Type.Object({ amount: Amount, custom_id: Type.Optional(word), invoice_id: Type.Optional(word) })),
  ),
});

const ABOUT_PAYMENTS = /^(CHECKOUT\.ORDER\.|PAYMENT\.AUTHORIZATION\.|PAYMENT\.CAPTURE\.|PAYMENT\.REFUND\.)/;
/** Money that goes back: by us, by a person at PayPal's site, or by a payer's bank. */
const ABOUT_REFUNDS = /^(PAYMENT\.CAPTURE\.(REFUNDED|REVERSED)|PAYMENT\.REFUND\.)/;

/** What a genuine body says. Of a webhook only what is read here is kept: PayPal's has the payer's name and address. */
export function readEvent(rawBody: Buffer): WebhookVerdict {
  const text = rawBody.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { state: 'malformed' };
  }
  if (!Value.Check(Envelope, body)) return { state: 'malformed' };
  const { id: event_id, event_type: type, create_time = null, resource } = body;
  if (!ABOUT_PAYMENTS.test(type)) {
    const nothing = { order_id: null, gateway_ref: null, amount: null, currency: null, refund_id: null };
    return { state: 'genuine', event: { event_id, type, about: 'other', ...nothing, body: { create_time } } };
  }
  if (!Value.Check(Resource, resource)) return { state: 'malformed' };
  const { id, status = null, amount, custom_id, invoice_id } = { ...resource, ...resource.purchase_units?.[0] };
  const claim = claimOf(type, { id, money: amount, custom_id, invoice_id });
  const gateway_ref = type.startsWith('CHECKOUT.') ? id : (resource.supplementary_data?.related_ids?.order_id ?? null);
  const kept = { create_time, resource: { id, status, amount, custom_id, invoice_id } };
  return { state: 'genuine', event: { event_id, type, about: 'payment', ...claim, gateway_ref, body: kept } };
}

interface Told {
  id: string;
  money: { currency_code: string; value: string } | undefined;
  custom_id: string | undefined;
  invoice_id: string | undefined;
}

type Claim = Pick<GatewayEvent, 'order_id' | 'refund_id' | 'amount' | 'currency'>;

function claimOf(type: string, { id, money, custom_id, invoice_id }: Told): Claim {
  const [order_id, own] = idsIn(custom_id);
  const sum = { amount: money ? fromPaypalMoney(money) : null, currency: money?.currency_code ?? null };
  // One that we didn't ask for goes by PayPal's id: no refund of ours has it, so that a person is told of it.
  const refund_id = ABOUT_REFUNDS.test(type) ? (own.length === 1 ? own[0]! : id) : null;
  return { order_id: order_id ?? invoice_id ?? null, refund_id, ...sum };
}

/** `order.payment.person` of an order, and `order.refund` of a refund. */
function idsIn(custom_id = ''): [order_id: string | undefined, own: string[]] {
  const ids = custom_id.split('.');
  return ids.every(isId) ? [ids[0], ids.slice(1)] : [undefined, []];
}
