import { timestamp } from '#platform/clock';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Database } from '#platform/sql';
import type { LoggedWebhook, WebhookName } from './contract.ts';
import { logged } from './list-webhooks.ts';
import type { PaymentContext } from './payment-context.ts';
import { processWebhook } from './process-webhooks.ts';
import { putBackWebhook, readWebhook } from './webhook-store.ts';

/** How long the caller alone works on what it has put back; after that, or its death, the inbox takes it up. */
const LEASE_MS = 30_000;

/**
 * Looks at a webhook once more, as if it had just come. It only makes us ask the gateway again, so that a webhook which
 * has had its effect has none this time.
 */
export async function replayWebhook(
  context: PaymentContext,
  db: Database,
  name: WebhookName,
): Promise<Outcome<LoggedWebhook, 'WEBHOOK_NOT_FOUND'>> {
  const { clock, log } = context;
  const webhook = await putBackWebhook(db, name, timestamp(clock.nowMs() + LEASE_MS));
  if (webhook === undefined) return refuse('WEBHOOK_NOT_FOUND');
  log.info({ ...name, order_id: webhook.order_id }, 'a webhook is looked at once more');
  await processWebhook(context, db, webhook);
  return accept(logged((await readWebhook(db, name)) ?? webhook));
}
