import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { GatewayEvent, WebhookVerdict } from '../gateway.ts';
import { fromPaypalMoney, type PaypalMoney } from './amounts.ts';
import { isOfShop, type Marks, readRefundMark } from './marks.ts';

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
export function readEvent(rawBody: Buffer, shopId: string): WebhookVerdict {
  const text = rawBody.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { state: 'malformed' };
  }
  if (!Value.Check(Envelope, body)) return { state: 'malformed' };
  const { id: event_id, event_type: type, create_time = null, resource } = body;
  const nothing = { order_id: null, gateway_ref: null, amount: null, currency: null, refund_id: null };
  const other = { event_id, type, about: 'other' as const, ...nothing, body: { create_time } };
  if (!ABOUT_PAYMENTS.test(type)) return { state: 'genuine', event: other };
  if (!Value.Check(Resource, resource)) return { state: 'malformed' };
  const { id, status = null, amount, custom_id, invoice_id } = { ...resource, ...resource.purchase_units?.[0] };
  if (!isOfShop({ custom_id }, shopId)) return { state: 'genuine', event: other };
  const claim = claimOf(type, { id, money: amount, custom_id, invoice_id }, shopId);
  const gateway_ref = type.startsWith('CHECKOUT.') ? id : (resource.supplementary_data?.related_ids?.order_id ?? null);
  const kept = { create_time, resource: { id, status, amount, custom_id, invoice_id } };
  return { state: 'genuine', event: { event_id, type, about: 'payment', ...claim, gateway_ref, body: kept } };
}

interface Told extends Marks {
  id: string;
  money: PaypalMoney | undefined;
}

type Claim = Pick<GatewayEvent, 'order_id' | 'refund_id' | 'amount' | 'currency'>;

function claimOf(type: string, { id, money, ...marks }: Told, shopId: string): Claim {
  const refund = readRefundMark(marks, shopId);
  const sum = { amount: money ? fromPaypalMoney(money) : null, currency: money?.currency_code ?? null };
  // One that we didn't ask for goes by PayPal's id: no refund of ours has it, so that a person is told of it.
  const refund_id = ABOUT_REFUNDS.test(type) ? (refund?.refund_id ?? id) : null;
  return { order_id: refund?.order_id ?? marks.invoice_id ?? null, refund_id, ...sum };
}
