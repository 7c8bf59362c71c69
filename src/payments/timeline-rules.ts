import { money } from '#platform/money';
import type { TimelineEntry } from './contract.ts';
import type { PaymentPast, PaymentStep, RefundPast, WebhookPast } from './timeline-store.ts';

export interface Past {
  payment: PaymentPast | undefined;
  refunds: RefundPast[];
  webhooks: WebhookPast[];
}

/** What is on record, in order of time; what happened at the same time stays in the order in which it can happen. */
export function timelineOf({ payment, refunds, webhooks }: Past): TimelineEntry[] {
  const currency = payment?.currency ?? null;
  const entries = [
    ...(payment === undefined ? [] : paymentEntries(payment)),
    ...refunds.flatMap(refund => refundEntries(refund, currency)),
    ...webhooks.map(webhook => webhookEntry(webhook, currency)),
  ];
  return entries.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
}

const KINDS: Partial<Record<PaymentPast['status'], TimelineEntry['kind']>> = {
  authorized: 'authorised',
  failed: 'failed',
  voided: 'voided',
};

function paymentEntries(payment: PaymentPast): TimelineEntry[] {
  const { steps, created_at, captured_at, captured, currency, reason, gateway } = payment;
  // A note that nothing may be held has no amount: see the table.
  const amount = currency === null ? null : money(payment.amount, currency);
  const first = firstStatus(payment);
  const entries: TimelineEntry[] = [{ at: created_at, kind: 'created', amount, detail: createdDetail(payment, first) }];
  const reached = first === null ? steps : [{ from: first, to: first, at: created_at }, ...steps];
  for (const { to, at } of reached) {
    const kind = KINDS[to];
    if (kind === undefined) continue;
    // The reason is of the last end; a step that another one followed had one that is not kept.
    const isLast = to === payment.status;
    const detail = kind === 'authorised' ? `set aside at ${gateway}` : isLast && reason !== null ? reason : '';
    entries.push({ at, kind, amount, detail });
  }
  if (captured_at !== null) {
    entries.push({
      at: captured_at,
      kind: 'captured',
      amount: money(captured, currency),
      detail: `taken at ${gateway}`,
    });
  }
  return entries;
}

/** The status that the row was written with; null where that is not on record. */
function firstStatus({ steps, status, captured_at }: PaymentPast): PaymentStep['from'] | null {
  if (steps.length > 0) return steps[0]!.from === 'captured' ? 'authorized' : steps[0]!.from;
  // Only what was authorised can be captured.
  if (captured_at !== null) return 'authorized';
  return status === 'voided' ? null : status;
}

function createdDetail({ method, gateway, gateway_ref, status, currency }: PaymentPast, first: string | null): string {
  if (currency === null) return 'the order was given up before a payment came: whatever comes is given back';
  const where = `${method} at ${gateway}${gateway_ref === null ? '' : `, ${gateway_ref} there`}`;
  if (first === null) return `${where}; it is ${status} now, and when it became so is not on record`;
  return first === 'pending' ? `${where}; its outcome was not known yet` : where;
}

function refundEntries(refund: RefundPast, currency: string | null): TimelineEntry[] {
  const { refund_id, note, status, problem, created_at, ended_at } = refund;
  const amount = currency === null ? null : money(refund.amount, currency);
  const requested: TimelineEntry = { at: created_at, kind: 'refund_requested', amount, detail: note || refund_id };
  if (ended_at === null) return [requested];
  const end: TimelineEntry =
    status === 'done'
      ? { at: ended_at, kind: 'refund_done', amount, detail: `refund ${refund_id}` }
      : { at: ended_at, kind: 'refund_failed', amount, detail: problem ?? `refund ${refund_id}` };
  return [requested, end];
}

function webhookEntry(webhook: WebhookPast, currency: string | null): TimelineEntry {
  const { type, gateway, event_id, claimed_amount, state, detail, received_at } = webhook;
  const isClaim = currency !== null && claimed_amount !== null && claimed_amount >= 0;
  const outcome = { received: 'not looked at yet', done: 'agrees with our record', stuck: detail ?? 'contradicts us' };
  return {
    at: received_at,
    kind: state === 'stuck' ? 'webhook_mismatch' : 'webhook',
    amount: isClaim ? money(claimed_amount, currency) : null,
    detail: `${type} of ${gateway} (${event_id}): ${outcome[state]}`,
  };
}
