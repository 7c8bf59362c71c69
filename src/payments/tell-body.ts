import type { Json } from '#platform/outcome';

const LEFT_OUT = '[left out]';
const DEPTH_MAX = 12;
const ITEMS_MAX = 50;
const TEXT_MAX = 300;

/**
 * What of a gateway's event is told: names, sums, states and references, nothing of a person or of what they pay with.
 * Names that are known to be harmless stand here, since nobody can list all the others: what a gateway adds tomorrow is
 * left out until it is looked at.
 */
const HARMLESS = new Set(
  [
    // what it is
    'id event_id type event_type event_version resource_type resource_version object api_version livemode summary',
    'created created_at create_time update_time data resource metadata purchase_units payments supplementary_data',
    'related_ids captures authorizations refunds previous_attributes',
    // which payment
    'order_id payment_id charge_id charge payment_intent invoice_id custom_id reference_id capture_id',
    'authorization_id refund_id refund_key',
    // how much
    'amount amount_capturable amount_received amount_captured amount_refunded currency currency_code value',
    'final_capture capture_method intent',
    // how it stands
    'status state status_details reason reason_code cancellation_reason code decline_code failure_code outcome',
    'network_status captured refunded paid',
  ].flatMap(line => line.split(' ')),
);

export function tellBody(body: unknown, depth = 0): Json {
  if (body === null || typeof body === 'boolean' || typeof body === 'number') return body;
  if (typeof body === 'string') return body.length > TEXT_MAX ? `${body.slice(0, TEXT_MAX)}…` : body;
  if (typeof body !== 'object' || depth >= DEPTH_MAX) return LEFT_OUT;
  if (Array.isArray(body)) return body.slice(0, ITEMS_MAX).map(item => tellBody(item, depth + 1));
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, HARMLESS.has(name) ? tellBody(value, depth + 1) : LEFT_OUT]),
  );
}
