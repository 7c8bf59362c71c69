import { type FactsWanted, wantedRows } from '#platform/facts';
import { type Connection, type Sql, sql } from '#platform/sql';
import type { PaymentFact } from './contract.ts';

/** By the table's own key. */
export async function readPaymentFacts(
  db: Connection,
  wanted: FactsWanted,
  now: string,
): Promise<Omit<PaymentFact, 'key'>[]> {
  const { where, end } = wantedRows(wanted, sql`bucket, order_id`);
  return await db.query(sql`
    select p.order_id, p.payment_id, p.status, p.amount, p.captured, p.refunded,
      coalesce((
        select sum(r.amount) from payments.refunds r
        where r.bucket = p.bucket and r.order_id = p.order_id and r.status = 'done'), 0)::bigint as refunds_sum,
      j.ledger_sum, j.ledger_held, j.ledger_customer,
      (extract(epoch from ${now}::timestamptz - p.created_at) * 1000)::bigint as age_ms
    from payments.payments p
    cross join lateral (
      select coalesce(sum(customer + clearing + sellers + tax + shipping + fees), 0)::bigint as ledger_sum,
        coalesce(sum(clearing + fees), 0)::bigint as ledger_held, coalesce(sum(customer), 0)::bigint as ledger_customer
      from payments.journal j where j.bucket = p.bucket and j.order_id = p.order_id
    ) j
    where ${where} and p.status <> 'unwanted' ${end}`);
}

/**
 * Captures and refunds, which others act upon. Whether a yes, a no or a void was told depends on how it came about (of
 * money that nobody wants any more nobody is told): those may be, and need not.
 */
export function changesIn({ from, to }: { from: number; to: number }): Sql {
  return sql`
    select payment_id as aggregate_id, 'payment.captured' as told_as, captured_at as at
    from payments.payments where bucket between ${from} and ${to} and captured_at is not null
    union all
    select p.payment_id, told_as, null
    from payments.payments p
    cross join unnest(array['payment.authorized', 'payment.failed', 'payment.voided']) as told_as
    where p.bucket between ${from} and ${to} and p.payment_id is not null
    union all
    select p.payment_id, 'payment.refunded ' || r.refund_id, r.ended_at
    from payments.refunds r join payments.payments p on p.bucket = r.bucket and p.order_id = r.order_id
    where r.bucket between ${from} and ${to} and r.status = 'done'`;
}
