import assert from 'node:assert/strict';
import { accept, type Outcome, refuse } from '#platform/outcome';
import type { Payment, Payments } from './contract.ts';
import type { PaymentContext } from './payment-context.ts';
import type { RefundRow } from './refund-rules.ts';
import { type PaymentRow, present } from './rules.ts';

type RefundRefusal = 'REFUND_EXCEEDS_CAPTURED' | 'PAYMENT_NOT_CAPTURED' | 'REFUND_REFUSED';

/** Reserved first, so that no two refunds can take the same money; the gateway is called without any lock. */
export async function refundPayment(
  context: PaymentContext,
  input: Parameters<Payments['refund']>[0],
): Promise<Outcome<{ payment: Payment; amount: number }, RefundRefusal>> {
  const { refund_id, order_id, amount, reason } = input;
  const reserved = await context.groups.refund.submit({ kind: 'reserve', refund_id, order_id, amount, note: reason });
  if (reserved.answer !== 'ok') return refuse(reserved.answer);
  const { row, refund } = reserved;
  assert(row !== null && refund !== null, 'a reserved refund has its payment');
  const after = refund.status === 'pending' ? await refundAtGateway(context, row, refund) : { row, refund };
  if (after.refund.status === 'failed') return refuse('REFUND_REFUSED', { reason: after.refund.problem });
  return accept({ payment: present(after.row), amount: after.refund.amount });
}

/** Gives the reserved money back, under the same key however often; unknown outcomes stay pending. */
export async function refundAtGateway(
  context: PaymentContext,
  row: PaymentRow,
  refund: RefundRow,
): Promise<{ row: PaymentRow; refund: RefundRow }> {
  const { refund_id, order_id, amount } = refund;
  const gateway = context.gateways.get(row.gateway);
  assert(gateway !== undefined && row.gateway_ref !== null, 'a captured payment is with a gateway that runs here');
  const { gateway_ref, currency } = row;
  const key = `refund_${refund_id}`;
  const result = await gateway.refund({ key, refund_id, order_id, gateway_ref, amount, currency });
  if (result.state !== 'refunded' && result.state !== 'refused') return { row, refund };
  const of = { refund_id, order_id };
  const stepped = await context.groups.refund.submit(
    result.state === 'refunded'
      ? { kind: 'done', ...of, gateway_ref: result.gateway_ref }
      : { kind: 'refused', ...of, problem: result.reason },
  );
  assert(stepped.row !== null && stepped.refund !== null, 'a refund that ended has its payment');
  return { row: stepped.row, refund: stepped.refund };
}
