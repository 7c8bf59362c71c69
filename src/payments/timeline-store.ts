import { bucketOf } from '#platform/ids';
import { type Connection, sql } from '#platform/sql';
import type { PaymentRow, Row } from './rules.ts';

/** A change of status after the payment's row was written. */
export interface PaymentStep {
  from: Row['status'];
  to: Row['status'];
  at: string;
}

export type PaymentPast = Pick<
  PaymentRow,
  'amount' | 'currency' | 'method' | 'gateway' | 'gateway_ref' | 'captured' | 'reason' | 'created_at' | 'captured_at'
> & { status: Row['status']; steps: PaymentStep[] };

export interface RefundPast {
  refund_id: string;
  amount: number;
  note: string;
  status: 'pending' | 'done' | 'failed';
  problem: string | null;
  created_at: string;
  ended_at: string | null;
}

export interface WebhookPast {
  gateway: string;
  event_id: string;
  type: string;
  claimed_amount: number | null;
  state: 'received' | 'done' | 'stuck';
  detail: string | null;
  received_at: string;
}

export async function readPaymentPast(db: Connection, orderId: string): Promise<PaymentPast | undefined> {
  const rows = await db.query<PaymentPast>(sql`
    select amount, currency, method, gateway, gateway_ref, captured, reason, created_at, captured_at, status, steps
    from payments.payments where bucket = ${bucketOf(orderId)} and order_id = ${orderId}`);
  return rows[0];
}

export function readRefundsPast(db: Connection, orderId: string, most: number): Promise<RefundPast[]> {
  return db.query<RefundPast>(sql`
    select refund_id, amount, note, status, problem, created_at, ended_at
    from payments.refunds where bucket = ${bucketOf(orderId)} and order_id = ${orderId}
    order by created_at, refund_id limit ${most}`);
}

/** Of the inbox; what agreed with our record is kept there for a month. */
export function readWebhooksPast(db: Connection, orderId: string, most: number): Promise<WebhookPast[]> {
  return db.query<WebhookPast>(sql`
    select gateway, event_id, type, (claim ->> 'amount')::bigint as claimed_amount, state, detail, received_at
    from payments.webhooks where order_id = ${orderId}::text
    order by received_at, event_id limit ${most}`);
}
