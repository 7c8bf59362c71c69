import type { OrderStatus } from '#orders';
import { bucketsOf, FACTS_NAMED_MAX, type FactSpan, type FactsWanted, wantedRows } from '#platform/facts';
import { type Connection, type Sql, sql } from '#platform/sql';
import type { CheckoutFacts } from './order-facts.ts';
import type { Line, Totals } from './rules.ts';
import { wholeOrders } from './store.ts';

export interface OrderFactRow extends Totals {
  order_id: string;
  status: OrderStatus;
  reservation_id: string;
  lines: Line[];
  refunded: number;
  deadline_at: string | null;
  updated_at: string;
}

/** By the table's own key. */
export async function readOrderFacts(db: Connection, wanted: FactsWanted): Promise<OrderFactRow[]> {
  const { where, end } = wantedRows(wanted, sql`bucket, order_id`);
  return await db.query<OrderFactRow>(sql`
    select order_id, status, reservation_id, lines, subtotal, discount, shipping_cost, tax, total, refunded,
      deadline_at, updated_at
    from ${wholeOrders} where ${where} ${end}`);
}

/** Grouped and not looked up, so that the index which forbids it is not asked whether it works. */
export async function readCheckoutFacts(db: Connection, span: FactSpan): Promise<CheckoutFacts> {
  const { from, to } = bucketsOf(span);
  const [facts] = await db.query<CheckoutFacts>(sql`
    with living as materialized (
      select checkout_id, count(*) as orders, min(order_id::text) as first, max(order_id::text) as last
      from orders.orders
      where bucket between ${from} and ${to} and status not in ('PAYMENT_FAILED', 'CANCELLED')
      group by checkout_id
    ), shared as (
      select * from living where orders > 1 order by checkout_id limit ${FACTS_NAMED_MAX}
    )
    select (select count(*) from living) as checkouts, (
      select coalesce(jsonb_agg(jsonb_build_object('checkout_id', checkout_id,
        'order_ids', jsonb_build_array(first, last))), '[]') from shared
    ) as shared`);
  return facts!;
}

/** Every step of an order after its creation, and every refund that is done. */
export function changesIn({ from, to }: { from: number; to: number }): Sql {
  return sql`
    select o.order_id as aggregate_id, 'order.' || lower(step->>'status') as told_as, (step->>'at')::timestamptz as at
    from orders.orders o cross join lateral jsonb_array_elements(o.steps) step
    where o.bucket between ${from} and ${to}
    union all
    select o.order_id, 'order.refunded ' || (refund->>'refund_id'), (refund->>'at')::timestamptz
    from orders.orders o cross join lateral jsonb_array_elements(o.refunds) refund
    where o.bucket between ${from} and ${to} and refund->>'state' = 'done'`;
}
