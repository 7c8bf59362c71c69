import { type Static, Type } from 'typebox';
import { timestamp } from '#platform/clock';
import { accept, refuse } from '#platform/outcome';
import { Timestamp, text } from '#platform/schema';
import { compileCheck, findBadText } from '#platform/validate';
import { isSignedBy } from '#platform/webhook-signature';
import type { Fulfillment } from './contract.ts';
import type { Deps } from './deps.ts';
import { reportedStatus } from './rules.ts';

/** Carriers may tell more than we read. */
const CarrierWebhook = Type.Object({
  event_id: text(200),
  type: text(100),
  created_at: Timestamp,
  data: Type.Object({
    tracking_number: text(100),
    place: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 200 })),
  }),
});
type CarrierWebhook = Static<typeof CarrierWebhook>;

const check = compileCheck(CarrierWebhook);

/** Verified, kept durably once per event id, and answered; where the parcel is now is found out afterwards. */
export async function receiveWebhook(
  deps: Deps,
  { carrier, headers, body }: Parameters<Fulfillment['receiveWebhook']>[0],
): ReturnType<Fulfillment['receiveWebhook']> {
  const secrets = Object.hasOwn(deps.webhookSecrets, carrier) ? deps.webhookSecrets[carrier]! : undefined;
  if (secrets === undefined) return refuse('CARRIER_UNKNOWN');
  const nowMs = deps.clock.nowMs();
  const rawBody = Buffer.from(body, 'base64');
  if (!isSignedBy(secrets, { signature: headers.signature, rawBody, nowMs })) {
    deps.log.warn({ carrier }, 'a webhook with a wrong or old signature was refused');
    return refuse('SIGNATURE_INVALID');
  }
  const told = parse(rawBody);
  if (told === undefined) return refuse('WEBHOOK_INVALID');
  const { event_id, type, created_at, data } = told;
  const status = reportedStatus(type);
  await deps.inbox.submit({
    carrier,
    event_id,
    type,
    tracking_number: data.tracking_number,
    status,
    at: timestamp(Date.parse(created_at)),
    place: data.place ?? null,
    state: status === null ? 'ignored' : 'received',
    received_at: timestamp(nowMs),
  });
  deps.pokeInbox();
  return accept(null);
}

function parse(rawBody: Buffer): CarrierWebhook | undefined {
  let value: unknown;
  try {
    value = JSON.parse(rawBody.toString());
  } catch {
    // Not JSON, so not a webhook.
    return undefined;
  }
  if (findBadText(value) !== undefined || check(value) !== 'valid') return undefined;
  const told = value as CarrierWebhook;
  return Number.isNaN(Date.parse(told.created_at)) ? undefined : told;
}
