import { timestamp } from '#platform/clock';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { PaymentContext } from './payment-context.ts';
import { bucketOfEvent } from './webhook-store.ts';

type Webhook = { gateway: string; headers: Record<string, string>; body: string };

/** Verified, kept durably, and answered: what it means is found out afterwards. */
export async function receiveWebhook(
  context: PaymentContext,
  { gateway: name, headers, body }: Webhook,
): Promise<Outcome<null, 'SIGNATURE_INVALID' | 'GATEWAY_UNKNOWN' | 'WEBHOOK_INVALID'>> {
  const { gateways, groups, clock } = context;
  const gateway = gateways.get(name);
  if (gateway === undefined) return refuse('GATEWAY_UNKNOWN');
  const nowMs = clock.nowMs();
  const verdict = await gateway.verifyWebhook({ headers, rawBody: Buffer.from(body, 'base64'), nowMs });
  if (verdict.state === 'bad_signature') {
    context.alarms.inc({ kind: 'webhook_signature' });
    context.log.warn({ gateway: name }, 'a webhook with a wrong or old signature was refused');
    return refuse('SIGNATURE_INVALID');
  }
  if (verdict.state === 'malformed') return refuse('WEBHOOK_INVALID');
  const { event_id, type, order_id, about, gateway_ref, amount, currency, refund_id } = verdict.event;
  await groups.webhook.submit({
    bucket: bucketOfEvent(event_id),
    gateway: name,
    event_id,
    order_id,
    type,
    claim: { about, gateway_ref, amount, currency, refund_id },
    body: verdict.event.body,
    state: 'received',
    problem: null,
    detail: null,
    attempts: 0,
    received_at: timestamp(nowMs),
    processed_at: null,
  });
  return accept(null);
}
