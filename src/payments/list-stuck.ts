import { limits } from '#limits';
import { timestamp } from '#platform/clock';
import type { Database } from '#platform/sql';
import type { StuckPayment } from './contract.ts';
import type { PaymentContext } from './payment-context.ts';
import { listStandingDifferences } from './reconcile-store.ts';
import { listUnsettled, listUnsettledRefunds } from './store.ts';
import { listStuckWebhooks } from './webhook-store.ts';

/** The sweeper needs minutes even for a gateway's longer outage: after an hour a person should look. */
const STUCK_AFTER_MS = 3_600_000;

export async function listStuck({ clock }: PaymentContext, db: Database): Promise<StuckPayment[]> {
  const since = timestamp(clock.nowMs() - STUCK_AFTER_MS);
  const most = limits.pageSizeMax;
  const [payments, refunds, webhooks, differences] = await Promise.all([
    listUnsettled(db, since, most),
    listUnsettledRefunds(db, since, most),
    listStuckWebhooks(db, most),
    listStandingDifferences(db, since, most),
  ]);
  return [
    ...payments.map(
      (row): StuckPayment => ({
        order_id: row.order_id,
        payment_id: row.payment_id,
        webhook: null,
        kind: 'outcome_unknown',
        detail: `${row.gateway} has not told the outcome of ${row.wanted ?? 'authorise'} in ${row.attempts} tries`,
        since: row.created_at,
        what_to_do: `Look order ${row.order_id} up at ${row.gateway}; the shop goes on asking by itself.`,
      }),
    ),
    ...refunds.map(
      (refund): StuckPayment => ({
        order_id: refund.order_id,
        payment_id: null,
        webhook: null,
        kind: refund.status === 'failed' ? 'refund_refused' : 'outcome_unknown',
        detail:
          refund.status === 'failed'
            ? `the gateway refused refund ${refund.refund_id} after an unknown outcome: ${refund.problem}`
            : `the outcome of refund ${refund.refund_id} is unknown after ${refund.attempts} tries`,
        since: refund.created_at,
        what_to_do:
          refund.status === 'failed'
            ? 'Give the money back in another way, or refund again.'
            : 'Look the refund up at the gateway; the shop goes on asking by itself.',
      }),
    ),
    ...webhooks.map(
      (webhook): StuckPayment => ({
        order_id: webhook.order_id,
        payment_id: null,
        webhook: { gateway: webhook.gateway, event_id: webhook.event_id },
        kind: webhook.problem as StuckPayment['kind'],
        detail: `${webhook.type} ${webhook.event_id} of ${webhook.gateway}: ${webhook.detail}`,
        since: webhook.received_at,
        what_to_do:
          'Compare the payment at the gateway with the order: nothing was changed by this webhook. Then replay it.',
      }),
    ),
    ...differences.map(
      ({ gateway, order_id, detail, found_at }): StuckPayment => ({
        order_id,
        payment_id: null,
        webhook: null,
        kind: 'books_differ',
        detail: `${gateway}: ${detail}`,
        since: found_at,
        what_to_do: `Look order ${order_id} up at ${gateway} and set the side right that is wrong.`,
      }),
    ),
  ];
}
