import { type Database, sql } from '#platform/sql';

/**
 * What of orders and payments is not at its end and that nothing will take up again: no deadline, no next try. Right
 * after a crash, or whenever: it must be empty, or something waits that no alarm will ever tell of.
 */
export async function findForgotten(db: Database): Promise<string[]> {
  const rows = await db.query<{ what: string }>(sql`
    select 'order ' || o.order_id || ' ' || o.status as what from orders.orders o
    left join payments.payments p on p.bucket = o.bucket and p.order_id = o.order_id
    where o.deadline_at is null and (
      o.status in ('CREATED', 'PAYMENT_PENDING') or o.refunds @> '[{"state": "pending"}]'
      or o.status in ('PAYMENT_FAILED', 'CANCELLED')
        and (p.captured > p.refunded + p.refunding or p.status = 'authorized' and p.wanted is distinct from 'void'))
    union all
    select 'payment of order ' || order_id || ' ' || status from payments.payments
    where next_try_at is null and (status = 'pending' or wanted is not null or not outcome_known)
    union all
    select 'refund ' || refund_id from payments.refunds where next_try_at is null and status = 'pending'
    union all
    select 'webhook ' || event_id from payments.webhooks where next_try_at is null and state = 'received'
    union all
    select 'checkout ' || c.checkout_id from orders.checkouts c
    left join orders.orders o on o.bucket = c.bucket and o.order_id = c.order_id
    where c.state = 'paying' and o.status is distinct from 'PAYMENT_PENDING'`);
  return rows.map(row => row.what);
}

/** How much is on its way to an end: orders, payments, refunds, webhooks. All 0: everything is quiet. */
export async function countOpen(db: Database): Promise<Record<'orders' | 'payments' | 'refunds' | 'webhooks', number>> {
  const [row] = await db.query<Awaited<ReturnType<typeof countOpen>>>(sql`
    select
      (select count(*) from orders.orders where deadline_at is not null) as orders,
      (select count(*) from payments.payments where status = 'pending' or wanted is not null or not outcome_known)
        as payments,
      (select count(*) from payments.refunds where status = 'pending') as refunds,
      (select count(*) from payments.webhooks where state = 'received') as webhooks`);
  return row!;
}
